"""One partition for each day, made before the day comes."""

from datetime import date, timedelta

from sqlalchemy import Connection, text

from adapters.storage.columns import PARTITIONED

_LOCK = 0x646F6E65
"""Of the advisory lock that lets one worker at a time make partitions."""

_MISSING = text("""
    SELECT day FROM unnest(CAST(:days AS date[])) AS day
    WHERE to_regclass(:table || '_' || to_char(day, 'YYYYMMDD')) IS NULL
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
            f" FOR VALUES FROM ('{day}') TO ('{following}')"
        )
    )
    return 1
