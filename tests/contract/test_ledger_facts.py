"""What is gathered for the prompts and digests that were claimed."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Connection, event

from adapters.storage.ledger import PostgresLedger
from domain.deliveries import LEASE, Key, Kind, State
from domain.dones import LineKind
from domain.people import Channel
from domain.ports.contexts import MemberDays, PromptContext, TeamDays
from domain.teams import Role
from tests.ledger_steps import DUE, TUESDAY, claim
from tests.worlds import World

THURSDAY, FRIDAY = date(2026, 11, 19), date(2026, 11, 20)
SUNDAY, MONDAY = date(2026, 11, 22), date(2026, 11, 23)
NINE_ON_MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.fixture
def ada(world: World, acme: int) -> int:
    return world.person(acme, "Ada")


def context(world: World, ledger: PostgresLedger, acme: int, person: int) -> PromptContext:
    world.delivery(acme, Key(TUESDAY, Kind.PROMPT, person), DUE)
    claimed = claim(ledger, channel=Channel.EMAIL)
    return ledger.prompt_contexts(claimed)[claimed[0].ref]


def test_the_first_prompt_explains_itself(world: World, acme: int, ada: int, ledger: PostgresLedger) -> None:
    assert context(world, ledger, acme, ada) == PromptContext(explain=True, goals=())


def test_whoever_was_asked_lately_needs_no_explanation(
    world: World, acme: int, ada: int, ledger: PostgresLedger
) -> None:
    world.delivery(acme, Key(MONDAY, Kind.PROMPT, ada), DUE, state=int(State.DELIVERED))
    assert not context(world, ledger, acme, ada).explain


def test_whoever_has_answered_needs_no_explanation(
    world: World, acme: int, ada: int, ledger: PostgresLedger
) -> None:
    world.answer(acme, ada, date(2025, 1, 1))
    assert not context(world, ledger, acme, ada).explain


def test_her_open_goals_come_oldest_first(world: World, acme: int, ada: int, ledger: PostgresLedger) -> None:
    world.done(acme, ada, MONDAY, "pair with Ben", kind=LineKind.GOAL)
    world.done(acme, ada, FRIDAY, "write the docs", kind=LineKind.GOAL)
    world.done(acme, ada, FRIDAY, "reached", kind=LineKind.GOAL)
    world.done(acme, ada, MONDAY, "Reached")
    world.done(acme, ada, FRIDAY, "dropped", kind=LineKind.GOAL, deleted_at=DUE)
    world.done(acme, ada, date(2026, 10, 1), "of long ago", kind=LineKind.GOAL)
    world.done(acme, world.person(acme, "Ben"), MONDAY, "his", kind=LineKind.GOAL)
    assert context(world, ledger, acme, ada).goals == ("write the docs", "pair with Ben")


def digest(world: World, ledger: PostgresLedger, acme: int, team: int) -> TeamDays:
    key = Key(MONDAY, Kind.DIGEST, team, 1)
    world.delivery(acme, key, NINE_ON_MONDAY, channel=int(Channel.SLACK))
    claimed = ledger.claim(Channel.SLACK, NINE_ON_MONDAY, NINE_ON_MONDAY, LEASE, 10)
    return ledger.team_days(claimed)[claimed[0].ref]


def member_days(world: World, ledger: PostgresLedger, acme: int, person: int) -> MemberDays:
    team = world.team(acme)
    world.member(acme, team, person)
    (found,) = digest(world, ledger, acme, team).members
    return found


def test_a_digest_covers_every_day_since_the_last_that_was_accepted(
    world: World, acme: int, ledger: PostgresLedger
) -> None:
    """Friday's was accepted, Sunday's failed: Monday's tells of Friday to Sunday."""
    team = world.team(acme, "Platform")
    for day, state in ((FRIDAY, State.ACCEPTED), (SUNDAY, State.FAILED)):
        world.delivery(acme, Key(day, Kind.DIGEST, team, 1), NINE_ON_MONDAY, state=int(state))
    due = digest(world, ledger, acme, team).due
    assert (due.first_day, due.last_day, due.sent_on) == (FRIDAY, SUNDAY, MONDAY)


def test_a_posted_copy_covers_what_was_mailed_meanwhile_and_a_mailed_one_does_not_repeat_it(
    world: World, acme: int, ledger: PostgresLedger
) -> None:
    """Fault 26: the channel of the posted copies was closed on Sunday, when others got theirs by mail."""
    team = world.team(acme, "Platform")
    for key, state in (
        (Key(FRIDAY, Kind.DIGEST, team, 1), State.ACCEPTED),
        (Key(SUNDAY, Kind.DIGEST, team, 1), State.EXPIRED),
        (Key(SUNDAY, Kind.DIGEST, team, 2), State.ACCEPTED),
        (Key(SUNDAY, Kind.DIGEST_MAIL, team, 7), State.ACCEPTED),
    ):
        world.delivery(acme, key, NINE_ON_MONDAY, state=int(state))
    for key in (
        *(Key(MONDAY, Kind.DIGEST, team, target) for target in (1, 2, 3)),
        *(Key(MONDAY, Kind.DIGEST_MAIL, team, person) for person in (7, 8)),
    ):
        world.delivery(acme, key, NINE_ON_MONDAY, channel=int(Channel.SLACK))
    claimed = ledger.claim(Channel.SLACK, NINE_ON_MONDAY, NINE_ON_MONDAY, LEASE, 10)
    found = ledger.team_days(claimed)
    covered = {each.key[1:4]: found[each.ref].due.first_day for each in claimed}
    assert covered == {
        (Kind.DIGEST, team, 1): FRIDAY,
        (Kind.DIGEST, team, 2): SUNDAY,
        (Kind.DIGEST, team, 3): SUNDAY,
        (Kind.DIGEST_MAIL, team, 7): SUNDAY,
        (Kind.DIGEST_MAIL, team, 8): SUNDAY,
    }


@pytest.mark.parametrize(
    ("on_friday", "on_sunday", "covered_from"),
    [
        ([], [State.EXPIRED], FRIDAY),
        ([], [State.READY], FRIDAY),
        ([State.UNKNOWN], [State.BOUNCED], THURSDAY),
        ([State.EXPIRED], [State.DELIVERED], SUNDAY),
        ([State.EXPIRED], [], SUNDAY),
        ([], [State.FAILED, State.ACCEPTED], SUNDAY),
        ([], [State.FAILED, State.EXPIRED], FRIDAY),
        ([], [State.CANCELLED], SUNDAY),
    ],
    ids=[
        "nothing came on Sunday",
        "it is too late for Sunday's",
        "twice nothing came",
        "only the last one counts",
        "she saw Sunday's elsewhere",
        "Sunday's came by her next channel",
        "nor did it come by her next channel",
        "on Sunday she wanted none",
    ],
)
def test_a_mailed_copy_tells_what_the_ones_before_it_that_never_arrived_would_have_told(
    world: World,
    acme: int,
    ledger: PostgresLedger,
    on_friday: list[State],
    on_sunday: list[State],
    covered_from: date,
) -> None:
    """Fault 26: mail was closed, while the copies that are posted were accepted every day."""
    team = world.team(acme, "Platform")
    for day in (THURSDAY, FRIDAY, SUNDAY):
        world.delivery(acme, Key(day, Kind.DIGEST, team, 1), NINE_ON_MONDAY, state=int(State.ACCEPTED))
    for day, states in ((FRIDAY, on_friday), (SUNDAY, on_sunday)):
        for number, state in enumerate(states):
            key = Key(day, Kind.DIGEST_MAIL, team, 9, try_=number)
            world.delivery(acme, key, NINE_ON_MONDAY, channel=int(Channel.SLACK), state=int(state))
    for reader in (9, 8):
        key = Key(MONDAY, Kind.DIGEST_MAIL, team, reader)
        world.delivery(acme, key, NINE_ON_MONDAY, channel=int(Channel.EMAIL))
    claimed = ledger.claim(Channel.EMAIL, NINE_ON_MONDAY, NINE_ON_MONDAY, LEASE, 10)
    found = ledger.team_days(claimed)
    covered = {each.key.target: found[each.ref].due.first_day for each in claimed}
    assert covered == {9: covered_from, 8: SUNDAY}, "nobody else is told anything twice"


def test_the_first_digest_of_a_team_covers_a_week(world: World, acme: int, ledger: PostgresLedger) -> None:
    due = digest(world, ledger, acme, world.team(acme)).due
    assert (due.first_day, due.last_day) == (date(2026, 11, 16), SUNDAY)


def test_a_digest_tells_the_teams_dones_of_those_days_in_the_order_written(
    world: World, acme: int, ada: int, ledger: PostgresLedger
) -> None:
    team, other = world.team(acme), world.team(acme)
    world.member(acme, team, ada)
    answer = world.answer(acme, ada, FRIDAY)
    world.done(acme, ada, SUNDAY, "third", [team, other])
    world.done(acme, ada, FRIDAY, "second", [team], answer_id=answer, position=1)
    world.done(acme, ada, FRIDAY, "first", [team], answer_id=answer, position=0)
    world.done(acme, ada, FRIDAY, "private")
    world.done(acme, ada, FRIDAY, "for others", [other])
    world.done(acme, ada, FRIDAY, "deleted", [team], deleted_at=DUE)
    world.done(acme, ada, MONDAY, "of today", [team])
    (hers,) = digest(world, ledger, acme, team).members
    assert [done.text for done in hers.dones] == ["first", "second", "third"]
    assert hers.answered


@pytest.mark.parametrize(
    ("state", "prompted", "missed"),
    [
        (State.ACCEPTED, True, False),
        (State.DELIVERED, True, False),
        (State.EXPIRED, False, True),
        (State.FAILED, False, True),
        (State.CANCELLED, False, False),
        (State.READY, False, False),
    ],
)
def test_a_digest_knows_whether_each_was_asked(
    world: World,
    acme: int,
    ada: int,
    ledger: PostgresLedger,
    state: State,
    *,
    prompted: bool,
    missed: bool,
) -> None:
    world.delivery(acme, Key(SUNDAY, Kind.PROMPT, ada), DUE, state=int(state))
    hers = member_days(world, ledger, acme, ada)
    assert (hers.prompted, hers.missed, hers.answered) == (prompted, missed, False)


def test_a_digest_knows_who_is_away_and_which_days_are_off(
    world: World, acme: int, ledger: PostgresLedger
) -> None:
    world.holiday(acme, "NZ", SUNDAY)
    world.holiday(acme, "ES", FRIDAY)
    ada = world.person(acme, holiday_country="NZ")
    world.absence(acme, ada, date(2026, 11, 1), date(2026, 11, 17))
    hers = member_days(world, ledger, acme, ada)
    assert (hers.away, hers.away_until) == (True, date(2026, 11, 17))
    assert hers.days_off == {date(2026, 11, 16), date(2026, 11, 17), SUNDAY}


def test_who_is_away_until_further_notice_has_no_last_day(
    world: World, acme: int, ada: int, ledger: PostgresLedger
) -> None:
    world.absence(acme, ada, FRIDAY, None)
    hers = member_days(world, ledger, acme, ada)
    assert (hers.away, hers.away_until) == (True, None)


def test_a_digest_knows_who_takes_part_by_mail_and_on_which_days_she_is_asked(
    world: World, acme: int, ada: int, ledger: PostgresLedger
) -> None:
    world.identity(acme, ada, Channel.EMAIL)
    hers = member_days(world, ledger, acme, ada)
    assert (hers.by_mail, hers.asked_days) == (True, 0b0011111)


def test_who_has_a_chat_takes_no_part_by_mail(
    world: World, acme: int, ada: int, ledger: PostgresLedger
) -> None:
    world.identity(acme, ada, Channel.EMAIL)
    world.identity(acme, ada, Channel.DISCORD)
    assert not member_days(world, ledger, acme, ada).by_mail


def test_whoever_is_only_invited_or_has_left_is_not_in_it(
    world: World, acme: int, ada: int, ledger: PostgresLedger
) -> None:
    team = world.team(acme)
    world.member(acme, team, ada, Role.INVITED)
    world.member(acme, team, world.person(acme, "Gone", active=False))
    world.member(acme, team, world.person(acme, "Ola"), Role.OBSERVER)
    members = digest(world, ledger, acme, team).members
    assert [(each.person.name, each.role) for each in members] == [("Ola", Role.OBSERVER)]


def test_digests_of_many_teams_take_three_statements(
    connection: Connection, world: World, acme: int, ledger: PostgresLedger
) -> None:
    teams = [world.team(acme) for _ in range(20)]
    for team in teams:
        world.member(acme, team, world.person(acme))
        key = Key(MONDAY, Kind.DIGEST, team, 1)
        world.delivery(acme, key, NINE_ON_MONDAY, channel=int(Channel.SLACK))
    claimed = ledger.claim(Channel.SLACK, NINE_ON_MONDAY, NINE_ON_MONDAY, LEASE, 100)
    statements: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *arguments: statements.append(str(arguments[2])))
    found = ledger.team_days(claimed)
    assert {each.team.id for each in found.values()} == set(teams)
    assert len(statements) == 3
