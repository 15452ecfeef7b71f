"""How often something may be done, counted for all processes together."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Protocol


class Limits(Protocol):
    """Counters of the whole installation, by name.  Only a digest of each name is stored."""

    def expect(self, names: Collection[str], now: datetime) -> None:
        """These will be asked for: a hint, so that they are read at once."""

    def count(self, name: str, now: datetime, window: timedelta) -> int:
        """Count one more; how many there were in a window, which begins with the first."""

    def allow(self, name: str, now: datetime, window: timedelta, most: int = 1) -> bool:
        """Count one more; whether it is one of the first `most` in a window, which begins with the first."""

    def forget(self, before: datetime) -> int:
        """Drop the counters whose window began before then: it is over.  Returns how many they were."""
