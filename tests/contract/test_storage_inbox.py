"""What every `Inbox` promises."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from domain.commands import InboxRef
from domain.ports.inbox import Arrival, InboxState, Lane, Source
from domain.ports.storage import Storage, UnitOfWork
from domain.ports.tenant import Tenant
from tests.storage_fixtures import NOW

ARRIVAL = Arrival(Source.SLACK_EVENT, Lane.SAID, "Ev1", b'{"text": "caf\xc3\xa9 \x00 \xff"}', NOW)


def kept(uow: UnitOfWork, arrival: Arrival = ARRIVAL, now: datetime = NOW) -> InboxRef:
    [ref] = uow.inbox.add([arrival], now)
    assert ref is not None
    return ref


def test_what_arrives_is_kept_byte_for_byte(uow: UnitOfWork) -> None:
    ref = kept(uow)

    item = uow.inbox.load(ref)

    assert item is not None
    assert (item.ref, item.source, item.lane, item.at) == (ref, Source.SLACK_EVENT, Lane.SAID, NOW)
    assert (item.raw, item.tries, item.organization_id) == (ARRIVAL.raw, 0, None)


@pytest.mark.parametrize(
    "at",
    [
        datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 11, 24, 18, 5, 0, 123_456, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    ],
    ids=["long ago", "elsewhere"],
)
def test_an_instant_is_kept_to_the_microsecond(uow: UnitOfWork, at: datetime) -> None:
    item = uow.inbox.load(kept(uow, replace(ARRIVAL, at=at)))

    assert item is not None
    assert item.at == at


def test_something_empty_is_kept_too(uow: UnitOfWork) -> None:
    item = uow.inbox.load(kept(uow, replace(ARRIVAL, raw=b"")))

    assert item is not None
    assert item.raw == b""


def test_an_item_is_named_by_the_utc_day_it_was_kept_on(uow: UnitOfWork) -> None:
    assert kept(uow, now=datetime(2026, 11, 30, 23, 59, tzinfo=UTC)).day == date(2026, 11, 30)


def test_the_same_arrival_is_kept_once_even_days_later(uow: UnitOfWork) -> None:
    kept(uow)

    assert uow.inbox.add([replace(ARRIVAL, raw=b"sent again")], NOW + timedelta(days=3)) == [None]
    assert len(uow.inbox.waiting(NOW + timedelta(days=9), 10)) == 1


def test_the_same_key_from_another_source_is_something_else(uow: UnitOfWork) -> None:
    kept(uow)

    assert uow.inbox.add([replace(ARRIVAL, source=Source.DISCORD_MESSAGE)], NOW) != [None]


def test_several_are_kept_at_once_each_once(uow: UnitOfWork) -> None:
    old = kept(uow)
    one, two = replace(ARRIVAL, key="Ev2", raw=b"one"), replace(ARRIVAL, key="Ev3", raw=b"two")

    refs = uow.inbox.add([two, ARRIVAL, one, replace(two, raw=b"two again")], NOW)

    assert [ref is not None for ref in refs] == [True, False, True, False]
    raws = {old: ARRIVAL.raw, refs[0]: b"two", refs[2]: b"one"}
    assert {ref: item.raw for ref in raws if ref and (item := uow.inbox.load(ref))} == raws
    assert uow.inbox.add([], NOW) == []


@pytest.mark.parametrize("key", ["x" * 100_000, "\u202e\ud800", ""], ids=["long", "surrogate", "empty"])
def test_any_key_will_do(uow: UnitOfWork, key: str) -> None:
    kept(uow, replace(ARRIVAL, key=key))

    assert uow.inbox.add([replace(ARRIVAL, key=key)], NOW) == [None]


def test_two_workers_never_have_one_item(storage: Storage) -> None:
    with storage.begin() as uow:
        ref = kept(uow)
        uow.commit()

    with storage.begin() as one, storage.begin() as two:
        assert one.inbox.load(ref) is not None
        assert two.inbox.load(ref) is None


def test_a_finished_item_is_not_taken_again(uow: UnitOfWork, tenant: Tenant) -> None:
    ref = kept(uow)

    uow.inbox.finish(ref, InboxState.DONE, tenant.organization_id, None, "recorded")

    assert uow.inbox.load(ref) is None
    assert uow.inbox.waiting(NOW + timedelta(hours=1), 10) == []


def test_waiting_items_come_oldest_first_and_only_so_many(uow: UnitOfWork) -> None:
    later = kept(uow, replace(ARRIVAL, key="b"), NOW + timedelta(seconds=2))
    first = kept(uow, replace(ARRIVAL, key="a"), NOW)
    last = kept(uow, replace(ARRIVAL, key="c"), NOW + timedelta(days=1))

    assert uow.inbox.waiting(NOW + timedelta(days=2), 10) == [first, later, last]
    assert uow.inbox.waiting(NOW + timedelta(days=2), 2) == [first, later]
    assert uow.inbox.waiting(NOW, 10) == []


def test_an_item_is_given_up_after_its_last_try(uow: UnitOfWork) -> None:
    ref = kept(uow)

    uow.inbox.failed(ref, "KeyError", 2, NOW)
    again = uow.inbox.load(ref)
    uow.inbox.failed(ref, "KeyError", 2, NOW)

    assert again is not None
    assert again.tries == 1
    assert uow.inbox.load(ref) is None


def test_a_held_item_is_read_again_once_its_organization_is_known(uow: UnitOfWork, tenant: Tenant) -> None:
    ref = kept(uow)
    uow.inbox.finish(ref, InboxState.HELD, None, None, "several organizations")
    assert uow.inbox.load(ref) is None

    uow.inbox.release(ref, tenant.organization_id)

    item = uow.inbox.load(ref)
    assert item is not None
    assert item.organization_id == tenant.organization_id


def test_a_finished_item_cannot_be_let_go_again(uow: UnitOfWork, tenant: Tenant) -> None:
    ref = kept(uow)
    uow.inbox.finish(ref, InboxState.DONE, tenant.organization_id, None, "recorded")

    uow.inbox.release(ref, tenant.organization_id)

    assert uow.inbox.load(ref) is None


def test_a_key_is_forgotten_with_its_day(uow: UnitOfWork) -> None:
    kept(uow)

    assert uow.inbox.forget_keys(NOW.date()) == 0
    assert uow.inbox.forget_keys(NOW.date() + timedelta(days=1)) == 1
    assert uow.inbox.add([ARRIVAL], NOW + timedelta(days=60)) != [None]
