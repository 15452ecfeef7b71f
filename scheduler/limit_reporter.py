"""Passes on to all workers, through the ledger, what senders learn of a provider's limits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from domain.deliveries import Delivery, Later, LimitScope
from domain.limit_reports import CallSpacing
from domain.people import Address

ALIKE = 0.05
"""Seconds by which a closing must last longer than what was told of it already to be told again."""
log = logging.getLogger(__name__)


class LimitReporter:
    """A `domain.limit_reports.ReportLimit` that tells once what many concurrent calls learn.

    Args:
        tell: stores it for all workers.
    """

    def __init__(self, tell: Callable[[Address, Later | CallSpacing], Awaitable[object]]) -> None:
        self._tell = tell
        self._closed_until: dict[tuple[Address, LimitScope], float] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, delivery: Delivery, told: Later | CallSpacing) -> None:
        where = delivery.recipient.address._replace(external_id="")
        if isinstance(told, Later) and not self._is_news(where, told):
            return
        task = asyncio.create_task(self._told(where, told))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def ended(self) -> None:
        """Wait until all that was reported is written down."""
        await asyncio.gather(*self._tasks)

    def _is_news(self, where: Address, told: Later) -> bool:
        if told.closes is None:
            return False
        now = asyncio.get_running_loop().time()
        until = now + told.after.total_seconds() if told.after else now
        known = self._closed_until.get((where, told.closes), 0.0)
        if until <= known + ALIKE and known > now:
            return False
        self._closed_until = {key: ends for key, ends in self._closed_until.items() if ends > now}
        self._closed_until[where, told.closes] = until
        return True

    async def _told(self, where: Address, told: Later | CallSpacing) -> None:
        try:
            await self._tell(where, told)
        except Exception:  # whatever the database has: the others find out by themselves
            log.exception(
                "what %s told of its limits is lost",
                where.channel.word,
                extra={"action": "limit_report_lost"},
            )
