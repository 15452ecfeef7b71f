"""Where claims go on: each looks behind the last row that the one before it took, not again from the first.

What was sent stays in the index of what is ready until PostgreSQL cleans up, which it does not while anybody
reads in a long transaction: claims that begin at the first row wade through the whole day's.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.people import Channel

WHOLE_WALK_EVERY = timedelta(seconds=3)
"""How long what became ready behind the cursor may have to wait, in real time, while others are claimed."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row that was taken of what is planned."""

    due_at: datetime
    id: int
    walked_at: datetime
    """When all was walked last, from the first row on; real time."""


class ClaimCursors:
    """Of all claims of one process, a cursor for each channel; may be used from any thread.

    No promise rests on them: what became ready behind one, or is ready again since a transaction failed, is
    found by the next walk from the first row on.
    """

    def __init__(self) -> None:
        self._cursors: dict[Channel, Cursor] = {}

    def of(self, channel: Channel, now: datetime) -> Cursor:
        """Where to go on; `now` in real time."""
        cursor = self._cursors.get(channel)
        if cursor is None or not timedelta() <= now - cursor.walked_at < WHOLE_WALK_EVERY:
            return first(now)
        return cursor

    def move(self, channel: Channel, cursor: Cursor) -> None:
        self._cursors[channel] = cursor

    def forget(self, channel: Channel) -> None:
        self._cursors.pop(channel, None)


def first(now: datetime) -> Cursor:
    """Before all rows; `now` in real time."""
    return Cursor(datetime.min.replace(tzinfo=UTC), 0, now)
