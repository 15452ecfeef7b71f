"""A large installation: organizations of 500, teams of 20, one person in ten in a second team.

Made by a few INSERT ... SELECTs, always the same.  Whoever belongs to one organization is asked at one time;
those that are neither of the peak nor of the few are due at neither of their instants.  Everybody was asked
the day before.
"""

import hashlib
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from adapters.storage.partitions import make_partitions
from migrations.run import migrate

DAY = date(2026, 11, 24)
"""A Tuesday."""
PEAK = datetime(2026, 11, 24, 17, 0, 5, tzinfo=UTC)
"""18:00 in Central Europe, when `due` people are asked."""
EARLY = datetime(2026, 11, 24, 5, 0, 5, tzinfo=UTC)
"""06:00 in Central Europe, when `few` people are asked."""
SLACK_WORKSPACE = "T0BENCH"
_PEAK_CITIES = (
    *("Amsterdam", "Belgrade", "Berlin", "Brussels", "Budapest", "Copenhagen", "Luxembourg", "Madrid"),
    *("Oslo", "Paris", "Prague", "Rome", "Stockholm", "Vienna", "Warsaw", "Zurich"),
)
_PEAK_ZONES = [f"Europe/{city}" for city in _PEAK_CITIES]
_OTHERS = {
    "America/New_York": 17 * 60,
    "America/Chicago": 16 * 60,
    "America/Toronto": 17 * 60,
    "America/Sao_Paulo": 18 * 60,
    "Asia/Tokyo": 18 * 60,
    "Asia/Seoul": 18 * 60,
    "Asia/Shanghai": 18 * 60,
    "Asia/Kolkata": 12 * 60 + 30,
    "Australia/Sydney": 18 * 60,
    "Europe/London": 18 * 60,
}

# Organization o holds the people from 500 o + 1 on.  Foreign keys are not checked one by one while this runs;
# the rows fit each other by how they are made.
_ROWS = """
SET session_replication_role = replica;
SET synchronous_commit = off;
CREATE TEMP TABLE clock AS
    SELECT place, zone, minute FROM unnest(CAST(:zones AS text[]), CAST(:minutes AS smallint[]))
        WITH ORDINALITY AS clock (zone, minute, place);

INSERT INTO organizations (id, name, zone, holiday_country, created_at) OVERRIDING SYSTEM VALUE
SELECT o, 'Organization ' || o, 'Europe/Madrid', (ARRAY['ES', 'DE', 'FR'])[o % 3 + 1], '2020-01-01'
FROM generate_series(1, (:people - 1) / 500 + 1) AS o;

INSERT INTO holidays (organization_id, country, day, name)
SELECT id, country, DATE '2026-12-25', 'Christmas'
FROM organizations, unnest(ARRAY['ES', 'DE', 'FR']) AS country;

INSERT INTO teams (id, organization_id, name, folded_name, zone, digest_minute, work_days, created_at)
    OVERRIDING SYSTEM VALUE
SELECT t, (t - 1) * 20 / 500 + 1, 'Team ' || t, 'team ' || t, 'Europe/Madrid', 540, 31, '2020-01-01'
FROM generate_series(1, (:people - 1) / 20 + 1) AS t;

INSERT INTO people (id, organization_id, name, folded_name, zone, prompt_minute, own_days, created_at)
    OVERRIDING SYSTEM VALUE
SELECT p, (p - 1) / 500 + 1, 'Person ' || p, ' person ' || p, clock.zone, clock.minute,
       CASE WHEN p % 50 = 0 THEN 127 END, '2020-01-01'
FROM generate_series(1, :people) AS p
JOIN clock ON clock.place = CASE
    WHEN :few = :people OR (p - 1) / 500 % (:people / :few) = 1 THEN :peak_zones + 1
    WHEN (p - 1) / 500 % (:people / :due) = 0 THEN 1 + (p - 1) / 500 % :peak_zones
    ELSE :peak_zones + 2 + (p - 1) / 500 % :other_zones
END;

INSERT INTO memberships (organization_id, team_id, person_id, role, joined_at)
SELECT (p - 1) / 500 + 1, (p - 1) / 20 + 1, p, 1, '2020-01-01' FROM generate_series(1, :people) AS p;
INSERT INTO memberships (organization_id, team_id, person_id, role, joined_at)
SELECT (p - 1) / 500 + 1, (p - 1) / 500 * 25 + 1 + (p - 1) % 500 / 20 % 24, p, 2, '2020-01-01'
FROM generate_series(1, :people) AS p WHERE p % 10 = 0
ON CONFLICT DO NOTHING;

INSERT INTO identities (id, organization_id, person_id, channel, workspace, external_id, direct)
    OVERRIDING SYSTEM VALUE
SELECT p, (p - 1) / 500 + 1, p, p % 3 + 1,
       CASE p % 3 + 1 WHEN :slack THEN CAST(:workspace AS text) ELSE '' END,
       CASE p % 3 + 1 WHEN :slack THEN 'U' || p WHEN :discord THEN (100000000000000000 + p)::text
           ELSE 'person' || p || '@example.com' END,
       CASE p % 3 + 1 WHEN :slack THEN 'D' || p WHEN :discord THEN (200000000000000000 + p)::text END
FROM generate_series(1, :people) AS p;

INSERT INTO absences (organization_id, person_id, first_day, last_day)
SELECT (p - 1) / 500 + 1, p, DATE '2026-08-03', DATE '2026-08-14'
FROM generate_series(1, :people) AS p WHERE p % 20 = 0;

INSERT INTO answers (organization_id, person_id, day, source_ref, revised_at)
SELECT (p - 1) / 500 + 1, p, DATE '2026-11-23', 'source ' || p, '2026-11-23'
FROM generate_series(1, :people) AS p WHERE p % 2 = 0;

INSERT INTO deliveries (day, kind, subject, organization_id, person_id, channel, identity_id, workspace,
                        address, direct, state, due_at, not_after, facts, fence, attempt, attempt_started_at,
                        receipt, sent_at)
SELECT DATE '2026-11-23', 1, person_id, organization_id, person_id, channel, identity.id, workspace,
       external_id, direct, 4, at, at + INTERVAL '6 hours',
       jsonb_build_object('is', 'PromptAsked', 'day', '2026-11-23', 'explain', false, 'goals', '[]'::jsonb),
       1, 1, at, 'receipt ' || identity.id, at
FROM identities AS identity, CAST('2026-11-23 17:00+00' AS timestamptz) AS at;
SELECT setval(pg_get_serial_sequence('organizations', 'id'), max(id)) FROM organizations;
SET session_replication_role = origin;
"""


def edition() -> str:
    """Changes with what is made, so that an older one is made anew."""
    return hashlib.sha256(_ROWS.encode()).hexdigest()[:8]


def populate(url: str, people: int, due: int, few: int) -> None:
    """Fill the empty database at `url`; `due` and `few` people are asked at `PEAK` and at `EARLY`.

    Each a multiple of 500: whole organizations, spread evenly over all.
    """
    migrate(url)
    zones, minutes = _clocks()
    bound = {
        "people": people,
        "due": due,
        "few": few,
        "zones": zones,
        "minutes": minutes,
        "peak_zones": len(_PEAK_ZONES),
        "other_zones": len(_OTHERS),
        "slack": 1,
        "discord": 2,
        "workspace": SLACK_WORKSPACE,
    }
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        make_partitions(connection, DAY - timedelta(days=2), 10)
        for statement in _ROWS.split(";\n"):
            if statement.strip():
                connection.execute(text(statement), bound)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    engine.dispose()


def _clocks() -> tuple[list[str], list[int]]:
    """Zones and prompt minutes of the peak, of the few and of the others."""
    zones = [*_PEAK_ZONES, "Europe/Madrid", *_OTHERS]
    minutes = [*(18 * 60 for _ in _PEAK_ZONES), 6 * 60, *_OTHERS.values()]
    return zones, minutes
