"""`queue-health`: the ledger while somebody reads the whole database in one long transaction.

Such a reader keeps PostgreSQL from cleaning up: every row that a claim or an outcome has replaced stays,
and a queue that goes through one table for ever has to wade through them.  Here a day is a partition, so no
row of today hides behind those of yesterday.  While the reader stays, all of them are sent again and again,
as new deliveries of the same day.  The bound is the same day, with as many, without the reader; the pace is
that of the last fifth, when most dead rows lie about.
"""

import statistics
import time

from sqlalchemy import Engine, text

from adapters.storage.unit_of_work import PostgresStorage
from bench import postgres
from bench.figures import Figure, Sample, Sizes, compared
from bench.ledger import drain, fill, opened

_MOST_ROUNDS = 3
"""Of two days each, which are longer than the reader stays."""


def run(sizes: Sizes) -> list[Figure]:
    pairs: list[tuple[Sample, Sample]] = []
    stayed: list[float] = []
    times = 0
    with postgres.server() as running:
        url = postgres.populated(running, sizes.people, sizes.due, sizes.few)
        with postgres.engine(url) as engine:
            for _ in range(min(sizes.rounds, _MOST_ROUNDS)):
                began = time.monotonic()
                beside, times = _beside_a_reader(engine, sizes.due, sizes.reader)
                stayed.append(time.monotonic() - began)
                pairs.append((beside, _alone(engine, sizes.due, times)))
    return [
        *compared("queue-health", "deliveries", pairs, "ratio >= 0.9"),
        Figure("  the reader had been there for", statistics.median(stayed), "s"),
        Figure("  deliveries of that day", times * sizes.due, ""),
    ]


def _beside_a_reader(engine: Engine, count: int, seconds: float) -> tuple[Sample, int]:
    """Work for so long beside the reader; the last pace, and how many times all were sent."""
    storage = opened(engine)
    fill(engine, count)
    leaves_at = time.monotonic() + seconds
    times = 1
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        reader.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        reader.execute(text("SELECT count(*) FROM organizations"))  # its snapshot is of now
        while time.monotonic() < leaves_at:
            drain(storage)
            fill(engine, count, times)
            times += 1
        sample = _last_fifth(engine, storage, count)
        reader.rollback()
    return sample, times


def _alone(engine: Engine, count: int, times: int) -> Sample:
    """The same without a reader."""
    storage = opened(engine)
    fill(engine, count)
    for try_ in range(1, times):
        drain(storage)
        fill(engine, count, try_)
    return _last_fifth(engine, storage, count)


def _last_fifth(engine: Engine, storage: PostgresStorage, count: int) -> Sample:
    went = [drain(storage, count * 4 // 5)]
    sample = postgres.sample(engine, count // 5, lambda: went.append(drain(storage)))
    if sum(went) != count:
        raise AssertionError(f"{went} went through, not {count}")
    return sample
