"""Calls that wait for each other and go together: many that come at once cost little more than one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from itertools import islice
from typing import Generic, TypeVar

from domain.ports.front import StorageDown

Item = TypeVar("Item")
Result = TypeVar("Result")
MOST = 100
"""In one batch."""


class Batches(Generic[Item, Result]):
    """Carries out a call at once when none is running; what is called meanwhile is the next batch.

    Nobody waits for a batch to fill: it is as large as what came while the one before ran.  A batch that
    fails has changed nothing; each item of it is then carried out alone, so that only what is bad fails.

    Args:
        together: carries out several, all or none of them; gives their results in the same order, or what
            went wrong with one of them.
        alone: carries out one.
        fitting: how many of the first of those that wait, up to `MOST`, may go together: one at least.
    """

    def __init__(
        self,
        together: Callable[[Sequence[Item]], Awaitable[Sequence[Result | Exception]]],
        alone: Callable[[Item], Awaitable[Result]],
        fitting: Callable[[Sequence[Item]], int] = len,
    ) -> None:
        self._together = together
        self._alone = alone
        self._fitting = fitting
        self._waiting: deque[tuple[Item, _Call[Result]]] = deque()
        self._running: asyncio.Task[None] | None = None

    async def call(self, item: Item) -> Result:
        """The result of that one; raises what carrying it out alone raises."""
        [outcome] = await self.call_all([item])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def call_all(self, items: Sequence[Item]) -> Sequence[Result | Exception]:
        """The result of each, or what carrying it out alone raises; together with others as it fits."""
        if not items:
            return ()
        call = _Call[Result](len(items))
        self._waiting.extend((item, call) for item in items)
        if self._running is None or self._running.done():
            # A task of its own: a caller that is cancelled takes none of the others with it.
            self._running = asyncio.create_task(self._run())
        return await call.done

    async def settled(self) -> None:
        """Wait until nothing is left to carry out."""
        if self._running is not None:
            await self._running

    async def _run(self) -> None:
        while self._waiting:
            first = [item for item, _ in islice(self._waiting, MOST)]
            batch = [self._waiting.popleft() for _ in range(self._fitting(first))]
            if len(batch) == 1 or not await self._carried_out(batch):
                await self._one_by_one(batch)

    async def _carried_out(self, batch: Sequence[tuple[Item, "_Call[Result]"]]) -> bool:
        try:
            outcomes = await self._together([item for item, _ in batch])
        except Exception:  # noqa: BLE001 -- which one it was shows when each is alone
            return False
        for (_, call), outcome in zip(batch, outcomes, strict=True):
            call.tell(outcome)
        return True

    async def _one_by_one(self, batch: Sequence[tuple[Item, "_Call[Result]"]]) -> None:
        down: StorageDown | None = None
        for item, call in batch:
            if down is not None:  # to wait for it once more, for each of them, helps nobody
                call.tell(down)
                continue
            try:
                result = await self._alone(item)
            except Exception as error:  # noqa: BLE001 -- the caller's to handle
                down = error if isinstance(error, StorageDown) else None
                call.tell(error)
            else:
                call.tell(result)


class _Call(Generic[Result]):
    """Collects what comes of the items of one call, which are carried out in their order."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._outcomes: list[Result | Exception] = []
        self.done: asyncio.Future[Sequence[Result | Exception]] = asyncio.get_running_loop().create_future()

    def tell(self, outcome: Result | Exception) -> None:
        self._outcomes.append(outcome)
        if len(self._outcomes) == self._count and not self.done.done():  # else the caller was cancelled
            self.done.set_result(self._outcomes)
