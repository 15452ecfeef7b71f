"""Discord's limits as this process knows them; what all processes share stands in the database.

https://docs.discord.com/developers/topics/rate-limits
"""

import asyncio
import contextlib
from collections.abc import Mapping

from discord import RateLimited

from adapters.discord.outcomes import LimitedEverywhere

PATIENCE = 1.0
"""Seconds that a call waits for a closed limit to open: the window of the global limit is no longer."""
LATE = 0.005
"""Seconds by which timers may be late; lost time up to this is made up for, more is not."""


class Pace:
    """Lets calls start one after another at even distances, and none while Discord has closed everything.

    Late ones do not start together: Discord counts by the second, and nobody knows where its seconds begin.
    """

    def __init__(self, calls_a_second: float) -> None:
        self._distance = 1 / calls_a_second
        self._next = 0.0
        self._closed_until = 0.0
        self._line = asyncio.Lock()

    async def wait(self) -> None:
        """Wait for one's turn.

        Raises:
            LimitedEverywhere: Discord takes nothing of this bot for a while.
        """
        clock = asyncio.get_running_loop().time
        async with self._line:
            while (left := self._left(clock())) > 0:  # noqa: ASYNC110 -- it may be closed meanwhile
                await asyncio.sleep(left)
            self._next = max(self._next, clock() - LATE) + self._distance

    def _left(self, now: float) -> float:
        """Seconds until the next call; looked at again after each sleep, for it may be closed meanwhile."""
        closed = self._closed_until - now
        if closed > PATIENCE:
            raise LimitedEverywhere(closed)
        return max(closed, self._next - now)

    def close(self, seconds: float) -> None:
        self._closed_until = max(self._closed_until, asyncio.get_running_loop().time() + seconds)


class Routes:
    """Limits of routes in single channels, as answers tell of them; several routes may share one."""

    def __init__(self) -> None:
        self._bucket_of: dict[str, str] = {}
        self._used_up_until: dict[tuple[str, str], float] = {}

    def check(self, route: str, resource: str) -> None:
        """Let a call pass.

        Args:
            route: verb and path, without ids.
            resource: the channel, server or webhook that has limits of its own.

        Raises:
            RateLimited: it would be refused.
        """
        until = self._used_up_until.get((self._bucket_of.get(route, route), resource), 0.0)
        left = until - asyncio.get_running_loop().time()
        if left > 0:
            raise RateLimited(left)

    def learn(self, route: str, resource: str, headers: Mapping[str, str]) -> None:
        """Take in the rate-limit headers of an answer, whatever its status."""
        bucket = headers.get("X-RateLimit-Bucket")
        if bucket is not None:
            self._bucket_of[route] = bucket
        if headers.get("X-RateLimit-Remaining") != "0":
            return
        now = asyncio.get_running_loop().time()
        with contextlib.suppress(ValueError):
            until = now + float(headers.get("X-RateLimit-Reset-After", ""))
            still = {name: until for name, until in self._used_up_until.items() if until > now}
            self._used_up_until = still | {(bucket or route, resource): until}
