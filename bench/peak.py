"""`peak`: everybody due is asked, on three channels, by one process, over TLS, by providers without limits.

The first bound is a loop written by hand (`by_hand.fast`); it renders nothing, signs nothing, finds nothing
again.  The second, on a sample, is each library as its documentation shows it, row by row.
"""

import asyncio
from collections.abc import Callable

from sqlalchemy import Engine, text

from bench import by_hand, postgres
from bench.crowd import DAY, PEAK
from bench.figures import Figure, Sample, Sizes, compared
from bench.plan import plan
from bench.product import Worker, senders
from bench.provider import provider

_SAMPLE = 100
"""Of each channel, row by row."""


def run(sizes: Sizes) -> list[Figure]:
    spent = postgres.DatabaseUse()
    each = min(_SAMPLE, sizes.due // 10)
    by_loop: list[tuple[Sample, Sample]] = []
    by_default: list[tuple[Sample, Sample]] = []
    with postgres.server() as running, provider() as url:
        address = postgres.populated(running, sizes.people, sizes.due, sizes.few)
        with postgres.engine(address) as engine:
            for _ in range(sizes.rounds):
                product = sent(engine, url, sizes.due, spent)
                loop = _sampled(engine, sizes.due, lambda: asyncio.run(by_hand.fast(engine, url)))
                plan_anew(engine)
                postgres.analyze(engine)
                plain = postgres.sample(engine, 2 * each, lambda: by_hand.plain(engine, url, each))
                by_loop.append((product, loop))
                by_default.append((product, plain))
    return [
        *compared("peak", "messages", by_loop, "ratio >= 0.7 (floor 0.5)"),
        *compared("peak, libraries' defaults", "messages", by_default, "ratio >= 12"),
        *spent.figures(sizes.due * sizes.rounds, ("<= 2,000, the plan included", "<= 0.02", "<= 0.01")),
    ]


def plan_anew(engine: Engine) -> None:
    postgres.empty_ledger(engine)
    plan(engine, PEAK)


def sent(engine: Engine, url: str, due: int, spent: postgres.DatabaseUse) -> Sample:
    """Plan, then send everything as the product does; the pace is that of the sending."""

    async def send() -> int:
        async with senders(url) as ours:
            worker = Worker(engine, ours.all())
            count = await worker.send_all()
            worker.close()
            return count

    with postgres.counting(engine, spent):
        plan_anew(engine)
        sample = postgres.sample(engine, due, lambda: asyncio.run(send()))
    _assert_sent(engine, due)
    return sample


def _sampled(engine: Engine, due: int, work: Callable[[], int]) -> Sample:
    plan_anew(engine)
    postgres.analyze(engine)
    sample = postgres.sample(engine, due, work)
    _assert_sent(engine, due)
    return sample


def _assert_sent(engine: Engine, due: int) -> None:
    with engine.connect() as connection:
        counted = text(f"SELECT count(*) FROM deliveries_{DAY:%Y%m%d} WHERE state = 4")  # noqa: S608 -- ours
        found = connection.execute(counted).scalar_one()
    if found != due:
        raise AssertionError(f"{found} sent, not {due}")
