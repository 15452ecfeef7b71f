"""How a database is doing, for `doctor` and before a start; nothing is changed by looking."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, text

from adapters.storage.columns import PARTITIONED
from adapters.storage.engine import make_engine

_A_MAJOR = 10_000
"""https://www.postgresql.org/docs/17/runtime-config-preset.html: 170005 is 17.5."""


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What was found."""

    version: int
    """The major one, such as 17."""
    time: datetime
    """What its clock showed."""
    stray_rows: Mapping[str, int]
    """Rows that no partition was made for in time, by table; empty when there are none."""


def look(url: str) -> DatabaseFacts:
    """The state of the database at that address, which may be empty.

    Raises:
        StorageDown: it does not answer; its cause says why.
    """
    engine = make_engine(url)
    try:
        with engine.connect() as connection:
            version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
            time: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            stray = {table: rows for table in PARTITIONED if (rows := _stray(connection, table))}
            return DatabaseFacts(version // _A_MAJOR, time.astimezone(UTC), stray)
    finally:
        engine.dispose()


def _stray(connection: Connection, table: str) -> int:
    """How many rows the default partition of that table holds; 0 when there is no such table."""
    name = f"{table}_default"
    if connection.execute(text("SELECT to_regclass(:name)"), {"name": name}).scalar_one() is None:
        return 0
    count: int = connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608 -- ours
    return count
