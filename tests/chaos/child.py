"""Processes that begin at once: forked from one that has imported everything and done nothing.

So a life costs a tenth of what it would cost to start Python and import the product each time.
"""

import asyncio
import contextlib
import functools
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from multiprocessing import forkserver, util
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TextIO

ROOT = Path(__file__).resolve().parents[2]
WORKER = "tests.chaos.worker"


class Child:
    """A process of `tests.chaos.worker`.

    Args:
        arguments: of its `main`.
        environment: all that it sees.
        log: the file that takes what it writes to standard error.
    """

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], log: str) -> None:
        self._here, there = _context.Pipe(duplex=False)
        self._process = _context.Process(
            target=_be_born, args=(arguments, dict(environment), log, there), daemon=True
        )
        _end_in_time()
        with _importable():
            self._process.start()
        there.close()
        self._gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().add_reader(self._process.sentinel, self._bury)

    @property
    def pid(self) -> int:
        return self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        """As of `subprocess`: negative for a signal; None while it lives."""
        return self._process.exitcode

    def _bury(self) -> None:
        asyncio.get_running_loop().remove_reader(self._process.sentinel)
        self._process.join()
        if not self._gone.done():
            self._gone.set_result(None)

    def send_signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    async def wait(self) -> int:
        """Its status, once it has ended."""
        await asyncio.shield(self._gone)
        return self._process.exitcode or 0

    async def lines(self) -> AsyncIterator[str]:
        """What it writes to standard output."""
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        pipe = os.fdopen(os.dup(self._here.fileno()), "rb")
        self._here.close()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
        try:
            while line := await reader.readline():
                yield line.decode()
        finally:
            transport.close()


_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([WORKER])


@functools.cache
def _end_in_time() -> None:
    """When we end, the process that all are forked from is gone before us, and not just told to go.

    The library waits for its children alone, and has no other way to stop what it forks them from.
    """
    after_the_children = -1
    stop = forkserver._forkserver._stop  # type: ignore[attr-defined] # noqa: SLF001 -- as just said
    util.Finalize(None, stop, exitpriority=after_the_children)


@contextlib.contextmanager
def _importable() -> Iterator[None]:
    """The process that all are forked from is started with the first of them, and must find the worker."""
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = str(ROOT)
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def _be_born(
    arguments: Sequence[str], environment: Mapping[str, str], log: str, standard_output: Connection
) -> None:
    """Take on the environment, and put the three standard files where they belong."""
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(standard_output.fileno(), 1)
    errors = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(errors, 2)
    sys.stdout, sys.stderr = _text(1), _text(2)
    from tests.chaos import worker  # noqa: PLC0415 -- it changes the product's waits: never in the harness

    worker.main(*arguments)


def _text(descriptor: int) -> TextIO:
    return os.fdopen(descriptor, "w", buffering=1)
