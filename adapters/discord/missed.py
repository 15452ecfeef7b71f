"""What was said while nobody listened: read from the history of direct messages, as if it came now.

Discord repeats events to a session that is resumed and nothing to a new one, as every restart begins one:
https://docs.discord.com/developers/events/gateway#resuming.  What was deleted meanwhile is not in a history,
and of a direct message that nobody here has ever heard of nothing can be asked.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from adapters.discord.api import MOST_IN_PAGE, DiscordApi
from adapters.discord.history import snowflake
from adapters.discord.outcomes import TROUBLE, outcome_of
from domain.deliveries import Later, Never
from domain.ports.front import Clock, StorageDown

T = TypeVar("T")
Hear = Callable[[str, Mapping[str, Any]], Awaitable[None]]
"""Keeps an event of the gateway, by its name and data; returns once it is stored."""

RECONNECT, INVALID_SESSION, HELLO = 7, 9, 10
"""After these it is open whether the session goes on.

https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway
"""
MARGIN = timedelta(minutes=1)
"""By so much clocks may differ, and events be on their way when the last one came."""
EDITABLE = timedelta(days=1)
"""How long before the gap a message may have been written that was edited in it."""
DIRECTS_AT_ONCE = 500
READS_A_SECOND = 10.0
"""A fifth of what Discord allows a bot: what is to be sent goes on meanwhile."""
TRY_AGAIN = timedelta(seconds=5)
_log = logging.getLogger(__name__)


class Memory(Protocol):
    """What the installation remembers of its listening, whichever process listens."""

    async def heard_until(self) -> datetime | None:
        """Until when nothing was missed; None: nobody has ever listened."""

    async def heard(self, until: datetime) -> None:
        """Remember that."""

    async def directs(self, after: int, limit: int, *, asked: bool) -> list[tuple[int, str]]:
        """Numbers of identities above `after`, ascending, with the channels of their direct messages.

        Args:
            after: the last number of the page before.
            limit: the most that are wanted.
            asked: those who were asked within the last day, or else all others.
        """


class Missed:
    """Closes the gap between two sessions, and remembers how far everything has been heard.

    Args:
        api: how Discord is called.
        hear: takes what is found.
        memory: of the installation.
        clock: the product's.
        reads_a_second: of histories.
    """

    def __init__(
        self,
        api: DiscordApi,
        hear: Hear,
        memory: Memory,
        clock: Clock,
        reads_a_second: float = READS_A_SECOND,
    ) -> None:
        self._api = api
        self._hear = hear
        self._memory = memory
        self._clock = clock
        self._distance = 1 / reads_a_second
        self._goes_on = False
        self._last_frame: datetime | None = None
        """When the last frame came of which it is certain that nothing before it is missing."""
        self._closing: asyncio.Task[None] | None = None

    def frame_came(self, opcode: int, event: str | None) -> None:
        """They come in order: while a session goes on, all that was sent before a frame has been heard."""
        if opcode in {RECONNECT, INVALID_SESSION, HELLO}:
            self._goes_on = False
        elif event == "READY":  # another one, to which nothing is repeated
            self._goes_on = True
            self._begin_to_close()
        elif event == "RESUMED":
            self._goes_on = True
        if self._goes_on:
            self._last_frame = self._clock.now()

    def _begin_to_close(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
        self._closing = asyncio.create_task(self._close_gap())

    async def remember(self) -> None:
        """Write down how far everything has been heard, unless a gap is still open."""
        closing = self._closing
        closed = closing is not None and closing.done() and not closing.cancelled()
        if closing is not None and closed and closing.exception() is None and self._last_frame is not None:
            with contextlib.suppress(StorageDown):
                await self._memory.heard(self._last_frame)

    async def stop(self) -> None:
        """The session is over; a gap that is still open is closed by whoever listens next."""
        closing, self._closing = self._closing, None
        self._goes_on, self._last_frame = False, None
        if closing is not None:
            closing.cancel()
            await asyncio.gather(closing, return_exceptions=True)

    async def settled(self) -> None:
        """Wait until no gap is open."""
        if self._closing is not None:
            await asyncio.wait({self._closing})

    async def _close_gap(self) -> None:
        since = await _insisted(self._memory.heard_until)
        if since is None:
            return
        found = 0
        for asked in (True, False):
            async for channel in self._directs(asked=asked):
                found += await _insisted(partial(self._read, channel, since - MARGIN)) or 0
        if found:
            _log.info(
                "%d messages of the time in which nobody listened", found, extra={"action": "caught_up"}
            )

    async def _directs(self, *, asked: bool) -> AsyncIterator[str]:
        last = 0
        while page := await _insisted(partial(self._memory.directs, last, DIRECTS_AT_ONCE, asked=asked)):
            for _, channel in page:
                yield channel
                await asyncio.sleep(self._distance)
            last = page[-1][0]

    async def _read(self, channel: str, gap: datetime) -> int:
        """Hear what was written or edited there since the gap began; how many messages that were."""
        after, found = snowflake(gap - EDITABLE), 0
        while page := await self._api.history(channel, after):
            for message in sorted(page, key=_number):
                found += await self._hear_again(message, gap)
            after = max(map(_number, page))
            if len(page) < MOST_IN_PAGE:
                break
        return found

    async def _hear_again(self, message: Mapping[str, Any], gap: datetime) -> bool:
        """As the gateway would have told it; what was heard before is known by its key."""
        edited = message.get("edited_timestamp")
        is_new = _number(message) >= snowflake(gap)
        is_edited = edited is not None and datetime.fromisoformat(edited) >= gap
        if is_new:
            await self._hear("MESSAGE_CREATE", message)
        if is_edited:
            await self._hear("MESSAGE_UPDATE", message)
        return is_new or is_edited


def _number(message: Mapping[str, Any]) -> int:
    return int(message["id"])


async def _insisted(step: Callable[[], Awaitable[T]]) -> T | None:
    """What a step gives, however often it takes; None where Discord refuses it for good."""
    while True:
        try:
            return await step()
        except StorageDown:
            pause = TRY_AGAIN
        except TROUBLE as trouble:
            outcome = outcome_of(trouble, repeatable=True)
            if isinstance(outcome, Never):
                return None
            pause = (outcome.after if isinstance(outcome, Later) else None) or TRY_AGAIN
        await asyncio.sleep(pause.total_seconds())
