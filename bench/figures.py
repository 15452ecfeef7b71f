"""Figures: what a benchmark measured, beside the bound that was measured in the same run."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a benchmark.

    Attributes:
        name: what was measured.
        value: of the product, in `unit`.
        bound: of what it is held against, in `unit`; None for a plain counter.
        ratio: the median over the rounds of each round's own ratio; None without a bound.
        unit: of value and bound.
        goal: what the ratio (or, without a bound, the value) should be, in words; empty for a note.
    """

    name: str
    value: float
    unit: str
    bound: float | None = None
    ratio: float | None = None
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is done: all of it, or just enough to prove that the benchmarks run.

    Attributes:
        rounds: of product and bound in turn.
        people: in the large installation.
        due: of those, at the peak.
        few: due in the comparison of a large with a small installation, where they are everybody.
    """

    rounds: int
    people: int
    due: int
    few: int


FULL = Sizes(rounds=5, people=1_000_000, due=40_000, few=10_000)
SHORT = Sizes(rounds=1, people=12_500, due=500, few=500)


def rates(name: str, unit: str, pairs: Sequence[tuple[float, float]], goal: str = "") -> Figure:
    """From pairs (product, bound), one of each round, to the medians and the median of their ratios."""
    products, bounds = zip(*pairs, strict=True)
    ratio = statistics.median(product / bound for product, bound in pairs)
    return Figure(name, statistics.median(products), unit, statistics.median(bounds), ratio, goal)


def interleaved(
    rounds: int, product: Callable[[], float], bound: Callable[[], float]
) -> list[tuple[float, float]]:
    """Measure both so many times, in turns; who begins changes from round to round."""
    pairs: list[tuple[float, float]] = []
    for number in range(rounds):
        if number % 2:
            second = bound()
            pairs.append((product(), second))
        else:
            first = product()
            pairs.append((first, bound()))
    return pairs


def seconds(work: Callable[[], object]) -> float:
    """How long it takes on the wall clock."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
