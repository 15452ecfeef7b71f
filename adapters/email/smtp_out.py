"""Sends letters through any mail server, over a few connections that are kept.

Nothing is retried here and every letter has a deadline; what came of it is told, the ledger decides.
"""

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import aiosmtplib

from adapters.email.accounts import Security, Server
from adapters.email.addresses import MailNames
from adapters.email.letter_mime import message_of
from adapters.email.letters import Batch, Letter, Writer
from adapters.email.smtp_outcomes import Stage, outcome_of
from domain.deliveries import CALL_DEADLINE, Delivery, Later, Outcome, Sent, Unknown
from domain.doubts import Doubt, Evidence, Unclear
from domain.limit_reports import ReportLimit, ignore_limit
from domain.people import Channel
from domain.ports.front import Clock, Tokens

CONNECTIONS = 3
"""Ordinary accounts allow few at a time."""
_LAST_START = 22.0
"""Seconds after which no letter of a batch is begun: with `CALL_DEADLINE` it ends before its lease does."""
_CONNECT_SECONDS = 10.0
_QUIT_SECONDS = 2.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
    place: int
    sender: str
    recipient: str
    message: bytes
    message_id: str


@dataclass(slots=True)
class _Run:
    """A batch, on all of its connections."""

    waiting: Iterator[_Job]
    last_start: float
    outcomes: dict[int, Outcome]
    deliveries: Sequence[Delivery]
    report_limit: ReportLimit
    closed: Later | None = None
    """The server takes nothing more."""

    def note(self, job: _Job, outcome: Outcome) -> None:
        self.outcomes[job.place] = outcome
        if isinstance(outcome, Later):
            self.report_limit(self.deliveries[job.place], outcome)
            if outcome.closes is not None:
                self.closed = outcome


class SmtpSender:
    """The sender of mail where SendGrid is not used.

    Args:
        server: where mail is handed over.
        names: our addresses.
        public_url: where our pages are; None: mails have no links to them.
        tokens: signs links and reply addresses.
        clock: tells what `Date` says.
    """

    channel = Channel.EMAIL
    batch = 50
    """As many letters as fit into a lease at a second each."""

    def __init__(
        self, server: Server, names: MailNames, public_url: str | None, tokens: Tokens, clock: Clock
    ) -> None:
        self._server = server
        self._clock = clock
        self._writer = Writer(names, public_url, tokens)
        self.credential = tokens.digest_of(f"{server.user} {server.password}")
        self._idle: list[aiosmtplib.SMTP] = []

    async def send(
        self, deliveries: Sequence[Delivery], report_limit: ReportLimit = ignore_limit
    ) -> list[Outcome]:
        """What became of each, in the same order."""
        jobs, refused = await asyncio.to_thread(self._write, deliveries)
        outcomes: dict[int, Outcome] = dict(refused)
        last_start = asyncio.get_running_loop().time() + _LAST_START
        run = _Run(iter(jobs), last_start, outcomes, deliveries, report_limit)
        if not self._idle:  # whether the login is taken one connection finds out for all
            await self._work(run, most=1)
        workers = min(CONNECTIONS, len(jobs))
        await asyncio.gather(*(self._work(run) for _ in range(workers)))
        return [outcomes[place] for place in range(len(deliveries))]

    async def look(self, doubts: Sequence[Doubt]) -> list[Evidence]:
        """A mail server gives no account of what it took; what mail programs get twice they show once."""
        return [Unclear("a mail server cannot be asked")] * len(doubts)

    async def close(self) -> None:
        """End the connections that are kept."""
        idle, self._idle = self._idle, []
        await asyncio.gather(*(_quit(each) for each in idle))

    def _write(self, deliveries: Sequence[Delivery]) -> tuple[list[_Job], dict[int, Outcome]]:
        batches, refused = self._writer.write(deliveries)
        jobs = [self._job(batch, letter) for batch in batches for letter in batch.letters]
        return jobs, dict(refused)

    def _job(self, batch: Batch, letter: Letter) -> _Job:
        message = message_of(batch.mail, letter, self._clock.now())
        recipient = letter.delivery.recipient.address.external_id
        return _Job(letter.place, letter.sender[1], recipient, message, letter.message_id)

    async def _work(self, run: "_Run", most: int | None = None) -> None:
        for job in itertools.islice(run.waiting, most):
            if run.closed is not None:
                run.outcomes[job.place] = run.closed
            elif asyncio.get_running_loop().time() > run.last_start:
                run.outcomes[job.place] = Later("no time was left before the lease ends")
            else:
                run.note(job, await self._deliver(job))

    async def _deliver(self, job: _Job) -> Outcome:
        """One letter over a connection of its own or one that is kept."""
        call = _Call(self._server, self._idle.pop() if self._idle else None)
        try:
            async with asyncio.timeout(CALL_DEADLINE.total_seconds()):
                await call.hand_over(job)
        except aiosmtplib.SMTPResponseException as error:
            outcome = outcome_of(call.stage, error.code, error.message)
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            outcome = call.broken_off(error)
        else:
            outcome = Sent(job.message_id)
        await self._keep(call)
        return outcome

    async def _keep(self, call: "_Call") -> None:
        """Keep the connection for the next letter, if the server still listens on it."""
        client = call.client
        if client is None or not client.is_connected:
            return
        try:
            async with asyncio.timeout(_QUIT_SECONDS):
                if not call.is_clean:
                    await client.rset()
        except (aiosmtplib.SMTPException, OSError, TimeoutError):
            client.close()
        else:
            self._idle.append(client)


class _Call:
    """One letter's way to the server; knows how far it has come."""

    def __init__(self, server: Server, kept: aiosmtplib.SMTP | None) -> None:
        self._server = server
        self.client = kept
        self.stage = Stage.ACCOUNT
        self.is_clean = False

    async def hand_over(self, job: _Job) -> None:
        client = await self._begin(job.sender)
        self.stage = Stage.RECIPIENT
        await client.rcpt(job.recipient)
        self.stage = Stage.CONTENT
        await client.data(job.message)
        self.is_clean = True

    async def _begin(self, sender: str) -> aiosmtplib.SMTP:
        """MAIL FROM, on a new connection when the server has ended the one that was kept."""
        if self.client is not None:
            with contextlib.suppress(aiosmtplib.SMTPServerDisconnected, ConnectionError):
                await self.client.mail(sender)
                return self.client
        self.client = client_of(self._server)
        await self.client.connect()
        await self.client.mail(sender)
        return self.client

    def broken_off(self, error: Exception) -> Outcome:
        """The outcome of a call that ended without an answer of the server."""
        if self.client is not None:
            self.client.close()
        what = type(error).__name__
        if self.stage is Stage.CONTENT:
            return Unknown(f"{what} after the letter was on its way")
        if not isinstance(error, OSError | TimeoutError):
            _log.error("The mail server cannot be used: %s. Mail waits; check SMTP_URL", error)
        return Later(f"no connection to the mail server: {what}")


def client_of(server: Server) -> aiosmtplib.SMTP:
    """A client that is not connected yet; once it is, it has gone over to TLS and logged in."""
    return aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user or None,
        password=server.password or None,
        local_hostname="[127.0.0.1]",  # as mail programs do; the name of this machine is nobody's business
        timeout=_CONNECT_SECONDS,
        use_tls=server.security is Security.TLS,
        start_tls=server.security is Security.STARTTLS,
    )


async def _quit(client: aiosmtplib.SMTP) -> None:
    with contextlib.suppress(aiosmtplib.SMTPException, OSError, TimeoutError):
        async with asyncio.timeout(_QUIT_SECONDS):
            await client.quit()
    client.close()
