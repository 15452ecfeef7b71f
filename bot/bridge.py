"""From the event loop to the synchronous core and back, in threads.

Capturing what arrives has threads of its own, so that it is acknowledged in time however busy the rest is.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

CAPTURE_THREADS = 4
WORK_THREADS = 6


class Bridge:
    """Runs synchronous functions in threads."""

    def __init__(self, cancel_running: Callable[[], None]) -> None:
        """`cancel_running` ends every query that is running, so that a stop need not wait for them."""
        self._capture = ThreadPoolExecutor(CAPTURE_THREADS, "capture")
        self._work = ThreadPoolExecutor(WORK_THREADS, "work")
        self._cancel_running = cancel_running

    async def capture(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """For what must be acknowledged in time; short work alone."""
        return await self._run(self._capture, function, *args, **kwargs)

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._run(self._work, function, *args, **kwargs)

    async def settle(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """For what must be written down even when the caller is cancelled meanwhile."""
        return await asyncio.shield(self._run(self._work, function, *args, **kwargs))

    async def _run(
        self, pool: ThreadPoolExecutor, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(pool, lambda: function(*args, **kwargs))

    def close(self) -> None:
        """Start nothing more, end what runs, wait for the threads."""
        for pool in (self._capture, self._work):
            pool.shutdown(wait=False, cancel_futures=True)
        self._cancel_running()
        for pool in (self._capture, self._work):
            pool.shutdown(wait=True)
