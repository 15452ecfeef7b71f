"""One partition for each day, made before the day comes and dropped, never emptied, when it is of no use."""

from datetime import date, timedelta

from sqlalchemy import Connection, text

from adapters.storage.columns import PARTITIONED
from domain.ports.front import StorageDown

_LOCK = 0x646F6E65
"""Of the advisory lock that lets one worker at a time make partitions."""

_ROOM = {"deliveries": " WITH (fillfactor = 50)"}
"""Every delivery is rewritten three times on its way: with room beside it a rewrite stays on its page and
a quarter less is logged.  No more space is taken in the end, since old forms are cleared there and then.

https://www.postgresql.org/docs/current/storage-hot.html
"""

# A look at the catalogue's own table: `to_regclass` may repeat what it knew before the lock was waited for.
_MISSING = text("""
    SELECT day FROM unnest(CAST(:days AS date[])) AS day
    WHERE NOT EXISTS (
        SELECT FROM pg_class
        WHERE relname = :table || '_' || to_char(day, 'YYYYMMDD') AND pg_table_is_visible(oid)
    )
    ORDER BY day
""")


def make_partitions(connection: Connection, first: date, days: int) -> int:
    """Make what is missing of the partitions of `days` days from `first` on; how many were made.

    A day of which the default partition holds rows already stays there, since PostgreSQL refuses to make its
    partition.  The look at the catalogue comes first: making one takes locks that writers wait for.
    """
    wanted = [first + timedelta(days=step) for step in range(days)]
    if not any(_missing(connection, table, wanted) for table in PARTITIONED):
        return 0
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    return sum(
        _make(connection, table, day) for table in PARTITIONED for day in _missing(connection, table, wanted)
    )


def _missing(connection: Connection, table: str, days: list[date]) -> list[date]:
    return list(connection.execute(_MISSING, {"table": table, "days": days}).scalars())


def _make(connection: Connection, table: str, day: date) -> int:
    taken = text(f"SELECT EXISTS (SELECT FROM {table}_default WHERE day = :day)")  # noqa: S608 -- our own names
    if connection.execute(taken, {"day": day}).scalar_one():
        return 0
    following = day + timedelta(days=1)
    connection.execute(
        text(
            f"CREATE TABLE {table}_{day:%Y%m%d} PARTITION OF {table}"
            f" FOR VALUES FROM ('{day}') TO ('{following}'){_ROOM.get(table, '')}"
        )
    )
    return 1


_OLD = text("""
    SELECT child.relname AS name
    FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
    WHERE inhparent IN (to_regclass('deliveries'), to_regclass('attempts'), to_regclass('delivery_events'))
          AND child.relname ~ '_[0-9]{8}$' AND right(child.relname, 8) < :deliveries_before
       OR inhparent = to_regclass('inbox')
          AND child.relname ~ '_[0-9]{8}$' AND right(child.relname, 8) < :inbox_before
    ORDER BY right(child.relname, 8), child.relname LIMIT 1
""")
_PATIENCE = "200ms"
"""How long the lock on the whole table, behind which every sender would queue up, is waited for."""


def drop_partition(connection: Connection, deliveries_before: date, inbox_before: date) -> str | None:
    """`domain.ports.planning.Ledger.drop_partition`.

    PostgreSQL detaches no partition concurrently where there is a default one, so the parent is locked for
    the moment that it takes to forget a file: https://www.postgresql.org/docs/current/sql-altertable.html
    """
    bound = {"deliveries_before": f"{deliveries_before:%Y%m%d}", "inbox_before": f"{inbox_before:%Y%m%d}"}
    name: str | None = connection.execute(_OLD, bound).scalar_one_or_none()
    if name is None:
        return None
    connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
    try:
        with connection.begin_nested():
            connection.execute(text(f"DROP TABLE {name}"))
    except StorageDown:  # somebody reads or writes there: the next tick tries again
        return None
    return name
