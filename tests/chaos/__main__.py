"""`./donelog chaos [--kills N] [--seed S]`: kill processes, break all around them, count.

Ends with status 1 when something was lost or came twice.
"""

import argparse
import logging
import secrets
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.ending import run_to_its_end
from tests.chaos.play import Wanted, play
from tests.chaos.server import HOME

KILLS = 200
KILLS_FOR_A_CRASH = 10
"""PostgreSQL is stopped at once as often as so many kills of each channel ask for."""


def main(arguments: Sequence[str], home: Path = HOME) -> int:
    wanted = _wanted(arguments)
    logging.basicConfig(level=logging.ERROR)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # half requests are meant
    _tell(f"seed {wanted.seed}, {wanted.kills} kills for each channel")
    begun = time.monotonic()
    verdict = run_to_its_end(play(wanted, _tell, home))
    _tell(f"({time.monotonic() - begun:.0f} s)")
    return 0 if verdict.good else 1


def _wanted(arguments: Sequence[str]) -> Wanted:
    parser = argparse.ArgumentParser(prog="donelog chaos", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--kills", type=int, default=KILLS, help=f"for each channel ({KILLS})")
    parser.add_argument("--seed", type=int, default=None, help="repeats a run; a random one by default")
    given = parser.parse_args(arguments)
    seed = secrets.randbelow(10_000) if given.seed is None else given.seed
    return Wanted(given.kills, seed, max(1, given.kills // KILLS_FOR_A_CRASH))


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
