"""Whole processes, `python -m bot run`, among simulated services that live in real time."""

import asyncio
import contextlib
import dataclasses
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

from bot.settings import Settings
from simulators.base import real_now
from simulators.virtual_clock import VirtualClock

_ROOT = Path(__file__).resolve().parents[2]
_UP = "Running"
"""What a process says first when everything of it has started."""


class RealTime(VirtualClock):
    """Processes go by the database's clock, so the services must, too."""

    def __init__(self) -> None:
        super().__init__(real_now())

    def now(self) -> datetime:
        return real_now()


@dataclasses.dataclass(slots=True)
class Running:
    process: asyncio.subprocess.Process
    log: Path

    def kill(self) -> None:
        """Without a chance to write anything down."""
        self.process.send_signal(signal.SIGKILL)

    async def stop(self) -> int:
        """Ask it to end, as systemd does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            return await self.process.wait()


async def start(settings: Settings, folder: Path, name: str) -> Running:
    """A process that is up; its log is a file in `folder`."""
    log = folder / f"{name}.log"
    with log.open("wb") as written:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run",
            cwd=_ROOT, env=_environment(settings, folder), stdout=asyncio.subprocess.PIPE, stderr=written,
        )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(30):
        async for line in process.stdout:
            if line.decode().startswith(_UP):
                return Running(process, log)
    raise AssertionError(f"{name} has not started:\n{log.read_text()}")


@contextlib.asynccontextmanager
async def started(settings: Settings, folder: Path, *names: str) -> AsyncIterator[list[Running]]:
    """Processes by these names, started together; whatever happens, none is left behind.

    What is added to the list meanwhile is ended, too.
    """
    running = list(await asyncio.gather(*(start(settings, folder, name) for name in names)))
    try:
        yield running
    finally:
        for each in running:
            if each.process.returncode is None:
                each.kill()
            await each.process.wait()


def _environment(settings: Settings, home: Path) -> dict[str, str]:
    """The settings as a process reads them, and nothing of this process's own."""
    given = {
        field.metadata["name"]: getattr(settings, field.name)
        for field in dataclasses.fields(settings)
        if getattr(settings, field.name) is not None
    }
    texts = {name: _written(value) for name, value in given.items()}
    return texts | {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(_ROOT)}


def _written(value: object) -> str:
    if isinstance(value, timedelta):
        return str(value.days)
    return ",".join(value) if isinstance(value, tuple) else str(value)
