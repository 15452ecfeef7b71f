"""Figures: what a benchmark measured, beside the bound that was measured in the same run."""

import statistics
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
        reader: seconds for which somebody reads the whole database, beside whom the ledger is worked on.
    """

    rounds: int
    people: int
    due: int
    few: int
    reader: float


FULL = Sizes(rounds=5, people=1_000_000, due=40_000, few=10_000, reader=60)
SHORT = Sizes(rounds=1, people=12_500, due=500, few=500, reader=1)


@dataclass(frozen=True, slots=True)
class Sample:
    """One round of one side.

    Attributes:
        rate: done in a second on the wall clock, which others on the machine slow down.
        cpu: milliseconds of processor for each, which they hardly do; 0 where it cannot be told.
    """

    rate: float
    cpu: float


Pairs = Sequence[tuple[Sample, Sample]]
"""Product and bound of each round."""


def interleaved(
    rounds: int, product: Callable[[], Sample], bound: Callable[[], Sample]
) -> list[tuple[Sample, Sample]]:
    """Measure both so many times, in turns; who begins changes from round to round."""
    pairs: list[tuple[Sample, Sample]] = []
    for number in range(rounds):
        if number % 2:
            second = bound()
            pairs.append((product(), second))
        else:
            first = product()
            pairs.append((first, bound()))
    return pairs


def compared(name: str, unit: str, pairs: Pairs, goal: str = "") -> list[Figure]:
    """Medians of both sides and of the rounds' ratios, by the wall clock and by processor.

    Of processor the ratio is turned round, so that everywhere more is better.
    """
    return [
        Figure(
            name,
            statistics.median(product.rate for product, _ in pairs),
            f"{unit}/s",
            statistics.median(bound.rate for _, bound in pairs),
            statistics.median(product.rate / bound.rate for product, bound in pairs),
            goal,
        ),
        Figure(
            "  CPU for each",
            statistics.median(product.cpu for product, _ in pairs),
            "ms",
            statistics.median(bound.cpu for _, bound in pairs),
            statistics.median(bound.cpu / product.cpu if product.cpu else 0.0 for product, bound in pairs),
        ),
    ]
