"""Runs the jobs of `scheduler.ticks` by APScheduler, in memory; the database decides what is due."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

Tick = Callable[[], Awaitable[object]]
log = logging.getLogger(__name__)


def start(ticks: Mapping[str, tuple[float, Tick]]) -> AsyncIOScheduler:
    """Call each tick at once and then every so many seconds, in the running loop.

    Args:
        ticks: by name, seconds between two calls and what to call.
    """
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    )
    for name, (seconds, tick) in ticks.items():
        guarded = _guarded(name, tick)
        scheduler.add_job(guarded, id=f"{name} at once")  # what fell due while nothing ran waits no longer
        scheduler.add_job(guarded, "interval", seconds=seconds, id=name)
    scheduler.start()
    return scheduler


def _guarded(name: str, tick: Tick) -> Tick:
    async def call() -> None:
        try:
            await tick()
        except Exception:  # the outermost loop: the next tick finds what this one left
            log.exception("the tick %s failed", name, extra={"action": "tick_failed"})

    return call
