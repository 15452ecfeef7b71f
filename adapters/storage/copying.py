"""COPY in binary: octets go over the wire as they are, where a statement would hold them twice as long.

A driver without binary parameters writes octets into the text of a statement as hexadecimal digits, which the
server's parser then reads one by one.  Format: https://www.postgresql.org/docs/current/sql-copy.html
"""

import io
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg2.extensions
from sqlalchemy import Connection, Engine, TextClause, event

_OPTION = "rows_to_copy"
_BEFORE = b"PGCOPY\n\xff\r\n\x00" + bytes(8)  # no flags, no extension of the header
_AFTER = b"\xff\xff"
_AT_ONCE = 1024 * 1024
"""Octets that the driver asks for at a time."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
"""From which PostgreSQL counts."""
_MICROSECOND = timedelta(microseconds=1)


def allow_copying(engine: Engine) -> None:
    """Let `copy` work: what is copied counts and fails as every other statement of the engine does.

    https://docs.sqlalchemy.org/en/21/core/events.html#sqlalchemy.events.DialectEvents.do_execute
    """
    event.listen(engine, "do_execute", _execute)


def copy(connection: Connection, statement: TextClause, rows: Iterable[bytes]) -> None:
    """Carry out a `COPY ... FROM STDIN (FORMAT binary)`.

    Args:
        connection: of an engine that allows it.
        statement: names table and columns.
        rows: one after the other, in pieces of any size: the number of its columns (int16), then of each its
            length (int32) and its octets; all numbers in network order.
    """
    connection.execute(statement, execution_options={_OPTION: b"".join((_BEFORE, *rows, _AFTER))})


def days(day: date) -> int:
    """A `date` as PostgreSQL sends it, an int32."""
    return day.toordinal() - _EPOCH.toordinal()


def microseconds(at: datetime) -> int:
    """A `timestamptz` as PostgreSQL sends it, an int64."""
    return (at - _EPOCH) // _MICROSECOND


def _execute(cursor: psycopg2.extensions.cursor, statement: str, _: Any, context: Any) -> bool:
    """Whether it was a COPY, which the library need not execute any more."""
    rows = context.execution_options.get(_OPTION)
    if rows is None:
        return False
    cursor.copy_expert(statement, io.BytesIO(rows), size=_AT_ONCE)
    return True
