"""Calls that wait for each other and go together: many that come at once cost little more than one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from domain.ports.front import StorageDown

Item = TypeVar("Item")
Result = TypeVar("Result")
MOST = 100
"""In one batch."""


class Batches(Generic[Item, Result]):
    """Carries out a call at once when none is running; what is called meanwhile is the next batch.

    Nobody waits for a batch to fill: it is as large as what came while the one before ran.  A batch that
    fails has changed nothing; each call of it is then carried out alone, so that only what is bad fails.

    Args:
        together: carries out several, all or none of them; gives their results in the same order.
        alone: carries out one.
    """

    def __init__(
        self,
        together: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]],
        alone: Callable[[Item], Awaitable[Result]],
    ) -> None:
        self._together = together
        self._alone = alone
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def call(self, item: Item) -> Result:
        """The result of that one; raises what carrying it out alone raises."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._running is None or self._running.done():
            # A task of its own: a caller that is cancelled takes none of the others with it.
            self._running = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST))]
            if len(batch) == 1 or not await self._carried_out(batch):
                await self._one_by_one(batch)

    async def _carried_out(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> bool:
        try:
            results = await self._together([item for item, _ in batch])
        except Exception:  # noqa: BLE001 -- which one it was shows when each is alone
            return False
        for (_, done), result in zip(batch, results, strict=True):
            _tell(done, result)
        return True

    async def _one_by_one(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        down: StorageDown | None = None
        for item, done in batch:
            if down is not None:  # to wait for it once more, for each of them, helps nobody
                _tell(done, down)
                continue
            try:
                result = await self._alone(item)
            except Exception as error:  # noqa: BLE001 -- the caller's to handle
                down = error if isinstance(error, StorageDown) else None
                _tell(done, error)
            else:
                _tell(done, result)


def _tell(done: asyncio.Future[Result], outcome: Result | Exception) -> None:
    """A caller that was cancelled meanwhile is told nothing."""
    if done.done():
        return
    if isinstance(outcome, Exception):
        done.set_exception(outcome)
    else:
        done.set_result(outcome)
