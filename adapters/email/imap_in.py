"""Keeps one process of an installation, and one alone, listening to a mailbox."""

import asyncio
import logging

from adapters.email.accounts import Mailbox
from adapters.email.imap_folder import FolderReader, LeaseLost, Positions
from adapters.email.imap_session import TROUBLE, in_words
from domain.ports.front import Clock, Front, StorageDown
from domain.ports.listening import Lease

RENEW_SECONDS = 5.0
"""Between two looks at the lease, which lives for thirty."""
FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 300.0
_log = logging.getLogger(__name__)


class ImapReader:
    """Listens while it holds the lease, with a new connection for each try, until it is cancelled.

    Args:
        mailbox: the folder.
        front: keeps what arrives.
        lease: leave to listen.
        positions: how far this folder has been read.
        clock: tells what is now.
        first_wait: seconds before the first new try.
    """

    def __init__(
        self,
        mailbox: Mailbox,
        front: Front,
        lease: Lease,
        positions: Positions,
        clock: Clock,
        first_wait: float = FIRST_WAIT_SECONDS,
    ) -> None:
        self._mailbox = mailbox
        self._front = front
        self._lease = lease
        self._positions = positions
        self._clock = clock
        self._first_wait = first_wait
        self._renewed: float | None = None
        self._failures: dict[int, int] = {}
        self.listening = asyncio.Event()
        """Set while it waits for mail with everything read."""

    async def run(self) -> None:
        wait = self._first_wait
        try:
            while True:
                if await self._listen():
                    wait = self._first_wait
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT_SECONDS)
        finally:
            await self._let_go()

    async def _listen(self) -> bool:
        """Listen once, if this process may; whether nothing is wrong with the mailbox."""
        reader = FolderReader(
            self._mailbox, self._front, self._positions, self._clock, self._failures, self.listening
        )
        worked = True
        try:
            if await self._holds():
                worked = False
                folder = await reader.open()
                worked = True
                await reader.run(folder, self._holds)
        except LeaseLost:
            _log.warning("another process reads the mailbox now")
        except StorageDown:
            _log.warning("the mailbox waits: the database does not answer")
        except TROUBLE as trouble:
            _log.warning("the mailbox at %s: %s; trying again", self._mailbox.server.host, in_words(trouble))
        finally:
            reader.close()
        return worked

    async def _holds(self) -> bool:
        """Whether this process has the lease; asked anew every few seconds."""
        now = asyncio.get_running_loop().time()
        if self._renewed is not None and now - self._renewed < RENEW_SECONDS:
            return True
        self._renewed = None
        self._renewed = now if await self._lease.hold() else None
        return self._renewed is not None

    async def _let_go(self) -> None:
        try:
            await self._lease.release()
        except StorageDown:
            _log.info("the lease on the mailbox runs out by itself")
