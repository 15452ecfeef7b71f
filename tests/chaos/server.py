"""A PostgreSQL of the runs' own, as careful about its disk as in production, that can be stopped at once."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.engine import make_url

from adapters.storage import embedded
from adapters.storage.embedded_socket import PORT, takes_connections

HOME = Path(__file__).resolve().parents[2] / ".donelog" / "chaos"


@dataclass(slots=True)
class Server:
    """The server and the database of this run."""

    embedded: embedded.EmbeddedServer
    url: str
    """Over the unix socket, without a proxy."""
    turn: threading.Lock = field(default_factory=threading.Lock)

    @property
    def folder(self) -> Path:
        return Path(str(make_url(self.url).query["host"]))

    @property
    def socket(self) -> str:
        return str(self.folder / f".s.PGSQL.{PORT}")

    async def crash(self) -> None:
        """`immediate`: every process of the server is gone at once; then it is started again, and recovers.

        https://www.postgresql.org/docs/17/server-shutdown.html
        """
        await self._to_its_end(self._crash)

    async def revive(self) -> None:
        """Start it where it is down."""
        await self._to_its_end(self._revive)

    @staticmethod
    async def _to_its_end(step: Callable[[], None]) -> None:
        """In a thread; a cancelled one waits for it: a server that came up after the run would stay up."""
        running = asyncio.ensure_future(asyncio.to_thread(step))
        try:
            await asyncio.shield(running)
        finally:
            await running

    def _crash(self) -> None:
        lock = self.folder / f".s.PGSQL.{PORT}.lock"
        with self.turn:
            os.kill(int(lock.read_text().splitlines()[0]), signal.SIGQUIT)
            while takes_connections(self.folder):
                time.sleep(0.05)
            self.embedded.revive()

    def _revive(self) -> None:
        with self.turn:
            self.embedded.revive()


@contextmanager
def opened(name: str, home: Path) -> Iterator[Server]:
    """A server with an empty database of that name, dropped in the end."""
    server = embedded.start(home)
    try:
        server.drop(name)
        try:
            yield Server(server, server.database(name))
        finally:
            server.drop(name)
    finally:
        server.release()
