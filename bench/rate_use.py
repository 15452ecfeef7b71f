"""`rate-use`: a peak against providers that keep their limits, sent by two workers at once.

The simulators keep their limits, each in a process of its own; Slack's minute is scaled to twenty seconds,
SendGrid's window to ten, so that a round stays short.  The bound is what the limits allow: how many calls
a second, and how long the backlog takes at that pace.  Three workspaces of different sizes show that a small
one does not wait for a large one.
"""

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import aiohttp
from sqlalchemy import Engine, text

from adapters.discord.api import DiscordApi
from adapters.discord.sender import DiscordSender
from adapters.email.sender import MailSender
from adapters.slack.api import SlackApi
from adapters.slack.sender import SlackSender
from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.embedded import EmbeddedServer
from adapters.storage.partitions import make_partitions
from adapters.storage.search import PostgresSearch
from adapters.storage.unit_of_work import PostgresStorage
from bench import postgres
from bench.crowd import DAY, PEAK
from bench.figures import Figure, Sizes
from bench.product import NAMES, PUBLIC_URL, tokens
from bench.prompts import FACTS
from bot.bridge import Bridge
from bot.clock import real_now
from domain.application import DoneLog
from domain.conversation import Conversation
from domain.deliveries import Key, Kind, NewDelivery, Recipient
from domain.limits import Limits
from domain.people import Address, Channel
from scheduler.pump import Pump, Sender


class RunningClock:
    """`domain.ports.front.Clock`: it begins at the peak and goes on at the pace of real time."""

    def __init__(self) -> None:
        self._began = real_now()

    def now(self) -> datetime:
        return PEAK + (real_now() - self._began)

    def real(self) -> datetime:
        return real_now()


WORKERS = 2
MINUTE = 20.0
"""Seconds that Slack's minute lasts."""
SLACK_A_SECOND = 300 / MINUTE
DISCORD_A_SECOND = 50.0
MAIL_WINDOW = 10.0
MAIL_REQUESTS = 4
"""In a window; each carries 500 mails."""
A_REQUEST = 500
Told = Mapping[str, Mapping[str, Any]]
"""What each provider has told of itself."""
Calls = Sequence[tuple[str, float, bool]]
"""Whose limit a call met, when, and whether it was taken."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many messages are due."""

    workspaces: tuple[int, ...]
    on_discord: int
    by_mail: int


FULL = Backlog((900, 450, 30), 2_000, 6_500)
SHORT = Backlog((60, 30, 15), 100, 1_000)


@dataclass(frozen=True, slots=True)
class Round:
    began: float
    calls: Mapping[str, Calls]
    workspaces: tuple[str, ...]


def run(sizes: Sizes) -> list[Figure]:
    backlog = FULL if sizes.rounds > 1 else SHORT
    with postgres.server() as running:
        rounds = [_round(running, backlog) for _ in range(sizes.rounds)]
    return [*_of_slack(rounds, backlog), *_of_discord(rounds, backlog), *_of_mail(rounds, backlog)]


def _of_slack(rounds: Sequence[Round], backlog: Backlog) -> list[Figure]:
    figures: list[Figure] = []
    for place, people in enumerate(backlog.workspaces):
        theirs = [
            [call for call in each.calls["slack"] if call[0] == each.workspaces[place]] for each in rounds
        ]
        figures += _against(f"rate-use, Slack, {people} people", rounds, theirs, people, SLACK_A_SECOND)
    return [*figures, _refused(rounds, "slack", "<= 0.5")]


def _of_discord(rounds: Sequence[Round], backlog: Backlog) -> list[Figure]:
    calls = [each.calls["discord"] for each in rounds]
    found = _against("rate-use, Discord", rounds, calls, backlog.on_discord, DISCORD_A_SECOND)
    return [*found, _refused(rounds, "discord", ""), _to_a_ban(rounds)]


def _of_mail(rounds: Sequence[Round], backlog: Backlog) -> list[Figure]:
    """All of a window's requests may go at its beginning, so the last window takes no time."""
    requests = -(-backlog.by_mail // A_REQUEST)
    windows = (requests - 1) // MAIL_REQUESTS
    took = [max(at for _, at, taken in each.calls["mail"] if taken) - each.began for each in rounds]
    ideal = windows * MAIL_WINDOW
    figure = Figure(
        "rate-use, SendGrid, until the last is taken",
        statistics.median(took),
        "s",
        ideal,
        statistics.median(ideal / each for each in took),
        "ratio >= 0.95",
    )
    return [figure, _refused(rounds, "mail", "")]


def _against(
    name: str, rounds: Sequence[Round], calls: Sequence[Calls], count: int, allowed: float
) -> list[Figure]:
    """Pace while there is a backlog, and when the last was taken, both against the limit."""
    taken = [[at for _, at, was_taken in each if was_taken] for each in calls]
    if any(len(each) != count for each in taken):
        raise AssertionError(f"{[len(each) for each in taken]} were taken, not {count}")
    took = [max(each) - around.began for each, around in zip(taken, rounds, strict=True)]
    ideal = count / allowed
    return [
        Figure(
            name,
            statistics.median(count / each for each in took),
            "calls/s",
            allowed,
            statistics.median(ideal / each for each in took),
            "ratio >= 0.97 (floor 0.95)",
        ),
        Figure("  until the last is taken", statistics.median(took), "s", ideal, None, "<= 1.05 x the bound"),
    ]


def _refused(rounds: Sequence[Round], provider: str, goal: str) -> Figure:
    shares = [
        100 * sum(not taken for _, _, taken in each.calls[provider]) / len(each.calls[provider])
        for each in rounds
    ]
    return Figure("  refused with 429", statistics.median(shares), "%", goal=goal)


def _to_a_ban(rounds: Sequence[Round]) -> Figure:
    """10,000 refused calls in ten minutes are a ban; how much of that this pace of refusals makes."""
    shares = []
    for each in rounds:
        calls = each.calls["discord"]
        seconds = max(at for _, at, _ in calls) - each.began
        shares.append(100 * sum(not taken for _, _, taken in calls) * 600 / seconds / 10_000)
    return Figure("  refused, of what ends in a ban", statistics.median(shares), "%", goal="<= 1")


# ---------------------------------------------------------------- one round


def _round(running: EmbeddedServer, backlog: Backlog) -> Round:
    url = postgres.fresh(running, "rate_use")
    wanted: dict[str, dict[str, Any]] = {
        "slack": {"minute": MINUTE, "workspaces": backlog.workspaces},
        "discord": {"people": backlog.on_discord},
        "mail": {"window": MAIL_WINDOW, "requests": MAIL_REQUESTS},
    }
    with contextlib.ExitStack() as stack:
        children = {name: stack.enter_context(_provider(name, those)) for name, those in wanted.items()}
        told = {name: child.told for name, child in children.items()}
        engine = stack.enter_context(postgres.engine(url))
        fill(engine, backlog, told)
        began = real_now().timestamp()
        asyncio.run(_send(engine, told))
        calls = {name: child.calls() for name, child in children.items()}
    return Round(began, calls, tuple(each["id"] for each in told["slack"]["workspaces"]))


class _Provider:
    """A child process, what it has told, and in the end what it has seen."""

    def __init__(self, process: "subprocess.Popen[str]", wanted: Mapping[str, Any]) -> None:
        self._process = process
        if process.stdin is None or process.stdout is None:
            raise ValueError("its input and output must be pipes")
        process.stdin.write(json.dumps(wanted) + "\n")
        process.stdin.flush()
        self.told: Mapping[str, Any] = json.loads(process.stdout.readline())

    def calls(self) -> Calls:
        seen, _ = self._process.communicate()
        found: Calls = json.loads(seen)
        return found


@contextlib.contextmanager
def _provider(name: str, wanted: Mapping[str, Any]) -> Iterator[_Provider]:
    command = [sys.executable, "-m", "bench.limited_providers", name]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 -- our own program
        try:
            yield _Provider(process, wanted)
        finally:
            process.terminate()


def fill(engine: Engine, backlog: Backlog, told: Told) -> None:
    """A question for everybody, all due at once."""
    addresses = [
        (Address(Channel.SLACK, f"U{direct}", workspace["id"]), direct)
        for workspace in told["slack"]["workspaces"]
        for direct in workspace["directs"]
    ]
    addresses += [(Address(Channel.DISCORD, f"8{direct}"), direct) for direct in told["discord"]["directs"]]
    addresses += [
        (Address(Channel.EMAIL, f"p{number}@example.com"), None) for number in range(backlog.by_mail)
    ]
    with engine.begin() as connection:
        make_partitions(connection, DAY, 1)
        made = text(
            "INSERT INTO organizations (name, zone, created_at) VALUES ('Bench', 'UTC', :now) RETURNING id"
        )
        organization_id = connection.execute(made, {"now": PEAK}).scalar_one()
        add_deliveries(
            connection,
            [
                NewDelivery(Key(DAY, Kind.PROMPT, number), organization_id, Recipient(*to), PEAK, facts=FACTS)
                for number, to in enumerate(addresses)
            ],
        )


async def _send(engine: Engine, told: Told) -> None:
    """Send everything by several workers, each with connections of its own."""
    async with contextlib.AsyncExitStack() as stack:
        workers = [await stack.enter_async_context(_worker(engine, told)) for _ in range(WORKERS)]
        running = [asyncio.create_task(pump.run(asyncio.Event().wait)) for pumps in workers for pump in pumps]
        while not await asyncio.to_thread(_is_done, engine):  # noqa: ASYNC110 -- no bell rings in the database
            await asyncio.sleep(0.5)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _is_done(engine: Engine) -> bool:
    with engine.connect() as connection:
        left = text("SELECT EXISTS (SELECT FROM deliveries WHERE state <> 4)")
        return not connection.execute(left).scalar_one()


@contextlib.asynccontextmanager
async def _worker(engine: Engine, told: Told) -> AsyncIterator[list[Pump]]:
    """A process's two pumps: only Slack's limits are scaled."""
    signs, bridge, clock = tokens(), Bridge(lambda: None), RunningClock()
    slack = SlackApi(told["slack"]["url"])
    discord = DiscordApi(told["discord"]["token"], told["discord"]["url"])
    of_workspace = {each["id"]: each["token"] for each in told["slack"]["workspaces"]}
    async with aiohttp.ClientSession() as session:
        mail = MailSender(session, told["mail"]["key"], NAMES, PUBLIC_URL, signs, clock, told["mail"]["url"])
        unscaled: list[Sender] = [DiscordSender(discord, signs), mail]
        yield [
            _pump(engine, bridge, clock, 60 / MINUTE, [SlackSender(slack, of_workspace.get, signs)]),
            _pump(engine, bridge, clock, 1, unscaled),
        ]
        await slack.close()
        await discord.close()
    await asyncio.to_thread(bridge.close)


def _pump(
    engine: Engine, bridge: Bridge, clock: RunningClock, pace: float, senders: Sequence[Sender]
) -> Pump:
    storage = PostgresStorage(engine, feed=False, limits=Limits(pace))
    done_log = DoneLog(storage, Conversation(tokens(), (PostgresSearch(engine),), frozenset(Channel)))
    return Pump(done_log.outgoing, bridge, clock, senders)
