"""What replies leave behind: remarks, senders, limits; whose a mail that was put aside may be."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DONES_INDEX = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS uq_dones_organization_id_id ON dones (organization_id, id)
"""
DONES = """
ALTER TABLE dones
    ADD CONSTRAINT uq_dones_organization_id_id UNIQUE USING INDEX uq_dones_organization_id_id
"""

PEOPLE = """
ALTER TABLE people ADD COLUMN address_version smallint NOT NULL DEFAULT 0;
CREATE INDEX ix_people_renewed ON people (id) WHERE address_version > 0;
"""

INBOX = """
ALTER TABLE inbox ADD COLUMN sender text;
CREATE INDEX ix_inbox_held ON inbox (person_id, sender) WHERE state = 3;
"""

REMARKS = """
CREATE TABLE comments (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_comments PRIMARY KEY,
    organization_id bigint NOT NULL,
    done_id bigint NOT NULL,
    person_id bigint NOT NULL,
    source_ref text NOT NULL,
    text text NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT fk_comments_dones FOREIGN KEY (organization_id, done_id)
        REFERENCES dones (organization_id, id),
    CONSTRAINT fk_comments_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id),
    CONSTRAINT uq_comments_organization_id_source_ref UNIQUE (organization_id, source_ref)
);
CREATE INDEX ix_comments_done ON comments (organization_id, done_id);
CREATE INDEX ix_comments_person ON comments (organization_id, person_id);

CREATE TABLE likes (
    organization_id bigint NOT NULL,
    done_id bigint NOT NULL,
    person_id bigint NOT NULL,
    at timestamptz NOT NULL,
    CONSTRAINT pk_likes PRIMARY KEY (organization_id, done_id, person_id),
    CONSTRAINT fk_likes_dones FOREIGN KEY (organization_id, done_id) REFERENCES dones (organization_id, id),
    CONSTRAINT fk_likes_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id)
);
CREATE INDEX ix_likes_person ON likes (organization_id, person_id);
"""

SENDERS = """
CREATE TABLE senders (
    organization_id bigint NOT NULL,
    person_id bigint NOT NULL,
    email text NOT NULL,
    hers boolean NOT NULL DEFAULT false,
    said_at timestamptz NOT NULL,
    CONSTRAINT pk_senders PRIMARY KEY (organization_id, person_id, email),
    CONSTRAINT fk_senders_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id)
);

CREATE TABLE limits (
    name bytea NOT NULL CONSTRAINT pk_limits PRIMARY KEY,
    since timestamptz NOT NULL,
    times integer NOT NULL
);
CREATE INDEX ix_limits_since ON limits (since);
"""


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute(DONES_INDEX)
    for statements in (DONES, PEOPLE, INBOX, REMARKS, SENDERS):
        op.execute(statements)


def downgrade() -> None:
    op.execute("DROP TABLE limits, senders, likes, comments")
    op.execute("DROP INDEX ix_inbox_held")
    op.execute("ALTER TABLE inbox DROP COLUMN sender")
    op.execute("ALTER TABLE people DROP COLUMN address_version")
    op.execute("ALTER TABLE dones DROP CONSTRAINT uq_dones_organization_id_id")
