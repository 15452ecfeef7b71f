"""A mailbox for tests that says what it is told to: as much of IMAP as the reader speaks."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from adapters.email.accounts import Mailbox, Security, Server

USER, PASSWORD = "me", "secret"
_UID = re.compile(rb"UID (SEARCH|FETCH|STORE) (.*)", re.IGNORECASE)
_ARRIVED = b'"24-Nov-2026 23:00:00 +0000"'


@dataclass
class ImapServer:
    """Attributes say what it can do and what goes wrong."""

    has_idle: bool = True
    validity: int = 7
    mails: dict[int, bytes] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)
    refuses: dict[int, int] = field(default_factory=dict)
    """How often the fetching of a mail fails still."""
    next_uid: int = 1
    password: str = PASSWORD
    logins: int = 0
    refused: asyncio.Event = field(default_factory=asyncio.Event)
    """Somebody has come with a wrong password."""
    fetched: list[int] = field(default_factory=list)
    port: int = 0
    _idle: set[asyncio.StreamWriter] = field(default_factory=set)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def mailbox(self) -> Mailbox:
        server = Server("127.0.0.1", self.port, Security.NONE, USER, PASSWORD)
        return Mailbox(server, plus=True, authserv="mx")

    async def deliver(self, raw: bytes) -> None:
        self.mails[self.next_uid] = raw
        self.next_uid += 1
        for writer in self._idle:
            writer.write(b"* %d EXISTS\r\n" % len(self.mails))

    async def marked(self) -> list[bool]:
        """Of each mail in the folder, whether it is marked as seen."""
        return [uid in self.seen for uid in self.mails]

    async def renumber(self) -> None:
        """The folder is made anew: every mail gets another number."""
        kept = list(self.mails.values())
        self.validity += 1
        self.mails = dict(enumerate(kept, 1000))
        self.next_uid = 1000 + len(kept)

    def hang_up(self, farewell: bytes = b"") -> None:
        """End every connection, with a word before it or without."""
        for writer in self._open:
            writer.write(farewell)
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        writer.write(b"* OK here\r\n")
        known = 0
        try:
            while line := await reader.readline():
                tag, _, said = line.strip().partition(b" ")
                if said.upper() == b"IDLE":
                    writer.write(b"+ idling\r\n")
                    if len(self.mails) != known:
                        writer.write(b"* %d EXISTS\r\n" % len(self.mails))
                    self._idle.add(writer)
                    await reader.readline()
                    self._idle.discard(writer)
                    answer = b"OK done"
                else:
                    answer = self._answer(said, writer)
                known = len(self.mails)
                writer.write(tag + b" " + answer + b"\r\n")
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            self._open.discard(writer)
            self._idle.discard(writer)
            writer.close()

    def _answer(self, said: bytes, writer: asyncio.StreamWriter) -> bytes:
        command = said.partition(b" ")[0].upper()
        if command == b"CAPABILITY":
            writer.write(b"* CAPABILITY IMAP4rev1" + (b" IDLE" if self.has_idle else b"") + b"\r\n")
        elif command == b"LOGIN":
            self.logins += 1
            if self.password.encode() not in said:
                self.refused.set()
                return b"NO [AUTHENTICATIONFAILED] wrong"
        elif command == b"SELECT":
            if b"INBOX" not in said:
                return b"NO [NONEXISTENT] no such folder"
            writer.write(b"* %d EXISTS\r\n* OK [UIDVALIDITY %d] x\r\n" % (len(self.mails), self.validity))
            writer.write(b"* OK [UIDNEXT %d] x\r\n" % self.next_uid)
        elif found := _UID.fullmatch(said):
            return self._uid(found[1].upper(), found[2], writer)
        return b"OK done"

    def _uid(self, command: bytes, rest: bytes, writer: asyncio.StreamWriter) -> bytes:
        if command == b"SEARCH":
            start = re.search(rb"(\d+):\*", rest)
            first = min(int(start[1]), max(self.mails, default=0)) if start else 0
            listed = b" ".join(b"%d" % uid for uid in self.mails if uid >= first)
            writer.write(b"* SEARCH " + listed + b"\r\n")
        elif command == b"STORE":
            self.seen |= {int(uid) for uid in rest.partition(b" ")[0].split(b",")}
        elif command == b"FETCH":
            uid = int(rest.partition(b" ")[0])
            if self.refuses.get(uid, 0) > 0:
                self.refuses[uid] -= 1
                return b"NO [SERVERBUG] cannot"
            if (raw := self.mails.get(uid)) is not None:
                self.fetched.append(uid)
                head = b"* 1 FETCH (UID %d INTERNALDATE %s BODY[]<0> {%d}\r\n" % (uid, _ARRIVED, len(raw))
                writer.write(head + raw + b")\r\n")
        return b"OK done"


@contextlib.asynccontextmanager
async def imap_server() -> AsyncIterator[ImapServer]:
    made = ImapServer()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        made.hang_up()
        server.close()
        await server.wait_closed()
