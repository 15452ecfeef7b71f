"""The receiving end of the race: takes messages over a socket and counts them by what "once" means."""

import asyncio
import json
from collections import Counter


class Receiver:
    """A server on a loopback port; each line names messages, and is answered when they are counted."""

    def __init__(self) -> None:
        self.arrived: Counter[str] = Counter()
        self.batches = 0
        self._news = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> int:
        """The port that it listens on."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**20)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.close()

    @property
    def doubled(self) -> int:
        """Messages that came again after the first time."""
        return self.arrived.total() - len(self.arrived)

    async def has(self, count: int) -> None:
        """Return once so many different messages have arrived."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.arrived) >= count)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        while line := await reader.readline():
            self.arrived.update(json.loads(line))
            self.batches += 1
            writer.write(b"\n")
            async with self._news:
                self._news.notify_all()
        self._open.discard(writer)
        writer.close()
