"""Databases for tests: cheap to make, and gone when the test session is, however it ended."""

import os
import secrets
from collections.abc import Callable

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from adapters.storage.embedded import EmbeddedServer

_PREFIX = "session_"
# What a test writes may be lost with the machine; so said, making a database takes a quarter of the time.
_CARELESS = ("fsync", "full_page_writes", "synchronous_commit")
_ABANDONED = text(
    "SELECT datname FROM pg_database WHERE starts_with(datname, :prefix) AND split_part(datname, '.', 1) "
    "NOT IN (SELECT application_name FROM pg_stat_activity)"
)


class Databases:
    """The databases of one test session on a server that other sessions may use at the same time.

    One connection stays open under the session's name, and every database's name begins with it: a database
    without such a connection was left by a session that died, and the next one drops it.
    """

    def __init__(self, server: EmbeddedServer) -> None:
        self._session = f"{_PREFIX}{os.getpid()}_{secrets.token_hex(3)}"
        self._made = 0
        self._engine = create_engine(
            server.url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"application_name": self._session},
        )
        self._connection: Connection = self._engine.connect()
        self._url = make_url(server.url)
        for setting in _CARELESS:
            self._connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        self._connection.execute(text("SELECT pg_reload_conf()"))
        for name in self._connection.scalars(_ABANDONED, {"prefix": _PREFIX}).all():
            self._drop(name)

    def create(self, *, template: str | None = None) -> str:
        """Make a database, empty or as the one at `template` is, and return its address.

        Nobody may be connected to the template meanwhile: PostgreSQL refuses to copy it then.
        """
        self._made += 1
        name = f"{self._session}.{self._made}"
        source = "template1" if template is None else _name(template)
        self._connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{source}" STRATEGY file_copy'))
        return self._url.set(database=name).render_as_string(hide_password=False)

    def prepared(self, prepare: Callable[[str], None]) -> str:
        """A template: `prepare` is given the address of an empty database, fills it and disconnects.

        The address returned is for `create`; a session prepares once and copies many times.
        """
        template = self.create()
        prepare(template)
        return template

    def drop(self, url: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._drop(_name(url))

    def close(self) -> None:
        """Drop what this session made."""
        mine = text("SELECT datname FROM pg_database WHERE starts_with(datname, :prefix)")
        for name in self._connection.scalars(mine, {"prefix": f"{self._session}."}).all():
            self._drop(name)
        self._connection.close()
        self._engine.dispose()

    def _drop(self, name: str) -> None:
        self._connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def run(url: str, *statements: str) -> None:
    with create_engine(url, poolclass=NullPool).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def value(url: str, query: str) -> object:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return connection.scalar(text(query))


def is_down(url: str) -> bool:
    try:
        value(url, "SELECT 1")
    except OperationalError:
        return True
    return False


def _name(url: str) -> str:
    return str(make_url(url).database)
