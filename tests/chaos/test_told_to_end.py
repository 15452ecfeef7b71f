"""A run that is told to end before its time leaves nothing behind that goes on."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from adapters.storage import embedded
from tests.chaos.child import ROOT
from tests.chaos.server import HOME

PROGRAM = """
import sys
from pathlib import Path
from tests.chaos.__main__ import main

sys.exit(main(["--kills", "40", "--seed", "4"], Path(sys.argv[1])))
"""
UP_WITHIN, ENDS_WITHIN = 120.0, 60.0
"""Seconds, on a busy machine; the first start makes the cluster."""


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_a_run_that_gets_sigterm_ends_its_processes_and_its_postgresql() -> None:
    """Whoever gives it a time limit would find workers at work, on a server that nobody stops."""
    home = HOME / "told_to_end"
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM, str(home)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert run.stdout is not None
    try:
        async with asyncio.timeout(UP_WITHIN):
            while b"is up" not in await run.stdout.readline():
                assert not run.stdout.at_eof()
        run.send_signal(signal.SIGTERM)
        async with asyncio.timeout(ENDS_WITHIN):
            status = await run.wait()
        assert status == 128 + signal.SIGTERM
        assert await asyncio.to_thread(_alive, run.pid) == []
        assert not _served(home)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.pid, signal.SIGKILL)
        if _served(home):
            embedded.start(home).release()


def _alive(group: int) -> list[str]:
    """Those of that process group, but who has ended and is told to nobody yet.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, fields 3 and 5
    """
    found = []
    for each in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it ends meanwhile
            name, _, rest = each.read_text().rpartition(")")
            state, _, its_group, *_ = rest.split()
            if int(its_group) == group and state != "Z":
                found.append(name)
    return found


def _served(home: Path) -> bool:
    """Whether a PostgreSQL runs there, or has been left without being asked to stop."""
    return any(home.glob("pg*/data/postmaster.pid"))
