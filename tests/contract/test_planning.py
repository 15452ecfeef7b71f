"""The planner's SQL says what the plain rules say, for everybody at once and however many run it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier

import pytest
from sqlalchemy import Connection, Engine, text

from adapters.storage.planner import PostgresPlanner
from domain.deliveries import Key, Kind, State
from domain.local_time import due_cohorts, due_digests
from domain.people import Channel
from domain.ports.planning import Planned
from domain.services.prompting import Reason
from domain.teams import Role
from tests.random_people import NOW, random_people
from tests.worlds import World


@pytest.mark.parametrize("seed", range(6))
def test_the_sql_asks_exactly_those_whom_the_rules_ask(connection: Connection, seed: int) -> None:
    """Fault 10, as PostgreSQL sees it: too soon after the last prompt is nobody asked."""
    expected = random_people(World(connection), seed)
    cohorts = due_cohorts(NOW, PostgresPlanner(connection).prompt_clocks())

    planned = PostgresPlanner(connection).plan_prompts(cohorts)

    rows = _new_prompts(connection)
    for person_id, wanted in expected.items():
        state = rows.get(person_id, (None, None))
        if wanted.due and wanted.reason is None:
            assert state == (State.READY, wanted.identity_id), person_id
        elif wanted.due and wanted.reason is Reason.TOO_SOON:
            assert state == (State.CANCELLED, wanted.identity_id), person_id
        else:
            assert state == (None, None), (person_id, wanted)
    asked = sum(wanted.due and wanted.reason is None for wanted in expected.values())
    skipped = sum(wanted.due and wanted.reason is Reason.TOO_SOON for wanted in expected.values())
    assert planned == Planned(asked, skipped)
    assert asked > 5
    assert skipped > 0


def test_planning_again_plans_nothing(connection: Connection) -> None:
    """Faults 3 and 11, as PostgreSQL sees them."""
    random_people(World(connection), 7)
    planner = PostgresPlanner(connection)
    cohorts = due_cohorts(NOW, planner.prompt_clocks())
    planner.plan_prompts(cohorts)
    assert planner.plan_prompts(cohorts) == Planned(0, 0)


def test_the_clocks_are_those_of_active_people(connection: Connection) -> None:
    world = World(connection)
    acme = world.organization()
    for minute in (1080, 1080, 600):
        world.person(acme, prompt_minute=minute)
    world.person(acme, zone="UTC", active=False)
    clocks = PostgresPlanner(connection).prompt_clocks()
    assert clocks == [("Europe/Madrid", 600), ("Europe/Madrid", 1080)]


def test_five_planners_at_once_ask_nobody_twice(engine: Engine) -> None:
    """Faults 3 and 4: none of them fails for what another has planned."""
    with engine.begin() as connection:
        world = World(connection)
        acme = world.organization()
        team = world.team(acme)
        for number in range(100):
            person = world.person(acme, f"P{number}")
            world.identity(acme, person, Channel.EMAIL)
            world.member(acme, team, person)
        cohorts = due_cohorts(NOW, [("Europe/Madrid", 1080)])

    def plan(_: int) -> int:
        with engine.begin() as opened:
            return PostgresPlanner(opened).plan_prompts(cohorts).new

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(plan, range(5))) == 100
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM deliveries")) == 100


# ---------------------------------------------------------------- digests


def test_a_digest_goes_to_its_places_and_by_mail_to_who_cannot_see_them(connection: Connection) -> None:
    world = World(connection)
    acme = world.organization()
    team = world.team(acme)
    people = {name: world.person(acme, name) for name in ("slack", "guest", "mail", "observer", "stopped")}
    for name, person in people.items():
        stopped = NOW if name == "stopped" else None
        world.identity(acme, person, Channel.EMAIL, mail_stopped_at=stopped)
        role = Role.OBSERVER if name == "observer" else Role.MEMBER
        world.member(acme, team, person, role)
    for name in ("slack", "observer"):
        world.identity(acme, people[name], Channel.SLACK, workspace="T1")
    world.identity(acme, people["guest"], Channel.SLACK, workspace="T2")
    target = world.target(acme, team, Channel.SLACK, "T1")
    world.answer(acme, people["slack"], date(2026, 11, 23))
    morning = datetime(2026, 11, 24, 8, tzinfo=UTC)
    planner = PostgresPlanner(connection)
    cohorts = due_digests(morning, planner.digest_clocks())

    assert planner.plan_digests(cohorts) == 4
    assert planner.plan_digests(cohorts) == 0

    rows = connection.execute(
        text("SELECT kind, subject, target, day, not_after FROM deliveries ORDER BY kind, target")
    ).all()
    mailed = sorted(people[name] for name in ("guest", "mail", "observer"))
    assert [(row.kind, row.target) for row in rows] == [
        (Kind.DIGEST, target),
        *((Kind.DIGEST_MAIL, person) for person in mailed),
    ]
    assert {(row.subject, row.day, row.not_after) for row in rows} == {
        (team, date(2026, 11, 24), datetime(2026, 11, 25, 3, tzinfo=UTC))
    }


def test_five_planners_at_once_tell_no_team_twice(engine: Engine) -> None:
    """Fault 17: none of them fails for what another has planned."""
    monday, morning = date(2026, 11, 23), datetime(2026, 11, 24, 9, tzinfo=UTC)
    with engine.begin() as connection:
        world = World(connection)
        acme = world.organization()
        person = world.person(acme)
        for number in range(100):
            team = world.team(acme)
            world.member(acme, team, person)
            world.target(acme, team, Channel.DISCORD, f"G{number}")
        world.answer(acme, person, monday)
        cohorts = due_digests(morning, [("Europe/Madrid", 540)])
    together = Barrier(5)

    def plan(_: int) -> int:
        with engine.begin() as opened:
            together.wait()
            return PostgresPlanner(opened).plan_digests(cohorts)

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(plan, range(5))) == 100
    with engine.begin() as connection:
        assert connection.scalar(text("SELECT count(*) FROM deliveries")) == 100


@pytest.mark.parametrize(
    ("happened", "digests"),
    [("nothing", 0), ("answered", 1), ("asked", 1), ("cancelled", 0), ("told", 0), ("day off", 0)],
)
def test_only_a_team_with_something_to_tell_gets_a_digest(
    connection: Connection, happened: str, digests: int
) -> None:
    world = World(connection)
    acme = world.organization()
    team = world.team(acme, work_days=0b1111101 if happened == "day off" else 0b0011111)
    person = world.person(acme)
    world.member(acme, team, person)
    target = world.target(acme, team, Channel.DISCORD, "G1")
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    noon = datetime(2026, 11, 23, 17, tzinfo=UTC)
    if happened in {"answered", "day off"}:
        world.answer(acme, person, monday)
    if happened == "told":
        world.answer(acme, person, date(2026, 11, 22))
        key = Key(monday, Kind.DIGEST, team, target)
        world.delivery(acme, key, noon, state=int(State.ACCEPTED))
    if happened in {"asked", "cancelled"}:
        state = State.CANCELLED if happened == "cancelled" else State.EXPIRED
        world.delivery(acme, Key(monday, Kind.PROMPT, person), noon, state=int(state))

    cohorts = due_digests(datetime(2026, 11, 24, 9, tzinfo=UTC), [("Europe/Madrid", 540)])

    assert [each.day for each in cohorts] == [tuesday]
    assert PostgresPlanner(connection).plan_digests(cohorts) == digests


def _new_prompts(connection: Connection) -> dict[int, tuple[int, int]]:
    rows = connection.execute(
        text("SELECT subject, state, identity_id FROM deliveries WHERE kind = 1 AND receipt IS NULL")
    )
    return {row.subject: (row.state, row.identity_id) for row in rows}
