"""`memory`: how much a worker's process holds, at a million people and through ten peaks.

The worker is a process of its own, `python -m bench.memory_worker`, which plans and sends peak after peak.
"""

import subprocess
import sys

from bench import postgres
from bench.figures import Figure, Sizes
from bench.provider import provider

_PEAKS = 10


def run(sizes: Sizes) -> list[Figure]:
    peaks = _PEAKS if sizes.rounds > 1 else 2
    with postgres.server() as running, provider() as url:
        address = postgres.populated(running, sizes.people, sizes.due, sizes.few)
        command = [sys.executable, "-m", "bench.memory_worker", address, url, str(peaks)]
        told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout  # noqa: S603 -- our own program
    held = [int(line) / 1024 for line in told.split()]
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
