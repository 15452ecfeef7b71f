"""A mail server for tests: takes what it is sent, or says what it is told to."""

# ruff: noqa: ARG002 -- what aiosmtpd calls gets more than it needs

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

OK = "250 OK"
WAYS_TO_LOG_IN = ("LOGIN", "PLAIN")
"""They are offered, and a client tries all."""


@dataclass(frozen=True)
class Taken:
    sender: str
    recipient: str
    raw: bytes
    peer: str
    user: str

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class MailServer:
    """Attributes say what it answers; `silent` names a step after which it says nothing more."""

    users: dict[str, str] = field(default_factory=dict)
    mail: str = OK
    recipients: dict[str, str] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)
    """Answers to the next letters; then it takes them."""
    silent: str = ""
    hangs_up: str = ""
    taken: list[Taken] = field(default_factory=list)
    arrived: "asyncio.Queue[Taken]" = field(default_factory=asyncio.Queue)
    """The same, for whoever waits for the next one."""
    refused_logins: int = 0
    port: int = 0

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd's name and arguments
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._perhaps(server, "mail")
        if self.users and not session.authenticated:
            return "530 5.7.0 log in first"
        if self.mail == OK:
            envelope.mail_from = address
        return self.mail

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name and arguments
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        await self._perhaps(server, "rcpt")
        said = self.recipients.get(address, OK)
        if said == OK:
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd calls it by that name
        await self._perhaps(server, "data")
        said = self.data.pop(0) if self.data else OK
        if said == OK:
            content = envelope.content
            assert isinstance(content, bytes)
            user = session.auth_data.login.decode() if session.auth_data else ""
            for recipient in envelope.rcpt_tos:
                taken = Taken(str(envelope.mail_from), recipient, content, str(session.peer), user)
                self.taken.append(taken)
                self.arrived.put_nowait(taken)
        return said

    async def _perhaps(self, server: SMTP, step: str) -> None:
        if self.hangs_up == step:
            assert server.transport is not None
            server.transport.abort()  # type: ignore[attr-defined] # aiosmtpd does not say that it has one
        if step in (self.silent, self.hangs_up):
            await asyncio.Event().wait()

    def _login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        known = self.users.get(data.login.decode())
        right = known == data.password.decode()
        self.refused_logins += not right
        return AuthResult(success=right, handled=right, auth_data=data)

    def session(self) -> SMTP:
        return SMTP(
            self,
            hostname="mail.example.com",
            authenticator=self._login,
            auth_require_tls=False,
        )


@contextlib.asynccontextmanager
async def mail_server(**answers: object) -> AsyncIterator[MailServer]:
    made = MailServer(**answers)  # type: ignore[arg-type] # of several kinds
    server = await asyncio.get_running_loop().create_server(made.session, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        await server.wait_closed()
