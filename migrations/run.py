"""Brings a database to the newest schema, from wherever the package is installed; there is no ini file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine

from adapters.storage.engine import driver_url

HERE = Path(__file__).resolve().parent


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration; its commands run on `connection`."""
    config = Config()
    config.set_main_option("script_location", str(HERE).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision that this release knows, such as `0003`."""
    newest = ScriptDirectory.from_config(configuration()).get_current_head()
    if newest is None:
        raise FileNotFoundError(f"there are no migrations in {HERE}")
    return newest


def current(url: str) -> str | None:
    """The revision that the database is at; None when it is empty."""
    with _connection(url) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def migrate(url: str) -> str:
    """Bring the database to the newest revision, unless a later release has brought it further.

    Any number of processes may call this at once: one migrates, the others wait.

    Returns:
        The revision that it is at now.
    """
    newest = head()
    with _connection(url) as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        connection.rollback()
        if found is None or found < newest:
            command.upgrade(configuration(connection), "head")
            return newest
        return found


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    engine = create_engine(driver_url(url), poolclass=NullPool, connect_args={"connect_timeout": 10})
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
