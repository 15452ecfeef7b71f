"""The product's sending side as one process has it: the core on a database, senders, the pump."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import inf

import aiohttp
from sqlalchemy import Engine

from adapters.discord.api import DiscordApi
from adapters.discord.sender import DiscordSender
from adapters.email.addresses import MailNames
from adapters.email.sender import MailSender
from adapters.slack.api import SlackApi
from adapters.slack.sender import SlackSender
from adapters.storage.search import PostgresSearch
from adapters.storage.unit_of_work import PostgresStorage
from bench.crowd import PEAK
from bot.bridge import Bridge
from bot.clock import real_now
from bot.tokens import SignedTokens
from domain.application import DoneLog
from domain.conversation import Conversation
from domain.people import Channel
from scheduler.pump import Pump, Sender

NAMES = MailNames("in.example.com", None)
PUBLIC_URL = "https://done.example.com"


class StandingClock:
    """`domain.ports.front.Clock`: it stays the moment at which everybody is due."""

    def now(self) -> datetime:
        return PEAK

    def real(self) -> datetime:
        return real_now()


@dataclass(frozen=True, slots=True)
class Senders:
    slack: SlackSender
    discord: DiscordSender
    mail: MailSender

    def all(self) -> Sequence[Sender]:
        return [self.slack, self.discord, self.mail]


def tokens() -> SignedTokens:
    return SignedTokens(("a secret of thirty-two characters or more",))


@contextlib.asynccontextmanager
async def senders(url: str) -> AsyncIterator[Senders]:
    """Those of the product, which send to the provider at `url` as fast as they can."""
    slack = SlackApi(f"{url}/api/")
    discord = DiscordApi("token", f"{url}/api/v10", calls_a_second=inf)
    signs = tokens()
    async with aiohttp.ClientSession() as session:
        try:
            yield Senders(
                SlackSender(slack, lambda _: "xoxb-bench", signs),
                DiscordSender(discord, signs),
                MailSender(session, "SG.bench", NAMES, PUBLIC_URL, signs, StandingClock(), url),
            )
        finally:
            await slack.close()
            await discord.close()


class Worker:
    """A pump on a database."""

    def __init__(self, engine: Engine, senders: Sequence[Sender]) -> None:
        self.done_log = DoneLog(
            PostgresStorage(engine, feed=False),
            Conversation(tokens(), (PostgresSearch(engine),), frozenset(Channel)),
        )
        self._senders = senders
        self._bridge = Bridge(lambda: None)
        self._pump = Pump(self.done_log.outgoing, self._bridge, StandingClock(), senders)

    async def send_all(self) -> int:
        """Send what is due on all channels side by side, as `Pump.run` does; returns how many that was."""
        return sum(await asyncio.gather(*(self._drain(sender) for sender in self._senders)))

    async def _drain(self, sender: Sender) -> int:
        total = 0
        while sent := await self._pump.send_due(sender):
            total += sent
        return total

    def close(self) -> None:
        self._bridge.close()
