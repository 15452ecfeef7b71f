"""The gap between two times of listening to a chat, as the channel and the program around it see it."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Protocol

from domain.ports.directory import Direct

Read = Callable[[Direct, datetime], Awaitable[timedelta | None]]
"""Reads one direct message and hears what was said or edited there since then.

None when that is done or refused for good; else how long to wait before it is tried again.  Storage that is
down is raised.
"""


class Gap(Protocol):
    """What was said while nobody listened."""

    def close(self, read: Read, now: datetime) -> None:
        """Somebody listens again: begin to read what came before, direct message after direct message."""

    async def remember(self, until: datetime) -> None:
        """All has been heard until then, apart from what is still being read."""

    async def stop(self) -> None:
        """Nobody listens any more here; what is not read by now is left to whoever listens next."""

    async def settled(self) -> None:
        """Wait until nothing is left to be read."""
