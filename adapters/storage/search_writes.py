"""What a changed done changes for search: the lexicon of its organization, and the feed of the engine."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import text

from adapters.storage.search_text import lexicon_words
from adapters.storage.transaction import Transaction

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

    def __init__(self, transaction: Transaction, organization_id: int) -> None:
        self._transaction = transaction
        self._organization_id = organization_id

    def count(self, before: Iterable[Said], after: Iterable[Said]) -> None:
        """Count the words of `after` and no longer those of `before`; private ones were never counted."""
        words = self._transaction.late.words
        for word in _words(after):
            words[self._organization_id, word] += 1
        for word in _words(before):
            words[self._organization_id, word] -= 1

    def feed(self, done_ids: Sequence[int]) -> None:
        """Tell the search engine, where there is one, that these dones have changed."""
        if self._transaction.late.feed and done_ids:
            changed = {"organization_id": self._organization_id, "ids": list(done_ids)}
            self._transaction.execute(_FEED, changed)


def _words(said: Iterable[Said]) -> Iterator[str]:
    for text_, team_ids in said:
        if team_ids:
            yield from lexicon_words(text_)
