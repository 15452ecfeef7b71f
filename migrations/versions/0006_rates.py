"""What is known of the providers' limits; what somebody waits for is found without looking at the rest."""

from alembic import op
from sqlalchemy import text

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BUCKETS = """
ALTER TABLE buckets
    ADD COLUMN rate double precision,
    ADD COLUMN next_at timestamptz,
    ADD COLUMN since timestamptz,
    ADD COLUMN taken double precision NOT NULL DEFAULT 0,
    ADD COLUMN ceiling double precision,
    ADD COLUMN probing boolean NOT NULL DEFAULT false;
"""
DAYS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'deliveries'::regclass"
URGENT = "(channel, due_at) WHERE state = 1 AND kind > 3"


def upgrade() -> None:
    """Each day gets its index while it is written to; that of the whole then takes them in."""
    op.execute(BUCKETS)
    days = op.get_bind().scalars(text(DAYS)).all()
    with op.get_context().autocommit_block():
        for day in days:
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_{day}_urgent ON {day} {URGENT}")
    op.execute(f"CREATE INDEX ix_deliveries_urgent ON deliveries {URGENT}")


def downgrade() -> None:
    op.execute("DROP INDEX ix_deliveries_urgent")
    op.execute(
        "ALTER TABLE buckets DROP COLUMN rate, DROP COLUMN next_at, DROP COLUMN since, DROP COLUMN taken,"
        " DROP COLUMN ceiling, DROP COLUMN probing"
    )
