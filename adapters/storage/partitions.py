"""One partition for each day, made before the day comes and dropped, never emptied, when it is of no use."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from typing import TypeVar

from sqlalchemy import Connection, text

from adapters.storage.columns import PARTITIONED
from adapters.storage.errors import LockTaken

T = TypeVar("T")
_LOCK = 0x646F6E65
"""Of the advisory lock that lets one worker at a time make partitions."""

_PATIENCE = "200ms"
"""How long a lock on a whole table, behind which every sender would queue up, is waited for.

Much shorter than the second after which PostgreSQL looks for deadlocks, and ends one side of them.
"""
_STORED = {"deliveries": " WITH (fillfactor = 50)", "inbox": " WITH (toast_tuple_target = 128)"}
"""Every delivery is rewritten three times on its way: with room beside it a rewrite stays on its page and
a quarter less is logged.  No more space is taken in the end, since old forms are cleared there and then.

Every item of the inbox is rewritten when it is understood: a mail lies beside the table, compressed, so that
it is not written a second time.  A fifth less is logged of a mail's whole way, and it takes half the space.

https://www.postgresql.org/docs/current/storage-hot.html
https://www.postgresql.org/docs/current/storage-toast.html
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


def by_day(dated: Iterable[tuple[date, T]]) -> dict[date, list[T]]:
    """What is asked a day at a time, in the order of the days."""
    days: dict[date, list[T]] = defaultdict(list)
    for day, each in dated:
        days[day].append(each)
    return dict(sorted(days.items()))


def make_partitions(connection: Connection, first: date, days: int) -> int:
    """Make the partitions that are missing for `days` days from `first` on; returns how many.

    A day whose rows lie in the default partition already stays there, since PostgreSQL refuses to make its
    partition.  The catalogue is looked at first: making a partition locks its whole table, and those that it
    refers to, until the transaction ends.  So a transaction that makes them does nothing else, gives way at
    the first lock that is not free, and leaves the rest for the next time: whoever is at work may hold one of
    these locks and want another.
    """
    wanted = [first + timedelta(days=step) for step in range(days)]
    if not any(_missing(connection, table, wanted) for table in PARTITIONED):
        return 0
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    made = 0
    for table in PARTITIONED:
        for day in _missing(connection, table, wanted):
            if _is_taken(connection, table, day):
                continue
            if not _in_nobodys_way(connection, _create(table, day)):
                return made
            made += 1
    return made


def _missing(connection: Connection, table: str, days: list[date]) -> list[date]:
    return list(connection.execute(_MISSING, {"table": table, "days": days}).scalars())


def _is_taken(connection: Connection, table: str, day: date) -> bool:
    taken = text(f"SELECT EXISTS (SELECT FROM {table}_default WHERE day = :day)")  # noqa: S608 -- our own names
    return bool(connection.execute(taken, {"day": day}).scalar_one())


def _create(table: str, day: date) -> str:
    following = day + timedelta(days=1)
    return (
        f"CREATE TABLE {table}_{day:%Y%m%d} PARTITION OF {table}"
        f" FOR VALUES FROM ('{day}') TO ('{following}'){_STORED.get(table, '')}"
    )


_OLD = text("""
    SELECT child.relname AS name
    FROM pg_inherits JOIN pg_class AS child ON child.oid = inhrelid
    WHERE inhparent IN (to_regclass('deliveries'), to_regclass('attempts'), to_regclass('delivery_events'))
          AND child.relname ~ '_[0-9]{8}$' AND right(child.relname, 8) < :deliveries_before
       OR inhparent = to_regclass('inbox')
          AND child.relname ~ '_[0-9]{8}$' AND right(child.relname, 8) < :inbox_before
    ORDER BY right(child.relname, 8), child.relname LIMIT 1
""")


def drop_partition(connection: Connection, deliveries_before: date, inbox_before: date) -> str | None:
    """`domain.ports.ledger.Ledger.drop_partition`.

    PostgreSQL detaches no partition concurrently where there is a default one, so the parent is locked for
    the moment that it takes to forget a file: https://www.postgresql.org/docs/current/sql-altertable.html
    """
    bound = {"deliveries_before": f"{deliveries_before:%Y%m%d}", "inbox_before": f"{inbox_before:%Y%m%d}"}
    name: str | None = connection.execute(_OLD, bound).scalar_one_or_none()
    if name is None:
        return None
    return name if _in_nobodys_way(connection, f"DROP TABLE {name}") else None


def _in_nobodys_way(connection: Connection, statement: str) -> bool:
    """Carry it out, unless somebody reads or writes there: then the next tick tries again.

    Raises:
        StorageDown: it failed for another reason.
    """
    connection.execute(text(f"SET LOCAL lock_timeout = '{_PATIENCE}'"))
    try:
        with connection.begin_nested():
            connection.execute(text(statement))
    except LockTaken:
        return False
    return True
