"""Organizations, the people and teams in them, and when these are away."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ORGANIZATIONS = """
CREATE TABLE organizations (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_organizations PRIMARY KEY,
    name text NOT NULL,
    zone text NOT NULL,
    prompt_minute smallint NOT NULL DEFAULT 1080,
    holiday_country text,
    own boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX uq_organizations_own ON organizations (own) WHERE own;

CREATE TABLE workspaces (
    channel smallint NOT NULL,
    external_id text NOT NULL,
    organization_id bigint NOT NULL CONSTRAINT fk_workspaces_organizations REFERENCES organizations (id),
    name text NOT NULL DEFAULT '',
    token bytea,
    CONSTRAINT pk_workspaces PRIMARY KEY (channel, external_id),
    CONSTRAINT uq_workspaces_organization_id_channel_external_id
        UNIQUE (organization_id, channel, external_id)
);
"""

PEOPLE = """
CREATE TABLE people (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_people PRIMARY KEY,
    organization_id bigint NOT NULL CONSTRAINT fk_people_organizations REFERENCES organizations (id),
    name text NOT NULL,
    folded_name text NOT NULL,
    zone text NOT NULL,
    zone_chosen boolean NOT NULL DEFAULT false,
    prompt_minute smallint NOT NULL,
    minute_chosen boolean NOT NULL DEFAULT false,
    own_days smallint,
    ask_anyway boolean NOT NULL DEFAULT false,
    preferred smallint,
    active boolean NOT NULL DEFAULT true,
    introduced boolean NOT NULL DEFAULT false,
    holiday_country text,
    merged_into bigint,
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_people_organization_id_id UNIQUE (organization_id, id),
    CONSTRAINT fk_people_people FOREIGN KEY (organization_id, merged_into)
        REFERENCES people (organization_id, id)
);
CREATE INDEX ix_people_clock ON people (zone, prompt_minute) WHERE active;

CREATE TABLE identities (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_identities PRIMARY KEY,
    organization_id bigint NOT NULL,
    person_id bigint NOT NULL,
    channel smallint NOT NULL,
    workspace text NOT NULL DEFAULT '',
    external_id text NOT NULL,
    direct text,
    active boolean NOT NULL DEFAULT true,
    mail_stopped_at timestamptz,
    reason text,
    CONSTRAINT fk_identities_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id),
    CONSTRAINT uq_identities_organization_id_channel_workspace_external_id
        UNIQUE (organization_id, channel, workspace, external_id),
    CONSTRAINT uq_identities_organization_id_id UNIQUE (organization_id, id)
);
CREATE INDEX ix_identities_address ON identities (channel, workspace, external_id);
CREATE INDEX ix_identities_person ON identities (organization_id, person_id);
"""

TEAMS = """
CREATE TABLE teams (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_teams PRIMARY KEY,
    organization_id bigint NOT NULL CONSTRAINT fk_teams_organizations REFERENCES organizations (id),
    name text NOT NULL,
    folded_name text NOT NULL,
    zone text NOT NULL,
    digest_minute smallint NOT NULL,
    work_days smallint NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT uq_teams_organization_id_folded_name UNIQUE (organization_id, folded_name),
    CONSTRAINT uq_teams_organization_id_id UNIQUE (organization_id, id)
);
CREATE INDEX ix_teams_clock ON teams (zone, digest_minute);

CREATE TABLE memberships (
    organization_id bigint NOT NULL,
    team_id bigint NOT NULL,
    person_id bigint NOT NULL,
    role smallint NOT NULL,
    joined_at timestamptz NOT NULL,
    CONSTRAINT pk_memberships PRIMARY KEY (organization_id, team_id, person_id),
    CONSTRAINT fk_memberships_teams FOREIGN KEY (organization_id, team_id)
        REFERENCES teams (organization_id, id),
    CONSTRAINT fk_memberships_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id)
);
CREATE INDEX ix_memberships_person ON memberships (organization_id, person_id);

CREATE TABLE digest_targets (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_digest_targets PRIMARY KEY,
    organization_id bigint NOT NULL,
    team_id bigint NOT NULL,
    channel smallint NOT NULL,
    workspace text NOT NULL,
    external_id text NOT NULL,
    name text NOT NULL DEFAULT '',
    CONSTRAINT fk_digest_targets_teams FOREIGN KEY (organization_id, team_id)
        REFERENCES teams (organization_id, id),
    CONSTRAINT fk_digest_targets_workspaces FOREIGN KEY (organization_id, channel, workspace)
        REFERENCES workspaces (organization_id, channel, external_id),
    CONSTRAINT uq_digest_targets_place UNIQUE (organization_id, team_id, channel, workspace, external_id)
);
CREATE INDEX ix_digest_targets_place ON digest_targets (organization_id, channel, workspace, external_id);
"""

DAYS_OFF = """
CREATE TABLE absences (
    id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT pk_absences PRIMARY KEY,
    organization_id bigint NOT NULL,
    person_id bigint NOT NULL,
    first_day date NOT NULL,
    last_day date,
    CONSTRAINT ck_absences_ends_after_it_starts CHECK (last_day >= first_day),
    CONSTRAINT fk_absences_people FOREIGN KEY (organization_id, person_id)
        REFERENCES people (organization_id, id)
);
CREATE INDEX ix_absences_person ON absences (organization_id, person_id, first_day);

CREATE TABLE holidays (
    organization_id bigint NOT NULL CONSTRAINT fk_holidays_organizations REFERENCES organizations (id),
    country text NOT NULL,
    day date NOT NULL,
    name text NOT NULL,
    CONSTRAINT pk_holidays PRIMARY KEY (organization_id, country, day)
);
"""


def upgrade() -> None:
    for statements in (ORGANIZATIONS, PEOPLE, TEAMS, DAYS_OFF):
        op.execute(statements)


def downgrade() -> None:
    op.execute(
        "DROP TABLE holidays, absences, digest_targets, memberships, teams, identities, people, workspaces,"
        " organizations"
    )
