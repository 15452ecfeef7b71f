"""What tests of the Discord adapter share: a simulated server, a core that only remembers, a lease."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from adapters.discord.channel import DiscordChannel, DiscordSettings
from adapters.discord.inlet import ANSWER_WITHIN_SECONDS
from bot.catch_up import SharedCatchUp
from bot.tokens import SignedTokens
from domain.commands import Origin, Request
from domain.delivery_events import DeliveryEvent
from domain.messages import Audience, Message, Nothing, Paragraph, Reply, Say, text
from domain.people import Channel as Platform
from domain.ports.directory import Direct
from domain.ports.front import StorageDown
from domain.ports.inbox import Arrival
from simulators.discord import Channel, DiscordSimulator
from tests import published
from tests.fakes.leases import FakeLeases
from tests.fakes.listening import FakeProgress, NoPace
from tests.fakes.others import HandClock

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


def say(words: str, *, replaces: bool = False, audience: Audience = Audience.ASKER) -> Say:
    return Say(Message((Paragraph(text(words)),), subject=words), 1, audience, replaces=replaces)


class MemoryFront:
    """A core that keeps what it is handed and answers what it is told to."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Arrival] = asyncio.Queue()
        self.asked: list[tuple[Arrival, Request]] = []
        self.suggested: list[tuple[Origin, str, str]] = []
        self.found: asyncio.Queue[tuple[Platform, str, str]] = asyncio.Queue()
        self.reply: Reply = Nothing("nothing to say")
        self.error: Exception | None = None
        self.names = ["Ada"]
        self.failures = 0
        """How many times from now on the database does not answer."""
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def hear(self, arrival: Arrival) -> None:
        self._store()
        await self.heard.put(arrival)

    async def ask(self, arrival: Arrival, request: Request) -> Reply:
        self._store()
        self.asked.append((arrival, request))
        await self.may_answer.wait()
        if self.error is not None:
            raise self.error
        return self.reply

    async def note(self, events: Sequence[DeliveryEvent]) -> None:
        raise AssertionError(f"Discord tells nothing of deliveries: {events}")

    async def suggest(self, origin: Origin, field: str, typed: str) -> list[str]:
        self.suggested.append((origin, field, typed))
        return self.names

    async def workspace_found(
        self, channel: Platform, workspace: str, name: str, *, belongs: bool = True
    ) -> None:
        assert belongs, "what Discord makes known is the installation's own"
        self._store()
        await self.found.put((channel, workspace, name))

    def _store(self) -> None:
        if self.failures:
            self.failures -= 1
            raise StorageDown


class World:
    """A simulated server with Ada and Ben in it, and what the adapter is made of."""

    def __init__(self) -> None:
        self.front = MemoryFront()
        self.kept: dict[str, Arrival] = {}
        """What was taken out of it, by the inbox's key."""
        self.tokens = SignedTokens(["a secret of this test"])
        self.clock = HandClock(NOW)
        self.lease = FakeLeases(lambda: NOW)
        self.progress = FakeProgress(
            lambda: [
                Direct(number, "", str(self.discord.dm_of(each).id))
                for number, each in enumerate((self.ada, self.ben), 1)
            ]
        )
        self.linked: list[str] = []
        self.answer_within = ANSWER_WITHIN_SECONDS
        self.discord = DiscordSimulator(self.clock.now, description=published.DISCORD)
        self.bot = self.discord.add_application("donelog")
        self.ada = self.discord.add_user("ada", "Ada Byron")
        self.ben = self.discord.add_user("ben")
        self.guild = self.discord.add_guild("Initech", self.ada, [self.ben])
        self.platform: Channel

    def channel(
        self, front: MemoryFront | None = None, api_url: str | None = None, renew_seconds: float = 0.05
    ) -> DiscordChannel:
        """The adapter, one for each process of the installation."""

        async def linked_guilds() -> list[str]:
            return self.linked

        settings = DiscordSettings(
            self.bot.token,
            api_url or self.discord.api_url,
            self.discord.gateway_url,
            renew_seconds=renew_seconds,
            answer_within_seconds=self.answer_within,
        )
        return DiscordChannel(
            settings,
            front or self.front,
            self.tokens,
            self.clock,
            linked_guilds,
            SharedCatchUp(self.progress, NoPace(), self.clock),
            self.progress,
        )

    @asynccontextmanager
    async def listening(self, front: MemoryFront | None = None) -> AsyncIterator[DiscordChannel]:
        """A process that listens; it has registered `/done` and heard of its server."""
        channel = self.channel(front)
        before = len(self.discord.journal.of("PUT /applications/{id}/commands"))
        await channel.start(self.lease.of(channel))
        await until(lambda: len(self.discord.journal.of("PUT /applications/{id}/commands")) > before)
        try:
            yield channel
        finally:
            await channel.stop()


@asynccontextmanager
async def simulated() -> AsyncIterator[World]:
    world = World()
    await world.discord.start()
    world.platform = await world.discord.add_channel(world.guild, "platform")
    await world.discord.invite_bot(world.guild)
    try:
        yield world
        assert world.discord.journal.problems == []
    finally:
        await world.discord.stop()


async def until(happened: Callable[[], bool], seconds: float = 5.0) -> None:
    """Return once it has happened.

    Raises:
        TimeoutError: it has not.
    """
    async with asyncio.timeout(seconds):
        while not happened():  # noqa: ASYNC110 -- what a simulator has seen rings no bell
            await asyncio.sleep(0.005)
