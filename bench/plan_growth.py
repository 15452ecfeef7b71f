"""`plan-growth`: planning as many prompts where they are everybody, and where they are one in a hundred.

The product is the large installation, the bound the small one.
"""

from bench import postgres
from bench.crowd import EARLY
from bench.figures import Figure, Sizes, compared, interleaved
from bench.plan import planned


def run(sizes: Sizes) -> list[Figure]:
    with postgres.server() as running:
        large = postgres.populated(running, sizes.people, sizes.due, sizes.few)
        small = postgres.populated(running, sizes.few, sizes.few, sizes.few)
        with postgres.engine(large) as among_many, postgres.engine(small) as among_few:
            unused = postgres.DatabaseUse()
            pairs = interleaved(
                sizes.rounds,
                lambda: planned(among_many, EARLY, sizes.few, unused),
                lambda: planned(among_few, EARLY, sizes.few, unused),
            )
    return compared("plan-growth", "rows", pairs, "ratio >= 0.77: at most 1.3 of the time")
