"""The jobs of a worker that run every few seconds: each calls the core once and logs what was done."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from domain.application import DoneLog
from domain.ports.front import Clock
from domain.ports.search import FeedEntry
from scheduler.pump import Threads
from scheduler.runner import Tick

LOOK_AT_CLOSED = 30
"""Seconds between two looks at what is due where everything is refused."""
FEED_AT_ONCE = 1_000
"""Dones in one indexing task; a task for each done would be many times slower."""
log = logging.getLogger(__name__)


class Indexer(Protocol):
    """A search engine with an index of its own."""

    def feed(self, entries: Sequence[FeedEntry]) -> None:
        """Index these dones, or remove them; returns when the engine has done so.

        Raises:
            SearchDown: it did not.
        """


class Ticks:
    """The ticks of a worker."""

    def __init__(
        self,
        done_log: DoneLog,
        threads: Threads,
        clock: Clock,
        sweep: Callable[[], Awaitable[int]],
        indexer: Indexer | None,
    ) -> None:
        self._done_log = done_log
        self._threads = threads
        self._clock = clock
        self._sweep = sweep
        self._indexer = indexer

    def every(self) -> Mapping[str, tuple[float, Tick]]:
        """By name, the seconds between two runs and the job."""
        ticks: dict[str, tuple[float, Tick]] = {
            "plan prompts": (15, self.plan_prompts),
            "plan digests": (15, self.plan_digests),
            "leave what is closed": (LOOK_AT_CLOSED, self.leave_closed),
            "sweep inbox": (5, self.sweep_inbox),
            "keep house": (30, self.keep_house),
        }
        if self._indexer is not None:
            ticks["feed index"] = (1, self.feed_index)
        return ticks

    async def all_once(self) -> None:
        """Run each job once, in an order in which each finds what the one before has made ready."""
        await self.keep_house()
        await self.sweep_inbox()
        await self.plan_prompts()
        await self.plan_digests()
        await self.leave_closed()
        await self.feed_index()

    async def plan_prompts(self) -> int:
        planned = await self._threads.call(self._done_log.plan_prompts, self._clock.now())
        if planned.new or planned.skipped:
            log.info(
                "%d people are asked, %d days skipped",
                planned.new,
                planned.skipped,
                extra={"action": "prompts_planned"},
            )
        return planned.new

    async def plan_digests(self) -> int:
        planned = await self._threads.call(self._done_log.plan_digests, self._clock.now())
        if planned:
            log.info("%d digests are due", planned, extra={"action": "digests_planned"})
        return planned

    async def leave_closed(self) -> int:
        left = await self._threads.call(
            self._done_log.outgoing.leave_closed, self._clock.now(), self._clock.real()
        )
        if left:
            log.info("%d go to another channel, as theirs is closed", left, extra={"action": "closed_left"})
        return left

    async def sweep_inbox(self) -> int:
        swept = await self._sweep()
        if swept:
            log.info("%d inbox items taken up again", swept, extra={"action": "inbox_swept"})
        return swept

    async def keep_house(self) -> Mapping[str, int]:
        done = await self._threads.call(self._done_log.keep_house, self._clock.now(), self._clock.real())
        told = {what: count for what, count in done.items() if count}
        if told:
            listed = ", ".join(f"{what} {count}" for what, count in told.items())
            log.info("house kept: %s", listed, extra={"action": "house_kept"})
        return done

    async def feed_index(self) -> int:
        """Tell the search engine what has changed since the last time."""
        if self._indexer is None:
            return 0
        entries = await self._threads.call(self._done_log.claim_feed, self._clock.real(), FEED_AT_ONCE)
        if not entries:
            return 0
        await self._threads.call(self._indexer.feed, entries)
        return await self._threads.call(self._done_log.indexed, entries)
