"""What is ready is in the order in which it is claimed, so that a claim goes on where the last one ended."""

from alembic import op
from sqlalchemy import text

revision = "0009"
down_revision = "0007"
branch_labels = None
depends_on = None

DAYS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'deliveries'::regclass"


def upgrade() -> None:
    """Each day gets its index while it is written to; that of the whole then takes them in."""
    _replace("(channel, due_at, id) WHERE state = 1", "ready_in_order")


def downgrade() -> None:
    _replace("(channel, due_at) WHERE state = 1", "ready")


def _replace(ready: str, of_day: str) -> None:
    days = op.get_bind().scalars(text(DAYS)).all()
    with op.get_context().autocommit_block():
        for day in days:
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_{day}_{of_day} ON {day} {ready}")
    op.execute(f"CREATE INDEX ix_deliveries_{of_day}_new ON deliveries {ready}")
    op.execute("DROP INDEX ix_deliveries_ready")
    op.execute(f"ALTER INDEX ix_deliveries_{of_day}_new RENAME TO ix_deliveries_ready")
