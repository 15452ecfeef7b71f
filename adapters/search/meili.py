"""Meilisearch through its own client, each call with a deadline; whatever goes wrong is `SearchDown`."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import requests
from meilisearch import Client
from meilisearch._httprequests import HttpRequests
from meilisearch.config import Config
from meilisearch.errors import MeilisearchError
from meilisearch.index import Index
from meilisearch.models.task import TaskInfo

from adapters.search.deadlines import DeadlineSession
from adapters.search.documents import INDEX, SETTINGS, document, only_dones, search_filter, words
from domain.ports.search import FeedEntry, SearchDown, SearchQuery, SearchResult

SEARCH_DEADLINE = 1.0
"""Seconds; after it PostgreSQL answers."""
FEED_DEADLINE = 20.0
"""Seconds for one call of the feed, which may carry a megabyte."""
TASK_DEADLINE_MS = 30_000
"""Milliseconds that a task may take: many small ones are worked off in batches."""
SUCCEEDED = "succeeded"


class MeiliSearch:
    """`domain.ports.search.SearchIndex` over one index of a Meilisearch server, and what feeds it.

    Args:
        url: of the server, `http://127.0.0.1:7700`.
        key: its key with the rights to search, to write documents and settings, and to read tasks.
        search_deadline: seconds that a search may take.
    """

    def __init__(self, url: str, key: str | None, search_deadline: float = SEARCH_DEADLINE) -> None:
        self._config = Config(url.rstrip("/"), key)
        self._searching = DeadlineSession(search_deadline)
        self._feeding = DeadlineSession(FEED_DEADLINE)
        self._prepared = False

    def search(self, query: SearchQuery) -> SearchResult:
        options = {
            "filter": search_filter(query),
            "matchingStrategy": "all",
            "attributesToRetrieve": ["id"],
            "limit": query.limit,
            "offset": query.offset,
        }
        with _errors():
            found = self._index(self._searching).search(words(query), options)
            return SearchResult(
                tuple(int(hit["id"]) for hit in found["hits"]), int(found["estimatedTotalHits"])
            )

    def feed(self, entries: Sequence[FeedEntry]) -> None:
        """Bring the index up to date with these dones, and wait until it is.

        Raises:
            SearchDown: it is not certain that all of them are in; feed them again.
        """
        if not self._prepared:
            self.prepare()
        documents = [found for each in entries if (found := document(each)) is not None]
        gone = [each.done_id for each in entries if each.document is None]
        with _errors():
            index = self._index(self._feeding)
            tasks: list[TaskInfo] = []
            if documents:
                tasks.append(index.add_documents(documents, "id"))
            if gone:
                tasks.append(index.delete_documents(filter=only_dones(gone)))
            self._finished(index, tasks)

    def prepare(self) -> None:
        """Make the index, with its settings, where it is not there yet.

        Raises:
            SearchDown: it could not be made.
        """
        with _errors():
            index = self._index(self._feeding)
            self._finished(index, [index.update_settings(dict(SETTINGS))])
        self._prepared = True

    def count(self) -> int:
        """How many documents the index holds.

        Raises:
            SearchDown: it does not answer, or there is no index yet.
        """
        with _errors():
            return int(self._index(self._feeding).get_stats().number_of_documents)

    def check(self) -> str:
        """The server's version; for `doctor`.

        Raises:
            SearchDown: it does not answer, or refuses the key.
        """
        with _errors():
            client = Client(self._config.url, self._config.api_key)
            client.http = _Requests(self._config, self._searching)
            return client.get_version()["pkgVersion"]

    def close(self) -> None:
        self._searching.close()
        self._feeding.close()

    def _index(self, session: DeadlineSession) -> Index:
        """The client's view of the index, made anew each time: it keeps a call's headers in itself."""
        index = Index(self._config, INDEX)
        index.http = index.task_handler.http = _Requests(self._config, session)
        return index

    def _finished(self, index: Index, tasks: Sequence[TaskInfo]) -> None:
        for each in tasks:
            task = index.wait_for_task(each.task_uid, TASK_DEADLINE_MS)
            if task.status != SUCCEEDED:  # the client returns failed tasks as it does others
                raise SearchDown(f"task {each.task_uid} is {task.status}: {(task.error or {}).get('code')}")


class _Requests(HttpRequests):
    """The client's transport over a session of ours: kept connections, a deadline for each whole call."""

    def __init__(self, config: Config, session: DeadlineSession) -> None:
        super().__init__(config)
        self._session = session

    def send_request(
        self,
        http_method: Callable[..., Any],
        path: str,
        body: Any = None,
        content_type: str | None = None,
        *,
        serializer: type[json.JSONEncoder] | None = None,
    ) -> Any:
        method = getattr(self._session, http_method.__name__)
        return super().send_request(method, path, body, content_type, serializer=serializer)


@contextmanager
def _errors() -> Iterator[None]:
    """Turns the client's errors into ours; an answer that it cannot read is one, too."""
    try:
        yield
    except (MeilisearchError, requests.RequestException) as error:
        raise SearchDown(type(error).__name__ + ": " + str(error)) from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SearchDown(f"an answer that cannot be read: {type(error).__name__}") from error
