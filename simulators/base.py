"""What all simulators share: the record of calls, planned failures, and a server on a loopback port."""

import asyncio
import contextlib
import enum
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

Now = Callable[[], datetime]
"""Gives an aware instant: the time the simulated service lives in (virtual in the demo and the tests)."""


def real_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Call:
    """One request that the product made, with what it was answered."""

    verb: str
    """`GET`, `POST`, ...; `WS` for a frame on a socket."""
    point: str
    """The stable name of what was called: `chat.postMessage`, `POST /channels/{id}/messages`, `mail/send`."""
    request: Any
    status: int
    answer: Any
    at: datetime


class When(enum.Enum):
    BEFORE = "before"
    """The request has no effect."""
    AFTER = "after"
    """The request takes effect; the caller does not get to know."""


class How(enum.Enum):
    ANSWER = "answer"
    """Answer with `status`, `headers` and `body`."""
    RESET = "reset"
    """Close the connection without an answer."""
    HANG = "hang"
    """Never answer; the connection stays open."""
    DRIP = "drip"
    """Answer with one byte every half second, for ever."""


def _nothing() -> None:
    """Whoever is kept waiting loses patience by itself."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A planned failure of one call."""

    how: How = How.ANSWER
    when: When = When.BEFORE
    status: int = 500
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    on_stall: Callable[[], None] = field(default=_nothing, repr=False, compare=False)
    """Called when nothing follows (`HANG`), or nothing but the next byte (`DRIP`): each time."""


class Journal:
    """Every call that was made, every rule that was broken, and the failures still planned."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.problems: list[str] = []
        """What the real service would not have understood; a test that ends with one fails."""
        self._planned: dict[str, list[Fault]] = {}

    def fail(self, point: str, fault: Fault, times: int = 1) -> None:
        """Let the next `times` calls of `point` fail."""
        self._planned.setdefault(point, []).extend([fault] * times)

    def calm(self) -> None:
        """Plan no failure any more."""
        self._planned.clear()

    def is_failing(self, point: str) -> bool:
        """Whether the next call of `point` is to fail."""
        return bool(self._planned.get(point))

    def planned(self, point: str) -> Fault | None:
        """Take the next planned failure of `point`, if there is one."""
        waiting = self._planned.get(point)
        return waiting.pop(0) if waiting else None

    def of(self, point: str) -> list[Call]:
        return [call for call in self.calls if call.point == point]

    def counts(self) -> Counter[str]:
        return Counter(call.point for call in self.calls)


class Server:
    """An aiohttp application on a loopback port; `url` is known once it has started."""

    def __init__(self, app: web.Application, port: int = 0) -> None:
        self._app = app
        self._port = port
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self) -> None:
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


async def misbehave(request: web.Request, fault: Fault) -> web.StreamResponse:
    """Carry out `fault` in place of a proper answer."""
    if fault.how is How.ANSWER:
        return web.Response(status=fault.status, headers=fault.headers, body=fault.body.encode())
    if fault.how is How.HANG:
        fault.on_stall()
        await asyncio.Event().wait()
    if fault.how is How.DRIP:
        return await _drip(request, fault)
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


async def _drip(request: web.Request, fault: Fault) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):  # the caller has lost patience
        while True:
            await response.write(b" ")
            fault.on_stall()
            await asyncio.sleep(0.5)
    return response
