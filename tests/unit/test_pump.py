"""The delivery loop: when it is asked to stop, when calls hang, when one channel is in trouble."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Literal, ParamSpec, TypeVar

import pytest

from domain.deliveries import LEASE, Delivery, Kind, Later, Never, Outcome, Sent, State, Unknown
from domain.doubts import Doubt, Evidence, Found
from domain.limit_reports import ReportLimit
from domain.outgoing import Batch
from domain.people import Channel
from scheduler.pump import Pump, Sender, Threads
from tests.factories import SIX, Office
from tests.fast_forward import FastForward

P = ParamSpec("P")
T = TypeVar("T")


class AtOnce:
    """Calls the core in the loop's own thread."""

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    async def settle(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)


class SlowClaims(AtOnce):
    """The database takes its time to answer whoever claims, and has given out the leases meanwhile."""

    def __init__(self) -> None:
        self.claimed = asyncio.Event()
        self.may_answer = asyncio.Event()

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        answer = function(*args, **kwargs)
        if isinstance(answer, Batch) and answer.deliveries:
            self.claimed.set()
            await self.may_answer.wait()
        return answer


class SlowSender:
    """Sends when it is let; what it was handed stands in `begun`."""

    batch = 1
    credential = ""

    def __init__(self, channel: Channel = Channel.SLACK) -> None:
        self.channel = channel
        self.begun: list[Delivery] = []
        self.started = asyncio.Event()
        self.may_end = asyncio.Event()

    async def send(self, deliveries: Sequence[Delivery], report_limit: ReportLimit) -> list[Outcome]:  # noqa: ARG002 -- it hears nothing
        self.begun.extend(deliveries)
        self.started.set()
        await self.may_end.wait()
        return [Sent(f"r{each.ref.id}") for each in deliveries]

    async def look(self, doubts: Sequence[Doubt]) -> list[Evidence]:
        return [Found("D1:1")] * len(doubts)


class HoldsTheFirst(asyncio.Event):
    """Whoever comes first waits for it, the others go on; `overtaken` once there are two of them."""

    def __init__(self) -> None:
        super().__init__()
        self.overtaken = asyncio.Event()
        self._came = 0

    async def wait(self) -> Literal[True]:
        self._came += 1
        if self._came == 3:
            self.overtaken.set()
        return await super().wait() if self._came == 1 else True


@pytest.fixture
def office() -> Office:
    office = Office()
    office.done_log.plan_prompts(SIX)
    return office


@contextlib.asynccontextmanager
async def pumping(
    office: Office, *senders: Sender, stop_within: float = 5, threads: Threads | None = None
) -> AsyncIterator[asyncio.Task[None]]:
    pump = Pump(office.done_log.outgoing, threads or AtOnce(), office.clock, senders, stop_within)
    running = asyncio.create_task(pump.run(asyncio.Event().wait))
    yield running
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def states(office: Office, channel: Channel = Channel.SLACK) -> dict[State, int]:
    there = [
        row.state for row in office.deliveries(Kind.PROMPT) if row.new.recipient.address.channel is channel
    ]
    return {state: there.count(state) for state in set(there)}


async def test_asked_to_stop_it_claims_nothing_more_and_writes_down_what_is_on_its_way(
    office: Office,
) -> None:
    """Fault 18: after a SIGTERM no lease is left behind."""
    sender = SlowSender()
    async with pumping(office, sender) as running:
        await sender.started.wait()
        running.cancel()
        asyncio.get_running_loop().call_later(0.05, sender.may_end.set)
        await asyncio.wait([running])
        assert len(sender.begun) == 1
        assert states(office) == {State.ACCEPTED: 1, State.READY: 2}
        assert all(row.lease_until is None for row in office.deliveries(Kind.PROMPT))


async def test_asked_to_stop_while_it_claims_it_sends_what_it_is_given(office: Office) -> None:
    """Faults 13 and 18: no lease has to end first for anybody to be asked by the next process."""
    sender, threads = SlowSender(), SlowClaims()
    sender.may_end.set()
    async with pumping(office, sender, threads=threads) as running:
        await threads.claimed.wait()
        running.cancel()
        asyncio.get_running_loop().call_later(0.05, threads.may_answer.set)
        await asyncio.wait([running])
        assert states(office) == {State.ACCEPTED: 1, State.READY: 2}


async def test_a_batch_that_others_have_overtaken_is_waited_for_too(office: Office) -> None:
    """Fault 18: the one that hangs holds up nobody, and is not forgotten when it is time to stop."""
    sender = SlowSender()
    sender.may_end = first = HoldsTheFirst()
    async with pumping(office, sender) as running:
        await first.overtaken.wait()
        running.cancel()
        asyncio.get_running_loop().call_later(0.05, first.set)
        await asyncio.wait([running])
        assert states(office) == {State.ACCEPTED: 3}


async def test_what_does_not_end_is_left_in_doubt(office: Office) -> None:
    """Fault 18: a call that hangs holds up a stop for its time, and what became of it is looked for."""
    sender = SlowSender()
    async with pumping(office, sender, stop_within=0.05) as running:
        await sender.started.wait()
        running.cancel()
        await asyncio.wait([running], timeout=10)
        assert running.done()
    assert states(office) == {State.UNCERTAIN: 1, State.READY: 2}
    assert all(row.lease_until is None for row in office.deliveries(Kind.PROMPT))


async def test_what_hangs_is_given_up_before_its_lease_ends(office: Office) -> None:
    """Fault 24: whoever the provider is, and however it hangs."""
    sender = SlowSender()
    pump = Pump(office.done_log.outgoing, AtOnce(), office.clock, [sender])
    with FastForward(SIX) as clock:
        sending = asyncio.create_task(pump.send_due(sender))
        await sender.started.wait()
        clock.forward(LEASE)
        await asyncio.wait([sending], timeout=2)
        sending.cancel()
    assert states(office) == {State.UNCERTAIN: 1, State.READY: 2}


async def test_ten_restarts_at_six_lose_and_double_nothing(office: Office) -> None:
    """Fault 13: each is stopped in the middle of a call, and the next goes on."""
    begun: list[Delivery] = []
    for _ in range(10):
        sender = SlowSender()
        async with pumping(office, sender) as running:
            await asyncio.wait([asyncio.ensure_future(sender.started.wait()), running], timeout=0.02)
            running.cancel()
            await asyncio.sleep(0)
            sender.may_end.set()
        begun += sender.begun
    assert len(begun) == len({delivery.ref for delivery in begun}) == 3
    assert states(office) == {State.ACCEPTED: 3}


async def test_a_channel_that_hangs_holds_up_no_other(office: Office) -> None:
    """Fault 24."""
    slow, mail = SlowSender(), SlowSender(Channel.EMAIL)
    mail.may_end.set()
    async with pumping(office, slow, mail):
        await slow.started.wait()
        await mail.started.wait()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert states(office, Channel.EMAIL) == {State.ACCEPTED: 1}


async def test_what_is_in_doubt_is_looked_for(office: Office) -> None:
    now = office.clock.now()
    office.done_log.outgoing.claim(Channel.SLACK, now, now, 100)
    later = office.clock.forward(SIX.replace(hour=19) - SIX)
    office.done_log.keep_house(later, later)
    sender = SlowSender()
    pump = Pump(office.done_log.outgoing, AtOnce(), office.clock, [sender])
    assert await pump.look_due(sender) == 1
    assert await pump.drain() == 2
    assert states(office) == {State.ACCEPTED: 3}
    assert sender.begun == [], "found, so not sent again"


class Refuses(SlowSender):
    """Every one for another reason."""

    batch = 9

    async def send(self, deliveries: Sequence[Delivery], report_limit: ReportLimit) -> list[Outcome]:  # noqa: ARG002 -- it hears nothing
        self.started.set()
        answers: list[Outcome] = [Later("too many"), Never("no such user"), Unknown("timed out")]
        return [answers[place % len(answers)] for place, _ in enumerate(deliveries)]


async def test_the_log_says_in_words_what_was_not_sent(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="scheduler.pump")
    refuses = Refuses()
    async with pumping(office, refuses) as running:
        await refuses.started.wait()
        running.cancel()
        await asyncio.wait([running])
    assert caplog.messages[:4] == [
        "Slack: 0 of 3 sent",
        "Slack: 1 to be tried again (too many)",
        "Slack: 1 refused for good (no such user)",
        "Slack: 1 in doubt (timed out)",
    ]
