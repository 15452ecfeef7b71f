"""Claims go on where the one before ended, and yet leave nothing lying that became ready behind them."""

import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from adapters.storage.claim_cursors import LATELY, SHARE, WHOLE_WALK_EVERY, ClaimCursors
from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.ledger import PostgresLedger
from domain.deliveries import LEASE, Claimed, Key, Kind, Later, NewDelivery, Recipient, Result
from domain.limits import Limits
from domain.people import Address, Channel
from tests.ledger_steps import DUE, TUESDAY
from tests.worlds import World, reply


@pytest.fixture
def people(world: World, acme: int) -> list[int]:
    """Of five, each is asked at the same moment."""
    return [world.person(acme) for _ in range(5)]


@pytest.fixture
def crowd(world: World, acme: int) -> list[int]:
    return [world.person(acme) for _ in range(200)]


def prompt(acme: int, person: int, due_at: datetime = DUE, channel: Channel = Channel.SLACK) -> NewDelivery:
    key, address = Key(TUESDAY, Kind.PROMPT, person), Address(channel, str(person), "T1")
    return NewDelivery(key, acme, Recipient(address), due_at, person)


def claim(ledger: PostgresLedger, after: timedelta = timedelta(), limit: int = 1) -> list[int]:
    """So long after the first claim in real time; the subjects of what was claimed."""
    claimed = ledger.claim(Channel.SLACK, DUE, DUE + after, LEASE, limit)
    return [each.key.subject for each in claimed]


def test_all_of_one_moment_are_claimed_once_in_their_order(
    connection: Connection, acme: int, people: list[int], ledger: PostgresLedger
) -> None:
    add_deliveries(connection, [prompt(acme, each) for each in people])
    assert [claim(ledger, limit=2) for _ in range(4)] == [people[:2], people[2:4], people[4:], []]


def test_what_becomes_ready_behind_the_last_one_waits_no_longer_than_seconds(
    connection: Connection, acme: int, people: list[int], ledger: PostgresLedger
) -> None:
    first, second, third, fourth, late = people
    add_deliveries(connection, [prompt(acme, each) for each in (first, second, third, fourth)])
    assert claim(ledger) == [first]
    add_deliveries(connection, [prompt(acme, late, DUE - timedelta(hours=1))])
    assert claim(ledger, WHOLE_WALK_EVERY / 2) == [second]
    assert claim(ledger, WHOLE_WALK_EVERY) == [late]
    assert claim(ledger, WHOLE_WALK_EVERY) == [third]


def test_it_waits_not_at_all_once_there_is_less_than_wanted(
    connection: Connection, acme: int, people: list[int], ledger: PostgresLedger
) -> None:
    first, second, third, late, _ = people
    add_deliveries(connection, [prompt(acme, each) for each in (first, second, third)])
    assert claim(ledger, limit=2) == [first, second]
    add_deliveries(connection, [prompt(acme, late, DUE - timedelta(hours=1))])
    assert claim(ledger, limit=2) == [late, third]


def test_what_somebody_waits_for_does_not_wait_for_that(
    connection: Connection, acme: int, people: list[int], ledger: PostgresLedger
) -> None:
    add_deliveries(connection, [prompt(acme, each) for each in people])
    assert claim(ledger) == people[:1]
    add_deliveries(connection, [reply(acme, 77, DUE - timedelta(hours=1))])
    assert claim(ledger) == [77]
    assert claim(ledger) == people[1:2]


def test_what_a_failed_transaction_claimed_is_found_again(
    connection: Connection, acme: int, people: list[int], ledger: PostgresLedger
) -> None:
    add_deliveries(connection, [prompt(acme, each) for each in people])
    doomed = connection.begin_nested()
    assert claim(ledger, limit=2) == people[:2]
    doomed.rollback()
    assert claim(ledger, WHOLE_WALK_EVERY, limit=2) == people[:2]


def slow() -> ClaimCursors:
    """As after a day of which nothing could be cleaned up: each walk takes a second."""
    return ClaimCursors(itertools.count().__next__)


REST = timedelta(seconds=SHARE)
"""After a walk of a second."""
JUST_BEFORE = DUE - LATELY + timedelta(seconds=1)


def test_after_a_long_walk_what_is_behind_waits_for_the_next_one(
    connection: Connection, acme: int, people: list[int]
) -> None:
    first, second, third, late, planned = people
    ledger = PostgresLedger(connection, cursors=slow())
    add_deliveries(connection, [prompt(acme, each) for each in (first, second, third)])
    assert claim(ledger, limit=2) == [first, second]
    add_deliveries(connection, [prompt(acme, late, DUE - timedelta(hours=1))])
    assert claim(ledger, WHOLE_WALK_EVERY, limit=2) == [third]
    add_deliveries(connection, [prompt(acme, planned, JUST_BEFORE)])
    assert claim(ledger, REST / 2) == [planned], "what has just become due does not wait"
    assert claim(ledger, REST / 2) == []
    assert claim(ledger, REST) == [late]


def test_a_long_walk_that_finds_nothing_is_not_made_again_at_once(
    connection: Connection, acme: int, people: list[int]
) -> None:
    ledger = PostgresLedger(connection, cursors=slow())
    assert claim(ledger) == []
    add_deliveries(connection, [prompt(acme, people[0], DUE - timedelta(hours=1))])
    add_deliveries(connection, [prompt(acme, people[1], JUST_BEFORE)])
    assert claim(ledger, REST / 2) == [people[1]], "what has just become due does not wait"
    assert claim(ledger, REST) == [people[0]]


@pytest.mark.parametrize("channel", [Channel.SLACK, Channel.DISCORD])
def test_after_a_long_walk_claims_in_turn_begin_with_the_earliest_that_waits(
    connection: Connection, acme: int, people: list[int], crowd: list[int], channel: Channel
) -> None:
    ledger = PostgresLedger(connection, Limits(), slow())

    def earliest(after: timedelta) -> datetime:
        return ledger.claim(channel, DUE, DUE + after, LEASE, 500)[0].due_at

    add_deliveries(connection, [prompt(acme, each, channel=channel) for each in crowd])
    assert earliest(timedelta()) == DUE
    add_deliveries(connection, [prompt(acme, people[0], DUE - timedelta(hours=1), channel)])
    assert earliest(REST / 2) == DUE
    add_deliveries(connection, [prompt(acme, people[1], JUST_BEFORE, channel)])
    assert earliest(REST * 0.9) == JUST_BEFORE
    assert earliest(REST) == DUE - timedelta(hours=1)


MINUTES = st.integers(0, 60)
LIMITS = st.integers(1, 3)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("plan"), MINUTES),
        st.tuples(st.just("claim"), LIMITS),
        st.tuples(st.just("fail"), LIMITS),
        st.tuples(st.just("give back"), MINUTES),
        st.tuples(st.just("wait"), st.integers(1, 3)),
    ),
    max_size=40,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, workers=st.lists(st.integers(0, 1), min_size=40, max_size=40))
def test_nobody_overtakes_what_has_been_ready_for_these_seconds(
    connection: Connection, acme: int, steps: list[tuple[str, int]], workers: list[int]
) -> None:
    """In whatever order two workers plan, claim, fail and give back with an earlier time."""
    with connection.begin_nested() as savepoint:
        evening = Evening(connection, acme)
        for _ in range(20):
            evening.take("plan", 0, 0)
        for (step, number), worker in zip(steps, workers, strict=False):
            evening.take(step, number, worker)
        savepoint.rollback()


class Evening:
    """What waits, since when, and in which order it has to go."""

    def __init__(self, connection: Connection, organization_id: int) -> None:
        self._connection = connection
        self._organization_id = organization_id
        self._ledgers = [PostgresLedger(connection, cursors=ClaimCursors(lambda: 0.0)) for _ in range(2)]
        self._now = DUE
        self._ready: dict[int, tuple[datetime, datetime]] = {}
        self._claimed: list[Claimed] = []
        self._planned = 0

    def take(self, step: str, number: int, worker: int) -> None:
        match step:
            case "plan":
                self._planned += 1
                self._plan(self._planned, DUE - timedelta(minutes=number))
            case "claim":
                self._claim(number, worker)
            case "fail":
                self._fail(number, worker)
            case "give back" if self._claimed:
                self._give_back(self._claimed.pop(0), DUE - timedelta(minutes=number))
            case "wait":
                self._now += number * WHOLE_WALK_EVERY / 3

    def _plan(self, subject: int, due_at: datetime) -> None:
        key, address = Key(TUESDAY, Kind.PROMPT, subject), Address(Channel.SLACK, f"U{subject}")
        new = NewDelivery(key, self._organization_id, Recipient(address), due_at)
        add_deliveries(self._connection, [new])
        self._ready[subject] = (due_at, self._now)

    def _claim(self, limit: int, worker: int) -> list[Claimed]:
        claimed = self._ledgers[worker].claim(Channel.SLACK, DUE, self._now, LEASE, limit)
        went = [(self._ready.pop(each.key.subject)[0], each.key.subject) for each in claimed]
        if len(went) < limit:
            assert not self._ready
        waited = [
            (due_at, subject)
            for subject, (due_at, since) in self._ready.items()
            if since <= self._now - WHOLE_WALK_EVERY
        ]
        assert not waited or max(went) < min(waited)
        self._claimed += claimed
        return claimed

    def _fail(self, limit: int, worker: int) -> None:
        """As when the connection is lost before the commit: it is as ready as before, from now on."""
        before = len(self._claimed)
        doomed = self._connection.begin_nested()
        claimed = self._claim(limit, worker)
        doomed.rollback()
        del self._claimed[before:]
        self._ready |= {each.key.subject: (each.due_at, self._now) for each in claimed}

    def _give_back(self, claimed: Claimed, due_at: datetime) -> None:
        later = Result(claimed.ref, claimed.fence, claimed.attempt, Later("busy", timedelta()))
        self._ledgers[0].record([later], due_at)
        self._ready[claimed.key.subject] = (due_at, self._now)
