"""`plan`: writing the prompts of everybody who is due into the ledger, every rule on.

The bound writes the same rows, found by the same rules, into a table that has the ledger's columns,
partitions, indexes and foreign keys; it knows nothing of what is planned already, so it has no ON CONFLICT
and does not look, and may be run once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine, text

from adapters.storage.planner import PostgresPlanner
from adapters.storage.unit_of_work import PostgresStorage
from bench import postgres
from bench.crowd import DAY, PEAK
from bench.figures import Figure, Sample, Sizes, compared, interleaved
from domain.local_time import Cohort, due_cohorts
from domain.services.prompting import plan_prompts

_MAKE_BOUND = """
    DROP SCHEMA IF EXISTS bound CASCADE;
    CREATE SCHEMA bound;
    CREATE TABLE bound.deliveries (LIKE public.deliveries INCLUDING ALL) PARTITION BY RANGE (day);
    ALTER TABLE bound.deliveries
        ADD FOREIGN KEY (organization_id, person_id) REFERENCES people (organization_id, id),
        ADD FOREIGN KEY (organization_id, identity_id) REFERENCES identities (organization_id, id);
    CREATE TABLE bound.deliveries_default PARTITION OF bound.deliveries DEFAULT
"""

_BOUND = text("""
    INSERT INTO bound.deliveries (day, kind, subject, organization_id, person_id, channel, identity_id,
                                  workspace, address, direct, due_at, not_after, state)
    SELECT cohort.day, 1, person.id, person.organization_id, person.id, door.channel, door.id,
           door.workspace, door.external_id, door.direct, cohort.due_at, cohort.not_after, 1
    FROM unnest(
        CAST(:zones AS text[]), CAST(:minutes AS smallint[]), CAST(:days AS date[]),
        CAST(:dues AS timestamptz[]), CAST(:ends AS timestamptz[]), CAST(:bits AS integer[])
    ) AS cohort (zone, minute, day, due_at, not_after, weekday)
    JOIN people AS person
        ON person.zone = cohort.zone AND person.prompt_minute = cohort.minute AND person.active
    JOIN organizations AS organization ON organization.id = person.organization_id
    CROSS JOIN LATERAL (
        SELECT identity.id, identity.channel, identity.workspace, identity.external_id, identity.direct
        FROM identities AS identity
        WHERE identity.organization_id = person.organization_id AND identity.person_id = person.id
          AND identity.active AND (identity.channel <> 3 OR identity.mail_stopped_at IS NULL)
        ORDER BY identity.channel IS NOT DISTINCT FROM person.preferred DESC, identity.channel, identity.id
        LIMIT 1
    ) AS door
    WHERE coalesce(person.own_days, (
            SELECT bit_or(team.work_days) FROM memberships AS membership
            JOIN teams AS team
                ON team.organization_id = membership.organization_id AND team.id = membership.team_id
            WHERE membership.organization_id = person.organization_id
              AND membership.person_id = person.id AND membership.role IN (1, 2)
        ), 0) & cohort.weekday <> 0
      AND NOT EXISTS (
            SELECT FROM absences AS absence
            WHERE absence.organization_id = person.organization_id AND absence.person_id = person.id
              AND absence.first_day <= cohort.day
              AND (absence.last_day IS NULL OR absence.last_day >= cohort.day)
        )
      AND NOT EXISTS (
            SELECT FROM holidays AS holiday
            WHERE holiday.organization_id = person.organization_id AND holiday.day = cohort.day
              AND holiday.country = coalesce(person.holiday_country, organization.holiday_country)
        )
      AND (person.ask_anyway OR NOT EXISTS (
            SELECT FROM answers AS answer
            WHERE answer.organization_id = person.organization_id AND answer.person_id = person.id
              AND answer.day = cohort.day
        ))
      AND NOT EXISTS (
            SELECT FROM public.deliveries AS earlier
            WHERE earlier.kind = 1 AND earlier.subject = person.id AND earlier.state <> 10
              AND earlier.due_at > cohort.due_at - INTERVAL '12 hours' AND earlier.day < cohort.day
              AND earlier.day BETWEEN :first_day AND :last_day
        )
""")


def run(sizes: Sizes) -> list[Figure]:
    spent = postgres.DatabaseUse()
    with postgres.server() as running:
        url = postgres.populated(running, sizes.people, sizes.due, sizes.few)
        with postgres.engine(url) as engine:
            pairs = interleaved(
                sizes.rounds,
                lambda: planned(engine, PEAK, sizes.due, spent),
                lambda: inserted(engine, PEAK, sizes.due),
            )
    return [
        *compared("plan", "rows", pairs, "ratio >= 0.8 (floor 0.6)"),
        *spent.figures(sizes.due * sizes.rounds),
    ]


def planned(engine: Engine, now: datetime, due: int, spent: postgres.DatabaseUse) -> Sample:
    """The product's plan, on a ledger in which the day is empty."""
    postgres.empty_ledger(engine)
    with postgres.counting(engine, spent):
        sample = postgres.sample(engine, due, lambda: plan(engine, now))
    _assert_planned(engine, "deliveries", due)
    return sample


def inserted(engine: Engine, now: datetime, due: int) -> Sample:
    """The plain INSERT ... SELECT, into an empty table."""
    _make_bound(engine)
    with engine.connect() as connection:
        bound = _arrays(due_cohorts(now, PostgresPlanner(connection).prompt_clocks()))

    def insert() -> None:
        with engine.begin() as connection:
            connection.execute(_BOUND, bound)

    sample = postgres.sample(engine, due, insert)
    _assert_planned(engine, "bound.deliveries", due)
    return sample


def plan(engine: Engine, now: datetime) -> int:
    """Plan as the tick does; how many prompts are new."""
    with PostgresStorage(engine, feed=False).begin() as uow:
        planned = plan_prompts(uow, now)
        uow.commit()
        return planned.new


def _make_bound(engine: Engine) -> None:
    """A new table beside the ledger, cut the same way."""
    with engine.begin() as connection:
        for statement in _MAKE_BOUND.split(";"):
            connection.execute(text(statement))
        for step in range(-2, 8):
            day = DAY + timedelta(days=step)
            connection.execute(
                text(
                    f"CREATE TABLE bound.deliveries_{day:%Y%m%d} PARTITION OF bound.deliveries"
                    f" FOR VALUES FROM ('{day}') TO ('{day + timedelta(days=1)}')"
                )
            )


def _assert_planned(engine: Engine, table: str, count: int) -> None:
    with engine.connect() as connection:
        counted = text(f"SELECT count(*) FROM {table}_{DAY:%Y%m%d}")  # noqa: S608 -- our own names
        found = connection.execute(counted).scalar_one()
    if found != count:
        raise AssertionError(f"{found} rows in {table}, not {count}")


def _arrays(cohorts: Sequence[Cohort]) -> dict[str, Any]:
    near = timedelta(days=2)
    return {
        "zones": [each.zone for each in cohorts],
        "minutes": [each.minute for each in cohorts],
        "days": [each.day for each in cohorts],
        "dues": [each.due_at for each in cohorts],
        "ends": [each.not_after for each in cohorts],
        "bits": [each.weekday_bit for each in cohorts],
        "first_day": min(each.day for each in cohorts) - near,
        "last_day": max(each.day for each in cohorts) - timedelta(days=1),
    }
