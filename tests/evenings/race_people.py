"""Whom the race is about: organizations of people on three channels in zones all around the earth."""

from datetime import date, datetime, timedelta
from itertools import count, takewhile

from sqlalchemy import Engine, text

from adapters.storage.partitions import make_partitions

ZONES = (
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Europe/Madrid",
    "Europe/London",
    "America/New_York",
    "America/Los_Angeles",
)
ORGANIZATION = 500
"""People in each."""
FIRST = datetime.fromisoformat("2026-11-23T08:30:05+00:00")
"""18:00 of the Monday has come nowhere yet, and what the Sunday asked is asked nowhere any more."""
TICK = timedelta(hours=1)
"""Between two instants.  18:00 comes to one zone after the other."""

_PEOPLE = """
INSERT INTO organizations (id, name, zone, created_at) OVERRIDING SYSTEM VALUE
SELECT o, 'Organization ' || o, 'UTC', '2020-01-01'
FROM generate_series(1, (:people - 1) / :organization + 1) AS o;
INSERT INTO people (id, organization_id, name, folded_name, zone, prompt_minute, own_days, created_at)
    OVERRIDING SYSTEM VALUE
SELECT p, (p - 1) / :organization + 1, 'Person ' || p, ' person ' || p,
       (CAST(:zones AS text[]))[p % :count + 1], 18 * 60, 127, '2020-01-01'
FROM generate_series(1, :people) AS p;
INSERT INTO identities (organization_id, person_id, channel, workspace, external_id, direct)
SELECT organization_id, id, channel,
       CASE channel WHEN 1 THEN 'T' || organization_id ELSE '' END,
       CASE channel WHEN 3 THEN 'p' || id || '@example.com' ELSE 'U' || id END,
       CASE channel WHEN 3 THEN NULL ELSE 'D' || id END
FROM (SELECT id, organization_id, id / :count % 3 + 1 AS channel FROM people) AS chosen
"""


def populate(engine: Engine, people: int, days: int) -> None:
    """Fill an empty database; everybody is asked at 18:00 on every day of the week."""
    bound = {"people": people, "organization": ORGANIZATION, "zones": list(ZONES), "count": len(ZONES)}
    with engine.begin() as connection:
        make_partitions(connection, FIRST.date() - timedelta(days=2), days + 4)
        for statement in _PEOPLE.split(";\n"):
            connection.execute(text(statement), bound)
        connection.execute(text("ANALYZE"))


def expected(people: int, days: int) -> set[str]:
    """Every log day of every person, as the senders name what they send."""
    every = [FIRST.date() + timedelta(days=number) for number in range(days)]
    return {f"{day} {person}" for day in every for person in range(1, people + 1)}


def instants(day: date) -> list[datetime]:
    """Those within which 18:00 of that log day comes to every zone, and to none twice."""
    begins = datetime.combine(day, FIRST.timetz())
    return list(takewhile(lambda at: at < begins + timedelta(days=1), (begins + TICK * n for n in count())))
