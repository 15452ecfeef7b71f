"""`memory`: how much a worker's process holds, at a million people and through ten peaks.

The worker is a process of its own, `python -m bench.memory_worker`, which plans and sends peak after peak.
"""

import subprocess
import sys
import time

from bench import postgres
from bench.figures import Figure, Sizes
from bench.provider import provider

_PEAKS = 10


def run(sizes: Sizes) -> list[Figure]:
    peaks = _PEAKS if sizes.rounds > 1 else 2
    with postgres.server() as running, provider() as url:
        address = postgres.populated(running, sizes.people, sizes.due, sizes.few)
        command = [sys.executable, "-m", "bench.memory_worker", address, url, str(peaks)]
        held = _held(command, peaks)
    return [
        Figure("memory, before the first peak", held[0], "MB"),
        Figure("memory, after the first peak", held[1], "MB", goal="<= 160"),
        Figure(
            f"memory, after peak {peaks}",
            held[-1],
            "MB",
            held[1],
            held[1] / held[-1],
            "<= 160; ratio >= 0.95",
        ),
    ]


def _held(command: list[str], peaks: int) -> list[float]:
    """MB before the first peak and after each; tells of each as it comes, since all of them take minutes."""
    held: list[float] = []
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as worker:  # noqa: S603 -- our own program
        for line in worker.stdout or ():
            held.append(int(line) / 1024)
            when = f"after peak {len(held) - 1} of {peaks}" if len(held) > 1 else "before the first peak"
            print(
                f"  {when}: {held[-1]:.0f} MB, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True
            )
    if worker.returncode or len(held) != peaks + 1:
        raise RuntimeError(f"the worker ended with status {worker.returncode} after {len(held)} figures")
    return held
