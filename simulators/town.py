"""A whole installation among simulated services: the production code path, real sockets, virtual time."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from adapters.slack import manifest
from bot.compose import Installation
from bot.core import build_core
from bot.processes import listen, serving
from bot.settings import Settings
from domain.people import Channel
from simulators.discord import DiscordSimulator
from simulators.meilisearch import MeilisearchSimulator
from simulators.sendgrid import SendGridSimulator
from simulators.slack import Manifest, SlackSimulator
from simulators.virtual_clock import VirtualClock

MAIL_DOMAIN = "done.example.com"


@dataclass(frozen=True, slots=True)
class Descriptions:
    """Published API descriptions to hold requests and answers against; None: they are not at hand."""

    sendgrid: Path | None = None
    discord: Path | None = None
    meilisearch: Path | None = None


class Services:
    """The simulated services, in one virtual time."""

    def __init__(self, clock: VirtualClock, descriptions: Descriptions) -> None:
        self.clock = clock
        self.now = clock.now
        self.slack = SlackSimulator(clock.now, manifest=slack_manifest())
        self.discord = DiscordSimulator(clock.now, description=descriptions.discord)
        self.sendgrid = SendGridSimulator(clock.now, specification=descriptions.sendgrid)
        self.meilisearch = MeilisearchSimulator(clock.now, specification=descriptions.meilisearch)
        self.workspace = self.slack.add_workspace("Initech", "initech")
        self.application = self.discord.add_application("donelog")
        self._all = (self.slack, self.discord, self.sendgrid, self.meilisearch)

    async def start(self) -> None:
        for service in self._all:
            await service.start()

    async def stop(self) -> None:
        for service in self._all:
            await service.stop()

    @property
    def problems(self) -> list[str]:
        """What the real services would not have understood."""
        return [problem for service in self._all for problem in service.journal.problems]

    def settings(self, database_url: str, *, meilisearch: bool) -> Settings:
        """An installation that has all three channels and, if wanted, Meilisearch."""
        settings = Settings(
            database_url=database_url,
            secret=(secrets.token_hex(32),),
            http_port=0,
            slack_bot_token=(self.workspace.bot_token,),
            slack_app_token=self.slack.app_token,
            slack_signing_secret=(self.slack.signing_secret,),
            slack_api_url=self.slack.api_url.rstrip("/"),
            discord_bot_token=self.application.token,
            discord_api_url=self.discord.api_url,
            discord_gateway_url=self.discord.gateway_url,
            sendgrid_api_key=self.sendgrid.api_key,
            sendgrid_api_url=self.sendgrid.url,
            sendgrid_inbound_public_key=(self.sendgrid.inbound_public_key,),
            sendgrid_event_public_key=(self.sendgrid.event_public_key,),
            inbound_token=secrets.token_hex(16),
            mail_domain=MAIL_DOMAIN,
            public_url=f"https://{MAIL_DOMAIN}",
            pace=PACE,
        )
        if not meilisearch:
            return settings
        return replace(
            settings, meilisearch_url=self.meilisearch.url, meilisearch_key=self.meilisearch.master_key
        )


PACE = 1_000.0
"""A day passes in seconds here, while providers' limits live in real time."""


@dataclass(frozen=True, slots=True)
class Town:
    """The services and the installation among them."""

    services: Services
    installation: Installation
    url: str
    """Of the installation's web server."""

    @property
    def clock(self) -> VirtualClock:
        return self.services.clock

    async def connected(self) -> None:
        """Return once the guild that the bot was invited to is linked."""
        linked = self.installation.core.done_log.linked
        async with asyncio.timeout(10):
            while not await self.installation.bridge.call(linked, Channel.DISCORD):  # noqa: ASYNC110 -- no bell rings when a row is written
                await asyncio.sleep(0.02)

    async def settle(self) -> None:
        """Let everything happen that is due now."""
        await self.services.discord.settled()
        await self.installation.settle()
        await self.services.slack.settled()

    async def wait_until(self, instant: datetime, step: timedelta = timedelta(minutes=15)) -> None:
        """Let time pass in steps, and all that falls due meanwhile happen.

        What falls due between two steps happens at the later one; people are asked and told at full quarters.
        """
        while self.clock.now() < instant:
            self.clock.set(min(self.clock.now() + step, instant))
            await self.settle()


@contextlib.asynccontextmanager
async def opened(
    database_url: str,
    start: datetime,
    *,
    meilisearch: bool = False,
    descriptions: Descriptions | None = None,
) -> AsyncIterator[Town]:
    """A town at `start` with an installation on that database, all channels open.

    Two of them on one database are two processes of one installation only if they share their services;
    see `joined`.
    """
    clock = VirtualClock(start)
    services = Services(clock, descriptions or Descriptions())
    await services.start()
    try:
        settings = services.settings(database_url, meilisearch=meilisearch)
        async with joined(services, settings) as town:
            yield town
    finally:
        await services.stop()


@contextlib.asynccontextmanager
async def joined(services: Services, settings: Settings) -> AsyncIterator[Town]:
    """An installation among services that are running."""
    core = await asyncio.to_thread(build_core, settings, services.clock)
    installation = Installation(core, services.clock)
    try:
        listening = listen(settings)
        async with serving(installation.web_app(), listening) as url:
            services.sendgrid.inbound_url = f"{url}/sendgrid/inbound?token={settings.inbound_token}"
            services.sendgrid.event_webhook(f"{url}/sendgrid/events")
            await installation.start()
            await services.slack.sockets.connected(1)
            yield Town(services, installation, url)
    finally:
        await installation.stop()
        await asyncio.to_thread(core.close)


def slack_manifest() -> Manifest:
    """What the app's own manifest asks for, so that what it forgets is refused here too."""
    text = manifest.manifest()
    events = re.findall(r"^ {6}- ([a-z_.]+)", text.partition("bot_events:\n")[2], re.MULTILINE)
    commands = re.findall(r"command: (/\w+)", text)
    return Manifest(manifest.scopes(), frozenset(events), frozenset(commands))
