"""What the ledger promises of deliveries in doubt: looked for by one worker, settled once, none forgotten."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.ledger import PostgresLedger
from domain.deliveries import LEASE, Claimed, Key, Kind, Later, Sent, State, Unknown
from domain.delivery_events import DeliveryEvent, EventKind
from domain.doubts import (
    DOUBT_ENDS,
    FIRST_LOOK,
    LOOKS_APART,
    Absent,
    Doubted,
    Evidence,
    Found,
    SafeToRepeat,
    Unclear,
    judge,
)
from domain.people import Channel
from domain.retrying import LONGEST_WAIT, MOST_CRASHES
from tests.ledger_steps import DUE, TUESDAY, attempts, claim, end
from tests.worlds import World, reply

SECOND = timedelta(seconds=1)
LONG_PAST = DUE + LEASE * 2


@pytest.fixture
def claimed(connection: Connection, acme: int, ledger: PostgresLedger) -> Claimed:
    """A reply that a worker is sending on Slack."""
    add_deliveries(connection, [reply(acme, 1, DUE)])
    return claim(ledger)[0]


def doubts(
    ledger: PostgresLedger, now: datetime = LONG_PAST, channel: Channel = Channel.SLACK
) -> list[Doubted]:
    return ledger.claim_doubts(channel, now, now, LEASE, 100)


def state(connection: Connection) -> State:
    return State(connection.scalar(text("SELECT state FROM deliveries")) or 0)


def settle(ledger: PostgresLedger, doubted: Doubted, evidence: Evidence, now: datetime = LONG_PAST) -> int:
    return ledger.settle([judge(doubted, evidence, now)])


# ---------------------------------------------------------------- into doubt


def test_what_ended_without_an_outcome_is_looked_for_and_not_sent_again(
    connection: Connection, claimed: Claimed, ledger: PostgresLedger
) -> None:
    """Faults 21 and 23: a 5xx or a reset after the request leave it in doubt."""
    end(ledger, claimed, Unknown("status 502"))
    assert claim(ledger, LONG_PAST) == []
    assert doubts(ledger, DUE + FIRST_LOOK[Channel.SLACK] - SECOND) == [], "not yet"
    assert doubts(ledger, channel=Channel.DISCORD) == []
    (found,) = doubts(ledger, DUE + FIRST_LOOK[Channel.SLACK])
    assert (found.claimed.ref, found.started_at, found.retries) == (claimed.ref, DUE, 1)
    assert [(number, outcome) for number, outcome, _ in attempts(connection)] == [(1, State.UNCERTAIN)]


def test_what_a_dead_worker_held_is_in_doubt(
    connection: Connection, claimed: Claimed, ledger: PostgresLedger
) -> None:
    """Faults 1 and 2: nobody can tell on which side of the call the worker died."""
    assert ledger.recover(DUE, DUE + LEASE) == (0, 0), "its lease is not over yet"
    assert not ledger.idle(DUE)
    assert ledger.recover(LONG_PAST, LONG_PAST) == (1, 0)
    assert claim(ledger, LONG_PAST) == []
    assert len(doubts(ledger)) == 1
    assert [(number, evidence) for number, _, evidence in attempts(connection)] == [(1, "its lease ended")]


def test_a_worker_whose_lease_ended_writes_nothing_but_its_attempt(
    connection: Connection, claimed: Claimed, ledger: PostgresLedger
) -> None:
    """Fault 16: it was stopped, its delivery is somebody else's, and then it goes on."""
    ledger.recover(LONG_PAST, LONG_PAST)
    assert end(ledger, claimed, Later("busy"), LONG_PAST) == 0
    assert state(connection) is State.UNCERTAIN
    assert end(ledger, claimed, Sent("D1:7"), LONG_PAST) == 0
    assert state(connection) is State.UNCERTAIN
    assert [(number, evidence) for number, _, evidence in attempts(connection)] == [(1, "D1:7")]


def test_what_such_a_worker_wrote_down_is_evidence(
    connection: Connection, claimed: Claimed, ledger: PostgresLedger
) -> None:
    ledger.recover(LONG_PAST, LONG_PAST)
    end(ledger, claimed, Sent("D1:7"), LONG_PAST)
    assert [each.late_receipt for each in doubts(ledger)] == ["D1:7"]


def test_a_late_result_does_not_disturb_the_next_attempt(
    connection: Connection, claimed: Claimed, ledger: PostgresLedger
) -> None:
    """Fault 16 again: meanwhile it was proved absent and is being sent by another worker."""
    ledger.recover(LONG_PAST, LONG_PAST)
    settle(ledger, doubts(ledger)[0], SafeToRepeat())
    (other,) = claim(ledger, LONG_PAST)
    assert end(ledger, claimed, Later("busy"), LONG_PAST) == 0
    assert state(connection) is State.SENDING
    assert end(ledger, other, Sent("D1:8"), LONG_PAST) == 1


# ---------------------------------------------------------------- looking


def test_one_worker_looks_at_a_time_and_another_when_its_lease_has_ended(
    claimed: Claimed, ledger: PostgresLedger
) -> None:
    end(ledger, claimed, Unknown("time-out"))
    (first,) = doubts(ledger)
    assert doubts(ledger, LONG_PAST + LEASE - SECOND) == []
    (second,) = doubts(ledger, LONG_PAST + LEASE + SECOND)
    assert settle(ledger, first, Found("D1:7")) == 0, "the fence of the first has passed"
    assert settle(ledger, second, Found("D1:7")) == 1


def test_what_was_found_is_accepted(connection: Connection, claimed: Claimed, ledger: PostgresLedger) -> None:
    end(ledger, claimed, Unknown("time-out"))
    settle(ledger, doubts(ledger)[0], Found("D1:7"))
    row = connection.execute(text("SELECT state, receipt, sent_at FROM deliveries")).one()
    assert tuple(row) == (State.ACCEPTED, "D1:7", DUE)


def test_where_it_was_found_is_her_direct_message_from_now_on(
    connection: Connection, world: World, acme: int, ledger: PostgresLedger
) -> None:
    """Fault 30: a worker died that asked her for the first time; then nobody listens."""
    person = world.person(acme)
    identity = world.identity(acme, person, Channel.SLACK, external_id="U1", workspace="T1")
    key = Key(TUESDAY, Kind.PROMPT, person)
    world.delivery(acme, key, DUE, person_id=person, identity_id=identity, channel=int(Channel.SLACK))
    claim(ledger)
    ledger.recover(LONG_PAST, LONG_PAST)
    settle(ledger, doubts(ledger)[0], Found("D1:7"))
    assert connection.scalar(text("SELECT direct FROM identities")) == "D1"
    assert connection.scalar(text("SELECT direct FROM deliveries")) == "D1"


def test_two_looks_apart_prove_that_it_is_not_there(
    connection: Connection, claimed: Claimed, ledger: PostgresLedger
) -> None:
    """A history may lag behind, so one look proves nothing."""
    end(ledger, claimed, Unknown("time-out"))
    settle(ledger, doubts(ledger)[0], Absent())
    assert state(connection) is State.UNCERTAIN
    assert doubts(ledger, LONG_PAST + LOOKS_APART - SECOND) == []
    later = LONG_PAST + LOOKS_APART
    settle(ledger, doubts(ledger, later)[0], Absent(), later)
    (again,) = claim(ledger, later)
    assert (again.attempt, again.recipient) == (2, claimed.recipient)


def test_a_look_that_fails_counts_for_nothing(claimed: Claimed, ledger: PostgresLedger) -> None:
    end(ledger, claimed, Unknown("time-out"))
    now = LONG_PAST
    for evidence in (Absent(), Unclear("busy", SECOND), Absent()):
        (doubted,) = doubts(ledger, now)
        settle(ledger, doubted, evidence, now)
        now += LOOKS_APART
    assert claim(ledger, now) == [], "two looks without it, but not in a row"


def test_one_that_kills_every_worker_dies(
    connection: Connection, claimed: Claimed, ledger: PostgresLedger
) -> None:
    """Fault 15: counted before the call, so that a crash counts; after five it has failed."""
    now = DUE
    for attempt in range(1, MOST_CRASHES + 1):
        assert connection.scalar(text("SELECT vain FROM deliveries")) == attempt
        now += LEASE * 2
        ledger.recover(now, now)
        settle(ledger, doubts(ledger, now)[0], SafeToRepeat(), now)
        now += LONGEST_WAIT
        claim(ledger, now)
    assert state(connection) is State.FAILED


def test_calls_without_an_answer_are_no_crashes(
    connection: Connection, claimed: Claimed, ledger: PostgresLedger
) -> None:
    """A provider that is down for a while makes nothing fail: whoever writes that down has not died of it."""
    now = DUE
    for failed in range(1, MOST_CRASHES * 2):
        end(ledger, claimed, Unknown("status 502"), now)
        now += LOOKS_APART
        (doubted,) = doubts(ledger, now)
        assert (doubted.crashes, doubted.retries) == (0, failed)
        settle(ledger, doubted, SafeToRepeat(), now)
        now += LONGEST_WAIT
        (claimed,) = claim(ledger, now)
    assert state(connection) is State.SENDING


def test_it_is_looked_for_from_the_first_attempt_on_that_nobody_knows_the_end_of(
    claimed: Claimed, ledger: PostgresLedger
) -> None:
    """What was sent again by the same nonce may have arrived the first time."""
    end(ledger, claimed, Unknown("time-out"))
    settle(ledger, doubts(ledger)[0], SafeToRepeat(LEASE))
    (again,) = claim(ledger, LONG_PAST)
    end(ledger, again, Unknown("time-out"), LONG_PAST)
    (doubted,) = doubts(ledger, LONG_PAST + LEASE)
    assert (doubted.since, doubted.started_at) == (DUE, LONG_PAST)


def test_a_doubt_ends_even_if_every_lookout_dies(
    connection: Connection, claimed: Claimed, ledger: PostgresLedger
) -> None:
    end(ledger, claimed, Unknown("time-out"))
    now = DUE + DOUBT_ENDS
    assert ledger.recover(now, now) == (0, 0)
    assert ledger.recover(now + SECOND, now + SECOND) == (0, 1)
    assert state(connection) is State.UNKNOWN


def test_cancelled_meanwhile_stays_cancelled(
    connection: Connection, claimed: Claimed, ledger: PostgresLedger
) -> None:
    end(ledger, claimed, Unknown("time-out"))
    (doubted,) = doubts(ledger)
    connection.execute(text("UPDATE deliveries SET state = :state"), {"state": int(State.CANCELLED)})
    assert settle(ledger, doubted, Found("D1:7")) == 0


# ---------------------------------------------------------------- mail tells of itself


@pytest.fixture
def mailed(world: World, acme: int, ledger: PostgresLedger) -> Claimed:
    """A mail to Ada of which nobody knows whether it was sent."""
    person = world.person(acme)
    identity = world.identity(acme, person, Channel.EMAIL, external_id="ada@example.org")
    key = Key(TUESDAY, Kind.PROMPT, person)
    world.delivery(acme, key, DUE, person_id=person, identity_id=identity)
    (sending,) = claim(ledger, channel=Channel.EMAIL)
    end(ledger, sending, Unknown("time-out"))
    return sending


def told(kind: EventKind, claimed: Claimed | None) -> DeliveryEvent:
    return DeliveryEvent("e1", kind, claimed.ref if claimed else None, "ada@example.org", DUE + SECOND)


def test_that_it_was_processed_settles_it_at_once(
    connection: Connection, mailed: Claimed, ledger: PostgresLedger
) -> None:
    ledger.note([told(EventKind.PROCESSED, mailed)], DUE + SECOND)
    row = connection.execute(text("SELECT state, sent_at FROM deliveries")).one()
    assert tuple(row) == (State.ACCEPTED, DUE + SECOND)
    assert doubts(ledger, channel=Channel.EMAIL) == []


def test_a_mail_that_was_to_be_sent_again_is_not_once_it_is_heard_of(
    connection: Connection, mailed: Claimed, ledger: PostgresLedger
) -> None:
    late = DUE + FIRST_LOOK[Channel.EMAIL]
    settle(ledger, doubts(ledger, late, Channel.EMAIL)[0], Unclear("no event"), late)
    assert state(connection) is State.READY
    ledger.note([told(EventKind.PROCESSED, mailed)], late)
    assert claim(ledger, late, Channel.EMAIL) == []
    assert state(connection) is State.ACCEPTED


def test_an_opinion_of_the_provider_is_not_taken_back_by_a_weaker_one(
    connection: Connection, mailed: Claimed, ledger: PostgresLedger
) -> None:
    ledger.note([told(EventKind.DELIVERED, mailed)], DUE)
    ledger.note([DeliveryEvent("e2", EventKind.PROCESSED, mailed.ref, "", DUE)], DUE)
    assert state(connection) is State.DELIVERED


def test_a_lookout_knows_whether_anything_was_heard_since(mailed: Claimed, ledger: PostgresLedger) -> None:
    late = DUE + FIRST_LOOK[Channel.EMAIL]
    assert [each.provider_tells for each in doubts(ledger, late, Channel.EMAIL)] == [False]
    ledger.note([told(EventKind.OTHER, None)], DUE + SECOND)
    assert [each.provider_tells for each in doubts(ledger, late + LEASE * 2, Channel.EMAIL)] == [True]
