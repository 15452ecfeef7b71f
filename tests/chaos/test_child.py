"""What begins processes leaves none behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.chaos.child import ROOT

PROGRAM = """
import asyncio, os, pathlib, sys
from multiprocessing import forkserver
from tests.chaos.child import Child

async def main():
    await Child(("run", "", "0", "SIGKILL"), {"DONELOG_HTTP_PORT": "no port"}, os.devnull).wait()
    pathlib.Path(sys.argv[1]).write_text(str(forkserver._forkserver._forkserver_pid))

asyncio.run(main())
"""


def test_what_forks_them_has_ended_when_the_program_has(tmp_path: Path) -> None:
    """Else whoever counts processes right after a run finds one more."""
    told = tmp_path / "pid"
    subprocess.run([sys.executable, "-c", PROGRAM, str(told)], cwd=ROOT, check=True, timeout=60)  # noqa: S603 -- our own program
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)
