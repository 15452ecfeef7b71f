"""Reads what was said in chats while no process listened; how far it has come is kept in the database."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from domain.ports.directory import Direct
from domain.ports.front import Clock, StorageDown
from domain.ports.listening import ReadSince, Unread

T = TypeVar("T")
MARGIN = timedelta(minutes=1)
"""How much earlier a gap may have begun: clocks differ, and a dead connection is not noticed at once."""
DIRECTS_AT_ONCE = 10
"""Direct messages that are read concurrently before the position is stored again."""
TRY_AGAIN = timedelta(seconds=5)
log = logging.getLogger(__name__)


class Progress(Protocol):
    """Where the position is stored, for whichever process listens."""

    async def heard_until(self) -> datetime | None:
        """The instant up to which everything but `unread` was heard; None: nobody has ever listened."""

    async def heard(self, until: datetime) -> None:
        """Remember that."""

    async def unread(self) -> Unread | None:
        """The part of a gap that is still to be read; None: there is none."""

    async def leave(self, unread: Unread | None) -> None:
        """Remember that."""

    async def directs(self, after: int, limit: int, *, asked: bool) -> list[Direct]:
        """Open direct messages, those numbered above `after`, ascending.

        Args:
            after: the last number of the page before.
            limit: the most that are wanted.
            asked: only of those who were asked within the last day.
        """


class Turns(Protocol):
    """Paces the calls that read."""

    async def wait(self, workspace: str) -> None:
        """Return when one more call may be made there."""


class SharedCatchUp:
    """`domain.ports.listening.CatchUp`.

    Two instants are always on record, so that a process may die at any moment: until when everybody was heard
    (`Progress.heard_until`), and, while a gap is being read, from when on those whose turn is still to come
    are unheard (`Unread`).

    Args:
        progress: of the installation.
        turns: of the calls that read.
        clock: the product's.
    """

    def __init__(self, progress: Progress, turns: Turns, clock: Clock) -> None:
        self._progress = progress
        self._turns = turns
        self._clock = clock
        self._reading: asyncio.Task[None] | None = None
        self._keeps_up = False
        """All that is said from now on is heard, and what was said before stands among what is unread."""

    def start(self, read: ReadSince, repeated: timedelta = timedelta(0)) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self._keeps_up = False
        self._reading = asyncio.create_task(self._run(read, repeated))

    async def turn(self, workspace: str) -> None:
        await self._turns.wait(workspace)

    async def remember(self, until: datetime) -> None:
        if self._keeps_up:
            await self._progress.heard(until)

    async def stop(self) -> None:
        reading, self._reading = self._reading, None
        self._keeps_up = False
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def settled(self) -> None:
        if self._reading is not None:
            await asyncio.wait({self._reading})

    async def _run(self, read: ReadSince, repeated: timedelta) -> None:
        try:
            await self._read_since_then(read, repeated)
        except Exception:  # the outermost loop: what is unread stays so for whoever listens next
            log.exception("what was said meanwhile could not be read", extra={"action": "catch_up_failed"})

    async def _read_since_then(self, read: ReadSince, repeated: timedelta) -> None:
        until = await _insisted(self._progress.heard_until)
        now = self._clock.now()
        if until is None:
            await _insisted(partial(self._progress.heard, now))
            self._keeps_up = True
            return
        left = await _insisted(self._progress.unread)
        if left is not None:  # whoever read an earlier gap has died on the way
            await self._read_all(read, left)
        gap = None if now - until < repeated else Unread(until)
        await _insisted(partial(self._progress.leave, gap))
        self._keeps_up = True
        if gap is not None:
            await self._read_all(read, gap)
            await _insisted(partial(self._progress.leave, None))

    async def _read_all(self, read: ReadSince, left: Unread) -> None:
        """Who was asked within the last day comes first: she is the likeliest to have answered.

        Then all are gone through, since somebody may be asked meanwhile; nobody is read twice.
        """
        since = f"{left.since:%d %b %H:%M %Z}"
        log.info("reading what was said since %s", since, extra={"action": "catching_up"})
        done: set[int] = set()
        while True:
            page = await _insisted(
                partial(self._progress.directs, left.after, DIRECTS_AT_ONCE, asked=left.asked)
            )
            if not page and not left.asked:
                return
            async with asyncio.TaskGroup() as readers:
                for direct in page:
                    if direct.number not in done:
                        readers.create_task(_read(partial(read, direct, left.since - MARGIN)))
            done.update(direct.number for direct in page)
            left = replace(left, after=page[-1].number) if page else Unread(left.since, asked=False)
            await _insisted(partial(self._progress.leave, left))


async def _read(one: Callable[[], Awaitable[timedelta | None]]) -> None:
    pause = await _insisted(one)
    while pause is not None:
        await asyncio.sleep(pause.total_seconds())
        pause = await _insisted(one)


async def _insisted(step: Callable[[], Awaitable[T]]) -> T:
    """The result of a step, tried again and again until the database answers."""
    while True:
        try:
            return await step()
        except StorageDown:
            await asyncio.sleep(TRY_AGAIN.total_seconds())
