"""A run: processes live and die as the seed has it, people come and write, then it is calm and judged."""

import asyncio
import contextlib
import itertools
import os
import random
import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from adapters.storage.database import Database
from domain.deliveries import Kind, State
from domain.local_time import DEFAULT_ZONE
from domain.people import Channel
from domain.ports.front import StorageDown
from domain.ports.inbox import InboxState
from migrations.run import migrate
from tests.chaos.crowd import Crowd
from tests.chaos.haste import LEASE
from tests.chaos.lives import Slot, Tally
from tests.chaos.mornings import Mornings
from tests.chaos.oracle import Verdict, judge
from tests.chaos.proxy import Proxy, to_any
from tests.chaos.schedule import perils
from tests.chaos.server import HOME, Server, opened
from tests.chaos.stage import INBOUND_TOKEN, environment, new_proxies
from tests.chaos.stored import read
from tests.chaos.weather import Weather

SLOTS = 4
STEPS_OF_A_MORNING = 6
"""Of those in which people come and write: how rarely a team's morning comes."""
TRIES = 3
"""How often a peril comes again that was not met."""
EVERY_POINT = 40
"""Kills of each channel from which on every point must have been met."""
CALM_WITHIN = 300.0
"""Seconds for everything that is left over, once nothing fails any more."""
HISTORIES_A_SECOND = 10.0
"""So many are read of what was said while nobody listened, which takes its own time."""
Tell = Callable[[str], None]
TELL_EVERY = 15.0
"""Seconds between two lines about what a run that is calm still waits for."""
_LEFT = text("""
    SELECT (SELECT count(*) FROM deliveries WHERE state = ANY(:on_their_way)) AS "deliveries on their way",
           (SELECT count(*) FROM inbox WHERE state = :unread) AS "messages to read",
           :people - (SELECT count(DISTINCT person_id) FROM deliveries WHERE kind = :prompt)
               AS "people to ask",
           :teams - (SELECT count(DISTINCT subject) FROM deliveries WHERE kind = :digest)
               AS "digests to plan",
           (SELECT count(*) FROM unnest(CAST(:said AS text[])) AS line
            WHERE NOT EXISTS (SELECT FROM dones WHERE dones.text = line)) AS "lines to hear"
""")


@dataclass(frozen=True, slots=True)
class Wanted:
    kills: int
    """For each channel."""
    seed: int
    crashes: int
    """Of PostgreSQL."""


async def play(wanted: Wanted, tell: Tell, home: Path = HOME) -> Verdict:
    """Make a run and judge it.

    Args:
        wanted: how much of what.
        tell: gets a line of the report at a time.
        home: where the run's PostgreSQL and the log of the processes lie.
    """
    name = f"chaos_{os.getpid()}"
    with opened(name, home) as server:
        await asyncio.to_thread(migrate, server.url)
        database = Database(server.url, feed=False)
        run = Run(wanted, tell, server, database)
        try:
            log = home / "processes.log"
            log.write_text("")
            return await run.whole(str(log))
        finally:
            await run.close()
            database.close()


class Run:
    """Everything of one run."""

    def __init__(self, wanted: Wanted, tell: Tell, server: Server, database: Database) -> None:
        self._wanted = wanted
        self._tell = tell
        self._server = server
        self._database = database
        self._tally = Tally()
        self._planned = perils(wanted.seed, wanted.kills)
        self._to_come = deque((peril, TRIES) for peril in self._planned)
        self._all = len(self._to_come)
        self._crowd = Crowd(database, _organization(database), random.Random(wanted.seed + 1))  # noqa: S311 -- no secret
        self._mornings = Mornings(self._crowd)
        self._proxies: list[dict[str, Proxy]] = []
        self._slots: list[Slot] = []
        self._door = Proxy(to_any(lambda: [slot.port for slot in self._slots if slot.port], self._crowd.draw))

    async def whole(self, log: str) -> Verdict:
        await self._crowd.start()
        await self._door.start()
        self._crowd.sendgrid.inbound_url = (
            f"http://127.0.0.1:{self._door.port}/sendgrid/inbound?token={INBOUND_TOKEN}"
        )
        self._crowd.sendgrid.event_webhook(f"http://127.0.0.1:{self._door.port}/sendgrid/events")
        secret = secrets.token_hex(32)
        for _ in range(SLOTS):
            proxies = await new_proxies(self._crowd, self._server)
            settings = environment(self._crowd, self._server, proxies, secret)
            self._proxies.append(proxies)
            self._slots.append(Slot(settings, proxies, log, self._tally))
        weather = self._weather()
        begun = time.monotonic()
        await self._storm(weather)
        self._tell(f"it is calm after {time.monotonic() - begun:.0f} s")
        await self._calm()
        verdict = await asyncio.to_thread(self._judge, weather)
        if self._wanted.kills >= EVERY_POINT:
            verdict.unmet = self._unmet()
        self._report(weather, verdict)
        return verdict

    async def close(self) -> None:
        await self._crowd.stop()
        for proxy in (self._door, *(each for proxies in self._proxies for each in proxies.values())):
            await proxy.stop()

    # ---------------------------------------------------------------- the storm

    async def _storm(self, weather: Weather) -> None:
        """Until every peril was met."""
        meanwhile = [
            asyncio.create_task(weather.blow(self._progress)),
            asyncio.create_task(self._come_and_write()),
            asyncio.create_task(self._tell_of_the_first()),
        ]
        lives = [asyncio.create_task(self._live(slot)) for slot in self._slots]
        try:
            for each in asyncio.as_completed([*meanwhile, *lives]):
                await each  # what blows and who writes never end: where one does, it says why
                if all(life.done() for life in lives):
                    return
        finally:
            for task in (*meanwhile, *lives):
                task.cancel()
            await asyncio.gather(*meanwhile, *lives, return_exceptions=True)

    async def _tell_of_the_first(self) -> None:
        await self._slots[0].up.wait()
        self._tell("the first process is up")

    async def _live(self, slot: Slot) -> None:
        while self._to_come:
            peril, tries = self._to_come.popleft()
            if not await slot.live(peril) and tries > 1:
                self._to_come.append((peril, tries - 1))
            elif len(self._to_come) % 50 == 49:
                self._tell(f"{self._all - len(self._to_come)} of {self._all} perils")

    def _met(self) -> list[tuple[str, int]]:
        """What was to befall processes, and how often it did."""
        return sorted((title, self._tally.points[title]) for title in {each.title for each in self._planned})

    def _unmet(self) -> list[str]:
        """Points that no process has come to, whatever was to befall it there."""
        met = {each.name for each in self._planned if self._tally.points[each.title]}
        return sorted({each.name for each in self._planned} - met)

    def _progress(self) -> float:
        return 1 - len(self._to_come) / self._all

    async def _come_and_write(self) -> None:
        """People whose hour has come, and lines, without an end: there is always something to send."""
        crowd = self._crowd
        for step in itertools.count():
            with contextlib.suppress(StorageDown):
                await crowd.join(3)
                if step % STEPS_OF_A_MORNING == 0:
                    await self._mornings.dawn()
            for _ in range(2):
                crowd.speak()
                crowd.ask()
                await asyncio.sleep(self._crowd.draw.uniform(0.2, 0.6))
            await crowd.repeat_something()

    # ---------------------------------------------------------------- the calm

    async def _calm(self) -> None:
        """Nothing fails any more; processes that live on do what is left."""
        for service in (self._crowd.slack, self._crowd.discord, self._crowd.sendgrid):
            service.journal.calm()
        await self._server.revive()
        stop = asyncio.Event()
        lives = asyncio.gather(
            self._slots[0].live_calmly(stop), self._slots[1].live_calmly(stop, LEASE.total_seconds())
        )
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CALM_WITHIN + len(self._crowd.planned) / HISTORIES_A_SECOND):
                    await self._crowd.silent()
                    await self._until_nothing_is_left()
                    await self._crowd.silent()
        finally:
            stop.set()
            await lives

    async def _until_nothing_is_left(self) -> None:
        """Everybody was planned, nothing is due or on its way, all that was said is heard and understood."""
        tell_at = time.monotonic() + TELL_EVERY
        while left := await asyncio.to_thread(self._left_over):
            if time.monotonic() > tell_at:
                self._tell("still " + ", ".join(f"{count} {what}" for what, count in left.items()))
                tell_at += TELL_EVERY
            await asyncio.sleep(0.5)  # no bell rings when nothing is

    def _left_over(self) -> dict[str, int]:
        """How much of what the run still waits for; empty: it is over."""
        bound = {
            "on_their_way": [State.READY, State.SENDING, State.UNCERTAIN],
            "unread": InboxState.NEW,
            "prompt": int(Kind.PROMPT),
            "digest": int(Kind.DIGEST),
            "people": len(self._crowd.planned),
            "teams": self._mornings.teams,
            "said": [each.text for each in self._crowd.said if each.acknowledged],
        }
        with self._looking() as connection:
            left = connection.execute(_LEFT, bound).mappings().one()
        return {what: count for what, count in left.items() if count > 0}

    def _judge(self, weather: Weather) -> Verdict:
        kills = sum(self._tally.kills.values()) + sum(self._tally.stops.values())
        with self._looking() as connection:
            seen = self._crowd.seen(self._mornings.told())
            return judge(read(connection), seen, kills + weather.mails_in_doubt)

    @contextlib.contextmanager
    def _looking(self) -> Iterator[Connection]:
        engine = create_engine(self._server.url, poolclass=NullPool)
        with engine.connect() as connection:
            yield connection

    # ---------------------------------------------------------------- the stage

    def _weather(self) -> Weather:
        crowd = self._crowd
        return Weather(
            draw=random.Random(self._wanted.seed + 2),  # noqa: S311 -- no secret
            journals={
                Channel.SLACK.word: crowd.slack.journal,
                Channel.DISCORD.word: crowd.discord.journal,
                Channel.EMAIL.word: crowd.sendgrid.journal,
            },
            proxies=self._proxies,
            slots=self._slots,
            server=self._server,
            crashes=self._wanted.crashes,
        )

    def _report(self, weather: Weather, verdict: Verdict) -> None:
        tally = self._tally
        for name, times in self._met():
            self._tell(f"{times:5} x {name}")
        for name, times in sorted(weather.was.items()):
            self._tell(f"{times:5} x {name}")
        self._tell(f"{tally.asked_to_stop:5} x asked to stop")
        self._tell(f"{tally.stillborn:5} x started while the database was down")
        self._tell("kills: " + ", ".join(f"{count} {word}" for word, count in sorted(tally.kills.items())))
        missed = ", ".join(f"{name} {times}" for name, times in sorted(tally.missed.items()))
        self._tell(f"points not reached in time: {missed or 'none'}")
        for complaint, times in Counter(tally.complaints).items():
            self._tell(f"{complaint} ({times} times)")
        for line in verdict.lines():
            self._tell(line)


def _organization(database: Database) -> int:
    now = database.time()
    with database.storage.begin() as uow:
        found = uow.directory.ensure_organization("donelog", DEFAULT_ZONE, now)
        uow.ledger.make_partitions(now.date(), 8)
        uow.commit()
        return found
