"""Discord, as the program that composes everything takes hold of it."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

from adapters.discord.api import DiscordApi
from adapters.discord.checks import Finding, check
from adapters.discord.client import Listener
from adapters.discord.gateway import RENEW_SECONDS, DiscordGateway
from adapters.discord.guilds import Guilds, LinkedGuilds
from adapters.discord.inlet import ANSWER_WITHIN_SECONDS, Inlet
from adapters.discord.missed import Missed
from adapters.discord.reader import DiscordReader
from adapters.discord.sender import DiscordSender
from adapters.discord.starts import StartLog, Starts
from domain.ports.front import Clock, Front, Tokens
from domain.ports.listening import CatchUp, Lease

API_URL = "https://discord.com/api/v10"
GATEWAY_URL = "wss://gateway.discord.gg/"


@dataclass(frozen=True, slots=True)
class DiscordSettings:
    bot_token: str = field(repr=False)
    api_url: str = API_URL
    gateway_url: str = GATEWAY_URL
    renew_seconds: float = RENEW_SECONDS
    """How often a process that listens, or would like to, asks for the lease."""
    answer_within_seconds: float = ANSWER_WITHIN_SECONDS
    """After that an answer is put off."""


class DiscordChannel:
    """Everything of Discord; nothing is opened before `start`, or before the first call."""

    def __init__(
        self,
        settings: DiscordSettings,
        front: Front,
        tokens: Tokens,
        clock: Clock,
        linked_guilds: LinkedGuilds,
        catch_up: CatchUp,
        starts: StartLog,
    ) -> None:
        self._settings = settings
        self._linked_guilds = linked_guilds
        self._api = DiscordApi(settings.bot_token, settings.api_url)
        self._guilds = Guilds(self._api, front, linked_guilds)
        self.reader = DiscordReader(self._api, tokens, clock, linked_guilds)
        self.sender = DiscordSender(self._api, tokens)
        self._inlet = Inlet(front, self._api, tokens, clock, settings.answer_within_seconds)
        self._catch_up = catch_up
        self._missed = Missed(self._api, self._inlet.hear, catch_up, clock)
        self._starts = Starts(starts, clock)
        self._listening: asyncio.Task[None] | None = None

    async def start(self, lease: Lease | None) -> None:
        """Listen whenever this process has the lease; never waits for Discord.

        Args:
            lease: leave to listen; None in a process that only sends.
        """
        if lease is not None:
            settings = self._settings
            gateway = DiscordGateway(
                self._listener, settings.bot_token, lease, self._missed, settings.renew_seconds
            )
            self._listening = asyncio.create_task(gateway.run())

    async def stop(self) -> None:
        """Stop listening, let what is being answered end, close all connections."""
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
            self._listening = None
        await self._guilds.stop()
        await self._inlet.stop()
        await self._api.close()

    async def settled(self) -> None:
        """Wait until all that has arrived here is stored or answered."""
        await self._catch_up.settled()
        await self._inlet.settled()

    async def check(self) -> list[Finding]:
        """What `doctor` and `setup` say about Discord."""
        return await check(self._api, await self._linked_guilds())

    def _listener(self) -> Listener:
        settings = self._settings
        return Listener(
            self._take,
            self._missed.frame_came,
            self._starts.wait,
            settings.api_url,
            settings.gateway_url,
        )

    def _take(self, kind: str, data: dict[str, Any]) -> None:
        self._guilds.take(kind, data)
        self._inlet.take(kind, data)
