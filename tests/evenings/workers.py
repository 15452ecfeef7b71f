"""The processes of an evening: all of them at once are asked to stop or killed, and started again."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Protocol

ROOT = Path(__file__).resolve().parents[2]
STARTS_WITHIN = 60.0
"""Seconds in which all must be up at the beginning."""
STOPS_WITHIN = 30.0
"""Seconds in which a process that was asked to stop must have ended."""
_URL = re.compile(r"http://127\.0\.0\.1:(\d+)")


class Process(Protocol):
    """One that runs."""

    @property
    def returncode(self) -> int | None: ...

    def send_signal(self, number: signal.Signals) -> None: ...

    async def wait(self) -> int: ...

    def lines(self) -> AsyncIterator[str]:
        """What it writes to standard output."""


Start = Callable[[Mapping[str, str], Path], Awaitable[Process]]
"""Starts a process with that environment, which writes its standard error to that file."""


class Command:
    """`python -m bot run`, as whoever runs donelog starts it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @staticmethod
    async def start(environment: Mapping[str, str], log: Path) -> "Command":
        with log.open("ab") as written:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                cwd=ROOT,
                env=environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=written,
            )
        return Command(process)

    @property
    def returncode(self) -> int | None:
        return self._process.returncode

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            self._process.send_signal(number)

    async def wait(self) -> int:
        return await self._process.wait()

    async def lines(self) -> AsyncIterator[str]:
        if self._process.stdout is not None:
            async for line in self._process.stdout:
                yield line.decode()


class Workers:
    """So many processes with the same settings.

    Args:
        start: starts one.
        environment: their settings.
        log: takes what they write to standard error.
    """

    def __init__(self, count: int, start: Start, environment: Mapping[str, str], log: Path) -> None:
        self._count = count
        self._start = start
        self._environment = environment
        self._log = log
        self._running: list[Process] = []
        self._listening: set[asyncio.Task[None]] = set()
        self._ports: dict[int, int] = {}
        """Of web servers, by the number of the process."""
        self.complaints: list[str] = []

    def ports(self) -> list[int]:
        return list(self._ports.values())

    async def begin(self) -> None:
        """Start all; returns before they are up."""
        self._running = [await self._start(self._environment, self._log) for _ in range(self._count)]
        for number, process in enumerate(self._running):
            task = asyncio.create_task(self._listen(number, process))
            self._listening.add(task)
            task.add_done_callback(self._listening.discard)

    async def up(self) -> None:
        """Return once each of them has said that it is up."""
        async with asyncio.timeout(STARTS_WITHIN):
            while len(self._ports) < self._count:  # noqa: ASYNC110 -- a pause
                await asyncio.sleep(0.05)

    async def end(self, how: signal.Signals) -> None:
        """Send all of them the signal, at once, and wait until they have gone."""
        self._ports.clear()
        for process in self._running:
            process.send_signal(how)
        for process in self._running:
            await self._gone(process, how)

    async def restart(self, how: signal.Signals) -> None:
        await self.end(how)
        await self.begin()

    async def _gone(self, process: Process, how: signal.Signals) -> None:
        try:
            async with asyncio.timeout(STOPS_WITHIN):
                status = await process.wait()
        except TimeoutError:
            self.complaints.append(f"a process did not end within {STOPS_WITHIN:.0f} s of {how.name}")
            process.send_signal(signal.SIGKILL)
            status = await process.wait()
        if status not in {0, -how}:  # the second: before it had begun to listen for it, or SIGKILL
            self.complaints.append(f"a process ended with status {status} after {how.name}")

    async def _listen(self, number: int, process: Process) -> None:
        async for line in process.lines():
            if found := _URL.search(line):
                self._ports[number] = int(found[1])
