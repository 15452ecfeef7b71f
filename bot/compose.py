"""Puts the channels around the core: the one place that names them.  Tests and the demo call it too."""

import asyncio
import contextlib
import enum
import logging
from collections.abc import Mapping, Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute

from adapters.discord.channel import DiscordChannel, DiscordSettings
from adapters.email.addresses import MailNames
from adapters.email.channel import MailChannel, MailSettings
from adapters.email.routes import MailDoor
from adapters.slack.channel import SlackChannel, SlackSettings
from adapters.web.pages import LinkReader
from adapters.web.pages import routes as page_routes
from bot.asgi import build_app
from bot.bridge import Bridge
from bot.catch_up import SharedCatchUp
from bot.core import Core
from bot.front import CoreFront
from bot.ledger_figures import DAYS, figures
from bot.listening import MailboxPositions, SharedLease, SharedProgress, SharedTurns
from bot.settings import Settings, SettingsError
from domain.people import Channel
from domain.ports.front import Clock, Front, Reader
from domain.ports.inbox import Source
from scheduler.pump import Pump, Sender
from scheduler.ticks import Ticks

STOP_WITHIN = 10.0
"""Seconds for what is being understood when a stop is asked for."""
GATEWAY_LEASE = "discord gateway"
SLACK_SOCKET = "slack socket"
log = logging.getLogger(__name__)


class Work(enum.Flag):
    """The kinds of work of a process; processes on several machines may share them."""

    WEB = enum.auto()
    """Takes what comes over HTTP, and by SMTP where it is the mail server."""
    GATEWAY = enum.auto()
    """Holds Slack's socket and Discord's gateway, reads the mailbox."""
    WORKER = enum.auto()
    """Plans and sends."""


EVERYTHING = Work.WEB | Work.GATEWAY | Work.WORKER


class Installation:
    """All parts of a running process.  Made inside the running loop."""

    def __init__(self, core: Core, clock: Clock) -> None:
        settings = core.settings
        self.core = core
        self.clock = clock
        self.bridge = Bridge(core.database.cancel_running)
        self.front = CoreFront(core.done_log, self.bridge, clock)
        self.slack = _slack(settings, self.front, core, self.bridge, clock)
        self.discord = _discord(settings, self.front, core, self.bridge, clock)
        self.mail = _mail(settings, self.front, core, clock)
        self.front.understand_by(self._readers())
        self.pump = Pump(core.done_log.outgoing, self.bridge, clock, self._senders())
        self.ticks = Ticks(core.done_log, self.bridge, clock, self.front.sweep, core.indexer)

    def _readers(self) -> Mapping[Source, Reader]:
        readers: dict[Source, Reader] = {
            Source.MAIL_RAW: self.mail.reader,
            Source.MAIL_PARSED: self.mail.reader,
            Source.WEB: LinkReader(self.core.tokens),
        }
        if self.slack is not None:
            for source in (Source.SLACK_EVENT, Source.SLACK_COMMAND, Source.SLACK_BUTTON):
                readers[source] = self.slack.reader
        if self.discord is not None:
            for source in (Source.DISCORD_MESSAGE, Source.DISCORD_INTERACTION):
                readers[source] = self.discord.reader
        return readers

    def _senders(self) -> Sequence[Sender]:
        channels = (self.slack, self.discord, self.mail)
        return [channel.sender for channel in channels if channel is not None and channel.sender is not None]

    def web_app(self) -> Starlette:
        """What this process answers over HTTP."""
        routes: list[BaseRoute] = [*self.mail.routes()]
        routes += page_routes(self.front, self.core.tokens, self.clock)
        if self.slack is not None:
            routes += self.slack.routes()
        return build_app(routes, self.core.database.ready, self._figures)

    def _figures(self) -> str:
        now = self.clock.now()
        with self.core.database.storage.begin() as uow:
            return figures(uow.report.overview(now, DAYS), now)

    async def start(self, work: Work = EVERYTHING) -> None:
        """Open the connections that the work needs; never waits for a platform that is down."""
        listen = Work.GATEWAY in work
        if self.slack is not None:
            await self.slack.start(listen=listen, serve=Work.WEB in work)
        if self.discord is not None:
            await self.discord.start(self._lease(GATEWAY_LEASE) if listen else None)
        await self._start_mail(work)

    async def _start_mail(self, work: Work) -> None:
        mailbox, door = self.core.settings.imap_url, self.core.settings.smtp_listen
        if Work.GATEWAY in work and mailbox is not None:
            name = f"mailbox {mailbox.server.user}@{mailbox.server.host}/{mailbox.folder}"
            positions = MailboxPositions(self.core, self.bridge, name)
            await self.mail.read_mailbox(self._lease(name), positions)
        if Work.WEB in work and door is not None:
            try:
                await self.mail.open_door()
            except OSError as error:
                raise SettingsError(
                    f"DONELOG_SMTP_LISTEN: cannot listen at {door.host}:{door.port} ({error.strerror})."
                ) from error
            log.info("mail is taken at port %s", self.mail.port, extra={"action": "smtp_listens"})

    def _lease(self, name: str) -> SharedLease:
        return SharedLease(self.core, self.bridge, self.clock, name)

    async def stop(self) -> None:
        """Take nothing more, let what runs end, close every connection."""
        with contextlib.suppress(TimeoutError):  # what is not understood by then stays in the inbox
            await asyncio.wait_for(self.front.close(), STOP_WITHIN)
        for channel in (self.slack, self.discord, self.mail):
            if channel is not None:
                await channel.stop()
        await asyncio.to_thread(self.bridge.close)

    async def settle(self) -> None:
        """Do all that is due now, until nothing is left: inbox, ledger and search feed."""
        while True:
            if self.discord is not None:
                await self.discord.settled()
            await self.front.settled()
            await self.ticks.all_once()
            sent = await self.pump.drain()
            if not sent and await self.bridge.call(self.core.done_log.idle, self.clock.now()):
                return


def _slack(settings: Settings, front: Front, core: Core, bridge: Bridge, clock: Clock) -> SlackChannel | None:
    if not settings.slack_bot_token:
        return None
    given = SlackSettings(
        settings.slack_bot_token,
        settings.slack_app_token,
        settings.slack_signing_secret,
        settings.slack_api_url.rstrip("/") + "/",
    )
    progress = SharedProgress(core, bridge, clock, Channel.SLACK, SLACK_SOCKET)
    catch_up = SharedCatchUp(progress, SharedTurns(core, bridge, clock, Channel.SLACK), clock)
    return SlackChannel(given, front, core.tokens, clock, catch_up)


def _discord(
    settings: Settings, front: Front, core: Core, bridge: Bridge, clock: Clock
) -> DiscordChannel | None:
    if settings.discord_bot_token is None:
        return None
    given = DiscordSettings(
        settings.discord_bot_token, settings.discord_api_url, settings.discord_gateway_url
    )

    async def linked_guilds() -> list[str]:
        return await bridge.call(core.done_log.linked, Channel.DISCORD)

    progress = SharedProgress(core, bridge, clock, Channel.DISCORD, GATEWAY_LEASE)
    catch_up = SharedCatchUp(progress, SharedTurns(core, bridge, clock, Channel.DISCORD), clock)
    return DiscordChannel(given, front, core.tokens, clock, linked_guilds, catch_up, progress)


def _mail(settings: Settings, front: Front, core: Core, clock: Clock) -> MailChannel:
    door = MailDoor(
        inbound_token=settings.inbound_token or "",
        inbound_public_keys=settings.sendgrid_inbound_public_key,
        event_public_keys=settings.sendgrid_event_public_key,
    )
    given = MailSettings(
        names=mail_names(settings),
        door=door,
        api_key=settings.sendgrid_api_key,
        public_url=settings.public_url,
        api_url=settings.sendgrid_api_url,
        server=settings.smtp_url,
        mailbox=settings.imap_url,
        listen=settings.smtp_listen,
    )
    return MailChannel(given, front, core.tokens, clock)


def mail_names(settings: Settings) -> MailNames:
    """The installation's own addresses."""
    mailbox = settings.imap_url
    plus = mailbox is not None and mailbox.plus and settings.smtp_url is not None
    return MailNames(settings.mail_domain, settings.mail_from, has_mailbox=mailbox is not None, plus=plus)
