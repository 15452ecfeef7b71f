"""The storage in memory keeps the promises of the real one where the shared suites cannot reach it."""

from datetime import UTC, date, datetime

import pytest

from domain.deliveries import Key, Kind, State
from domain.local_time import due_cohorts, due_digests
from domain.people import Channel
from domain.ports.planning import Planned
from domain.services.prompting import Reason
from domain.teams import Role
from tests.fakes.planner import FakePlanner
from tests.fakes.rows import Tables
from tests.fakes.world import FakeWorld
from tests.random_people import NOW, random_people


@pytest.mark.parametrize("seed", range(6))
def test_the_planner_in_memory_asks_exactly_those_whom_the_rules_ask(seed: int) -> None:
    """The same random people as the planner's SQL is held to."""
    tables = Tables()
    expected = random_people(FakeWorld(tables), seed)
    planner = FakePlanner(tables)
    cohorts = due_cohorts(NOW, planner.prompt_clocks())

    planned = planner.plan_prompts(cohorts)

    written = {
        row.new.key.subject: (row.state, row.new.recipient.identity_id)
        for row in tables.deliveries.values()
        if not row.receipt
    }
    for person_id, wanted in expected.items():
        state = written.get(person_id)
        if wanted.due and wanted.reason is None:
            assert state == (State.READY, wanted.identity_id), person_id
        elif wanted.due and wanted.reason is Reason.TOO_SOON:
            assert state == (State.CANCELLED, wanted.identity_id), person_id
        else:
            assert state is None, (person_id, wanted)
    asked = sum(wanted.due and wanted.reason is None for wanted in expected.values())
    skipped = sum(wanted.due and wanted.reason is Reason.TOO_SOON for wanted in expected.values())
    assert planned == Planned(asked, skipped)
    assert planner.plan_prompts(cohorts) == Planned(0, 0)


def test_a_digest_goes_to_its_places_and_by_mail_to_who_cannot_see_them() -> None:
    tables = Tables()
    world = FakeWorld(tables)
    acme = world.organization()
    team = world.team(acme)
    people = {name: world.person(acme, name) for name in ("slack", "guest", "mail", "observer", "stopped")}
    for name, person in people.items():
        world.identity(acme, person, Channel.EMAIL, mail_stopped_at=NOW if name == "stopped" else None)
        world.member(acme, team, person, Role.OBSERVER if name == "observer" else Role.MEMBER)
    for name in ("slack", "observer"):
        world.identity(acme, people[name], Channel.SLACK, workspace="T1")
    world.identity(acme, people["guest"], Channel.SLACK, workspace="T2")
    target = world.target(acme, team, Channel.SLACK, "T1")
    world.answer(acme, people["slack"], date(2026, 11, 23))
    planner = FakePlanner(tables)
    cohorts = due_digests(datetime(2026, 11, 24, 8, tzinfo=UTC), planner.digest_clocks())

    assert planner.plan_digests(cohorts) == 4
    assert planner.plan_digests(cohorts) == 0

    written = {(row.new.key.kind, row.new.key.target) for row in tables.deliveries.values()}
    mailed = {(Kind.DIGEST_MAIL, people[name]) for name in ("guest", "mail", "observer")}
    assert written == {(Kind.DIGEST, target)} | mailed


@pytest.mark.parametrize(
    ("state", "digests"), [(State.EXPIRED, 1), (State.ACCEPTED, 1), (State.CANCELLED, 0)]
)
def test_a_team_that_was_asked_has_something_to_tell(state: State, digests: int) -> None:
    tables = Tables()
    world = FakeWorld(tables)
    acme = world.organization()
    team = world.team(acme)
    person = world.person(acme)
    world.member(acme, team, person)
    world.target(acme, team, Channel.DISCORD, "G1")
    key = Key(date(2026, 11, 23), Kind.PROMPT, person)
    world.delivery(acme, key, datetime(2026, 11, 23, 17, tzinfo=UTC), state=state)
    cohorts = due_digests(datetime(2026, 11, 24, 9, tzinfo=UTC), [("Europe/Madrid", 540)])
    assert FakePlanner(tables).plan_digests(cohorts) == digests
