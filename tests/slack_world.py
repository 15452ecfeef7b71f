"""What tests of the Slack adapter share: a simulated workspace, a core that only remembers, a web server."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.slack.channel import SlackChannel, SlackSettings
from adapters.slack.manifest import scopes
from bot.catch_up import SharedCatchUp
from bot.tokens import SignedTokens
from domain.commands import Origin, Request
from domain.delivery_events import DeliveryEvent
from domain.messages import Message, Nothing, Paragraph, Reply, Say, text
from domain.people import Channel
from domain.ports.directory import Direct
from domain.ports.front import AnswerDelayed, StorageDown
from domain.ports.inbox import Arrival
from simulators.slack import SlackSimulator
from simulators.slack.state import User
from tests.fakes.listening import FakeProgress, NoPace
from tests.fakes.others import HandClock

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def say(words: str, *, replaces: bool = False) -> Say:
    return Say(Message((Paragraph(text(words)),), subject=words), 1, replaces=replaces)


class MemoryFront:
    """A core that keeps what it is handed and answers what it is told to."""

    def __init__(self) -> None:
        self.heard: list[Arrival] = []
        self.asked: list[tuple[Arrival, Request]] = []
        self.found: asyncio.Queue[tuple[Channel, str, str]] = asyncio.Queue()
        self.own: list[str] = []
        """The workspaces that belong to the installation from the start."""
        self.reply: Reply = Nothing("nothing to say")
        self.failures = 0
        """How many times from now on the database does not answer."""
        self.keeps = False
        """What is asked is stored, and cannot be carried out."""
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def hear(self, arrival: Arrival) -> None:
        self._store()
        self.heard.append(arrival)

    async def ask(self, arrival: Arrival, request: Request) -> Reply:
        self._store()
        self.asked.append((arrival, request))
        await self.may_answer.wait()
        if self.keeps:
            raise AnswerDelayed
        return self.reply

    async def note(self, events: Sequence[DeliveryEvent]) -> None:
        raise AssertionError(f"Slack tells nothing of deliveries: {events}")

    async def suggest(self, origin: Origin, field: str, typed: str) -> list[str]:
        raise AssertionError(f"Slack completes nothing: {origin} {field} {typed}")

    async def workspace_found(
        self, channel: Channel, workspace: str, name: str, *, belongs: bool = True
    ) -> None:
        self._store()
        self.own += [workspace] if belongs else []
        await self.found.put((channel, workspace, name))

    def _store(self) -> None:
        if self.failures:
            self.failures -= 1
            raise StorageDown


class World:
    """A simulated workspace with Ada and Ben in it, and what the adapter is made of."""

    def __init__(self) -> None:
        self.front = MemoryFront()
        self.tokens = SignedTokens(["a secret of this test"])
        self.clock = HandClock(NOW)
        self.slack = SlackSimulator(now=self.clock.now)
        self.slack.delivery.retry_delays = (0.0, 0.0, 0.0)
        self.workspace = self.slack.add_workspace("Initech", "initech", scopes())
        self.ada = self._person("ada", "Europe/Madrid")
        self.ben = self._person("ben", "Asia/Kolkata")
        self.progress = FakeProgress(
            lambda: [
                Direct(number, each.team_id, self.slack.dm_of(each).channel_id)
                for number, each in enumerate((self.ada, self.ben), 1)
            ]
        )
        self.platform = self.slack.add_channel(self.workspace, "platform", [self.ada, self.ben])

    def catch_up(self) -> SharedCatchUp:
        """Of one process."""
        return SharedCatchUp(self.progress, NoPace(), self.clock)

    def _person(self, name: str, zone: str) -> User:
        return self.slack.add_user(self.workspace, name, name.title(), zone, f"{name}@example.com")


@asynccontextmanager
async def simulated() -> AsyncIterator[World]:
    world = World()
    await world.slack.start()
    try:
        yield world
        assert world.slack.journal.problems == []
    finally:
        await world.slack.stop()


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not happened():  # noqa: ASYNC110 -- what is kept rings no bell
            await asyncio.sleep(0.01)


@asynccontextmanager
async def served(routes: Sequence[Route]) -> AsyncIterator[str]:
    """The address at which these routes are served, over a real socket."""
    bound = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        Starlette(routes=list(routes)), log_config=None, access_log=False, lifespan="off", ws="none"
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[bound])
    try:
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
    finally:
        await server.shutdown(sockets=[bound])


@dataclass
class Running:
    world: World
    channel: SlackChannel
    url: str
    """Where the simulated Slack sends its events."""


@asynccontextmanager
async def over_http() -> AsyncIterator[Running]:
    """The adapter, taking what the simulated Slack sends over signed HTTP."""
    async with simulated() as world:
        settings = SlackSettings(
            (world.workspace.bot_token,),
            signing_secrets=("an older one", world.slack.signing_secret),
            api_url=world.slack.api_url,
        )
        channel = SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up())
        await channel.start()
        async with served(channel.routes()) as address:
            await world.slack.deliver_over_http(f"{address}/slack/events")
            await world.front.found.get()
            yield Running(world, channel, f"{address}/slack/events")
            await world.slack.settled()
        await channel.stop()
