"""What is old is forgotten by whole days, one at a time, and nobody who sends waits for it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.ledger import PostgresLedger
from adapters.storage.unit_of_work import PostgresStorage
from bot.clock import real_now
from domain.ports.front import StorageDown
from domain.ports.ledger import Ledger
from domain.retention import Retention
from tests.worlds import World, reply

OLD = date(2026, 8, 1)
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
KEPT_FROM = (NOW - Retention().deliveries).date()
INBOX_KEPT_FROM = (NOW - Retention().inbox).date()


@pytest.fixture
def storage(engine: Engine) -> PostgresStorage:
    """Two old days with a delivery each, and today."""
    with engine.begin() as connection:
        acme = World(connection).organization()
        ledger = PostgresLedger(connection)
        ledger.make_partitions(OLD, 2)
        ledger.make_partitions(NOW.date(), 1)
        days = [datetime.combine(OLD + timedelta(days=step), NOW.timetz()) for step in (0, 1)]
        add_deliveries(connection, [reply(acme, number, due) for number, due in enumerate([*days, NOW])])
    return PostgresStorage(engine, feed=False)


def drop(storage: PostgresStorage) -> str | None:
    with storage.begin() as uow:
        ledger: Ledger = uow.ledger
        dropped = ledger.drop_partition(KEPT_FROM, INBOX_KEPT_FROM)
        uow.commit()
        return dropped


def test_old_days_go_one_at_a_time_the_oldest_first_and_new_ones_stay(
    storage: PostgresStorage, engine: Engine
) -> None:
    dropped = []
    while (name := drop(storage)) is not None:
        dropped.append(name)
    tables = ("attempts", "deliveries", "delivery_events", "inbox")
    assert dropped == [f"{table}_{day}" for day in ("20260801", "20260802") for table in tables]
    with engine.connect() as connection:
        assert connection.scalars(text("SELECT day FROM deliveries")).all() == [NOW.date()]


def test_the_raw_form_of_what_arrived_goes_earlier(engine: Engine) -> None:
    storage = PostgresStorage(engine, feed=False)
    with storage.begin() as uow:
        uow.ledger.make_partitions(INBOX_KEPT_FROM - timedelta(days=1), 2)
        uow.commit()
    assert drop(storage) == f"inbox_{INBOX_KEPT_FROM - timedelta(days=1):%Y%m%d}"
    assert drop(storage) is None


def test_while_somebody_reads_there_nothing_is_dropped_and_nobody_waits(
    storage: PostgresStorage, engine: Engine
) -> None:
    with engine.connect() as reader:
        reader.execute(text("SELECT count(*) FROM deliveries"))
        reader.execute(text("SELECT count(*) FROM attempts"))
        started = real_now()
        assert drop(storage) is None
        assert real_now() - started < timedelta(seconds=5)
        with storage.begin() as uow:  # the transaction that gave up holds nothing that a sender needs
            assert uow.ledger.counts() == {"ready": 3}
    assert drop(storage) is not None


def test_only_a_lock_that_is_not_free_is_a_reason_to_try_again_later(
    storage: PostgresStorage, engine: Engine
) -> None:
    """Else a full disk, or a query that was cancelled, would look as if somebody read there for ever."""
    with engine.connect() as reader, engine.connect() as connection:
        reader.execute(text("SELECT count(*) FROM attempts"))
        connection.execute(text("SET LOCAL statement_timeout = '150ms'"))
        with pytest.raises(StorageDown, match="QueryCanceled"):
            PostgresLedger(connection).drop_partition(KEPT_FROM, INBOX_KEPT_FROM)
