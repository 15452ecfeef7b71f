"""Where claims go on: each looks behind the last row that the one before it took, not again from the first.

What was sent stays in the index of what is ready until PostgreSQL cleans up, which it does not while anybody
reads in a long transaction: a claim that begins at the first row wades through the whole day's, a second for
a million.  So all is walked from time to time only, and the more seldom the longer it takes.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.people import Channel

WHOLE_WALK_EVERY = timedelta(seconds=3)
"""Real time between two walks from the first row on, for which a row behind the cursor may have to wait."""
LONG = 0.1
"""Seconds from which on a walk counts as long, so that the next one has to wait."""
SHARE = 50
"""Long walks take at most one `SHARE`th of the time."""
LATELY = timedelta(minutes=5)
"""Newly planned rows are due at most so long ago, unless nobody planned for a while."""


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A row of what is planned, by the order in which rows are claimed."""

    due_at: datetime
    id: int


FIRST = Cursor(datetime.min.replace(tzinfo=UTC), 0)
"""Before all rows."""


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk from the first row on."""

    at: datetime
    """Real time."""
    rest: timedelta
    """How long no other walk may follow it."""


class ClaimCursors:
    """Of all claims of one process, a cursor for each channel; may be used from any thread.

    No promise rests on them: what became ready behind one, or is ready again since a transaction failed, is
    found by the next walk from the first row on.
    """

    def __init__(self, stopwatch: Callable[[], float] = time.monotonic) -> None:
        """Begin with no cursor.

        Args:
            stopwatch: seconds since some fixed moment, by which walks are timed.
        """
        self.stopwatch = stopwatch
        self._cursors: dict[Channel, Cursor] = {}
        self._walks: dict[Channel, _Walk] = {}

    def of(self, channel: Channel, now: datetime) -> Cursor:
        """Where to go on: at `FIRST` once all is to be walked again; `now` in real time."""
        return self.reached(channel) if self._walked_within(WHOLE_WALK_EVERY, channel, now) else FIRST

    def reached(self, channel: Channel) -> Cursor:
        """The furthest row taken; `FIRST` before any was."""
        return self._cursors.get(channel, FIRST)

    def before(self, channel: Channel, lease_now: datetime, now: datetime) -> Cursor:
        """Where to look for what has become ready behind the cursor.

        At `FIRST`; while the last walk was too long for another one, only at what has become due lately.

        Args:
            channel: of what is claimed.
            lease_now: real time.
            now: the time by which deliveries are due.
        """
        return Cursor(now - LATELY, 0) if self._walked_within(timedelta(), channel, lease_now) else FIRST

    def walked(self, channel: Channel, now: datetime, began: float) -> bool:
        """All was walked since the stopwatch showed `began`; whether that took long.  `now` is real time."""
        took = self.stopwatch() - began
        rest = timedelta(seconds=took * SHARE) if took > LONG else timedelta()
        self._walks[channel] = _Walk(now, rest)
        return bool(rest)

    def move(self, channel: Channel, cursor: Cursor) -> None:
        self._cursors[channel] = cursor

    def ended(self, channel: Channel, taken: Sequence[Cursor], now: datetime) -> None:
        """Besides what was taken nothing is due at `now`: the cursor stays at the furthest row ever taken."""
        known = [self._cursors[channel]] if channel in self._cursors else []
        self._cursors[channel] = max([*known, *taken], default=Cursor(now - LATELY, 0))

    def _walked_within(self, least: timedelta, channel: Channel, now: datetime) -> bool:
        walk = self._walks.get(channel)
        return walk is not None and timedelta() <= now - walk.at < max(walk.rest, least)
