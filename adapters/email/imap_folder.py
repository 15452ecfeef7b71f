"""Stores what arrives in a folder, and remembers how far it has come.

What has been stored is remembered by its number in the folder; only then it is marked as seen.  Somebody who
opens the mailbox in a mail program, and so marks mails as seen, keeps none from us.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import ParamSpec, Protocol, TypeVar

from adapters.email.accounts import Mailbox
from adapters.email.authentication import proved
from adapters.email.imap_session import TROUBLE, Fetched, Folder, ImapSession
from adapters.email.raw_mail import arrival_of
from domain.ports.front import Clock, Front
from domain.ports.inbox import Arrival

P = ParamSpec("P")
T = TypeVar("T")
SLICE_SECONDS = 5.0
"""How long to wait for mail before looking whether this process still may."""
AT_ONCE = 25
"""Mails after which the position is written down."""
OVERLAP = timedelta(days=2)
"""How far back to read when the server has renumbered a folder; mails that are known are not stored twice."""
_MOST_TRIES = 3
_log = logging.getLogger(__name__)


class Position(Protocol):
    """How far a folder has been read."""

    @property
    def validity(self) -> int: ...

    @property
    def next_uid(self) -> int: ...

    @property
    def at(self) -> datetime: ...


class Positions(Protocol):
    """Remembers it.

    Raises:
        StorageDown: the database does not answer.
    """

    async def load(self) -> Position | None: ...

    async def save(self, validity: int, next_uid: int, at: datetime) -> None: ...


class LeaseLost(Exception):  # noqa: N818 -- a state of the installation, not a mistake
    """Another process listens now."""


class FolderReader:
    """One connection's life.

    Args:
        mailbox: the folder.
        front: keeps what arrives.
        positions: how far this folder has been read.
        clock: tells what is now.
        failures: how often each message could not be fetched, over all connections.
        listening: set while it waits for mail with everything read.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        front: Front,
        positions: Positions,
        clock: Clock,
        failures: dict[int, int],
        listening: asyncio.Event,
    ) -> None:
        self._session = ImapSession(mailbox)
        self._threads = ThreadPoolExecutor(1, "imap")
        self._authserv = mailbox.authserv
        self._front = front
        self._positions = positions
        self._clock = clock
        self._failures = failures
        self._listening = listening

    async def open(self) -> Folder:
        return await self._call(self._session.open)

    async def run(self, folder: Folder, holds: Callable[[], Awaitable[bool]]) -> None:
        """Read what is there, wait for more, until the lease is lost.

        Raises:
            LeaseLost: another process has it.
            StorageDown: nothing can be kept.
            imaplib.IMAP4.error, OSError, ValueError: the connection is lost, see `TROUBLE`.
        """
        next_uid = await self._catch_up(folder, holds)
        while True:
            self._listening.clear()
            uids = await self._call(self._session.new, next_uid)
            await self._store(folder, uids, holds)
            next_uid = max([next_uid, *(uid + 1 for uid in uids)])
            self._listening.set()
            is_new = False
            while not is_new:
                await _keep(holds)
                is_new = await self._call(self._session.wait, SLICE_SECONDS)

    def close(self) -> None:
        """End the connection, whatever is being waited for."""
        self._listening.clear()
        self._session.interrupt()
        self._threads.submit(self._session.close)
        self._threads.shutdown(wait=False)

    async def _catch_up(self, folder: Folder, holds: Callable[[], Awaitable[bool]]) -> int:
        """The position to read from; at the very first time only what arrives from now on is read."""
        known = await self._positions.load()
        if known is not None and known.validity == folder.validity:
            return known.next_uid
        if known is not None:
            _log.warning("The mailbox has new numbers; the mail of the last days is looked through once more")
            uids = await self._call(self._session.since, (known.at - OVERLAP).date())
            await self._store(folder, [uid for uid in uids if uid < folder.next_uid], holds)
        await self._remember(folder, folder.next_uid)
        return folder.next_uid

    async def _store(self, folder: Folder, uids: list[int], holds: Callable[[], Awaitable[bool]]) -> None:
        for start in range(0, len(uids), AT_ONCE):
            chunk = uids[start : start + AT_ONCE]
            for uid in chunk:
                await _keep(holds)
                await self._take(uid)
            await self._remember(folder, chunk[-1] + 1)
            await self._call(self._session.mark_seen, chunk)

    async def _take(self, uid: int) -> None:
        try:
            fetched = await self._call(self._session.fetch, uid)
        except TROUBLE:
            self._failures[uid] = self._failures.get(uid, 0) + 1
            if self._failures[uid] < _MOST_TRIES:
                raise
            _log.error("Mail %d of the mailbox cannot be fetched; it is passed over and stays there", uid)
            return
        if fetched is not None:  # it was deleted meanwhile
            await self._front.hear(await asyncio.to_thread(self._arrival, fetched))

    def _arrival(self, fetched: Fetched) -> Arrival:
        found = proved(fetched.raw, self._authserv)
        at = min(fetched.at or self._clock.now(), self._clock.now())
        return arrival_of(fetched.raw, at, found.envelope_from, (), found.fields())

    async def _remember(self, folder: Folder, next_uid: int) -> None:
        await self._positions.save(folder.validity, next_uid, self._clock.now())

    async def _call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: function(*args, **kwargs))


async def _keep(holds: Callable[[], Awaitable[bool]]) -> None:
    if not await holds():
        raise LeaseLost
