"""A reader of a mailbox with all that it works with, as long as a test runs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime

from adapters.email.accounts import Mailbox
from adapters.email.imap_in import ImapReader
from adapters.email.inbound import IncomingMail, read_mail
from domain.ports.inbox import Arrival
from tests.fakes.leases import FakeLease, FakeLeases
from tests.mail_world import FakeClock, FakeFront

WITHIN = 15.0


@dataclass(frozen=True)
class Known:
    validity: int
    next_uid: int
    at: datetime


@dataclass
class FakePositions:
    """How far a mailbox has been read, as long as a test runs."""

    known: Known | None = None

    async def load(self) -> Known | None:
        return self.known

    async def save(self, validity: int, next_uid: int, at: datetime) -> None:
        self.known = Known(validity, next_uid, at)


@dataclass
class Keeper(FakeFront):
    """Keeps what it hears, once for each key."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)

    tried: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, arrival: Arrival) -> None:
        self.tried.set()
        if arrival.key not in {each.key for each in self.heard}:
            await super().hear(arrival)
        self.changed.set()

    async def until(self, *subjects: str) -> None:
        """Wait until exactly these have been heard."""
        async with asyncio.timeout(WITHIN):
            while self.subjects != list(subjects):
                await self.changed.wait()
                self.changed.clear()

    @property
    def mails(self) -> list[IncomingMail]:
        found = [read_mail(each.raw) for each in self.heard]
        return [mail for mail in found if mail is not None]

    @property
    def subjects(self) -> list[str]:
        return [mail.subject for mail in self.mails]


@contextlib.asynccontextmanager
async def reading(
    mailbox: Mailbox, front: Keeper, positions: FakePositions, lease: FakeLease | None = None
) -> AsyncIterator[ImapReader]:
    clock = FakeClock()
    lease = lease or FakeLeases(clock.real).of(mailbox)
    reader = ImapReader(mailbox, front, lease, positions, clock, first_wait=0.05)
    task = asyncio.create_task(reader.run())
    try:
        yield reader
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@contextlib.asynccontextmanager
async def listening(mailbox: Mailbox, front: Keeper, positions: FakePositions) -> AsyncIterator[ImapReader]:
    async with reading(mailbox, front, positions) as reader:
        await settled(reader)
        yield reader


async def settled(reader: ImapReader) -> None:
    """Wait until it waits for mail."""
    await asyncio.wait_for(reader.listening.wait(), WITHIN)
