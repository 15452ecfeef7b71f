"""What a changed done changes for search: the lexicon of its organization, and the feed of the engine."""

from collections import Counter
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, text

from adapters.storage.search_text import lexicon_words

# Always in the order of the words, so that two transactions never wait for each other.
_COUNT = text("""
    INSERT INTO lexicon (organization_id, word, uses)
    SELECT :organization_id, word, uses
    FROM unnest(CAST(:words AS text[]), CAST(:uses AS integer[])) AS counted (word, uses)
    ORDER BY word
    ON CONFLICT (organization_id, word) DO UPDATE SET uses = lexicon.uses + excluded.uses
""")
_FORGET = text("""
    DELETE FROM lexicon WHERE organization_id = :organization_id AND word = ANY(:words) AND uses <= 0
""")
_FEED = text("""
    INSERT INTO search_feed (done_id, organization_id, revision)
    SELECT id, organization_id, revision FROM dones
    WHERE organization_id = :organization_id AND id = ANY(:ids)
    ON CONFLICT (done_id) DO UPDATE SET revision = excluded.revision
""")

Said = tuple[str, Sequence[int]]
"""The text of a done and the teams that see it."""


class SearchWrites:
    """Keeps search in step with the dones of one organization, in the transaction that changes them."""

    def __init__(self, connection: Connection, organization_id: int, *, feed: bool) -> None:
        self._connection = connection
        self._organization_id = organization_id
        self._feed = feed

    def count(self, before: Iterable[Said], after: Iterable[Said]) -> None:
        """Count the words of `after` and no longer those of `before`; private ones were never counted."""
        uses = _uses(after)
        uses.subtract(_uses(before))
        words = sorted(word for word, number in uses.items() if number)
        if not words:
            return
        counted = {"organization_id": self._organization_id, "words": words}
        self._connection.execute(_COUNT, counted | {"uses": [uses[word] for word in words]})
        fewer = [word for word in words if uses[word] < 0]
        if fewer:
            self._connection.execute(_FORGET, counted | {"words": fewer})

    def feed(self, done_ids: Sequence[int]) -> None:
        """Tell the search engine, where there is one, that these dones have changed."""
        if self._feed and done_ids:
            self._connection.execute(_FEED, {"organization_id": self._organization_id, "ids": list(done_ids)})


def _uses(said: Iterable[Said]) -> Counter[str]:
    return Counter(word for text_, team_ids in said if team_ids for word in lexicon_words(text_))
