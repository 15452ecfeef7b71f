"""Until when a delivery that may have arrived is sent again without a second effect."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE deliveries ADD COLUMN repeat_until timestamptz")
    op.execute(
        "CREATE INDEX ix_deliveries_repeat ON deliveries (repeat_until)"
        " WHERE state = 1 AND repeat_until IS NOT NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX ix_deliveries_repeat")
    op.execute("ALTER TABLE deliveries DROP COLUMN repeat_until")
