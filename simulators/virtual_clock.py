"""A clock that stands still until it is told what time it is."""

from datetime import UTC, datetime, timedelta


class VirtualClock:
    """The product's and the simulated services' time; leases and signatures go by real time."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def real(self) -> datetime:
        return datetime.now(UTC)

    def set(self, instant: datetime) -> None:
        """Go on to `instant`; time does not run backwards."""
        self._now = max(self._now, instant)

    def advance(self, by: timedelta) -> None:
        self._now += by
