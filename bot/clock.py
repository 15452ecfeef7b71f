"""The one place that reads clocks.

The product's time is the database's, so that workers on several machines agree on what is due: an offset to
this machine's monotonic clock, renewed from time to time.  It never runs backwards.
"""

import threading
import time
from datetime import UTC, datetime, timedelta


def real_now() -> datetime:
    return datetime.now(UTC)


class DatabaseClock:
    """`domain.ports.front.Clock` on the database's time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._base = real_now()
        self._read_at = time.monotonic()
        self._last = self._base

    def set(self, database_time: datetime) -> None:
        """Go by what the database has just said."""
        with self._lock:
            self._base = database_time
            self._read_at = time.monotonic()

    def now(self) -> datetime:
        with self._lock:
            elapsed = timedelta(seconds=time.monotonic() - self._read_at)
            self._last = max(self._last, self._base + elapsed)
            return self._last

    def real(self) -> datetime:
        """The same: leases too go by the one clock that all workers share, whatever this machine's shows."""
        return self.now()
