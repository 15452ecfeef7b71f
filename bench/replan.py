"""`replan`: planning what is planned already, as after a crash, when two workers overlap, and every tick.

The bound is the first plan of the same people.
"""

from bench import postgres
from bench.crowd import PEAK
from bench.figures import Figure, Sample, Sizes, compared
from bench.plan import plan, planned


def run(sizes: Sizes) -> list[Figure]:
    spent = postgres.DatabaseUse()
    pairs: list[tuple[Sample, Sample]] = []
    new = 0
    with postgres.server() as running:
        url = postgres.populated(running, sizes.people, sizes.due, sizes.few)
        with postgres.engine(url) as engine:
            for _ in range(sizes.rounds):
                first = planned(engine, PEAK, sizes.due, postgres.DatabaseUse())
                twice: list[int] = []
                with postgres.counting(engine, spent):
                    again = postgres.sample(engine, sizes.due, lambda: twice.append(plan(engine, PEAK)))  # noqa: B023 -- called at once
                new += sum(twice)
                pairs.append((again, first))
    return [
        *compared("replan", "rows", pairs, "ratio >= 1.43: at most 0.7 of the time"),
        Figure("  planned twice", new, "rows", goal="0"),
        *spent.figures(sizes.due * sizes.rounds),
    ]
