"""Batches that are being sent: when the next one is claimed, and how many there may be.

The next batch is claimed while the turns of the one before still pass, so that none is lost; and a call that
hangs keeps its own batch waiting, not the channel.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta

from domain.deliveries import Delivery

PATIENCE = 1.0
"""Seconds after which a batch that has no turns to wait for is left to end by itself."""
MOST_IN_FLIGHT = 32
"""Batches of one channel at once: more than calls that hang can hold up before their deadlines."""
_NOTHING = timedelta(0)


class InFlight:
    """The batches of one channel that are on their way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[int]] = set()

    async def begin(self, batch: Coroutine[None, None, int], deliveries: Sequence[Delivery]) -> None:
        """Start it; returns when it is time for the next one."""
        task = asyncio.create_task(batch)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        longest = max(each.wait for each in deliveries).total_seconds()
        await asyncio.wait({task}, timeout=longest / 2 if longest else PATIENCE)
        if len(self._tasks) >= MOST_IN_FLIGHT:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    async def ended(self) -> None:
        """Wait until all have ended."""
        await asyncio.gather(*self._tasks)


def shorten_waits(deliveries: Sequence[Delivery], seconds: float) -> Sequence[Delivery]:
    """The deliveries once so many seconds of their waits have passed."""
    passed = timedelta(seconds=seconds)
    return [
        replace(each, wait=max(_NOTHING, each.wait - passed)) if each.wait else each for each in deliveries
    ]
