"""`./donelog race [--people N] [--days N]`: processes that only plan and processes that only send, at once.

Real processes on a real PostgreSQL live through days whose time is an argument.  All planners plan at the
same instants, each several times, while all senders claim what there is.  What arrives is counted at the
receiving end by person and log day.  Ends with status 1 when anything is missing or came twice.
"""

import argparse
import asyncio
import contextlib
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from adapters.storage.engine import driver_url
from migrations.run import migrate
from tests.chaos.ending import run_to_its_end
from tests.chaos.server import HOME, opened
from tests.evenings import race_people
from tests.evenings.racer import PLANS
from tests.evenings.receiver import Receiver

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120.0
"""Seconds in which all that is planned must arrive."""
_LEDGER = text("SELECT count(*) AS rows, count(*) FILTER (WHERE state = 4) AS accepted FROM deliveries")
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    people: int = 10_000
    days: int = 7
    planners: int = 5
    senders: int = 8


@dataclass(slots=True)
class Found:
    """What was counted."""

    arrived: int = 0
    doubled: int = 0
    missing: int = 0
    strange: int = 0
    """Messages that nobody was to get."""
    rows: int = 0
    accepted: int = 0
    new: int = 0
    """Rows that the planners say they have written."""
    plans: int = 0
    beside: int = 0
    """Plans during which another planner was planning."""

    @property
    def good(self) -> bool:
        exact = self.arrived == self.rows == self.accepted == self.new
        return exact and not (self.doubled or self.missing or self.strange)

    def lines(self) -> list[str]:
        return [
            f"plans {self.plans}, {self.beside} of them beside another planner's",
            f"rows {self.rows} accepted {self.accepted} new {self.new} for nobody {self.strange}",
            f"deliveries {self.arrived} doubled {self.doubled} missing {self.missing}",
        ]


@dataclass(slots=True)
class Planner:
    """A process that plans, and what it has said."""

    process: asyncio.subprocess.Process
    spans: list[tuple[float, float]] = field(default_factory=list)
    """From when to when each plan of this instant took."""

    async def planned(self) -> int:
        """How many prompts were new in its plans of this instant."""
        self.spans.clear()
        total = 0
        for _ in range(PLANS):
            new, began, ended = (await _line(self.process)).split()
            self.spans.append((float(began), float(ended)))
            total += int(new)
        return total


async def race(wanted: Wanted, tell: Tell, home: Path = HOME) -> Found:
    """Run the race and count.

    Args:
        wanted: how much of what.
        tell: gets a line about each day.
        home: where the PostgreSQL of this run lies.
    """
    with opened(f"race_{os.getpid()}", home) as server:
        await asyncio.to_thread(migrate, server.url)
        engine = create_engine(driver_url(server.url), poolclass=NullPool)
        race_people.populate(engine, wanted.people, wanted.days)
        receiver = Receiver()
        port = await receiver.start()
        try:
            async with (
                _processes("plan", wanted.planners, server.url, port) as planners,
                _processes("send", wanted.senders, server.url, port) as senders,
            ):
                found = await _days(wanted, [Planner(each) for each in planners], senders, receiver, tell)
        finally:
            await receiver.stop()
        _count(found, wanted, receiver, engine)
    return found


async def _days(
    wanted: Wanted,
    planners: Sequence[Planner],
    senders: Sequence[asyncio.subprocess.Process],
    receiver: Receiver,
    tell: Tell,
) -> Found:
    found = Found()
    everybody = [*senders, *(each.process for each in planners)]
    for number in range(wanted.days):
        day = race_people.FIRST.date() + timedelta(days=number)
        began = time.monotonic()
        for now in race_people.instants(day):
            _give(everybody, now)
            found.new += sum(await asyncio.gather(*(each.planned() for each in planners)))
            found.plans += len(planners) * PLANS
            found.beside += _beside(planners)
            async with asyncio.timeout(PATIENCE):
                await receiver.has(found.new)
        took = time.monotonic() - began
        tell(f"{day:%A}: {len(receiver.arrived)} have arrived, {receiver.doubled} twice ({took:.0f} s)")
    return found


def _give(processes: Sequence[asyncio.subprocess.Process], now: datetime) -> None:
    """Tell all of them the time, at once."""
    for each in processes:
        if each.stdin is not None:
            each.stdin.write(f"{now.isoformat()}\n".encode())


def _beside(planners: Sequence[Planner]) -> int:
    """How many of these plans were made while another planner was planning."""
    return sum(
        any(
            began < other_ended and other_began < ended
            for other in planners
            if other is not planner
            for other_began, other_ended in other.spans
        )
        for planner in planners
        for began, ended in planner.spans
    )


def _count(found: Found, wanted: Wanted, receiver: Receiver, engine: Engine) -> None:
    expected = race_people.expected(wanted.people, wanted.days)
    found.arrived = receiver.arrived.total()
    found.doubled = receiver.doubled
    found.missing = len(expected - receiver.arrived.keys())
    found.strange = len(receiver.arrived.keys() - expected)
    with engine.connect() as connection:
        ledger = connection.execute(_LEDGER).one()
    found.rows, found.accepted = ledger.rows, ledger.accepted


@contextlib.asynccontextmanager
async def _processes(
    role: str, count: int, url: str, port: int
) -> AsyncIterator[list[asyncio.subprocess.Process]]:
    """So many processes that are ready; they end when their input does."""
    started = [await _start(role, url, port) for _ in range(count)]
    try:
        for each in started:
            await _line(each)
        yield started
        for each in started:
            if each.stdin is not None:
                each.stdin.close()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(each.wait() for each in started))
    finally:
        for each in started:
            if each.returncode is None:
                each.kill()
            await each.wait()


async def _start(role: str, url: str, port: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.evenings.racer", role, url, str(port)),
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )


async def _line(process: asyncio.subprocess.Process) -> str:
    """What it says next."""
    async with asyncio.timeout(PATIENCE):
        said = await process.stdout.readline() if process.stdout else b""
    if not said:
        raise RuntimeError("a process of the race has ended before its time")
    return said.decode()


def main(arguments: Sequence[str]) -> int:
    wanted = Wanted()
    parser = argparse.ArgumentParser(prog="donelog race", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--people", type=int, default=wanted.people, help=f"({wanted.people})")
    parser.add_argument("--days", type=int, default=wanted.days, help=f"({wanted.days})")
    parser.add_argument("--planners", type=int, default=wanted.planners, help=f"({wanted.planners})")
    parser.add_argument("--senders", type=int, default=wanted.senders, help=f"({wanted.senders})")
    wanted = Wanted(**vars(parser.parse_args(arguments)))
    found = run_to_its_end(race(wanted, _tell))
    for line in found.lines():
        _tell(line)
    return 0 if found.good else 1


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
