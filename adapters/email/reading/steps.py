"""Work that pauses between its steps, so that many pieces of it can be done side by side.

The code and the words that a step needs then stay in the processor's caches for all of them.
"""

from collections.abc import Generator, Iterable
from typing import TypeVar

T = TypeVar("T")

Steps = Generator[None, None, T]
"""Yields between two steps, and returns what comes of the last one."""


def done(steps: Steps[T]) -> T:
    """What comes of a piece of work, done at once."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            told: T = end.value
            return told


def done_side_by_side(works: Iterable[Steps[T]]) -> list[T | str]:
    """What comes of each, or the name of what went wrong: each step of all before the next one of any."""
    told: dict[int, T | str] = {}
    undone = list(enumerate(works))
    while undone:
        paused: list[tuple[int, Steps[T]]] = []
        for number, steps in undone:
            try:
                next(steps)
            except StopIteration as end:
                told[number] = end.value
            except Exception as error:  # noqa: BLE001 -- one that fails stops no other
                told[number] = type(error).__name__
            else:
                paused.append((number, steps))
        undone = paused
    return [told[number] for number in sorted(told)]
