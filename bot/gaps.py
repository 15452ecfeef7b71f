"""The gap between two times of listening: remembered in the database, closed by whoever listens next."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from domain.ports.directory import Direct
from domain.ports.front import StorageDown
from domain.ports.listening import Read

T = TypeVar("T")
MARGIN = timedelta(minutes=1)
"""By so much clocks may differ, and a connection have been dead before that was seen."""
DIRECTS_AT_ONCE = 500
TRY_AGAIN = timedelta(seconds=5)
log = logging.getLogger(__name__)


class Memory(Protocol):
    """What the installation remembers of its listening, whichever process listens."""

    async def heard_until(self) -> datetime | None:
        """Until when nothing was missed; None: nobody has ever listened."""

    async def heard(self, until: datetime) -> None:
        """Remember that."""

    async def directs(self, after: int, limit: int, *, asked: bool) -> list[Direct]:
        """Open direct messages, those numbered above `after`, ascending.

        Args:
            after: the last number of the page before.
            limit: the most that are wanted.
            asked: of those who were asked within the last day, or else of all others.
        """


class SharedGap:
    """`domain.ports.listening.Gap`.

    Args:
        memory: of the installation.
        reads_apart: seconds between two direct messages, so that what is to be sent goes on meanwhile.
    """

    def __init__(self, memory: Memory, reads_apart: float) -> None:
        self._memory = memory
        self._reads_apart = reads_apart
        self._closing: asyncio.Task[None] | None = None

    def close(self, read: Read, now: datetime) -> None:
        if self._closing is not None:
            self._closing.cancel()
        self._closing = asyncio.create_task(self._close(read, now))

    async def remember(self, until: datetime) -> None:
        closing = self._closing
        is_over = closing is not None and closing.done() and not closing.cancelled()
        if closing is not None and is_over and closing.exception() is None:
            with contextlib.suppress(StorageDown):
                await self._memory.heard(until)

    async def stop(self) -> None:
        closing, self._closing = self._closing, None
        if closing is not None:
            closing.cancel()
            await asyncio.gather(closing, return_exceptions=True)

    async def settled(self) -> None:
        if self._closing is not None:
            await asyncio.wait({self._closing})

    async def _close(self, read: Read, now: datetime) -> None:
        """Who was asked within the last day comes first: she is the likeliest to have answered."""
        since = await _insisted(self._memory.heard_until)
        if since is None:
            await _insisted(partial(self._memory.heard, now))
            return
        log.info("reading what was said since %s", since, extra={"action": "catching_up"})
        for asked in (True, False):
            async for direct in self._directs(asked=asked):
                await _read(partial(read, direct, since - MARGIN))
                await asyncio.sleep(self._reads_apart)

    async def _directs(self, *, asked: bool) -> AsyncIterator[Direct]:
        last = 0
        while page := await _insisted(partial(self._memory.directs, last, DIRECTS_AT_ONCE, asked=asked)):
            for direct in page:
                yield direct
            last = page[-1].number


async def _read(one: Callable[[], Awaitable[timedelta | None]]) -> None:
    pause = await _insisted(one)
    while pause is not None:
        await asyncio.sleep(pause.total_seconds())
        pause = await _insisted(one)


async def _insisted(step: Callable[[], Awaitable[T]]) -> T:
    """What a step gives, once the database answers."""
    while True:
        try:
            return await step()
        except StorageDown:
            await asyncio.sleep(TRY_AGAIN.total_seconds())
