"""${message}

Zero downtime: workers of the release before run while this does and afterwards.  Only add tables, columns
that are null or have a default, and indexes (on a big table CONCURRENTLY, in `op.get_context().autocommit_block()`).
What is no longer used is dropped in the release after the one that stopped using it.
"""

from alembic import op
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
