"""What both search engines promise; Meilisearch is the real client and a simulated server."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from adapters.search.meili import MeiliSearch
from adapters.storage.feed import PostgresFeed
from adapters.storage.search import PostgresSearch
from adapters.storage.search_text import search_vector
from domain.dones import LineKind
from domain.ports.search import SearchIndex, SearchQuery, SearchResult
from simulators.meilisearch import MeilisearchSimulator
from tests.meilisearch_server import running_meilisearch
from tests.worlds import World

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)
LEASE = timedelta(seconds=60)


class Searched:
    """An organization with two teams, and an engine over what is written there."""

    def __init__(self, engine: Engine, index: SearchIndex, feed: Callable[[], None]) -> None:
        self._engine = engine
        self._index = index
        self._feed = feed
        with engine.begin() as connection:
            world = World(connection)
            self.acme = world.organization()
            self.ada, self.ben = world.person(self.acme, "Ada"), world.person(self.acme, "Ben")
            self.platform, self.sales = world.team(self.acme), world.team(self.acme)

    def write(self, text: str, day: date = TUESDAY, **more: Any) -> int:
        """A done of Ben's for Platform, unless told otherwise; its id."""
        fields: dict[str, Any] = {
            "organization_id": self.acme,
            "person_id": self.ben,
            "team_ids": [self.platform],
            "kind": LineKind.DONE,
        }
        with self._engine.begin() as connection:
            world = World(connection)
            done = world.done(day=day, text=text, terms=search_vector(text), **(fields | more))
            PostgresFeed(connection).refill()
        return done

    def find(self, words: str, **more: Any) -> SearchResult:
        """What Ada, who is in Platform, finds."""
        self._feed()
        fields: dict[str, Any] = {
            "organization_id": self.acme,
            "asker_id": self.ada,
            "team_ids": (self.platform,),
            "words": tuple(words.split()),
        }
        return self._index.search(SearchQuery(**(fields | more)))


@pytest.fixture(params=["postgres", "meilisearch"])
def searched(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Searched]:
    if request.param == "postgres":
        yield Searched(engine, PostgresSearch(engine), lambda: None)
        return
    with running_meilisearch() as server:
        yield from _with_meilisearch(engine, server)


def _with_meilisearch(engine: Engine, server: MeilisearchSimulator) -> Iterator[Searched]:
    index = MeiliSearch(server.url, server.master_key, search_deadline=10)

    def feed() -> None:
        with engine.begin() as connection:
            entries = PostgresFeed(connection).claim(NOW, LEASE, 1000)
            index.feed(entries)
            PostgresFeed(connection).indexed(entries)

    yield Searched(engine, index, feed)
    index.close()


def test_every_word_must_occur(searched: Searched) -> None:
    both = searched.write("shipped the invoice importer")
    searched.write("shipped the scheduler")
    assert searched.find("importer shipped") == SearchResult((both,), 1)
    assert searched.find("importer scheduler") == SearchResult((), 0)


def test_the_last_word_may_be_the_beginning_of_one(searched: Searched) -> None:
    done = searched.write("shipped the invoice importer")
    assert searched.find("shipped impo").done_ids == (done,)


def test_case_and_accents_do_not_count(searched: Searched) -> None:
    done = searched.write("Réunion à MÁLAGA")
    assert searched.find("malaga reunion").done_ids == (done,)


def test_the_newest_comes_first(searched: Searched) -> None:
    days = [date(2026, 11, 20), TUESDAY, date(2026, 11, 22)]
    monday, newest, middle = (searched.write("invoices", day) for day in days)
    assert searched.find("invoices").done_ids == (newest, middle, monday)


def test_pages_follow_each_other_and_know_how_many_there_are(searched: Searched) -> None:
    days = [TUESDAY - timedelta(days=back) for back in range(5)]
    dones = [searched.write("invoices", day) for day in days]
    pages = [searched.find("invoices", limit=2, offset=offset) for offset in (0, 2, 4, 6)]
    assert [done for page in pages for done in page.done_ids] == dones
    assert {page.total for page in pages} == {5}


def test_nobody_finds_what_other_teams_wrote(searched: Searched) -> None:
    searched.write("secret invoices", team_ids=[searched.sales])
    assert searched.find("invoices") == SearchResult((), 0)


def test_nobody_finds_what_another_organization_wrote(searched: Searched) -> None:
    searched.write("invoices")
    assert searched.find("invoices", organization_id=searched.acme + 1) == SearchResult((), 0)


def test_private_dones_are_found_by_their_author_alone(searched: Searched) -> None:
    own = searched.write("private invoices", person_id=searched.ada, team_ids=[])
    searched.write("his private invoices", team_ids=[])
    assert searched.find("invoices", team_ids=()).done_ids == (own,)


def test_what_is_seen_in_two_ways_is_found_once(searched: Searched) -> None:
    own = searched.write("invoices", person_id=searched.ada, team_ids=[searched.platform, searched.sales])
    both = (searched.platform, searched.sales)
    assert searched.find("invoices", team_ids=both) == SearchResult((own,), 1)


def test_people_and_days_narrow_it(searched: Searched) -> None:
    early = searched.write("invoices", date(2026, 11, 20))
    late = searched.write("invoices", person_id=searched.ada)
    assert searched.find("invoices", person_ids=(searched.ada,)).done_ids == (late,)
    assert searched.find("invoices", person_ids=()).done_ids == ()
    assert searched.find("invoices", last_day=date(2026, 11, 23)).done_ids == (early,)
    assert searched.find("invoices", first_day=date(2026, 11, 21)).done_ids == (late,)
    assert searched.find("invoices", first_day=TUESDAY, last_day=TUESDAY).done_ids == (late,)


def test_filters_alone_find_everything_that_passes_them(searched: Searched) -> None:
    done = searched.write("anything at all", person_id=searched.ada)
    searched.write("something else")
    assert searched.find("", person_ids=(searched.ada,)).done_ids == (done,)


def test_what_was_deleted_is_not_found(searched: Searched) -> None:
    kept = searched.write("invoices")
    searched.write("invoices", deleted_at=NOW)
    assert searched.find("invoices") == SearchResult((kept,), 1)


@pytest.mark.parametrize(
    "typed", ["'", "\\", "a' | 'b", '") OR person_id > 0 --', "-", "!!!", "& | :*", "x:*"]
)
def test_signs_are_no_operators(searched: Searched, typed: str) -> None:
    searched.write("his private notes", team_ids=[])
    assert searched.find(typed).done_ids == ()
