"""Mail, as the program that composes everything takes hold of it."""

import asyncio
from dataclasses import dataclass, field

import aiohttp
from starlette.routing import Route

from adapters.email.accounts import Listen, Mailbox, Server
from adapters.email.addresses import MailNames
from adapters.email.imap_folder import Positions
from adapters.email.imap_in import ImapReader
from adapters.email.reader import MailReader
from adapters.email.reader_process import ReaderProcess
from adapters.email.routes import MailDoor, routes
from adapters.email.sender import API_URL, MailSender
from adapters.email.smtp_in import SmtpDoor
from adapters.email.smtp_out import SmtpSender
from domain.deliveries import CALL_DEADLINE
from domain.ports.front import Clock, Front, Tokens
from domain.ports.listening import Lease

CONNECTIONS = 8
"""Connections to SendGrid that are kept open; a request carries hundreds of mails."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    names: MailNames
    door: MailDoor
    api_key: str | None = field(default=None, repr=False)
    """Of SendGrid; None: it sends nothing."""
    public_url: str | None = None
    api_url: str = API_URL
    server: Server | None = None
    """Sends where SendGrid does not; without either mail is taken in and none is sent."""
    mailbox: Mailbox | None = None
    listen: Listen | None = None


class MailChannel:
    """Everything of mail.  Made inside the running loop, since its session is."""

    def __init__(self, settings: MailSettings, front: Front, tokens: Tokens, clock: Clock) -> None:
        self._settings = settings
        self._front = front
        self._tokens = tokens
        self._clock = clock
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=CALL_DEADLINE.total_seconds()),
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        )
        self._process = ReaderProcess()
        self.reader = MailReader(tokens, settings.names, self._process.understand_all)
        self.sender = self._make_sender()
        self._smtp: SmtpDoor | None = None
        self._mailbox: ImapReader | None = None
        self._reading: asyncio.Task[None] | None = None
        self.port: int | None = None
        """Where mail servers hand mail over, while they can."""

    def routes(self) -> list[Route]:
        return routes(self._front, self._settings.door, self._clock)

    async def open_door(self) -> None:
        """Be the mail server of our domain, where that is wanted.

        Raises:
            OSError: the port is taken or not for this user, or the certificate cannot be read.
        """
        given = self._settings
        if given.listen is not None:
            self._smtp = SmtpDoor(given.listen, given.names, self._front, self._tokens, self._clock)
            self.port = await self._smtp.start()

    async def read_mailbox(self, lease: Lease, positions: Positions) -> None:
        """Listen to the mailbox, where there is one, whenever this process has the lease."""
        mailbox = self._settings.mailbox
        if mailbox is not None:
            self._mailbox = ImapReader(mailbox, self._front, lease, positions, self._clock)
            self._reading = asyncio.create_task(self._mailbox.run())

    async def listening(self) -> None:
        """Wait until all that is in the mailbox is read, where there is one."""
        if self._mailbox is not None:
            await self._mailbox.listening.wait()

    async def stop(self) -> None:
        """Take nothing more, close all connections."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
            self._reading = None
        if self._smtp is not None:
            await self._smtp.stop()
        if isinstance(self.sender, SmtpSender):
            await self.sender.close()
        await self._process.stop()
        await self._session.close()

    def _make_sender(self) -> MailSender | SmtpSender | None:
        given = self._settings
        names, url, tokens, clock = given.names, given.public_url, self._tokens, self._clock
        if given.api_key is not None:
            return MailSender(self._session, given.api_key, names, url, tokens, clock, given.api_url)
        if given.server is not None:
            return SmtpSender(given.server, names, url, tokens, clock)
        return None
