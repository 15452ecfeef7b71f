"""Whatever Meilisearch does, a search ends in time and nothing fed is believed to be in before it is."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import date

import pytest

from adapters.search.documents import INDEX
from adapters.search.meili import MeiliSearch
from domain.engines import LEFT_ALONE_FOR, Engines
from domain.ports.search import FeedEntry, SearchDown, SearchQuery, SearchResult
from simulators.base import Fault, How
from simulators.meilisearch import MeilisearchSimulator
from tests.meilisearch_server import running_meilisearch
from tests.storage_fixtures import NOW

SEARCH = "POST /indexes/{uid}/search"
QUERY = SearchQuery(organization_id=1, asker_id=2, team_ids=(3,), words=("invoices",))
DEADLINE = 0.5


@pytest.fixture
def server() -> Iterator[MeilisearchSimulator]:
    with running_meilisearch() as running:
        yield running


@pytest.fixture
def index(server: MeilisearchSimulator) -> Iterator[MeiliSearch]:
    made = MeiliSearch(server.url, server.master_key, DEADLINE)
    yield made
    made.close()


def entry(done_id: int, text: str | None = "invoices", revision: int = 1) -> FeedEntry:
    fields = {
        "organization_id": 1,
        "person_id": 2,
        "team_ids": [3],
        "day": date(2026, 11, 24),
        "kind": 1,
        "text": text,
    }
    return FeedEntry(done_id, revision, None if text is None else fields)


def test_what_was_fed_is_found_and_what_is_gone_is_not(
    server: MeilisearchSimulator, index: MeiliSearch
) -> None:
    index.feed([entry(1), entry(2), entry(3)])
    index.feed([entry(2, None), entry(3, "invoices, paid", revision=2)])
    assert set(index.search(QUERY).done_ids) == {1, 3}
    assert [each["revision"] for each in server.documents(INDEX)] == [1, 2]


def test_the_settings_come_before_the_first_document(
    server: MeilisearchSimulator, index: MeiliSearch
) -> None:
    index.feed([entry(1)])
    index.feed([entry(2)])
    assert [task.kind for task in server.tasks] == [
        "settingsUpdate",
        "documentAdditionOrUpdate",
        "documentAdditionOrUpdate",
    ]


def test_a_task_that_failed_is_not_taken_for_done(server: MeilisearchSimulator, index: MeiliSearch) -> None:
    index.prepare()
    server.fail_tasks()
    with pytest.raises(SearchDown, match="failed"):
        index.feed([entry(1)])
    index.feed([entry(1)])
    assert index.search(QUERY).done_ids == (1,)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(How.HANG),
        Fault(How.DRIP),
        Fault(How.RESET),
        Fault(status=500, body="<html>"),
        Fault(status=503, headers={"Retry-After": "10"}),
        Fault(status=200, body="[1, 2"),
        Fault(status=200, body='{"hits": null}'),
    ],
    ids=lambda fault: f"{fault.how.value}-{fault.status}-{fault.body}",
)
def test_a_server_in_trouble_is_said_to_be_down_within_the_deadline(
    server: MeilisearchSimulator, index: MeiliSearch, fault: Fault
) -> None:
    index.feed([entry(1)])
    server.journal.fail(SEARCH, fault)
    started = time.monotonic()
    with pytest.raises(SearchDown):
        index.search(QUERY)
    assert time.monotonic() - started < DEADLINE * 4
    assert index.search(QUERY).done_ids == (1,), "the next search is answered"


def test_headers_that_drip_for_ever_end_at_the_deadline_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_drip_headers, args=(listening,))
        thread.start()
        index = MeiliSearch(f"http://127.0.0.1:{listening.getsockname()[1]}", "key", DEADLINE)
        started = time.monotonic()
        with pytest.raises(SearchDown):
            index.search(QUERY)
        assert time.monotonic() - started < DEADLINE * 4
        index.close()
        thread.join(10)


def _drip_headers(listening: socket.socket) -> None:
    """Answers a byte at a time, each well within any time-out of a socket, until the caller hangs up."""
    connection, _ = listening.accept()
    connection.settimeout(0.05)
    with connection:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while True:
            try:
                if not connection.recv(65_536):
                    return
            except TimeoutError:
                try:
                    connection.sendall(b"x")
                except OSError:
                    return
            except OSError:
                return


def test_nobody_there_is_down() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    index = MeiliSearch(f"http://127.0.0.1:{port}", "key", DEADLINE)
    with pytest.raises(SearchDown):
        index.search(QUERY)
    index.close()


def test_a_wrong_key_is_found_out_by_the_check(server: MeilisearchSimulator, index: MeiliSearch) -> None:
    assert index.check()
    wrong = MeiliSearch(server.url, "wrong", DEADLINE)
    with pytest.raises(SearchDown, match=r"[Kk]ey"):
        wrong.check()
    wrong.close()


def test_searches_from_many_threads_do_not_disturb_each_other(
    server: MeilisearchSimulator, index: MeiliSearch
) -> None:
    """The client keeps the headers of a call in itself; ours is made anew for each."""
    index.feed([entry(1)])
    found: list[tuple[int, ...]] = []
    patient = MeiliSearch(server.url, server.master_key, 10)

    def work() -> None:
        found.extend(patient.search(QUERY).done_ids for _ in range(10))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    patient.close()
    assert found == [(1,)] * 80


class Behind:
    """The engine that answers while Meilisearch does not."""

    def search(self, query: SearchQuery) -> SearchResult:  # noqa: ARG002 -- the port says so
        return SearchResult((7,), 1)


@pytest.mark.parametrize(
    "fault", [Fault(How.HANG), Fault(How.RESET), Fault(status=500)], ids=lambda fault: fault.how.value
)
def test_a_server_in_trouble_is_asked_by_one_search_in_a_while_and_the_others_do_not_wait(
    server: MeilisearchSimulator, index: MeiliSearch, fault: Fault
) -> None:
    """Fault 40: slow, hanging up, or answering with errors."""
    index.feed([entry(1)])
    engines = Engines((index, Behind()))
    server.journal.fail(SEARCH, fault, times=2)
    for _ in range(5):
        assert engines.search(QUERY, NOW) == (SearchResult((7,), 1), True)
    assert len(server.journal.of(SEARCH)) == 1
    for _ in range(5):
        assert engines.search(QUERY, NOW + LEFT_ALONE_FOR) == (SearchResult((7,), 1), True)
    assert len(server.journal.of(SEARCH)) == 2
    found, degraded = engines.search(QUERY, NOW + 2 * LEFT_ALONE_FOR)
    assert (found.done_ids, degraded) == ((1,), False)


def test_where_nobody_is_there_the_next_engine_answers() -> None:
    """Fault 39."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    index = MeiliSearch(f"http://127.0.0.1:{port}", "key", DEADLINE)
    engines = Engines((index, Behind()))
    for later in range(3):
        assert engines.search(QUERY, NOW + later * LEFT_ALONE_FOR) == (SearchResult((7,), 1), True)
    index.close()
