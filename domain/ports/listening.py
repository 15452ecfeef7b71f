"""Catching up with a chat after nobody listened, as the channel and the program around it see it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from domain.ports.directory import Direct

ReadSince = Callable[[Direct, datetime], Awaitable[timedelta | None]]
"""Reads one direct message and hears what was said or edited there since then.

None when that is done or refused for good; else how long to wait before it is tried again.  Storage that is
down is raised.
"""


@dataclass(frozen=True, slots=True)
class Unread:
    """What is left of a gap that is being read, whoever goes on with it.

    Attributes:
        since: where the gap begins.
        asked: those who were asked lately are read first, and then everybody; False: everybody.
        after: the number of the last direct message that was read.
    """

    since: datetime
    asked: bool = True
    after: int = 0


class Lease(Protocol):
    """Leave to listen, which one process of an installation has at a time."""

    async def hold(self) -> bool:
        """Take it or keep it for half a minute more; False while another process has it.

        Raises:
            StorageDown: nobody can say.
        """

    async def release(self) -> None:
        """Let the next process have it at once.

        Raises:
            StorageDown: it runs out by itself.
        """


class CatchUp(Protocol):
    """Reads what was said while nobody listened."""

    def start(self, read: ReadSince, repeated: timedelta = timedelta(0)) -> None:
        """Somebody listens again: begin to read what came before, direct message after direct message.

        Args:
            read: one of them.
            repeated: a shorter gap is closed by the provider, which sends everything again.
        """

    async def turn(self, workspace: str) -> None:
        """Wait for the turn of one call that reads there; what is to be sent goes on meanwhile."""

    async def remember(self, until: datetime) -> None:
        """All has been heard until then, or is about to be read.

        Raises:
            StorageDown: that could not be written down.
        """

    async def stop(self) -> None:
        """Nobody listens any more here; what is not read by now is left to whoever listens next."""

    async def settled(self) -> None:
        """Wait until nothing is left to be read."""
