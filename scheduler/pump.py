"""The delivery loop: claim, send at their turns, record; beside it, what is in doubt: claim, look, settle.

A batch takes two transactions, one before the calls and one after; no connection is held in between.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import ParamSpec, Protocol, TypeVar, assert_never

from domain.deliveries import CALL_DEADLINE, LEASE, Delivery, Later, Never, Outcome, Result, Sent, Unknown
from domain.doubts import LOOKS_APART, Doubt, Evidence, Unclear
from domain.limit_reports import CallSpacing, ReportLimit
from domain.outgoing import Batch, Outgoing
from domain.people import Address, Channel
from domain.ports.front import Clock
from scheduler.limit_reporter import LimitReporter
from scheduler.pacing import InFlight, shorten_waits

P = ParamSpec("P")
T = TypeVar("T")
WAIT = 1.0
"""Seconds between two looks into the ledger when nothing was due."""
BATCH_DEADLINE = LEASE.total_seconds() * 0.75
"""Seconds after which a whole batch is given up; shorter than the lease, so that the outcome still counts."""
LOOK_EVERY = 2.0
"""Seconds between two looks for what is in doubt."""
STOP_WITHIN = CALL_DEADLINE.total_seconds()
"""Seconds that a batch which is on its way still has when the process is asked to stop."""
log = logging.getLogger(__name__)


class Sender(Protocol):
    """Hands deliveries to a provider."""

    @property
    def channel(self) -> Channel:
        """Whose deliveries it sends."""

    @property
    def batch(self) -> int:
        """How many deliveries it wants at a time."""

    @property
    def credential(self) -> str:
        """A digest of what it calls the provider with; empty: each workspace has its own."""

    async def send(self, deliveries: Sequence[Delivery], report_limit: ReportLimit) -> list[Outcome]:
        """An outcome for each delivery, in the same order; never raises.

        Args:
            deliveries: to be called for at their turns.
            report_limit: told at once of what is closed meanwhile.
        """

    async def look(self, doubts: Sequence[Doubt]) -> list[Evidence]:
        """What can be found out about each, in the same order; sends nothing and never raises."""


class Threads(Protocol):
    """Runs the synchronous core in threads."""

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The function's result; raises what it raises."""

    async def settle(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The same, for what must be written down: it runs to its end even if the caller is cancelled."""


class Pump:
    """Sends what is due and looks for what is in doubt, on every channel that this process can send by."""

    def __init__(
        self,
        outgoing: Outgoing,
        threads: Threads,
        clock: Clock,
        senders: Sequence[Sender],
        stop_within: float = STOP_WITHIN,
    ) -> None:
        self._stop_within = stop_within
        self._outgoing = outgoing
        self._threads = threads
        self._clock = clock
        self._senders = senders
        self._credentials = {sender.channel: sender.credential for sender in senders}
        self._begun: set[Channel] = set()
        self._most_seconds = BATCH_DEADLINE
        self._deadlines: set[asyncio.Timeout] = set()
        self._limit_reporter = LimitReporter(self._report_limit)

    async def run(self, wake: Callable[[], Awaitable[object]]) -> None:
        """Send until cancelled; `wake` returns when something may have become due.

        When cancelled it claims nothing more.  What is on its way then has `stop_within` seconds to end, and
        what became of it is written down.
        """

        async def rest() -> None:
            await _first(wake(), WAIT)

        async def long_rest() -> None:
            await asyncio.sleep(LOOK_EVERY)

        async with asyncio.TaskGroup() as loops:
            for sender in self._senders:
                loops.create_task(self._keep_sending(sender, rest))
                loops.create_task(self._repeat(self.look_due, sender, long_rest))

    async def _keep_sending(self, sender: Sender, rest: Callable[[], Awaitable[None]]) -> None:
        in_flight = InFlight()

        async def launch(sender: Sender) -> int:
            batch = await self._claim(sender)
            if batch.deliveries:
                await in_flight.begin(_guarded(partial(self._carry, batch), sender), batch.deliveries)
            return len(batch.deliveries)

        try:
            await self._repeat(launch, sender, rest)
        finally:
            self._hurry()
            await in_flight.ended()

    async def _repeat(
        self,
        step: Callable[[Sender], Awaitable[int]],
        sender: Sender,
        rest: Callable[[], Awaitable[None]],
    ) -> None:
        while True:
            running = asyncio.ensure_future(_guarded(step, sender))
            try:
                done = await asyncio.shield(running)
            except asyncio.CancelledError:
                self._hurry()
                await running
                raise
            if not done:
                await rest()

    def _hurry(self) -> None:
        """Shorten the deadlines of batches on their way to `stop_within`: a stop was asked for."""
        self._most_seconds = min(self._most_seconds, self._stop_within)
        for deadline in self._deadlines:
            soon = asyncio.get_running_loop().time() + self._stop_within
            deadline.reschedule(min(soon, deadline.when() or soon))

    async def drain(self) -> int:
        """Send and look until nothing is due on any channel; returns how many deliveries that was."""
        total = 0
        while True:
            sent = sum([await self.send_due(sender) for sender in self._senders])
            looked_for = sum([await self.look_due(sender) for sender in self._senders])
            if not sent + looked_for:
                return total
            total += sent + looked_for

    async def send_due(self, sender: Sender) -> int:
        """One batch of one channel; returns how many deliveries it was."""
        batch = await self._claim(sender)
        return await self._carry(batch, sender) if batch.deliveries else 0

    async def _claim(self, sender: Sender) -> Batch:
        """What may be sent now; waits for turns count from the end of the claim on."""
        if sender.channel not in self._begun:
            await self._begin(sender)
        began = asyncio.get_running_loop().time()
        batch = await self._threads.call(
            self._outgoing.claim, sender.channel, self._clock.now(), self._clock.real(), sender.batch
        )
        passed = asyncio.get_running_loop().time() - began
        return replace(batch, deliveries=tuple(shorten_waits(batch.deliveries, passed)))

    async def _begin(self, sender: Sender) -> None:
        credential, now, real = sender.credential, self._clock.now(), self._clock.real()
        await self._threads.call(self._outgoing.begin_sending, sender.channel, credential, now, real)
        self._begun.add(sender.channel)

    async def _carry(self, batch: Batch, sender: Sender) -> int:
        in_vain: Outcome = Unknown("the batch took too long")
        sending = sender.send(batch.deliveries, self._limit_reporter)
        outcomes = await self._in_time(sending, [in_vain] * len(batch.deliveries))
        await self._limit_reporter.ended()
        results = [
            Result(each.ref, each.fence, each.attempt, outcome)
            for each, outcome in zip(batch.claimed, outcomes, strict=True)
        ]
        await self._threads.settle(
            self._outgoing.record, batch.claimed, results, self._clock.now(), self._clock.real()
        )
        _tell(sender, outcomes)
        return len(results)

    async def _report_limit(self, where: Address, told: Later | CallSpacing) -> None:
        credential, now, real = self._credentials[where.channel], self._clock.now(), self._clock.real()
        await self._threads.settle(self._outgoing.report_limit, where, told, now, real, credential)

    async def look_due(self, sender: Sender) -> int:
        """Look for what is in doubt on one channel; returns how many deliveries that was."""
        batch = await self._threads.call(
            self._outgoing.claim_doubts, sender.channel, self._clock.now(), self._clock.real(), sender.batch
        )
        if not batch.doubts:
            return 0
        in_vain: Evidence = Unclear("looking took too long", LOOKS_APART)
        evidence = await self._in_time(sender.look(batch.doubts), [in_vain] * len(batch.doubts))
        states = await self._threads.settle(self._outgoing.settle, batch.doubted, evidence, self._clock.now())
        told = ", ".join(f"{count} {state.name.lower()}" for state, count in sorted(states.items()))
        log.info("%s: looked for what is in doubt: %s", sender.channel.word, told, extra={"action": "looked"})
        return len(evidence)

    async def _in_time(self, calls: Awaitable[Sequence[T]], otherwise: Sequence[T]) -> Sequence[T]:
        try:
            async with asyncio.timeout(self._most_seconds) as deadline:
                self._deadlines.add(deadline)
                return await calls
        except TimeoutError:
            return otherwise
        finally:
            self._deadlines.discard(deadline)


async def _guarded(step: Callable[[Sender], Awaitable[int]], sender: Sender) -> int:
    try:
        return await step(sender)
    except Exception:  # the outermost loop: a database that is down now may be up in a second
        log.exception("sending by %s failed", sender.channel.word, extra={"action": "pump_failed"})
        return 0


async def _first(wake: Awaitable[object], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await wake
    except TimeoutError:
        return


def _tell(sender: Sender, outcomes: Sequence[Outcome]) -> None:
    sent = sum(isinstance(outcome, Sent) for outcome in outcomes)
    log.info("%s: %d of %d sent", sender.channel.word, sent, len(outcomes), extra={"action": "sent"})
    others = Counter(outcome for outcome in outcomes if not isinstance(outcome, Sent))
    for outcome, count in others.items():
        said = _in_words(outcome)
        log.warning("%s: %d %s", sender.channel.word, count, said, extra={"action": "not_sent"})


def _in_words(outcome: Outcome) -> str:
    match outcome:
        case Sent():
            return "sent"
        case Later():
            return f"to be tried again ({outcome.reason})"
        case Never():
            return f"refused for good ({outcome.reason})"
        case Unknown():
            return f"in doubt ({outcome.evidence})"
        case _:
            assert_never(outcome)
