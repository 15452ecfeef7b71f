"""How often a delivery is tried, and how long is waited before it is tried again."""

from datetime import timedelta

CRASHES_IN_BATCH = 2
"""After so many attempts that a worker died in, a delivery is claimed alone: another one of the batch may be
to blame."""
CRASHES_ALONE = 3
MOST_CRASHES = CRASHES_IN_BATCH + CRASHES_ALONE
"""After so many attempts that a worker died in, a delivery is given up: it is what kills them.

Each is counted before the call, and given back when the worker writes down how it ended, even if that is
`Unknown`.
"""
MOST_RETRIES = 100
"""Attempts that failed, or ended as `Unknown`, after which it is given up: about a day.

Most have a `not_after` before.  Those for which the provider said how long to wait do not count.
"""
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(minutes=15)
_ENOUGH_DOUBLINGS = 10
_SCATTERS = 617
"""A prime, so that neighbouring numbers come to lie far apart."""


def wait_before(attempt: int, number: int = 0) -> timedelta:
    """How long to wait after that many failed attempts: doubling, at most a quarter of an hour.

    Args:
        attempt: how many there were.
        number: spreads those that failed together over the last quarter of the wait, always the same way.
    """
    longest = FIRST_WAIT * 2.0 ** min(max(attempt - 1, 0), _ENOUGH_DOUBLINGS)
    return min(longest, LONGEST_WAIT) * (1 - number * _SCATTERS % 1_000 / 4_000)
