"""What was said while nobody listened: read from the history of direct messages, as if it came now.

Discord repeats events to a session that is resumed and nothing to a new one, as every restart begins one:
https://docs.discord.com/developers/events/gateway#resuming.  What was deleted meanwhile is not in a history,
and of a direct message that nobody here has ever heard of nothing can be asked.
"""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.discord.api import MOST_IN_PAGE, DiscordApi
from adapters.discord.history import snowflake
from adapters.discord.outcomes import TROUBLE, outcome_of
from domain.deliveries import Later
from domain.ports.directory import Direct
from domain.ports.front import Clock, StorageDown
from domain.ports.listening import CatchUp

Hear = Callable[[str, Mapping[str, Any]], Awaitable[None]]
"""Keeps an event of the gateway, by its name and data; returns once it is stored."""

RECONNECT, INVALID_SESSION, HELLO = 7, 9, 10
"""After these it is open whether the session goes on.

https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway
"""
EDITABLE = timedelta(days=1)
"""How long before the gap a message may have been written that was edited in it."""
TRY_AGAIN = timedelta(seconds=5)


class Missed:
    """Knows from the gateway's frames how far everything has been heard, and reads what was not.

    Args:
        api: how Discord is called.
        hear: takes what is found.
        catch_up: on what was said between two sessions.
        clock: the product's.
    """

    def __init__(self, api: DiscordApi, hear: Hear, catch_up: CatchUp, clock: Clock) -> None:
        self._api = api
        self._hear = hear
        self._catch_up = catch_up
        self._clock = clock
        self._goes_on = False
        self._last_frame: datetime | None = None
        """When the last frame came of which it is certain that nothing before it is missing."""

    def frame_came(self, opcode: int, event: str | None) -> None:
        """They come in order: while a session goes on, all that was sent before a frame has been heard."""
        if opcode in {RECONNECT, INVALID_SESSION, HELLO}:
            self._goes_on = False
        elif event == "READY":  # another one, to which nothing is repeated
            self._goes_on = True
            self._catch_up.start(self._read)
        elif event == "RESUMED":
            self._goes_on = True
        if self._goes_on:
            self._last_frame = self._clock.now()

    async def remember(self) -> None:
        if self._last_frame is not None:
            with contextlib.suppress(StorageDown):  # what comes meanwhile waits; the next time is remembered
                await self._catch_up.remember(self._last_frame)

    async def stop(self) -> None:
        self._goes_on, self._last_frame = False, None
        await self._catch_up.stop()

    async def _read(self, direct: Direct, since: datetime) -> timedelta | None:
        after = snowflake(since - EDITABLE)
        try:
            while page := await self._page(direct, after):
                for message in sorted(page, key=_number):
                    await self._hear_again(message, since)
                after = max(map(_number, page))
                if len(page) < MOST_IN_PAGE:
                    break
        except TROUBLE as trouble:
            outcome = outcome_of(trouble, repeatable=True)
            return (outcome.after or TRY_AGAIN) if isinstance(outcome, Later) else None
        return None

    async def _page(self, direct: Direct, after: int) -> list[dict[str, Any]]:
        await self._catch_up.turn(direct.workspace)
        return await self._api.history(direct.conversation, after)

    async def _hear_again(self, message: Mapping[str, Any], since: datetime) -> None:
        """As the gateway would have told it; what was heard before is known by its key."""
        if _number(message) >= snowflake(since):
            await self._hear("MESSAGE_CREATE", message)
        edited = message.get("edited_timestamp")
        if edited is not None and datetime.fromisoformat(edited) >= since:
            await self._hear("MESSAGE_UPDATE", message)


def _number(message: Mapping[str, Any]) -> int:
    return int(message["id"])
