"""One long-lived process for each worker that reads mails, with a memory limit and a deadline for each.

A mail that takes too long or too much ends it, and no other mail: the next one gets a new process.
"""

import asyncio
import contextlib
import io
import itertools
import logging
import os
import pickle
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from types import NoneType
from typing import Any

from adapters.common.batches import Batches
from adapters.email.reader_worker import LENGTH, READY
from adapters.email.understanding import Answer, Question, Understood

MOST_MEMORY = 384 * 1024 * 1024
"""Octets of address space; the largest mail there is takes less than 256 of these megabytes."""
DEADLINE = 10.0
"""Seconds; the worst mail that is known takes a fifth of one."""
MOST_OCTETS_AT_ONCE = 1024 * 1024
_START_DEADLINE = 60.0
_ROOT = Path(__file__).resolve().parents[2]
_TRUSTED = ("adapters.email.", "domain.")
_PLAIN = frozenset(
    [("datetime", "date"), ("datetime", "datetime"), ("datetime", "timedelta"), ("datetime", "timezone")]
)
_ANSWERS = (Understood, str, NoneType)
_log = logging.getLogger(__name__)


class MailTooHard(Exception):  # noqa: N818 -- it says what the mail is, for the log
    """The mail could not be read within time and memory; it stays, to be looked at."""


class ReaderProcess:
    """Reads mails, all that wait at once, in a process that is started for the first of them.

    Args:
        deadline: seconds for what is read at once.
        most_memory: octets of address space.
    """

    def __init__(self, deadline: float = DEADLINE, most_memory: int = MOST_MEMORY) -> None:
        self._deadline = deadline
        self._most_memory = most_memory
        self._process: asyncio.subprocess.Process | None = None
        self._asked = Batches(self._read, self._read_alone, _fitting)

    async def understand(self, stored: bytes, domain: str, day: date) -> Understood | None:
        """What `adapters.email.understanding.understand` tells.

        Raises:
            MailTooHard: it took too long or too much, or could not be read at all.
        """
        return await self._asked.call((stored, domain, day))

    async def understand_all(self, questions: Sequence[Question]) -> Sequence[Understood | Exception | None]:
        """The same of each: what it tells, or would raise."""
        return await self._asked.call_all(questions)

    async def stop(self) -> None:
        await self._asked.settled()
        await self._end()

    async def _read(self, questions: Sequence[Question]) -> Sequence[Understood | Exception | None]:
        answers = await self._ask(questions)
        return [MailTooHard(each) if isinstance(each, str) else each for each in answers]

    async def _read_alone(self, question: Question) -> Understood | None:
        try:
            [answer] = await self._read([question])
        except MailTooHard:
            raise
        except Exception as error:  # what went wrong is told of this mail, and the next one is read
            _log.exception("a mail could not be read", extra={"action": "reader_failed"})
            raise MailTooHard(type(error).__name__) from error
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def _ask(self, questions: Sequence[Question]) -> Sequence[Answer]:
        asked = pickle.dumps(questions, pickle.HIGHEST_PROTOCOL)
        try:
            process = await self._running()
            async with asyncio.timeout(self._deadline):
                assert process.stdin is not None  # noqa: S101 -- both are pipes
                assert process.stdout is not None  # noqa: S101 -- the same
                process.stdin.write(LENGTH.pack(len(asked)) + asked)
                await process.stdin.drain()
                (size,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
                return _load(await process.stdout.readexactly(size), len(questions))
        except (OSError, asyncio.IncompleteReadError, pickle.UnpicklingError) as error:
            await self._end()
            _log.warning("the process that reads mails is started again", extra={"action": "reader_ended"})
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
            assert self._process.stdin is not None  # noqa: S101 -- a pipe
            assert self._process.stdout is not None  # noqa: S101 -- a pipe
            _widen(self._process.stdin.transport.get_extra_info("pipe").fileno())
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


def _widen(pipe: int) -> None:
    """Hand over at once what is read at once; else the loop comes by for each 64 kB of it, busy as it is."""
    with contextlib.suppress(ImportError, AttributeError, OSError):  # Linux alone lets us, within its limits
        import fcntl  # noqa: PLC0415 -- there is none on Windows

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, MOST_OCTETS_AT_ONCE)


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


def _load(answer: bytes, count: int) -> Sequence[Answer]:
    """So many answers.

    Raises:
        UnpicklingError: it is something else.
    """
    loaded = _Loader(io.BytesIO(answer)).load()
    if not isinstance(loaded, list) or len(loaded) != count:
        raise pickle.UnpicklingError("not an answer to each question")
    if not all(isinstance(each, _ANSWERS) for each in loaded):
        raise pickle.UnpicklingError("the reader gave no mail")
    return loaded


def _fitting(questions: Sequence[Question]) -> int:
    """As many of the first ones as are read at once; one is, however large."""
    octets = itertools.accumulate(len(stored) for stored, _, _ in questions)
    return max(sum(total <= MOST_OCTETS_AT_ONCE for total in octets), 1)
