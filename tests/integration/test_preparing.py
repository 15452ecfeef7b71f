"""What is prepared is planned once for each connection, and means what it would mean otherwise."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DataError, ProgrammingError

from adapters.storage.engine import driver_url
from adapters.storage.partitions import make_partitions
from adapters.storage.preparing import MOST, prepared, prepared_for
from adapters.storage.unit_of_work import PostgresStorage
from domain.ports.inbox import Arrival, Lane, Source
from tests.storage_fixtures import NOW

ECHO = prepared("""
    SELECT CAST(:word AS text) AS word, CAST(:word AS text) || ' 100%' AS again,
           CAST(:number AS bigint) AS number
""")
OF_DAY = "SELECT id FROM inbox WHERE day = {day} AND source = :source"
WEB = {"source": int(Source.WEB)}
LOCKED = text("""
    SELECT relname FROM pg_locks JOIN pg_class ON pg_class.oid = relation
    WHERE pid = pg_backend_pid() AND relname ~ '^inbox_' AND relkind = 'r' ORDER BY relname
""")
DIVIDED = prepared("SELECT 12 / CAST(:by AS integer) AS divided")


def planned(connection: Connection) -> list[int]:
    """How often each statement that is prepared on the connection was planned or its plan used."""
    executed = text("SELECT generic_plans + custom_plans FROM pg_prepared_statements ORDER BY name")
    return list(connection.scalars(executed))


@pytest.mark.parametrize("number", [7, None], ids=["a number", "nothing"])
@pytest.mark.parametrize("word", ["it's 5 % of \\ $1", "%(word)s", None])
def test_it_says_what_it_would_say_otherwise(engine: Engine, word: str | None, number: int | None) -> None:
    values: dict[str, Any] = {"word": word, "number": number}
    with engine.connect() as connection:
        row = connection.execute(ECHO, values).one()

    assert (row.word, row.number) == (word, number)
    assert row.again == (None if word is None else f"{word} 100%")


def test_it_is_prepared_once_for_each_connection(engine: Engine) -> None:
    with engine.connect() as one, engine.connect() as other:
        for connection, divisors in ((one, (1, 2, 3)), (other, (4,))):
            assert [connection.scalar(DIVIDED, {"by": by}) for by in divisors] == [
                12 // by for by in divisors
            ]

        assert (planned(one), planned(other)) == ([3], [1])


def test_it_stays_prepared_when_its_transaction_fails(engine: Engine) -> None:
    with engine.connect() as connection:
        with pytest.raises(DataError):
            connection.execute(DIVIDED, {"by": 0})
        connection.rollback()

        assert connection.scalar(DIVIDED, {"by": 3}) == 4
        assert len(planned(connection)) == 1


def test_what_is_about_one_day_reads_its_partition_alone(engine: Engine) -> None:
    days = [NOW.date() + timedelta(days=step) for step in range(3)]
    with engine.begin() as connection:
        make_partitions(connection, days[0], len(days))
    with engine.connect() as connection:
        for day in (days[0], days[2]):
            assert connection.scalars(prepared_for(day, OF_DAY), WEB).all() == []

        assert connection.scalars(LOCKED).all() == [f"inbox_{day:%Y%m%d}" for day in (days[0], days[2])]


def test_a_partition_that_is_made_later_is_read(engine: Engine) -> None:
    day = NOW.date()
    with engine.connect() as connection:
        assert connection.scalars(prepared_for(day, OF_DAY), WEB).all() == []
        connection.commit()
        with engine.begin() as other:
            make_partitions(other, day, 1)
        with PostgresStorage(engine, feed=False).begin() as uow:
            [ref] = uow.inbox.add([Arrival(Source.WEB, Lane.ASKED, "k", b"raw", NOW)], NOW)
            uow.commit()

        assert ref is not None
        assert connection.scalars(prepared_for(day, OF_DAY), WEB).all() == [ref.id]


def test_a_connection_keeps_those_that_it_used_last(engine: Engine) -> None:
    """Days are told by mails, which anybody may write: they must not fill the server's memory."""
    statements = [prepared(f"SELECT {number} + CAST(:more AS integer)") for number in range(MOST + 1)]
    with engine.connect() as connection:
        for number, statement in enumerate(statements):
            assert connection.scalar(statement, {"more": 1}) == number + 1
            assert connection.scalar(statements[0], {"more": 0}) == 0

        kept = " ".join(connection.scalars(text("SELECT statement FROM pg_prepared_statements")))
        assert [number for number in range(MOST + 1) if f"SELECT {number} +" not in kept] == [1]
        assert connection.scalar(statements[1], {"more": 0}) == 1


def test_one_that_was_prepared_unheard_does_not_stand_in_the_way(engine: Engine) -> None:
    """The query was cancelled when the server had done it and had not said so yet."""
    with engine.connect() as connection:
        assert connection.scalar(DIVIDED, {"by": 3}) == 4
        connection.info.clear()
        assert connection.scalar(DIVIDED, {"by": 4}) == 3


def test_what_cannot_be_prepared_is_a_mistake_each_time(engine: Engine) -> None:
    with engine.connect() as connection:
        for _ in range(2):
            with pytest.raises(ProgrammingError):
                connection.execute(prepared("SELECT nothing FROM nowhere"))
            connection.rollback()


def test_on_any_other_engine_it_is_executed_as_it_is(database: str) -> None:
    made = create_engine(driver_url(database))
    with made.connect() as connection:
        assert connection.scalar(DIVIDED, {"by": 6}) == 2
        assert planned(connection) == []
    made.dispose()
