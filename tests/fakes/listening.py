"""How far processes that share a database have listened."""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime

from domain.ports.directory import Direct
from domain.ports.front import StorageDown
from domain.ports.listening import Unread


class NoPace:
    """`bot.catch_up.Turns`: every call may be made at once."""

    async def wait(self, _workspace: str) -> None:
        return


class FakeProgress:
    """`bot.catch_up.Progress` and `adapters.discord.starts.StartLog`.

    Args:
        directs: the open direct messages, by their numbers ascending.
        asked: the numbers of those who were asked lately; None: all were.
    """

    def __init__(self, directs: Callable[[], list[Direct]], asked: Collection[int] | None = None) -> None:
        self._directs = directs
        self.asked = asked
        self.until: datetime | None = None
        self.up = asyncio.Event()
        """While it is not, nothing can be remembered, and who asks waits for an answer."""
        self.up.set()
        self.refusals = 0
        self.left: Unread | None = None
        self.begun: list[datetime] = []

    async def heard_until(self) -> datetime | None:
        await self.up.wait()
        return self.until

    async def heard(self, until: datetime) -> None:
        if not self.up.is_set():
            self.refusals += 1
            raise StorageDown
        self.until = until

    async def unread(self) -> Unread | None:
        return self.left

    async def leave(self, unread: Unread | None) -> None:
        self.left = unread

    async def starts(self) -> list[datetime]:
        return self.begun

    async def started(self, at: datetime) -> None:
        self.begun.append(at)

    async def directs(self, after: int, limit: int, *, asked: bool) -> list[Direct]:
        wanted = self.asked if asked else None
        found = [each for each in self._directs() if wanted is None or each.number in wanted]
        return [each for each in found if each.number > after][:limit]
