"""The mail server of a domain: what other mail servers hand over is stored before it is acknowledged.

Nothing is lost: a mail that cannot be stored now, or comes too fast, is answered with 4xx, after which its
server tries again for days; what is refused for good goes back to its writer by her own server.  SPF, DKIM
and DMARC are not looked at here: either another server stands in front, and what it notes of them counts,
or what comes through this door counts as sent by nobody certain.
"""

import asyncio
import logging
import ssl
from collections import Counter, deque
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from adapters.email.accounts import Listen
from adapters.email.addresses import NAME, MailNames
from adapters.email.authentication import proved
from adapters.email.raw_mail import MOST_BYTES, arrival_of
from domain.ports.front import Clock, Front, StorageDown, Tokens
from domain.ports.inbox import Arrival

MOST_CONNECTIONS = 50
MOST_FROM_ONE_PEER = 10
PER_MINUTE: Mapping[str, int] = MappingProxyType({"peer": 300, "sender": 30})
"""Mails a minute that are taken from one server, and from one sender; large providers serve many people."""
MOST_RECIPIENTS = 20
SILENCE_SECONDS = 120.0
_WINDOW_SECONDS = 60.0
_MOST_REMEMBERED = 10_000
_LONGEST_LINE = 1024 * 1024
"""RFC 5321 knows lines of 1,000 octets; programs write longer ones, and nobody is served by refusing them."""
_LATER = "451 4.3.0 Not stored; please try again later"
_log = logging.getLogger(__name__)


class SmtpDoor:
    """Listens for mail to the addresses of `names`.

    Args:
        listen: where, and with which certificate.
        names: our addresses; anything else is refused.
        front: keeps what arrives.
        tokens: knows the addresses that were given out.
        clock: tells when a mail came.
    """

    def __init__(self, listen: Listen, names: MailNames, front: Front, tokens: Tokens, clock: Clock) -> None:
        self._listen = listen
        self._handler = _Handler(listen.authserv, names, front, tokens, clock)
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        """Listen; gives the port.

        Raises:
            OSError: the port is taken, or not for this user; or a file of the certificate cannot be read.
        """
        logging.getLogger("mail.log").setLevel(logging.WARNING)  # it would write addresses and texts
        context = _context(self._listen)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self._handler, context), self._listen.host, self._listen.port
        )
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Take nothing more; what is being handed over comes again, for it was not acknowledged."""
        if self._server is not None:
            self._server.close()
            for connection in [*self._handler.connections]:
                connection.hang_up()
            await self._server.wait_closed()
            self._server = None


class _Connection(SMTP):
    """One server that hands mail over."""

    line_length_limit = _LONGEST_LINE

    def __init__(self, handler: "_Handler", context: ssl.SSLContext | None) -> None:
        super().__init__(
            handler,
            data_size_limit=MOST_BYTES,
            enable_SMTPUTF8=True,
            hostname=handler.hostname,
            ident=NAME,
            tls_context=context,
            timeout=SILENCE_SECONDS,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],
            loop=asyncio.get_running_loop(),
        )
        self._handler = handler
        self._peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Also called once more when the connection goes over to TLS."""
        if not self._peer:
            self._peer = str((transport.get_extra_info("peername") or ("?",))[0])
            if not self._handler.admit(self, self._peer):
                assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- TCP is one
                transport.write(b"421 4.7.0 Too many connections; please try again later\r\n")
                transport.close()
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._handler.leave(self, self._peer)
        super().connection_lost(error)

    def hang_up(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


class _Handler:
    """Accepts or refuses mail, as an aiosmtpd handler, which gives the methods their names."""

    def __init__(self, authserv: str, names: MailNames, front: Front, tokens: Tokens, clock: Clock) -> None:
        self._authserv = authserv
        self.hostname = names.domain
        self.connections: set[_Connection] = set()
        self._peers: Counter[str] = Counter()
        self._pace = Pace()
        self._names = names
        self._front = front
        self._tokens = tokens
        self._clock = clock

    def admit(self, connection: _Connection, peer: str) -> bool:
        if len(self.connections) >= MOST_CONNECTIONS or self._peers[peer] >= MOST_FROM_ONE_PEER:
            return False
        self.connections.add(connection)
        self._peers[peer] += 1
        return True

    def leave(self, connection: _Connection, peer: str) -> None:
        if connection in self.connections:
            self.connections.discard(connection)
            self._peers[peer] -= 1
            self._peers += Counter()  # forgets those with none left

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name and arguments
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients; please send the rest in another mail"
        if not self._is_ours(address):
            return "550 5.1.1 No such address here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- aiosmtpd calls it by that name
        now = asyncio.get_running_loop().time()
        sender = _text(envelope.mail_from or "")
        peer = str((session.peer or ("?",))[0])
        if not (
            self._pace.allows("peer", peer, now) and (not sender or self._pace.allows("sender", sender, now))
        ):
            _log.warning("Put off a mail: too many of one sender or server within a minute")
            return "450 4.7.1 Too many mails at a time; please try again later"
        content = envelope.content
        raw = content if isinstance(content, bytes) else b""
        recipients = [_text(each) for each in envelope.rcpt_tos]
        arrival = await asyncio.to_thread(self._arrival, raw, sender, recipients)
        try:
            await self._front.hear(arrival)
        except StorageDown:
            _log.warning("Put off a mail: the database does not answer")
            return _LATER
        return "250 2.0.0 Kept"

    def _arrival(self, raw: bytes, sender: str, recipients: list[str]) -> Arrival:
        proofs = proved(raw, self._authserv).fields()
        return arrival_of(raw, self._clock.now(), sender, recipients, proofs)

    async def handle_exception(self, _error: Exception) -> str:
        """A mistake of ours is no reason to lose a mail."""
        _log.exception("a mail could not be taken", extra={"action": "mail_not_taken"})
        return _LATER

    def _is_ours(self, address: str) -> bool:
        local, _, domain = address.lower().rpartition("@")
        if domain != self._names.domain:
            return address.lower() == self._names.shared()[1].lower()
        if local in {NAME, "postmaster"}:
            return True
        return self._names.read_own(self._tokens, address) is not None


class Pace:
    """How many mails came within the last minute, of whom."""

    def __init__(self, per_minute: Mapping[str, int] = PER_MINUTE) -> None:
        self._per_minute = per_minute
        self._times: dict[tuple[str, str], deque[float]] = {}

    def allows(self, kind: str, name: str, now: float) -> bool:
        """Count one more, unless there were too many; `now` in seconds of any clock that never goes back."""
        if len(self._times) > _MOST_REMEMBERED:
            self._forget(now)
        times = self._times.setdefault((kind, name), deque())
        while times and now - times[0] >= _WINDOW_SECONDS:
            times.popleft()
        if len(times) >= self._per_minute[kind]:
            return False
        times.append(now)
        return True

    def _forget(self, now: float) -> None:
        old = [key for key, times in self._times.items() if not times or now - times[-1] >= _WINDOW_SECONDS]
        for key in old or list(self._times):  # names by the thousand within a minute: begin anew
            del self._times[key]


def _text(said: Any) -> str:
    """Octets that are no UTF-8 come as lone surrogates, which nothing can store."""
    return str(said).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _context(listen: Listen) -> ssl.SSLContext | None:
    if listen.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(listen.certificate, listen.key)
    except OSError as error:
        files = f"the certificate {listen.certificate} with the key {listen.key}"
        raise OSError(error.errno, f"{files}: {error.strerror}") from error
    return context
