"""What the ledger promises after a call: providers tell more, days get their partitions and lose them."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.ledger import PostgresLedger
from domain.deliveries import Claimed, Key, Kind, Ref, Sent
from domain.delivery_events import MOST_BLOCKED, DeliveryEvent, EventKind
from domain.people import Channel
from tests.ledger_steps import DUE, TUESDAY, claim, end
from tests.worlds import World, reply

# ---------------------------------------------------------------- what providers tell later


def event(name: str, kind: EventKind, ref: Ref | None, address: str = "ada@example.org") -> DeliveryEvent:
    return DeliveryEvent(name, kind, ref, address, DUE)


@pytest.fixture
def mailed(world: World, acme: int, ledger: PostgresLedger) -> Claimed:
    """A prompt mailed to Ada and accepted; the next one is ready."""
    person = world.person(acme)
    identity = world.identity(acme, person, Channel.EMAIL, external_id="ada@example.org")
    for day in (TUESDAY, date(2026, 11, 25)):
        due = datetime.combine(day, DUE.timetz())
        world.delivery(acme, Key(day, Kind.PROMPT, person), due, person_id=person, identity_id=identity)
    (claimed,) = claim(ledger, channel=Channel.EMAIL)
    end(ledger, claimed, Sent("<m1@example.org>"))
    return claimed


def test_an_event_is_taken_in_once(mailed: Claimed, ledger: PostgresLedger) -> None:
    arrived = event("e1", EventKind.DELIVERED, mailed.ref)
    assert ledger.note([arrived, arrived], DUE).new == 1
    assert ledger.note([arrived], DUE).new == 0
    assert ledger.counts() == {"delivered": 1, "ready": 1}


def test_the_worse_end_counts_in_whatever_order_they_are_told(
    mailed: Claimed, ledger: PostgresLedger
) -> None:
    ledger.note([event("e1", EventKind.BOUNCED, mailed.ref)], DUE)
    ledger.note([event("e2", EventKind.DELIVERED, mailed.ref)], DUE)
    assert "delivered" not in ledger.counts()


@pytest.mark.parametrize(
    "kind",
    [EventKind.BOUNCED, EventKind.SUPPRESSED, EventKind.COMPLAINED, EventKind.UNSUBSCRIBED],
)
@pytest.mark.parametrize("named", [True, False])
def test_an_address_that_refuses_mail_gets_no_more(
    connection: Connection, mailed: Claimed, ledger: PostgresLedger, kind: EventKind, *, named: bool
) -> None:
    """Faults 31 to 33, whether the event names a delivery or, as an unsubscription may, only an address."""
    ledger.note([event("e1", kind, mailed.ref if named else None, "Ada@Example.org")], DUE)
    assert connection.scalar(text("SELECT mail_stopped_at FROM identities")) == DUE
    assert ledger.counts()["cancelled"] == 1
    assert "ready" not in ledger.counts()


def test_mail_that_was_blocked_on_five_days_counts_as_refused(
    connection: Connection, mailed: Claimed, ledger: PostgresLedger
) -> None:
    """Fault 32: soft bounces add up, however often a day tells of one."""
    for number in range(MOST_BLOCKED):
        assert connection.scalar(text("SELECT mail_stopped_at FROM identities")) is None
        now = DUE + timedelta(days=number)
        told = [
            DeliveryEvent(f"e{number}{again}", EventKind.BLOCKED, None, "ada@example.org", now)
            for again in range(MOST_BLOCKED)
        ]
        ledger.note(told, now)
    assert connection.scalar(text("SELECT mail_stopped_at FROM identities")) == now
    assert ledger.counts()["cancelled"] == 1


def test_an_opened_mail_changes_nothing(mailed: Claimed, ledger: PostgresLedger) -> None:
    assert ledger.note([event("e1", EventKind.OTHER, mailed.ref)], DUE).new == 1
    assert ledger.counts() == {"accepted": 1, "ready": 1}


# ---------------------------------------------------------------- partitions


def test_partitions_are_made_once_and_take_their_days(
    connection: Connection, acme: int, ledger: PostgresLedger
) -> None:
    assert ledger.make_partitions(TUESDAY, 7) == 28
    assert ledger.make_partitions(TUESDAY, 7) == 0
    add_deliveries(connection, [reply(acme, 1, DUE)])
    assert connection.scalar(text("SELECT count(*) FROM deliveries_20261124")) == 1
    assert len(claim(ledger)) == 1


def test_a_day_that_has_rows_already_stays_where_it_is(
    connection: Connection, acme: int, ledger: PostgresLedger
) -> None:
    add_deliveries(connection, [reply(acme, 1, DUE)])
    assert ledger.make_partitions(TUESDAY, 1) == 3
    assert len(claim(ledger)) == 1
