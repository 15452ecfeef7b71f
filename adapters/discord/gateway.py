"""Keeps one process of an installation, and one alone, listening to Discord."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from adapters.discord.client import Listener
from adapters.discord.outcomes import TROUBLE, in_words
from domain.ports.front import StorageDown
from domain.ports.listening import Lease

_log = logging.getLogger(__name__)

RENEW_SECONDS = 5.0
"""Between two looks at the lease, which lives for thirty."""
GRACE_SECONDS = 20.0
"""How long a process goes on that cannot ask for the lease: by then nobody else has it yet."""
FIRST_WAIT_SECONDS = 5.0
LONGEST_WAIT_SECONDS = 300.0
"""A token may begin 1,000 sessions a day: https://docs.discord.com/developers/events/gateway#identifying."""


class Progress(Protocol):
    """Remembers how far everything has been heard."""

    async def remember(self) -> None:
        """Write it down."""

    async def stop(self) -> None:
        """Nothing is heard any more."""


class DiscordGateway:
    """Listens while it holds the lease, with a new client for each try, until it is cancelled.

    Args:
        make: makes a client that has not been started.
        token: the bot's.
        lease: leave to listen.
        progress: told again and again that this process still listens.
        renew_seconds: how often the lease is renewed.
    """

    def __init__(
        self,
        make: Callable[[], Listener],
        token: str,
        lease: Lease,
        progress: Progress,
        renew_seconds: float = RENEW_SECONDS,
    ) -> None:
        self._make = make
        self._token = token
        self._lease = lease
        self._progress = progress
        self._renew_seconds = renew_seconds
        self._held_at: float | None = None

    async def run(self) -> None:
        wait = FIRST_WAIT_SECONDS
        try:
            while True:
                if not await self._holds():
                    await asyncio.sleep(self._renew_seconds)
                elif await self._listen():
                    wait = FIRST_WAIT_SECONDS
                else:
                    await asyncio.sleep(wait)
                    wait = min(wait * 2, LONGEST_WAIT_SECONDS)
        finally:
            await self._let_go()

    async def _listen(self) -> bool:
        """Returns when the lease is lost or the client has given up; whether it had worked until then."""
        client = self._make()
        running = asyncio.create_task(client.start(self._token))
        try:
            while not running.done():
                await asyncio.wait({running}, timeout=self._renew_seconds)
                if not running.done() and not await self._holds():
                    _log.warning("another process listens to Discord now")
                    return True
                await self._progress.remember()
            await running
        except TROUBLE as trouble:
            _log.warning("Discord's gateway: %s; trying again", in_words(trouble))
        finally:
            worked = client.is_ready()
            await client.close()  # cancelling alone would leave the socket and its heart beating
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await self._progress.stop()
        return worked

    async def _holds(self) -> bool:
        now = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(GRACE_SECONDS / 2):
                self._held_at = now if await self._lease.hold() else None
        except (StorageDown, TimeoutError):
            if self._held_at is not None and now - self._held_at > GRACE_SECONDS:
                self._held_at = None
        return self._held_at is not None

    async def _let_go(self) -> None:
        try:
            await self._lease.release()
        except StorageDown:
            _log.info("the lease on Discord's gateway runs out by itself")
