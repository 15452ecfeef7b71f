"""Python's collector of reference cycles, set for a process that makes many objects and hardly any cycles."""

import gc

_YOUNG, _MIDDLE, _OLD = 50_000, 20, 100
"""The thresholds of `gc.set_threshold`."""


def tune() -> None:
    """Let the collector look less often, and never again at what exists now: modules, classes, caches.

    A batch of five hundred deliveries is some ten thousand objects, none of them in a cycle; with Python's
    own settings a quarter of the ledger's work in Python was looking through them.
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
