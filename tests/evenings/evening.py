"""One evening: people fall due, processes ask them and are restarted meanwhile, and what came of it."""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from adapters.storage.database import Database
from adapters.storage.embedded_socket import PORT
from domain.deliveries import State
from domain.local_time import DEFAULT_ZONE
from domain.people import Channel
from migrations.run import migrate
from tests.chaos.oracle import MOST_TOLD, Seen, Verdict, judge
from tests.chaos.proxy import Proxy, to_any
from tests.chaos.server import HOME, Server, opened
from tests.chaos.stored import read
from tests.evenings.lateness import Lateness, lateness, percentile
from tests.evenings.services import Services
from tests.evenings.workers import Command, Start, Workers

IN_TIME = timedelta(minutes=5)
"""Within which everybody is to be asked, whatever befalls the workers."""
TELLS_AGAIN = 5.0
"""Seconds between two tries of SendGrid's to tell what it could not tell."""
_LEFT = text("SELECT count(*) FROM deliveries WHERE state IN (1, 2, 3)")
_CLAIMED_MAILS = text("SELECT count(*) FROM deliveries WHERE state = 2 AND channel = :email")
_ALL = text("SELECT count(*) FROM deliveries WHERE kind = 1")
_DOUBTED_MAILS = text("""
    SELECT count(DISTINCT delivery_id)
    FROM attempts JOIN deliveries ON deliveries.day = attempts.day AND deliveries.id = attempts.delivery_id
    WHERE channel = :email AND outcome = :uncertain
""")
Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    people: int = 1_000
    restarts: int = 10
    within: timedelta = IN_TIME
    """Of the restarts."""
    hows: Sequence[signal.Signals] = (signal.SIGKILL, signal.SIGTERM)
    """In turn."""
    workers: int = 2
    at_a_claim: bool = False
    """The first restart comes as soon as mails are claimed: the call that sends them has hardly begun."""
    patience: timedelta = timedelta(minutes=70)
    """After the last restart.  A mail of which nothing is heard is in doubt for an hour."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of an evening."""

    lateness: Lateness
    verdict: Verdict
    mails_in_doubt: int
    complaints: Sequence[str] = ()

    @property
    def in_time(self) -> bool:
        return not self.lateness.later_than(IN_TIME)

    @property
    def good(self) -> bool:
        return self.verdict.good and not self.complaints

    @property
    def p99(self) -> float:
        return percentile(self.lateness.everybody, 0.99)

    def lines(self) -> list[str]:
        verdict = self.verdict
        wrong = (*self.complaints, *verdict.lost, *verdict.doubled, *verdict.problems)
        late = f"later than {IN_TIME.total_seconds():.0f} s {self.lateness.later_than(IN_TIME)}"
        return [
            *wrong[:MOST_TOLD],
            *self.lateness.lines(),
            f"mails in doubt after a kill {self.mails_in_doubt}, of which {verdict.mails_twice} came twice",
            f"lost {len(verdict.lost)} doubled {len(verdict.doubled)} {late}",
        ]


async def evening(
    wanted: Wanted, due: datetime, tell: Tell, home: Path = HOME, start: Start = Command.start
) -> Found:
    """Let an evening pass and judge it.

    Args:
        wanted: how much of what.
        due: the full minute at which everybody is to be asked; at once, if it has come already.
        tell: gets a line of what happens.
        home: where the PostgreSQL of this run and the log of the processes lie.
        start: starts a process.
    """
    with opened(f"storm_{os.getpid()}", home) as server:
        await asyncio.to_thread(migrate, server.url)
        services = Services()
        try:
            await services.start()
            return await Evening(wanted, due, tell, server, services).pass_by(home / "storm.log", start)
        finally:
            await services.stop()


@dataclass(slots=True)
class Evening:
    """One evening."""

    wanted: Wanted
    due: datetime
    tell: Tell
    server: Server
    services: Services
    planned: dict[int, Channel] = field(default_factory=dict)
    begun: float = 0.0
    """When the evening begins, by the monotonic clock."""

    async def pass_by(self, log: Path, start: Start) -> Found:
        await asyncio.to_thread(log.write_text, "")
        await asyncio.to_thread(self._populate)
        environment = self.services.settings(_for_processes(self.server.url))
        workers = Workers(self.wanted.workers, start, environment, log)
        async with self._door(workers):
            now = _now()
            try:
                await workers.begin()
                await workers.up()
                self.begun = time.monotonic() + max(0.0, (self.due - _now()).total_seconds())
                await self._storm(workers)
                await self._calm()
            finally:
                await workers.end(signal.SIGTERM)
        return await asyncio.to_thread(self._judge, now, workers.complaints)

    def _populate(self) -> None:
        database = Database(self.server.url, feed=False)
        organization_id = _organization(database)
        self.planned = self.services.populate(database, organization_id, self.wanted.people, self.due)
        database.close()

    @contextlib.asynccontextmanager
    async def _door(self, workers: Workers) -> AsyncIterator[None]:
        """SendGrid tells what became of mails to any process that answers, and tries again if none does."""
        door = Proxy(to_any(workers.ports, random.Random(0)))  # noqa: S311 -- no secret
        await door.start()
        self.services.sendgrid.event_webhook(f"http://127.0.0.1:{door.port}/sendgrid/events")
        again = asyncio.create_task(self._tell_again())
        try:
            yield
        finally:
            again.cancel()
            await asyncio.gather(again, return_exceptions=True)
            await self.services.sendgrid.settle()
            await door.stop()

    async def _tell_again(self) -> None:
        while True:
            await asyncio.sleep(TELLS_AGAIN)
            await self.services.sendgrid.poster.send_waiting()

    async def _storm(self, workers: Workers) -> None:
        wanted = self.wanted
        busy = wanted.restarts // 2
        for number in range(wanted.restarts):
            at_latest = wanted.within.total_seconds() * (number + 1) / wanted.restarts
            if wanted.at_a_claim and not number:
                await self._claimed()
            elif number < busy:
                await self._reached(wanted.people * (number + 1) // (busy + 1), at_latest)
            else:
                await self._until(at_latest)
            how = wanted.hows[number % len(wanted.hows)]
            self.tell(f"{self._since():6.1f} s: {how.name} to all; {self.services.arrived()} have been asked")
            await workers.restart(how)

    async def _claimed(self) -> None:
        """Until mails are on their way."""
        with self._looking() as connection:
            while not connection.execute(_CLAIMED_MAILS, {"email": int(Channel.EMAIL)}).scalar_one():
                connection.rollback()
                await asyncio.sleep(0.005)

    async def _reached(self, count: int, at_latest: float) -> None:
        """Until so many have been asked, or that much of the evening has passed."""
        while self.services.arrived() < count and self._since() < at_latest:  # noqa: ASYNC110 -- as below
            await asyncio.sleep(0.02)

    async def _until(self, since: float) -> None:
        await asyncio.sleep(max(0.0, since - self._since()))

    def _since(self) -> float:
        """Seconds of the evening."""
        return time.monotonic() - self.begun

    async def _calm(self) -> None:
        """Until everybody was asked and nothing is left to do."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.wanted.patience.total_seconds()):
                while not await asyncio.to_thread(self._over):  # noqa: ASYNC110 -- no bell rings when it is
                    await asyncio.sleep(0.5)
                await self.services.sendgrid.settle()

    def _over(self) -> bool:
        with self._looking() as connection:
            planned = connection.execute(_ALL).scalar_one()
            return planned >= self.wanted.people and not connection.execute(_LEFT).scalar_one()

    def _judge(self, begun: datetime, complaints: Sequence[str]) -> Found:
        arrivals = self.services.arrivals()
        counts = {channel: _counted(found) for channel, found in arrivals.items()}
        with self._looking() as connection:
            doubted = {"email": int(Channel.EMAIL), "uncertain": int(State.UNCERTAIN)}
            doubts = connection.execute(_DOUBTED_MAILS, doubted).scalar_one()
            seen = Seen(counts, self.planned, (), self.services.problems())
            verdict = judge(read(connection), seen, mails_in_doubt=doubts)
            return Found(lateness(connection, arrivals, begun), verdict, doubts, complaints)

    @contextlib.contextmanager
    def _looking(self) -> Iterator[Connection]:
        engine = create_engine(self.server.url, poolclass=NullPool)
        with engine.connect() as connection:
            yield connection


def _counted(arrivals: Mapping[str, Sequence[datetime]]) -> Counter[str]:
    return Counter({handle: len(times) for handle, times in arrivals.items()})


def _for_processes(url: str) -> str:
    """The address as libpq takes it: over the unix socket."""
    parsed = make_url(url)
    return f"postgresql://{parsed.username}@/{parsed.database}?host={parsed.query['host']}&port={PORT}"


def _organization(database: Database) -> int:
    now = database.time()
    with database.storage.begin() as uow:
        found = uow.directory.ensure_organization("donelog", DEFAULT_ZONE, now)
        uow.ledger.make_partitions(now.date() - timedelta(days=1), 9)
        uow.commit()
        return found


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 -- real processes live in real time


def next_minute(after: timedelta) -> datetime:
    """The first full minute that is so far away."""
    return (_now() + after + timedelta(minutes=1)).replace(second=0, microsecond=0)
