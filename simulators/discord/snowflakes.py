"""Discord's ids: a time in milliseconds with a counter below it.

https://docs.discord.com/developers/reference#snowflakes
"""

from datetime import UTC, datetime

from simulators.base import Now

EPOCH = 1_420_070_400_000
"""The first moment of 2015, in Unix milliseconds."""
TIME_SHIFT = 22
"""The bits below the time."""


class Snowflakes:
    """Makes ids that are unique and increase, even while the clock stands still."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._last = 0

    def make(self) -> int:
        milliseconds = int(self._now().timestamp() * 1000) - EPOCH
        self._last = max(self._last + 1, milliseconds << TIME_SHIFT)
        return self._last


def moment_of(snowflake: int) -> datetime:
    """When `snowflake` was made, in UTC."""
    return datetime.fromtimestamp(((snowflake >> TIME_SHIFT) + EPOCH) / 1000, UTC)
