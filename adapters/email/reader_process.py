"""One long-lived process for each worker that reads mails, with a memory limit and a deadline for each.

A mail that takes too long or too much ends it, and no other mail: the next one gets a new process.
"""

import asyncio
import contextlib
import io
import logging
import os
import pickle
import sys
from datetime import date
from pathlib import Path
from typing import Any

from adapters.email.reader_worker import LENGTH, READY
from adapters.email.understanding import Understood

MOST_MEMORY = 384 * 1024 * 1024
"""Octets of address space; the largest mail there is takes less than 256 of these megabytes."""
DEADLINE = 10.0
"""Seconds for one mail; the worst that is known takes a fifth of one."""
_START_DEADLINE = 60.0
_ROOT = Path(__file__).resolve().parents[2]
_TRUSTED = ("adapters.email.", "domain.")
_PLAIN = frozenset(
    [("datetime", "date"), ("datetime", "datetime"), ("datetime", "timezone"), ("types", "MappingProxyType")]
)
_log = logging.getLogger(__name__)


class MailTooHard(Exception):  # noqa: N818 -- it says what the mail is, for the log
    """The mail could not be read within time and memory; it stays, to be looked at."""


class ReaderProcess:
    """Reads one mail at a time in a process that is begun with the first.

    Args:
        deadline: seconds for one mail.
        most_memory: octets of address space.
    """

    def __init__(self, deadline: float = DEADLINE, most_memory: int = MOST_MEMORY) -> None:
        self._deadline = deadline
        self._most_memory = most_memory
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def understand(self, stored: bytes, domain: str, day: date) -> Understood | None:
        """What `adapters.email.understanding.understand` tells.

        Raises:
            MailTooHard: it took too long or too much, or could not be read at all.
        """
        async with self._turn:
            answer = await self._ask(pickle.dumps((stored, domain, day), pickle.HIGHEST_PROTOCOL))
        if isinstance(answer, str):
            raise MailTooHard(answer)
        if not isinstance(answer, Understood | None):
            raise MailTooHard("the reader gave no mail")
        return answer

    async def stop(self) -> None:
        async with self._turn:
            await self._end()

    async def _ask(self, question: bytes) -> object:
        process = await self._running()
        try:
            async with asyncio.timeout(self._deadline):
                assert process.stdin is not None  # noqa: S101 -- both are pipes
                assert process.stdout is not None  # noqa: S101
                process.stdin.write(LENGTH.pack(len(question)) + question)
                await process.stdin.drain()
                (size,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
                return _load(await process.stdout.readexactly(size))
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError, pickle.UnpicklingError) as error:
            await self._end()
            _log.warning("the process that reads mails is begun anew", extra={"action": "reader_ended"})
            raise MailTooHard(type(error).__name__) from error
        except BaseException:  # cancelled between question and answer: the next would get this answer
            await self._end()
            raise

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *[sys.executable, "-m", "adapters.email.reader_worker", str(self._most_memory)],
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=_ROOT,
                env=_environment(),
            )
            assert self._process.stdout is not None  # noqa: S101 -- a pipe
            async with asyncio.timeout(_START_DEADLINE):
                if await self._process.stdout.readline() != READY:
                    raise MailTooHard("the process that reads mails does not start")
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.communicate()  # also closes the pipes


def _environment() -> dict[str, str]:
    """Without the settings: no secret is needed there."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in {"PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT"}
    }
    return {**kept, "PYTHONPATH": str(_ROOT)}


class _Loader(pickle.Unpickler):
    """Loads what a mail can give, and nothing that could do something."""

    def find_class(self, module: str, name: str, /) -> Any:
        if (module, name) in _PLAIN or module.startswith(_TRUSTED):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is not expected")


def _load(answer: bytes) -> object:
    return _Loader(io.BytesIO(answer)).load()
