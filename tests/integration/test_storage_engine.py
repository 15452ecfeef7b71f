"""A database that does not answer is said to be down, soon; a shutdown does not wait for queries."""

import threading

import psycopg2
import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from adapters.storage import engine as engine_module
from adapters.storage.copying import copy
from adapters.storage.engine import RunningConnections, driver_url, make_engine
from adapters.storage.unit_of_work import PostgresStorage
from domain.people import Address, Channel, Profile
from domain.ports.front import StorageDown
from tests.storage_fixtures import NOW


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_any_usual_address_leads_to_our_driver(scheme: str) -> None:
    url = driver_url(f"{scheme}://ada:secret@db.example:5433/donelog")

    assert url == make_url("postgresql+psycopg2://ada:secret@db.example:5433/donelog")


def test_a_server_that_is_not_there_is_down() -> None:
    storage = PostgresStorage(make_engine("postgresql://127.0.0.1:1/donelog"), feed=False)

    with pytest.raises(StorageDown), storage.begin():
        pass


def test_a_cut_connection_is_down_and_the_next_unit_of_work_gets_a_new_one(engine: Engine) -> None:
    storage = PostgresStorage(engine, feed=False)
    with storage.begin() as uow, engine.connect() as killer:
        uow.directory.organizations()
        killer.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND datname = current_database()"
            )
        )
        with pytest.raises(StorageDown):
            uow.directory.organizations()

    with storage.begin() as uow:
        assert uow.directory.organizations() == []


@pytest.mark.parametrize(
    "said",
    [
        "server closed the connection unexpectedly",
        "error with status PGRES_TUPLES_OK and no message from the libpq",
    ],
)
def test_a_cut_connection_for_which_the_driver_has_no_class_is_down(engine: Engine, said: str) -> None:
    """Where no code of PostgreSQL's comes with the end of a connection, psycopg2 raises its base class."""

    def cut(*_: object) -> None:
        raise psycopg2.DatabaseError(said)

    with PostgresStorage(engine, feed=False).begin() as uow:
        event.listen(engine, "do_execute", cut)
        try:
            with pytest.raises(StorageDown):
                uow.directory.organizations()
        finally:
            event.remove(engine, "do_execute", cut)


def test_a_connection_that_is_cut_before_it_copies_is_down(engine: Engine) -> None:
    with engine.connect() as connection, engine.connect() as killer:
        own = {"own": connection.scalar(text("SELECT pg_backend_pid()"))}
        killer.execute(text("SELECT pg_terminate_backend(:own)"), own)

        with pytest.raises(StorageDown):
            copy(connection, text("COPY leases (name) FROM STDIN (FORMAT binary)"), [])


def test_a_mistake_in_a_statement_is_not_taken_for_a_database_that_is_down(engine: Engine) -> None:
    with engine.connect() as connection, pytest.raises(ProgrammingError):
        connection.execute(text("SELECT nothing FROM nowhere"))


def test_a_connection_that_died_while_idle_is_not_noticed(engine: Engine) -> None:
    storage = PostgresStorage(engine, feed=False)
    with storage.begin() as uow:
        uow.directory.organizations()
    with engine.connect() as other, engine.connect() as killer:
        other.close()
        killer.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                " AND datname = current_database()"
            )
        )

    with storage.begin() as uow:
        assert uow.directory.organizations() == []


def test_when_every_connection_is_taken_nobody_waits_long(engine: Engine) -> None:
    storage = PostgresStorage(engine, feed=False)
    taken = [engine.connect() for _ in range(engine_module.POOL_SIZE + engine_module.OVERFLOW)]

    with pytest.raises(StorageDown, match="in use"), storage.begin():
        pass

    for connection in taken:
        connection.close()
    with storage.begin() as uow:
        assert uow.directory.organizations() == []


def test_a_session_speaks_utc_and_every_wait_has_an_end(engine: Engine) -> None:
    with engine.connect() as connection:
        settings = {name: connection.scalar(text(f"SHOW {name}")) for name in engine_module.SESSION}

    assert settings == {
        "statement_timeout": "15s",
        "lock_timeout": "5s",
        "idle_in_transaction_session_timeout": "30s",
        "timezone": "UTC",
        "jit": "off",
        "plan_cache_mode": "force_generic_plan",
    }


def test_a_shutdown_cancels_what_runs(engine: Engine) -> None:
    running = RunningConnections(engine)
    began, ended = threading.Event(), threading.Event()

    def sleep() -> None:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            began.set()
            with pytest.raises(StorageDown):
                connection.execute(text("SELECT pg_sleep(10)"))
        ended.set()

    thread = threading.Thread(target=sleep)
    thread.start()
    assert began.wait(5)
    while not ended.wait(0.05):  # a cancel that comes before the query begins is lost, as it is in production
        assert running.cancel() <= 1
    thread.join()

    assert running.cancel() == 0


def test_two_first_messages_of_one_person_make_one_person(engine: Engine) -> None:
    """The second waits until the first is committed, and finds her."""
    storage = PostgresStorage(engine, feed=False)
    with storage.begin() as uow:
        number = uow.directory.ensure_organization("Acme", "UTC", NOW)
        uow.commit()
    people: list[int] = []

    def speak() -> None:
        with storage.begin() as uow:
            address = Address(Channel.SLACK, "U1", "T1")
            people.append(uow.tenant(number).people.add(Profile("Ada"), address, None, NOW)[0].id)
            uow.commit()

    threads = [threading.Thread(target=speak) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(people) == 4
    assert len(set(people)) == 1
