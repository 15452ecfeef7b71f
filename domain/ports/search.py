"""Search engines and what feeds them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What is looked for, already resolved: ids, not names."""

    organization_id: int
    asker_id: int
    team_ids: tuple[int, ...]
    """The teams whose dones the asker may see."""
    words: tuple[str, ...]
    """Every one must occur; the last one may be the beginning of a word."""
    person_ids: tuple[int, ...] | None = None
    first_day: date | None = None
    last_day: date | None = None
    limit: int = 10
    offset: int = 0


@dataclass(frozen=True, slots=True)
class SearchResult:
    done_ids: tuple[int, ...]
    total: int


class SearchIndex(Protocol):
    def search(self, query: SearchQuery) -> SearchResult:
        """The best matches first.

        Raises:
            SearchDown: the engine does not answer.
        """


class SearchDown(Exception):  # noqa: N818 -- a state of the engine; the database answers instead
    """The search engine does not answer, or answers with an error."""


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """A done whose place in the search engine is out of date; `document` None: it is gone."""

    done_id: int
    revision: int
    document: Mapping[str, object] | None


class SearchFeed(Protocol):
    def claim(self, lease_now: datetime, lease: timedelta, limit: int) -> list[FeedEntry]: ...

    def indexed(self, entries: Sequence[FeedEntry]) -> int:
        """Forget them, unless they have changed again since they were claimed."""

    def refill(self) -> int:
        """Feed every done again, to rebuild the index."""

    def idle(self) -> bool: ...
