"""Leases, as processes see them that share a database."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from domain.ports.front import StorageDown


class FakeLeases:
    """`domain.ports.listening.Lease` of one name, for every process that asks.

    Args:
        now: real time.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.holder: object = None
        self.until = now()
        self.down = False

    def of(self, holder: object) -> "FakeLease":
        return FakeLease(self, holder)

    def hold(self, holder: object) -> bool:
        if self.down:
            raise StorageDown
        if self.holder in (None, holder) or self.until < self._now():
            self.holder = holder
            self.until = self._now() + timedelta(seconds=30)
        return self.holder == holder

    def release(self, holder: object) -> None:
        if self.down:
            raise StorageDown
        if self.holder == holder:
            self.holder = None


class FakeLease:
    """The lease as one process sees it; `asked` once it has wanted it."""

    def __init__(self, leases: FakeLeases, holder: object) -> None:
        self._leases = leases
        self._holder = holder
        self.asked = asyncio.Event()

    async def hold(self) -> bool:
        self.asked.set()
        return self._leases.hold(self._holder)

    async def release(self) -> None:
        self._leases.release(self._holder)
