"""Discord's limits as this process knows them; what all processes share stands in the database.

https://docs.discord.com/developers/topics/rate-limits
"""

import asyncio
import contextlib
from collections.abc import Mapping

from discord import RateLimited

from adapters.discord.outcomes import LimitedEverywhere


class Pace:
    """Lets calls start at even distances, and none while Discord has closed everything."""

    def __init__(self, calls_a_second: float) -> None:
        self._distance = 1 / calls_a_second
        self._next = 0.0
        self._closed_until = 0.0

    async def wait(self) -> None:
        """Wait for one's turn.

        Raises:
            LimitedEverywhere: Discord takes nothing of this bot for a while.
        """
        self._check()
        now = asyncio.get_running_loop().time()
        turn = max(self._next, now)
        self._next = turn + self._distance
        if turn > now:
            await asyncio.sleep(turn - now)
            self._check()

    def _check(self) -> None:
        left = self._closed_until - asyncio.get_running_loop().time()
        if left > 0:
            raise LimitedEverywhere(left)

    def close(self, seconds: float) -> None:
        self._closed_until = max(self._closed_until, asyncio.get_running_loop().time() + seconds)


class Routes:
    """Limits of single routes and channels, as Discord's answers tell of them."""

    def __init__(self) -> None:
        self._used_up_until: dict[str, float] = {}

    def check(self, route: str) -> None:
        """Let a call pass.

        Raises:
            RateLimited: it would be refused.
        """
        left = self._used_up_until.get(route, 0.0) - asyncio.get_running_loop().time()
        if left > 0:
            raise RateLimited(left)

    def learn(self, route: str, headers: Mapping[str, str]) -> None:
        if headers.get("X-RateLimit-Remaining") != "0":
            return
        now = asyncio.get_running_loop().time()
        with contextlib.suppress(ValueError):
            seconds = float(headers.get("X-RateLimit-Reset-After", ""))
            still = {name: until for name, until in self._used_up_until.items() if until > now}
            self._used_up_until = still | {route: now + seconds}
