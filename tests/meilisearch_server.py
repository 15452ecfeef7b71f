"""A simulated Meilisearch for tests that block: it lives on a thread with a loop of its own."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from simulators.meilisearch import MeilisearchSimulator


@contextmanager
def running_meilisearch() -> Iterator[MeilisearchSimulator]:
    """Fails at the end when the server was asked something that the real one would not have understood."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    server = MeilisearchSimulator()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
    assert server.journal.problems == []
