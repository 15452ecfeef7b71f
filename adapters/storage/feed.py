"""What the search engine does not know yet.  Reads across organizations; its text goes to the engine only."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, text

from domain.ports.search import FeedEntry

_CLAIM = text("""
    WITH waiting AS (
        SELECT done_id FROM search_feed
        WHERE claimed_until IS NULL OR claimed_until < :lease_now
        ORDER BY done_id LIMIT :limit
        FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE search_feed SET claimed_until = :lease_until
        FROM waiting WHERE search_feed.done_id = waiting.done_id
        RETURNING search_feed.done_id, search_feed.revision
    )
    SELECT claimed.done_id, claimed.revision AS fed_revision, done.*
    FROM claimed LEFT JOIN dones AS done ON done.id = claimed.done_id AND done.deleted_at IS NULL
    ORDER BY claimed.done_id
""")

# What has changed again meanwhile is let go, to be claimed again.
_INDEXED = text("""
    WITH indexed AS (
        SELECT * FROM unnest(CAST(:ids AS bigint[]), CAST(:revisions AS integer[])) AS indexed (id, revision)
    ), changed AS (
        UPDATE search_feed SET claimed_until = NULL FROM indexed
        WHERE search_feed.done_id = indexed.id AND search_feed.revision <> indexed.revision
    )
    DELETE FROM search_feed USING indexed
    WHERE search_feed.done_id = indexed.id AND search_feed.revision = indexed.revision
""")

_REFILL = text("""
    INSERT INTO search_feed (done_id, organization_id, revision)
    SELECT id, organization_id, revision FROM dones
    ON CONFLICT (done_id) DO UPDATE SET revision = excluded.revision
""")

_IDLE = text("SELECT NOT EXISTS (SELECT FROM search_feed)")


class PostgresFeed:
    """The search feed of a unit of work, over its connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, lease_now: datetime, lease: timedelta, limit: int) -> list[FeedEntry]:
        bound = {"lease_now": lease_now, "lease_until": lease_now + lease, "limit": limit}
        return [
            FeedEntry(row.done_id, row.fed_revision, _document(row))
            for row in self._connection.execute(_CLAIM, bound)
        ]

    def indexed(self, entries: Sequence[FeedEntry]) -> int:
        if not entries:
            return 0
        bound = {
            "ids": [each.done_id for each in entries],
            "revisions": [each.revision for each in entries],
        }
        return self._connection.execute(_INDEXED, bound).rowcount

    def refill(self) -> int:
        return self._connection.execute(_REFILL).rowcount

    def idle(self) -> bool:
        return bool(self._connection.execute(_IDLE).scalar_one())


def _document(row: Row[Any]) -> Mapping[str, object] | None:
    """What an engine is told of a done: the table's own names and values."""
    if row.id is None:
        return None
    return {
        "organization_id": row.organization_id,
        "person_id": row.person_id,
        "team_ids": list(row.team_ids),
        "day": row.day,
        "kind": row.kind,
        "text": row.text,
    }
