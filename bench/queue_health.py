"""`queue-health`: the ledger while somebody reads the whole database in one long transaction.

Such a reader keeps PostgreSQL from cleaning up: every row that a claim or an outcome has replaced stays,
and a queue that goes through one table for ever has to wade through them.  Here a day is a partition, so no
row of today hides behind those of yesterday.  The bound is the same day without the reader; the pace is that
of the day's last fifth, when most dead rows lie about.
"""

from sqlalchemy import Engine, text

from bench import postgres
from bench.figures import Figure, Sample, Sizes, compared, interleaved
from bench.ledger import drain, fill


def run(sizes: Sizes) -> list[Figure]:
    with postgres.server() as running:
        url = postgres.populated(running, sizes.people, sizes.due, sizes.few)
        with postgres.engine(url) as engine:
            pairs = interleaved(
                sizes.rounds,
                lambda: _beside_a_reader(engine, sizes.due),
                lambda: _last_fifth(engine, sizes.due),
            )
    return compared("queue-health", "deliveries", pairs, "ratio >= 0.9")


def _beside_a_reader(engine: Engine, count: int) -> Sample:
    fill(engine, count)
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
        reader.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        reader.execute(text("SELECT count(*) FROM organizations"))  # its snapshot is of now
        sample = _last_fifth(engine, count, filled=True)
        reader.rollback()
    return sample


def _last_fifth(engine: Engine, count: int, *, filled: bool = False) -> Sample:
    if not filled:
        fill(engine, count)
    drain(engine, count * 4 // 5)
    rest: list[int] = []
    sample = postgres.sample(engine, count // 5, lambda: rest.append(drain(engine)))
    if sum(rest) > count // 5:
        raise AssertionError(f"{rest} were left")
    return sample
