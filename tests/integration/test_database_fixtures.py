"""The fixtures that hand out databases keep what they say."""

import os
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from adapters.storage.embedded import EmbeddedServer
from tests.databases import Databases, run, value


def test_an_empty_database_has_no_tables(empty_database: str) -> None:
    tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"

    assert value(empty_database, tables) == 0


def test_a_copy_holds_what_its_template_holds_and_changes_alone(databases: Databases) -> None:
    template = databases.prepared(
        lambda url: run(url, "CREATE TABLE done (line text)", "INSERT INTO done VALUES ('a')")
    )
    first, second = databases.create(template=template), databases.create(template=template)

    run(first, "INSERT INTO done VALUES ('b')")

    assert value(first, "SELECT count(*) FROM done") == 2
    assert value(second, "SELECT count(*) FROM done") == 1


def test_a_session_leaves_nothing_and_clears_what_a_dead_one_left(postgres_server: EmbeddedServer) -> None:
    postgres_server.database("session_1_dead.1")
    session = Databases(postgres_server)
    made = value(session.create(), "SELECT current_database()")

    session.close()

    with create_engine(postgres_server.url, poolclass=NullPool).connect() as connection:
        left = connection.scalars(text("SELECT datname FROM pg_database")).all()
    assert not {"session_1_dead.1", made} & set(left)


def test_the_tests_server_is_nobodys_home(postgres_server: EmbeddedServer) -> None:
    project = Path(__file__).resolve().parents[2]

    assert postgres_server.home == project / ".donelog" / "test"
    assert str(postgres_server.home) != os.environ.get("DONELOG_HOME")
