"""Whether a done's own line says who reads it: an edit that no longer says so makes it the teams' again."""

from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What was written before counts as not chosen, so that no edit shows it to anybody else."""
    op.execute("ALTER TABLE dones ADD COLUMN audience_chosen boolean NOT NULL DEFAULT false")


def downgrade() -> None:
    op.execute("ALTER TABLE dones DROP COLUMN audience_chosen")
