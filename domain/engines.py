"""Falls back from one search engine to the next; one that is down is not asked for a while."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from domain.errors import Refusal
from domain.ports.search import SearchDown, SearchIndex, SearchQuery, SearchResult

LEFT_ALONE_FOR = timedelta(seconds=15)
"""How long the next engine answers at once, before one search tries the one before it again."""
log = logging.getLogger(__name__)


class Engines:
    """The engines of a process; the first one that answers is believed.

    Whoever asks an engine that is down waits until its deadline.  So that not everybody does, only one search
    in a while asks it; the last engine is always asked.
    """

    def __init__(self, engines: Sequence[SearchIndex]) -> None:
        self._engines = engines
        self._left_alone_until: dict[int, datetime] = {}

    def search(self, query: SearchQuery, now: datetime) -> tuple[SearchResult, bool]:
        """What one of them finds, and whether it is another one than the first.

        Raises:
            Refusal: none of them answers.
        """
        for position, engine in enumerate(self._engines):
            if not self._may_be_asked(position, now):
                continue
            try:
                result = engine.search(query)
            except SearchDown as down:
                self._left_alone_until[position] = now + LEFT_ALONE_FOR
                log.warning("a search engine does not answer: %s", down, extra={"action": "search_down"})
            else:
                self._left_alone_until.pop(position, None)
                return result, position > 0
        raise Refusal("Search is down. What you wrote is safe; please try again in a minute.")

    def _may_be_asked(self, position: int, now: datetime) -> bool:
        until = self._left_alone_until.get(position)
        if until is None or position == len(self._engines) - 1:
            return True
        if now < until:
            return False
        self._left_alone_until[position] = now + LEFT_ALONE_FOR  # the others go on to the next one meanwhile
        return True
