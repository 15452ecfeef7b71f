"""Statements that the server reads and plans once for each connection, not each time.

The driver writes values into the text of a statement, so that to the server each is a new one; and to plan
what reads a few rows by their keys takes longer than to read them.  A plan is kept until its tables are
analyzed, which autovacuum does soon after they have grown.
https://www.postgresql.org/docs/current/sql-prepare.html
"""

import itertools
import re
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

import psycopg2.extensions
from sqlalchemy import Engine, TextClause, event, text

_OPTION = "prepared"
MOST = 100
"""Statements that a connection keeps, each with its plan; there is one for each day that is asked about."""
_PLACE = re.compile(r"%\((\w+)\)s")
_numbers = itertools.count(1)
"""Numbers for names of statements, never used twice: one may have been prepared without our hearing of it."""


class _Prepared(NamedTuple):
    name: str
    execute: str
    """What executes it, with a place for each value."""


def prepared(sql: str) -> TextClause:
    """A statement to be planned once, where the plan depends on no value.

    So not where it reads partitioned tables, except as `prepared_for` does: the values tell which partitions
    it is about.  It must name its columns, since the result of a plan that is kept cannot change; and the
    type of each value must show.
    """
    return text(sql).execution_options(**{_OPTION: True})


@lru_cache(maxsize=64)
def prepared_for(day: date, sql: str) -> TextClause:
    """One about a single day, which stands in its text as `{day}`: it is planned for that partition alone.

    A plan for whichever day would be one for all partitions, and a connection that knows them all takes four
    times the memory.
    """
    return prepared(sql.format(day=f"DATE '{day}'"))


def allow_preparing(engine: Engine) -> None:
    """Let statements of `prepared` be so; on another engine they are executed like all others.

    https://docs.sqlalchemy.org/en/21/core/events.html#sqlalchemy.events.DialectEvents.do_execute
    """
    event.listen(engine, "do_execute", _execute)


def _execute(cursor: psycopg2.extensions.cursor, statement: str, values: Any, context: Any) -> bool:
    """Whether it was a prepared one, which the library need not execute any more."""
    if _OPTION not in context.execution_options:
        return False
    known: dict[str, _Prepared] = context.root_connection.info.setdefault(_OPTION, {})
    found = known.pop(statement, None)
    if found is None:
        if len(known) >= MOST:
            _forget(cursor, known.pop(next(iter(known))))
        found = _prepare(cursor, statement)
    known[statement] = found  # what was used last stands last
    cursor.execute(found.execute, values)
    return True


def _prepare(cursor: psycopg2.extensions.cursor, statement: str) -> _Prepared:
    """Let the server know it, for as long as the connection lasts or until it is forgotten."""
    name = f"prepared_{next(_numbers)}"
    places = list(dict.fromkeys(_PLACE.findall(statement)))
    numbered = _PLACE.sub(lambda found: f"${places.index(found[1]) + 1}", statement)
    cursor.execute(f"PREPARE {name} AS {numbered.replace('%%', '%')}")
    values = ", ".join(f"%({place})s" for place in places)
    return _Prepared(name, f"EXECUTE {name} ({values})")


def _forget(cursor: psycopg2.extensions.cursor, prepared: _Prepared) -> None:
    cursor.execute(f"DEALLOCATE {prepared.name}")
