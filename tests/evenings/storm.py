"""`./donelog storm [--people N] [--restarts N]`: all workers restart again and again while people are due.

Everybody is to be asked at one full minute.  Half of the restarts come while the messages are on their way,
the others until five minutes have passed; every other one is a SIGKILL.  The processes are those of `donelog
run`, with the product's own waits and pace, among simulated services.  An evening without a restart goes
before it.  Ends with status 1 when somebody was not asked, was asked twice, or later than is promised.
"""

import argparse
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from tests.chaos.ending import run_to_its_end
from tests.evenings.evening import Found, Wanted, evening, next_minute

CALM_P99 = 60.0
"""Seconds within which all but one in a hundred are asked when nothing befalls them."""
STARTS_WITHIN = timedelta(seconds=20)
"""The processes are up by then."""


def main(arguments: Sequence[str]) -> int:
    wanted = _wanted(arguments)
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)  # half requests are meant
    calm = _told("without a restart", replace(wanted, restarts=0))
    good = calm.good and calm.p99 <= CALM_P99
    if wanted.restarts:
        storm = _told(f"with {wanted.restarts} restarts of all workers", wanted)
        good = good and storm.good and storm.in_time
    return 0 if good else 1


def _told(title: str, wanted: Wanted) -> Found:
    _tell(f"{wanted.people} people, {wanted.workers} workers, {title}")
    found = run_to_its_end(evening(wanted, next_minute(STARTS_WITHIN), _tell))
    for line in found.lines():
        _tell(line)
    return found


def _wanted(arguments: Sequence[str]) -> Wanted:
    wanted = Wanted()
    parser = argparse.ArgumentParser(prog="donelog storm", description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--people", type=int, default=wanted.people, help=f"({wanted.people})")
    parser.add_argument("--restarts", type=int, default=wanted.restarts, help=f"({wanted.restarts})")
    parser.add_argument("--workers", type=int, default=wanted.workers, help=f"({wanted.workers})")
    parser.add_argument("--patience", type=int, default=70, help="minutes after the last restart (70)")
    parser.add_argument(
        "--at-a-claim", action="store_true", help="the first restart comes as soon as mails are claimed"
    )
    given = parser.parse_args(arguments)
    return Wanted(
        given.people,
        given.restarts,
        workers=given.workers,
        at_a_claim=given.at_a_claim,
        patience=timedelta(minutes=given.patience),
    )


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
