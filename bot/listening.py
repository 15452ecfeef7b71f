"""Leases, positions and reading turns of the channels that listen, kept in the database for all processes."""

import asyncio
import os
import secrets
import socket
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from adapters.storage.listening import Position
from bot.bridge import Bridge
from bot.core import Core
from domain.people import Channel
from domain.ports.directory import Direct
from domain.ports.front import Clock
from domain.ports.listening import Unread

ASKED_FROM, ASKED_TO = timedelta(days=-2), timedelta(days=1)
"""The log days, counted from today in UTC, of prompts of the last 24 hours in any zone."""
TURNS_AT_ONCE = 10
SECONDS_BETWEEN = 1.0
"""Between two times that turns are taken: a fifth of the calls that Discord allows a bot."""


class SharedProgress:
    """The position up to which a chat has been heard, and the direct messages there."""

    def __init__(self, core: Core, bridge: Bridge, clock: Clock, channel: Channel, name: str) -> None:
        self._progress = core.database.listening_progress(name)
        self._storage = core.database.storage
        self._bridge = bridge
        self._clock = clock
        self._channel = channel

    async def heard_until(self) -> datetime | None:
        return await self._bridge.call(self._progress.load)

    async def heard(self, until: datetime) -> None:
        await self._bridge.call(self._progress.save, until)

    async def unread(self) -> Unread | None:
        return await self._bridge.call(self._progress.unread)

    async def leave(self, unread: Unread | None) -> None:
        await self._bridge.call(self._progress.leave, unread)

    async def starts(self) -> list[datetime]:
        return await self._bridge.call(self._progress.starts)

    async def started(self, at: datetime) -> None:
        await self._bridge.call(self._progress.started, at)

    async def directs(self, after: int, limit: int, *, asked: bool) -> list[Direct]:
        return await self._bridge.call(self._directs, after, limit, asked=asked)

    def _directs(self, after: int, limit: int, *, asked: bool) -> list[Direct]:
        today = self._clock.now().date()
        lately = today + ASKED_FROM, today + ASKED_TO
        with self._storage.begin() as uow:
            return uow.directory.directs(self._channel, lately, after, limit, asked=asked)


class SharedLease:
    """What only one process of the installation does at a time: hold Discord's gateway, read a mailbox."""

    def __init__(self, core: Core, bridge: Bridge, clock: Clock, name: str) -> None:
        holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._lease = core.database.lease(name, holder)
        self._bridge = bridge
        self._clock = clock

    async def hold(self) -> bool:
        return await self._bridge.call(self._lease.hold, self._clock.real())

    async def release(self) -> None:
        await self._bridge.call(self._lease.release)


class MailboxPositions:
    """How far the mailbox has been read, for whichever process reads it next."""

    def __init__(self, core: Core, bridge: Bridge, name: str) -> None:
        self._positions = core.database.positions(name)
        self._bridge = bridge

    async def load(self) -> Position | None:
        return await self._bridge.call(self._positions.load)

    async def save(self, validity: int, next_uid: int, at: datetime) -> None:
        await self._bridge.call(self._positions.save, Position(validity, next_uid, at))


class SharedTurns:
    """Turns of calls that read, for which nobody waits.

    Where deliveries take theirs out of the same bucket, these are a part of it at most, so that those go on.
    There are none while the provider has closed it.
    """

    def __init__(self, core: Core, bridge: Bridge, clock: Clock, channel: Channel) -> None:
        self._turns = core.database.turns(channel)
        self._bridge = bridge
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}

    async def wait(self, workspace: str) -> None:
        loop = asyncio.get_running_loop()
        lane = self._lanes.setdefault(workspace, _Lane())
        async with lane.lock:
            while not lane.at:
                await asyncio.sleep(lane.again - loop.time())
                began = loop.time()
                lane.again = began + SECONDS_BETWEEN
                lane.at.extend(began + wait for wait in await self._taken(workspace))
            turn = lane.at.popleft()
        await asyncio.sleep(turn - loop.time())

    async def _taken(self, workspace: str) -> Iterable[float]:
        waits = await self._bridge.call(self._turns.take, workspace, TURNS_AT_ONCE, self._clock.real())
        return (wait.total_seconds() for wait in waits)


@dataclass(slots=True)
class _Lane:
    """The turns of a workspace."""

    at: deque[float] = field(default_factory=deque)
    """Turns that were taken and not used yet, by the loop's clock."""
    again: float = 0.0
    """When more may be taken."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held by the one task that takes turns for all that wait."""
