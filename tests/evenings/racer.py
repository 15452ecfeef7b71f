"""A process of the race, which only plans or only sends: `python -m tests.evenings.racer plan|send URL PORT`.

The product's time is an argument: each line on standard input is an instant, at which a planner plans,
several times in a row, and at which a sender sends until the next one comes.
"""

import asyncio
import contextlib
import json
import sys
import time
import zoneinfo
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from adapters.storage.database import Database
from bot import gc_tuning
from bot.bridge import Bridge
from bot.clock import real_now
from bot.tokens import SignedTokens
from domain.application import DoneLog
from domain.conversation import Conversation
from domain.deliveries import Delivery, Outcome, Sent
from domain.doubts import Doubt, Evidence, Unclear
from domain.limit_reports import ReportLimit
from domain.limits import Limits
from domain.people import Channel
from scheduler.pump import Pump

PLANS = 2
"""How often each planner plans at each instant: the second time while everything is on its way."""
PACE = 1_000.0
"""Times as fast as the providers allow: claims keep their limits, as in the product, and wait for none."""
BATCH = 100
LOOKS_EVERY = 0.2
"""Seconds between two looks of a sender that found nothing: it is to look while others plan."""


class GivenClock:
    """`domain.ports.front.Clock`: the product's time is what was given last."""

    def __init__(self, now: datetime) -> None:
        self.given = now

    def now(self) -> datetime:
        return self.given

    def real(self) -> datetime:
        return real_now()


@dataclass(frozen=True, slots=True)
class Posting:
    """`scheduler.pump.Sender`: names each message to the receiver, and takes its answer for an acceptance."""

    channel: Channel
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    turn: asyncio.Lock
    batch: int = BATCH
    credential: str = ""

    async def send(self, deliveries: Sequence[Delivery], report_limit: ReportLimit) -> list[Outcome]:  # noqa: ARG002 -- it hears nothing
        names = [f"{each.day} {each.person_id}" for each in deliveries]
        async with self.turn:
            self.writer.write(json.dumps(names).encode() + b"\n")
            if not await self.reader.readline():
                raise ConnectionError("the receiver has gone")
        return [Sent(str(each.ref)) for each in deliveries]

    async def look(self, doubts: Sequence[Doubt]) -> list[Evidence]:
        return [Unclear("there is nowhere to look") for _ in doubts]


def main(role: str, url: str, port: str) -> None:
    zoneinfo.reset_tzpath(to=[])
    gc_tuning.tune()
    database = Database(url, feed=False, limits=Limits(PACE))
    conversation = Conversation(
        SignedTokens(("a secret of the race" * 2,)), (database.search,), frozenset(Channel)
    )
    done_log = DoneLog(database.storage, conversation)
    if role == "plan":
        _plan(done_log)
    else:
        asyncio.run(_send(database, done_log, int(port)))
    database.close()


def _plan(done_log: DoneLog) -> None:
    """Answer each instant with a line for each plan: how many were new, and from when to when it took."""
    _say("ready")
    for line in sys.stdin:
        now = datetime.fromisoformat(line.strip())
        for _ in range(PLANS):
            began = time.monotonic()
            new = done_log.plan_prompts(now).new
            _say(f"{new} {began} {time.monotonic()}")


async def _send(database: Database, done_log: DoneLog, port: int) -> None:
    """Send until the instants end."""
    clock = GivenClock(real_now())
    bridge = Bridge(database.cancel_running)
    async with _instants() as instants:
        _say("ready")
        clock.given = datetime.fromisoformat((await instants.readline()).decode().strip())
        senders = [await _connected(channel, port) for channel in Channel]
        pump = Pump(done_log.outgoing, bridge, clock, senders)
        pumping = asyncio.create_task(pump.run(partial(asyncio.sleep, LOOKS_EVERY)))
        while line := await instants.readline():
            clock.given = datetime.fromisoformat(line.decode().strip())
        pumping.cancel()
        await asyncio.gather(pumping, return_exceptions=True)
        for sender in senders:
            sender.writer.close()
    bridge.close()


async def _connected(channel: Channel, port: int) -> Posting:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    return Posting(channel, reader, writer, asyncio.Lock())


@contextlib.asynccontextmanager
async def _instants() -> AsyncIterator[asyncio.StreamReader]:
    """Standard input."""
    reader = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    try:
        yield reader
    finally:
        transport.close()


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
