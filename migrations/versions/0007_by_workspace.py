"""What is planned in each Slack workspace is found without looking at the others'."""

from alembic import op
from sqlalchemy import text

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

DAYS = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'deliveries'::regclass"
WORKSPACE = "(workspace, due_at) WHERE state = 1 AND channel = 1 AND kind <= 3"


def upgrade() -> None:
    """Each day gets its index while it is written to; that of the whole then takes them in."""
    days = op.get_bind().scalars(text(DAYS)).all()
    with op.get_context().autocommit_block():
        for day in days:
            op.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_{day}_workspace ON {day} {WORKSPACE}")
    op.execute(f"CREATE INDEX ix_deliveries_workspace ON deliveries {WORKSPACE}")


def downgrade() -> None:
    op.execute("DROP INDEX ix_deliveries_workspace")
