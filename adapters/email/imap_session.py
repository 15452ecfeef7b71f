"""One connection to a mailbox, by IMAPClient.  It blocks: each call belongs in a thread.

RFC 3501; IDLE: RFC 2177.
"""

import contextlib
import re
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from adapters.email.accounts import Mailbox, Security
from adapters.email.raw_mail import MOST_BYTES

CONNECT_SECONDS = 10.0
READ_SECONDS = 20.0
IDLE_SECONDS = 120.0
"""After that we look anyway: a server may tell of a mail in the answer to another command and never again,
and routers forget a silent connection."""
POLL_SECONDS = 30.0
"""Between two looks where a server has no IDLE."""
TROUBLE = (IMAPClientError, OSError, ValueError)
"""Whatever a connection or a server's answer may raise; `ValueError`: an answer that cannot be read."""


def in_words(error: Exception) -> str:
    """What the server or the machine said; the server's words come from imapclient as Python shows octets."""
    said = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    octets = re.fullmatch(r"b(['\"])(.*)\1", said)
    return (octets[2] if octets else said).removesuffix(".")


@dataclass(frozen=True, slots=True)
class Folder:
    validity: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    raw: bytes
    """Cut after 30 MB; what people write stands at the beginning."""
    at: datetime | None
    """When the provider received it, if it says so."""


class ImapSession:
    """A folder, opened for reading and marking."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._client: Any = None
        self._is_idle = False
        self._looked = time.monotonic()
        self._has_idle = False

    def open(self) -> Folder:
        """Connect, log in, select the folder."""
        self._client = connect(self._mailbox)
        self._has_idle = bool(self._client.has_capability("IDLE"))
        selected = self._client.select_folder(self._mailbox.folder)
        return Folder(int(selected[b"UIDVALIDITY"]), int(selected.get(b"UIDNEXT", 0)) or self._next_uid())

    @property
    def has_idle(self) -> bool:
        return self._has_idle

    def new(self, next_uid: int) -> list[int]:
        """The UIDs from that one on, ascending."""
        self._end_idle()
        self._looked = time.monotonic()
        found = self._client.search(["UID", f"{next_uid}:*"])  # `*` is the last one, even below the number
        return sorted(uid for uid in found if uid >= next_uid)

    def since(self, day: date) -> list[int]:
        """The UIDs of what arrived on that day or later, ascending."""
        self._end_idle()
        return sorted(self._client.search(["SINCE", day]))

    def fetch(self, uid: int) -> Fetched | None:
        """A message; None when it is gone meanwhile."""
        self._end_idle()
        parts = self._client.fetch([uid], [f"BODY.PEEK[]<0.{MOST_BYTES}>", "INTERNALDATE"]).get(uid, {})
        raw, at = parts.get(b"BODY[]<0>"), parts.get(b"INTERNALDATE")
        if not isinstance(raw, bytes):
            return None
        return Fetched(raw, at.astimezone(UTC) if isinstance(at, datetime) else None)

    def mark_seen(self, uids: Sequence[int]) -> None:
        if uids:
            self._end_idle()
            self._client.add_flags(list(uids), [rb"\Seen"], silent=True)

    def wait(self, seconds: float) -> bool:
        """Wait for new mail, at most so many seconds; whether it is time to look for it.

        Raises:
            Exception: one of `TROUBLE`; the server may have ended the connection.
        """
        if not self._has_idle:
            time.sleep(seconds)
            return time.monotonic() - self._looked > POLL_SECONDS
        said = [] if self._is_idle else self._begin_idle()
        if not _tells_of_mail(said):
            began = time.monotonic()
            said = self._client.idle_check(timeout=seconds)
            if not said and time.monotonic() - began < seconds / 2:
                raise IMAPClientAbortError("the server has ended the connection")
        return _tells_of_mail(said) or time.monotonic() - self._looked > IDLE_SECONDS

    def _begin_idle(self) -> list[Any]:
        """Start IDLE twice: what a server sends together with "idling" is only seen once it has ended."""
        self._client.idle()
        said: list[Any] = self._client.idle_done()[1]
        self._client.idle()
        self._is_idle = True
        return said

    def interrupt(self) -> None:
        """Make whatever waits in another thread end; the one method that any thread may call."""
        if self._client is not None:
            with contextlib.suppress(*TROUBLE):
                self._client.socket().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._client is not None:
            with contextlib.suppress(*TROUBLE):
                self._client.shutdown()

    def _end_idle(self) -> None:
        if self._is_idle:
            self._is_idle = False
            self._client.idle_done()

    def _next_uid(self) -> int:
        return max(self._client.search(["ALL"]), default=0) + 1


def _tells_of_mail(said: list[Any]) -> bool:
    """Whether something new is there.

    Raises:
        IMAPClientAbortError: the server says goodbye.
    """
    if any(b"BYE" in each[:1] for each in said):
        raise IMAPClientAbortError("the server has ended the connection")
    return any(b"EXISTS" in each for each in said)


def connect(mailbox: Mailbox) -> Any:
    """An IMAPClient that has gone over to TLS and logged in."""
    server = mailbox.server
    context = ssl.create_default_context()
    client = IMAPClient(
        server.host,
        server.port,
        ssl=server.security is Security.TLS,
        ssl_context=context,
        timeout=SocketTimeout(CONNECT_SECONDS, READ_SECONDS),
    )
    client.normalise_times = False  # times with their zone
    try:
        if server.security is Security.STARTTLS:
            client.starttls(context)
        client.login(server.user, server.password)
    except BaseException:  # whatever ends it, no connection is left open
        with contextlib.suppress(*TROUBLE):
            client.shutdown()
        raise
    return client
