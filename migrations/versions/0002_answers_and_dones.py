"""Answers, their dones, and what finds these again."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

EXTENSIONS = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS btree_gin;
"""

DONES = """
CREATE TABLE answers (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_answers PRIMARY KEY,
    organization_id bigint NOT NULL,
    person_id bigint NOT NULL,
    day date NOT NULL,
    source_ref text NOT NULL,
    revised_at timestamptz NOT NULL,
    CONSTRAINT fk_answers_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id),
    CONSTRAINT uq_answers_organization_id_source_ref UNIQUE (organization_id, source_ref),
    CONSTRAINT uq_answers_organization_id_id UNIQUE (organization_id, id)
);
CREATE INDEX ix_answers_person_day ON answers (organization_id, person_id, day);

CREATE TABLE dones (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_dones PRIMARY KEY,
    organization_id bigint NOT NULL,
    person_id bigint NOT NULL,
    answer_id bigint NOT NULL,
    day date NOT NULL,
    kind smallint NOT NULL,
    text text NOT NULL,
    position smallint NOT NULL,
    team_ids bigint[] NOT NULL,
    revision integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz,
    terms tsvector NOT NULL,
    CONSTRAINT fk_dones_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id),
    CONSTRAINT fk_dones_answers FOREIGN KEY (organization_id, answer_id)
        REFERENCES answers (organization_id, id)
);
CREATE INDEX ix_dones_terms ON dones USING gin (team_ids, terms) WHERE deleted_at IS NULL;
CREATE INDEX ix_dones_person_day ON dones (organization_id, person_id, day);
CREATE INDEX ix_dones_answer ON dones (organization_id, answer_id);
"""

SEARCH = """
CREATE TABLE lexicon (
    organization_id bigint NOT NULL CONSTRAINT fk_lexicon_organizations REFERENCES organizations (id),
    word text NOT NULL,
    uses integer NOT NULL,
    CONSTRAINT pk_lexicon PRIMARY KEY (organization_id, word)
);
CREATE INDEX ix_lexicon_trigrams ON lexicon USING gin (organization_id, word gin_trgm_ops);

CREATE TABLE search_feed (
    done_id bigint NOT NULL CONSTRAINT pk_search_feed PRIMARY KEY,
    organization_id bigint NOT NULL CONSTRAINT fk_search_feed_organizations REFERENCES organizations (id),
    revision integer NOT NULL,
    claimed_until timestamptz
);
"""


def upgrade() -> None:
    for statements in (EXTENSIONS, DONES, SEARCH):
        op.execute(statements)


def downgrade() -> None:
    """The extensions stay: others may use them."""
    op.execute("DROP TABLE search_feed, lexicon, dones, answers")
