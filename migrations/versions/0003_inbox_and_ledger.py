"""What arrives, what is sent, and what belongs to the installation.

The tables that grow by the day are partitioned by it: their rows are forgotten by dropping a partition.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INBOX = """
CREATE TABLE inbox (
    day date NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    source smallint NOT NULL,
    lane smallint NOT NULL,
    raw bytea,
    at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL,
    try_at timestamptz NOT NULL,
    state smallint NOT NULL DEFAULT 1,
    tries smallint NOT NULL DEFAULT 0,
    organization_id bigint CONSTRAINT fk_inbox_organizations REFERENCES organizations (id),
    person_id bigint,
    note text,
    CONSTRAINT pk_inbox PRIMARY KEY (id, day),
    CONSTRAINT fk_inbox_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id)
) PARTITION BY RANGE (day);
CREATE INDEX ix_inbox_waiting ON inbox (try_at) WHERE state = 1;
CREATE TABLE inbox_default PARTITION OF inbox DEFAULT;

CREATE TABLE inbox_keys (
    source smallint NOT NULL,
    key bytea NOT NULL,
    day date NOT NULL,
    CONSTRAINT pk_inbox_keys PRIMARY KEY (source, key)
);
CREATE INDEX ix_inbox_keys_day ON inbox_keys (day);
"""

DELIVERIES = """
CREATE TABLE deliveries (
    day date NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    kind smallint NOT NULL,
    subject bigint NOT NULL,
    target bigint NOT NULL DEFAULT 0,
    part smallint NOT NULL DEFAULT 0,
    try smallint NOT NULL DEFAULT 0,
    organization_id bigint NOT NULL,
    person_id bigint,
    channel smallint NOT NULL,
    identity_id bigint,
    workspace text NOT NULL DEFAULT '',
    address text NOT NULL,
    direct text,
    state smallint NOT NULL DEFAULT 1,
    due_at timestamptz NOT NULL,
    not_after timestamptz,
    facts jsonb,
    wording_version smallint,
    answers text NOT NULL DEFAULT '',
    lease_until timestamptz,
    fence bigint NOT NULL DEFAULT 0,
    attempt smallint NOT NULL DEFAULT 0,
    attempt_started_at timestamptz,
    vain smallint NOT NULL DEFAULT 0,
    retries smallint NOT NULL DEFAULT 0,
    receipt text,
    reason text,
    sent_at timestamptz,
    CONSTRAINT pk_deliveries PRIMARY KEY (id, day),
    CONSTRAINT fk_deliveries_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id),
    CONSTRAINT fk_deliveries_identities FOREIGN KEY (organization_id, identity_id)
        REFERENCES identities (organization_id, id),
    CONSTRAINT uq_deliveries_kind_subject_target_part_try_day
        UNIQUE (kind, subject, target, part, try, day)
) PARTITION BY RANGE (day);
CREATE INDEX ix_deliveries_ready ON deliveries (channel, due_at) WHERE state = 1;
CREATE INDEX ix_deliveries_ready_person ON deliveries (person_id) WHERE state = 1;
CREATE INDEX ix_deliveries_lease ON deliveries (lease_until) WHERE state IN (2, 3);
CREATE INDEX ix_deliveries_receipt ON deliveries (channel, receipt) WHERE receipt IS NOT NULL;
CREATE TABLE deliveries_default PARTITION OF deliveries DEFAULT;
"""

ATTEMPTS = """
CREATE TABLE attempts (
    day date NOT NULL,
    delivery_id bigint NOT NULL,
    number smallint NOT NULL,
    organization_id bigint NOT NULL,
    person_id bigint,
    fence bigint NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome smallint NOT NULL,
    evidence text,
    CONSTRAINT pk_attempts PRIMARY KEY (delivery_id, number, day),
    CONSTRAINT fk_attempts_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id)
) PARTITION BY RANGE (day);
CREATE TABLE attempts_default PARTITION OF attempts DEFAULT;

CREATE TABLE delivery_events (
    event_id text NOT NULL CONSTRAINT pk_delivery_events PRIMARY KEY,
    day date,
    delivery_id bigint,
    organization_id bigint CONSTRAINT fk_delivery_events_organizations REFERENCES organizations (id),
    person_id bigint,
    kind text NOT NULL,
    address text,
    at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL,
    reason text,
    CONSTRAINT fk_delivery_events_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id)
);
CREATE INDEX ix_delivery_events_delivery ON delivery_events (day, delivery_id);
"""

INSTALLATION = """
CREATE TABLE leases (
    name text NOT NULL CONSTRAINT pk_leases PRIMARY KEY,
    holder text NOT NULL,
    until timestamptz NOT NULL,
    fence bigint NOT NULL
);

CREATE TABLE buckets (
    name text NOT NULL CONSTRAINT pk_buckets PRIMARY KEY,
    closed_until timestamptz NOT NULL
);

CREATE TABLE gateway_state (
    bot text NOT NULL CONSTRAINT pk_gateway_state PRIMARY KEY,
    session_id text,
    resume_url text,
    sequence bigint,
    watermarks jsonb NOT NULL DEFAULT '{}'
);
"""


def upgrade() -> None:
    for statements in (INBOX, DELIVERIES, ATTEMPTS, INSTALLATION):
        op.execute(statements)


def downgrade() -> None:
    op.execute(
        "DROP TABLE gateway_state, buckets, leases, delivery_events, attempts, deliveries, inbox_keys, inbox"
    )
