"""A TCP proxy that can be told to spring a trap when something passes, and counts on nothing else.

It reads no protocol: a request begins with the piece that holds a pattern, and its answer with the next piece
from the other side.
"""

import asyncio
import contextlib
import enum
import random
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

PIECE = 65536
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Reach = Callable[[], Awaitable[Streams]]


class Moment(enum.Enum):
    """Where in an exchange a trap lies; the words are those of the report."""

    BEFORE = "before the call"
    """Nothing of the request has gone on."""
    DURING = "during the call"
    """Half of it has."""
    AFTER = "after the call"
    """The other side has carried it out and answered; the answer has not been passed on."""
    ANSWERED = "after the answer"
    """It has been."""


@dataclass(slots=True)
class Trap:
    """Something that happens once, to the exchange that holds `pattern` for the `left`th time.

    What `spares` says of a request that holds it: it goes by unharmed and uncounted.
    """

    moment: Moment
    pattern: bytes
    left: int
    spring: Callable[[], None]
    cuts: bool = True
    """The connection is reset with it."""
    spares: Callable[[bytes], bool] = lambda _: False


class Proxy:
    """Listens on a loopback port for one party that talks to another.

    Args:
        reach: opens a connection to the other side.
    """

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()
        self.traps: list[Trap] = []

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    @property
    def port(self) -> int:
        if self._server is None:
            raise ValueError("the proxy has not started")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
            task.add_done_callback(self._open.discard)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await _Exchange(self, (reader, writer)).run(self._reach)
        writer.close()

    def take(self, piece: bytes) -> Trap | None:
        """The trap that this piece steps on."""
        for trap in self.traps:
            if trap.pattern in piece and not trap.spares(piece):
                trap.left -= 1
                if trap.left <= 0:
                    self.traps.remove(trap)
                    return trap
        return None


class _Exchange:
    """One connection on both sides."""

    def __init__(self, proxy: Proxy, here: Streams) -> None:
        self._proxy = proxy
        self._here = here
        self._waiting: Trap | None = None
        """A trap that the next piece of an answer steps on."""
        self._cut = False

    async def run(self, reach: Reach) -> None:
        there = await reach()
        try:
            ways = [
                asyncio.create_task(self._ask(self._here[0], there[1])),
                asyncio.create_task(self._answer(there[0], self._here[1])),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        finally:
            if self._cut:
                _reset(self._here[1])
                _reset(there[1])
            there[1].close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(PIECE):
            trap = self._proxy.take(piece)
            if trap is not None and trap.moment in {Moment.BEFORE, Moment.DURING}:
                if trap.moment is Moment.DURING:
                    half = len(piece) // 2
                    writer.write(piece[:half])
                    await writer.drain()
                    piece = piece[half:]
                if self._sprung(trap):
                    return
            elif trap is not None:
                self._waiting = trap
            writer.write(piece)
            await writer.drain()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(PIECE):
            trap, self._waiting = self._waiting, None
            if trap is not None and trap.moment is Moment.AFTER and self._sprung(trap):
                return
            writer.write(piece)
            await writer.drain()
            if trap is not None and trap.moment is Moment.ANSWERED and self._sprung(trap):
                return

    def _sprung(self, trap: Trap) -> bool:
        """Spring it; whether that was the end of the connection."""
        trap.spring()
        self._cut = trap.cuts
        return self._cut


def to_port(port: int) -> Reach:
    async def reach() -> Streams:
        return await asyncio.open_connection("127.0.0.1", port)

    return reach


def to_socket(path: str) -> Reach:
    async def reach() -> Streams:
        return await asyncio.open_unix_connection(path)

    return reach


def to_any(ports: Callable[[], list[int]], choose: random.Random) -> Reach:
    """One of those that answer at the moment, as a load balancer finds them."""

    async def reach() -> Streams:
        found = ports()
        choose.shuffle(found)
        for port in found:
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port)
        raise ConnectionRefusedError

    return reach


def _reset(writer: asyncio.StreamWriter) -> None:
    """With a RST instead of a goodbye: https://man7.org/linux/man-pages/man7/socket.7.html, SO_LINGER."""
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
