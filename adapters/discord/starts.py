"""How often a session with Discord's gateway is begun, however often the process is started again.

Discord takes 1,000 beginnings a day and then changes the bot's token, which shuts it out:
https://docs.discord.com/developers/events/gateway#session-start-limit.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from domain.ports.front import Clock, StorageDown

DAY = timedelta(days=1)
MOST_A_DAY = 100
AT_ONCE = 40
"""Beginnings that may follow each other at once; the others come at even distances."""
TRY_AGAIN_SECONDS = 5.0
_log = logging.getLogger(__name__)


class StartLog(Protocol):
    """When sessions were begun, whichever process began them."""

    async def starts(self) -> Sequence[datetime]:
        """When sessions were begun, as far as anybody may still want to know."""

    async def started(self, at: datetime) -> None:
        """Remember one more."""


def pause(starts: Sequence[datetime], now: datetime) -> timedelta:
    """How long to wait before the next one."""
    lately = sorted(each for each in starts if each > now - DAY)
    if len(lately) < AT_ONCE:
        return timedelta(0)
    if len(lately) >= MOST_A_DAY:
        return lately[-MOST_A_DAY] + DAY - now
    return max(lately[-1] + DAY / (MOST_A_DAY - AT_ONCE) - now, timedelta(0))


class Starts:
    """Lets sessions begin."""

    def __init__(self, starts: StartLog, clock: Clock) -> None:
        self._starts = starts
        self._clock = clock

    async def wait(self) -> None:
        """Return when one may begin; it is counted before it does."""
        while True:
            try:
                left = pause(await self._starts.starts(), self._clock.now())
                if not left:
                    return await self._starts.started(self._clock.now())
            except StorageDown:
                await asyncio.sleep(TRY_AGAIN_SECONDS)
                continue
            _log.warning("Discord's gateway was begun too often today; the next time in %s", left)
            await asyncio.sleep(left.total_seconds())
