"""Why a provider's channel is closed, and a digest of the credential that was refused."""

from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE buckets ADD COLUMN reason text, ADD COLUMN credential text,"
        " ADD COLUMN refused_at timestamptz"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE buckets DROP COLUMN reason, DROP COLUMN credential, DROP COLUMN refused_at")
