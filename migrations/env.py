"""Runs migrations on the connection that `migrations.run` hands over, one process at a time.

A migration that cannot get a lock within seconds fails rather than let every worker queue up behind it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic import context
from sqlalchemy import Connection, text

from adapters.storage.columns import is_partition
from adapters.storage.tables import metadata

LOCK = 0x646F6E656C6F67
"""The advisory lock's number: `donelog` in ASCII."""
TIMEOUTS = ("SET lock_timeout = '3s'", "SET statement_timeout = '10min'")
TRIES = 1200
BETWEEN_TRIES = 0.25
"""Seconds.  Asking again and again, not waiting inside a statement, whose snapshot would keep the other
process from building an index concurrently."""


@contextmanager
def alone(connection: Connection) -> Iterator[None]:
    """Hold the advisory lock; five minutes are waited for it."""
    for _ in range(TRIES):
        got = connection.scalar(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        if got:
            break
        time.sleep(BETWEEN_TRIES)
    else:
        raise TimeoutError("another process has been migrating this database for more than five minutes")
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.commit()


def included(_thing: Any, name: str | None, kind: str, reflected: bool, _other: Any) -> bool:  # noqa: FBT001 -- alembic's signature
    return not (kind == "table" and reflected and name is not None and is_partition(name))


def run() -> None:
    connection: Connection = context.config.attributes["connection"]
    for timeout in TIMEOUTS:
        connection.execute(text(timeout))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=metadata,
        transaction_per_migration=True,
        include_object=included,
        compare_server_default=True,
    )
    with alone(connection), context.begin_transaction():
        context.run_migrations()


run()
