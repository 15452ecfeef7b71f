"""Deliveries in doubt; what providers tell, by the day; workspaces that refuse."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

DELIVERIES = """
ALTER TABLE deliveries
    ADD COLUMN planned_at timestamptz,
    ADD COLUMN blind smallint NOT NULL DEFAULT 0,
    ADD COLUMN absent smallint NOT NULL DEFAULT 0;
"""

WORKSPACES = """
ALTER TABLE workspaces ADD COLUMN paused_at timestamptz, ADD COLUMN pause_reason text;
"""

EVENTS = """
ALTER TABLE delivery_events RENAME TO old_events;
ALTER TABLE old_events RENAME CONSTRAINT pk_delivery_events TO pk_old_events;
ALTER TABLE old_events DROP CONSTRAINT fk_delivery_events_organizations;
ALTER TABLE old_events DROP CONSTRAINT fk_delivery_events_people;
DROP INDEX ix_delivery_events_delivery;
CREATE TABLE delivery_events (
    day date NOT NULL,
    event_id text NOT NULL,
    delivery_id bigint,
    organization_id bigint CONSTRAINT fk_delivery_events_organizations REFERENCES organizations (id),
    person_id bigint,
    kind text NOT NULL,
    address text,
    at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL,
    reason text,
    CONSTRAINT pk_delivery_events PRIMARY KEY (event_id, day),
    CONSTRAINT fk_delivery_events_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id)
) PARTITION BY RANGE (day);
CREATE INDEX ix_delivery_events_delivery ON delivery_events (delivery_id, day);
CREATE INDEX ix_delivery_events_blocked ON delivery_events (address) WHERE kind = 'blocked';
CREATE TABLE delivery_events_default PARTITION OF delivery_events DEFAULT;
INSERT INTO delivery_events (day, event_id, delivery_id, organization_id, person_id, kind, address, at,
                             stored_at, reason)
SELECT coalesce(day, CAST(at AT TIME ZONE 'UTC' AS date)), event_id, delivery_id, organization_id, person_id,
       kind, address, at, stored_at, reason
FROM old_events;
DROP TABLE old_events;
"""

OLD_EVENTS = """
CREATE TABLE old_events (
    event_id text NOT NULL CONSTRAINT pk_old_events PRIMARY KEY,
    day date,
    delivery_id bigint,
    organization_id bigint,
    person_id bigint,
    kind text NOT NULL,
    address text,
    at timestamptz NOT NULL,
    stored_at timestamptz NOT NULL,
    reason text
);
INSERT INTO old_events (event_id, day, delivery_id, organization_id, person_id, kind, address, at, stored_at,
                        reason)
SELECT event_id, day, delivery_id, organization_id, person_id, kind, address, at, stored_at, reason
FROM delivery_events
ON CONFLICT DO NOTHING;
DROP TABLE delivery_events;
ALTER TABLE old_events RENAME TO delivery_events;
ALTER TABLE delivery_events RENAME CONSTRAINT pk_old_events TO pk_delivery_events;
ALTER TABLE delivery_events
    ADD CONSTRAINT fk_delivery_events_organizations FOREIGN KEY (organization_id)
        REFERENCES organizations (id),
    ADD CONSTRAINT fk_delivery_events_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id);
CREATE INDEX ix_delivery_events_delivery ON delivery_events (day, delivery_id);
"""


def upgrade() -> None:
    for statements in (DELIVERIES, WORKSPACES, EVENTS):
        op.execute(statements)


def downgrade() -> None:
    op.execute(OLD_EVENTS)
    op.execute("ALTER TABLE workspaces DROP COLUMN paused_at, DROP COLUMN pause_reason")
    op.execute("ALTER TABLE deliveries DROP COLUMN planned_at, DROP COLUMN blind, DROP COLUMN absent")
