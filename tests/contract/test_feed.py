"""The search feed forgets a done only when the engine has its newest version."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Connection, text

from adapters.storage.feed import PostgresFeed
from tests.worlds import World

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)
LEASE = timedelta(seconds=60)


@pytest.fixture
def feed(connection: Connection) -> PostgresFeed:
    return PostgresFeed(connection)


@pytest.fixture
def done(world: World, acme: int) -> int:
    return world.done(acme, world.person(acme), date(2026, 11, 24), "shipped", [7])


def test_a_claimed_entry_says_what_the_engine_must_know(feed: PostgresFeed, acme: int, done: int) -> None:
    feed.refill()
    (entry,) = feed.claim(NOW, LEASE, 10)
    assert (entry.done_id, entry.revision) == (done, 1)
    assert entry.document is not None
    assert (entry.document["text"], entry.document["team_ids"]) == ("shipped", [7])
    assert entry.document["organization_id"] == acme


def test_an_entry_has_one_claimer_until_its_lease_ends(feed: PostgresFeed, done: int) -> None:
    feed.refill()
    feed.claim(NOW, LEASE, 10)
    assert feed.claim(NOW + LEASE, LEASE, 10) == []
    assert len(feed.claim(NOW + LEASE + timedelta(seconds=1), LEASE, 10)) == 1


def test_what_is_indexed_is_forgotten(feed: PostgresFeed, done: int) -> None:
    feed.refill()
    assert not feed.idle()
    assert feed.indexed(feed.claim(NOW, LEASE, 10)) == 1
    assert feed.idle()


def test_what_has_changed_since_is_fed_again_at_once(
    connection: Connection, feed: PostgresFeed, done: int
) -> None:
    feed.refill()
    entries = feed.claim(NOW, LEASE, 10)
    connection.execute(text("UPDATE dones SET revision = 2, text = 'shipped it'"))
    feed.refill()
    assert feed.indexed(entries) == 0
    (again,) = feed.claim(NOW, LEASE, 10)
    assert again.revision == 2
    assert again.document is not None
    assert again.document["text"] == "shipped it"


def test_what_was_deleted_or_erased_has_no_document(
    connection: Connection, world: World, acme: int, feed: PostgresFeed, done: int
) -> None:
    world.done(acme, world.person(acme), date(2026, 11, 24), "deleted", deleted_at=NOW)
    feed.refill()
    connection.execute(text("DELETE FROM dones WHERE id = :id"), {"id": done})
    assert [entry.document for entry in feed.claim(NOW, LEASE, 10)] == [None, None]
