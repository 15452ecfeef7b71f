"""The engine: one pool of connections to PostgreSQL, every wait of which has an end."""

import psycopg2
import psycopg2.extensions
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

from adapters.storage.copying import allow_copying
from adapters.storage.errors import wrap_errors
from adapters.storage.preparing import allow_preparing

POOL_SIZE = 8
OVERFLOW = 8
POOL_TIMEOUT = 2.0
"""Seconds to wait for a connection; the library's own 30 would hold a chat's request past its limit."""
CONNECT_TIMEOUT = 5
"""Seconds; libpq knows no fractions."""
TCP_USER_TIMEOUT = 10_000
"""Milliseconds after which unacknowledged data means that the server is gone."""
SESSION = {
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
    "jit": "off",  # it costs more than it saves on statements of milliseconds
    "plan_cache_mode": "force_generic_plan",  # what is prepared is planned once and not anew five times
}


def driver_url(url: str) -> URL:
    """The URL with our driver named: since SQLAlchemy 2.1 `postgresql://` alone means psycopg 3."""
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg2")
    return parsed


def make_engine(url: str) -> Engine:
    """An engine whose errors are `StorageDown` wherever the database does not answer.

    Args:
        url: `postgresql://...` or `postgres://...`, as libpq understands it.
    """
    engine = create_engine(
        driver_url(url),
        pool_size=POOL_SIZE,
        max_overflow=OVERFLOW,
        pool_timeout=POOL_TIMEOUT,
        pool_pre_ping=True,
        pool_recycle=3600,
        connect_args={
            "connect_timeout": CONNECT_TIMEOUT,
            "tcp_user_timeout": TCP_USER_TIMEOUT,
            "application_name": "donelog",
            "options": " ".join(f"-c {name}={value}" for name, value in SESSION.items()),
        },
    )
    wrap_errors(engine)
    allow_copying(engine)
    allow_preparing(engine)
    return engine


class RunningConnections:
    """The connections of an engine that are in use, so that a shutdown need not wait for their queries.

    Cancelling the awaiter of a thread does not stop the thread; cancelling its query does.
    """

    def __init__(self, engine: Engine) -> None:
        self._in_use: set[psycopg2.extensions.connection] = set()
        event.listen(engine, "checkout", self._out)
        event.listen(engine, "checkin", self._back)
        event.listen(engine, "close", self._gone)

    def cancel(self) -> int:
        """Cancel what runs; each thread gets `StorageDown`.  Returns how many connections were in use."""
        in_use = list(self._in_use)
        for each in in_use:
            try:
                each.cancel()
            except psycopg2.Error:
                continue  # closed meanwhile: nothing runs there any more
        return len(in_use)

    def _out(self, driver: psycopg2.extensions.connection, *_: object) -> None:
        self._in_use.add(driver)

    def _back(self, driver: psycopg2.extensions.connection | None, *_: object) -> None:
        if driver is not None:
            self._in_use.discard(driver)

    def _gone(self, driver: psycopg2.extensions.connection, *_: object) -> None:
        """A broken connection is closed before it is checked in, and comes back as None."""
        self._in_use.discard(driver)
