"""The delivery loop: claim, send, record.

A batch takes two transactions, one before the calls and one after; no connection is held in between.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import ParamSpec, Protocol, TypeVar

from domain.application import DoneLog
from domain.deliveries import LEASE, Outcome, Parcel, Result, Sent, Unknown
from domain.outgoing import Batch
from domain.people import Channel
from domain.ports.front import Clock

P = ParamSpec("P")
T = TypeVar("T")
WAIT = 1.0
"""Seconds between two looks into the ledger when nothing was due."""
BATCH_DEADLINE = LEASE.total_seconds() * 0.75
"""Seconds after which a whole batch is given up; shorter than the lease, so that the outcome still counts."""
log = logging.getLogger(__name__)


class Sender(Protocol):
    """Hands parcels to a provider."""

    @property
    def channel(self) -> Channel: ...

    @property
    def batch(self) -> int:
        """How many parcels it wants at a time."""

    async def send(self, parcels: Sequence[Parcel]) -> list[Outcome]:
        """An outcome for each parcel, in the same order; never raises."""


class Threads(Protocol):
    """Runs the synchronous core in threads."""

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...

    async def settle(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T: ...


class Pump:
    """Sends what is due on every channel that this process has a sender for."""

    def __init__(self, done_log: DoneLog, threads: Threads, clock: Clock, senders: Sequence[Sender]) -> None:
        self._done_log = done_log
        self._threads = threads
        self._clock = clock
        self._senders = senders

    async def run(self, wake: Callable[[], Awaitable[object]]) -> None:
        """Send until cancelled; `wake` returns when something may have become due."""
        await asyncio.gather(*(self._run(sender, wake) for sender in self._senders))

    async def _run(self, sender: Sender, wake: Callable[[], Awaitable[object]]) -> None:
        while True:
            try:
                sent = await self.send_due(sender)
            except Exception:  # the outermost loop: a database that is down now may be up in a second
                log.exception("sending by %s failed", sender.channel.word, extra={"action": "pump_failed"})
                sent = 0
            if not sent:
                await _first(wake(), WAIT)

    async def drain(self) -> int:
        """Send until nothing is due on any channel; how many deliveries that were."""
        total = 0
        while True:
            sent = sum([await self.send_due(sender) for sender in self._senders])
            if not sent:
                return total
            total += sent

    async def send_due(self, sender: Sender) -> int:
        """One batch of one channel; how many deliveries it was."""
        batch = await self._threads.call(
            self._done_log.claim, sender.channel, self._clock.now(), self._clock.real(), sender.batch
        )
        if not batch.parcels:
            return 0
        outcomes = await self._send(sender, batch)
        results = [
            Result(each.ref, each.fence, each.attempt, outcome)
            for each, outcome in zip(batch.claimed, outcomes, strict=True)
        ]
        await self._threads.settle(self._done_log.record, batch.claimed, results, self._clock.now())
        _tell(sender, outcomes)
        return len(results)

    async def _send(self, sender: Sender, batch: Batch) -> Sequence[Outcome]:
        try:
            async with asyncio.timeout(BATCH_DEADLINE):
                return await sender.send(batch.parcels)
        except TimeoutError:
            return [Unknown("the batch took too long")] * len(batch.parcels)


async def _first(wake: Awaitable[object], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wake
    except TimeoutError:
        return


def _tell(sender: Sender, outcomes: Sequence[Outcome]) -> None:
    sent = sum(isinstance(outcome, Sent) for outcome in outcomes)
    log.info("%s: %d of %d sent", sender.channel.word, sent, len(outcomes), extra={"action": "sent"})
    for outcome in outcomes:
        if not isinstance(outcome, Sent):
            log.warning("%s: %s", sender.channel.word, outcome, extra={"action": "not_sent"})
