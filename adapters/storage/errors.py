"""Turns the driver's errors into ours, in one place."""

import psycopg2
import psycopg2.errors
from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext

from domain.ports.front import StorageDown

# Refused or cut connections, timeouts, cancelled queries, deadlocks, a server that shuts down: all of them
# are OperationalError or its children (https://www.psycopg.org/docs/errors.html); but a connection that ends
# without a code of PostgreSQL's is a bare DatabaseError, which no refusal of the server's is.
_DOWN = (psycopg2.OperationalError, psycopg2.InterfaceError)


class LockTaken(StorageDown):
    """A lock was not free within the time for which it is waited for; all else may be well."""


def wrap_errors(engine: Engine) -> None:
    """Make that engine raise `StorageDown` where the database did not answer.

    https://docs.sqlalchemy.org/en/21/core/events.html#sqlalchemy.events.DialectEvents.handle_error
    """
    event.listen(engine, "handle_error", _translate, retval=True)


def _translate(context: ExceptionContext) -> BaseException | None:
    if context.is_pre_ping:  # the pool sees that the connection is dead, and makes another
        return None
    error = context.original_exception
    if isinstance(error, psycopg2.errors.LockNotAvailable):
        return LockTaken(type(error).__name__)
    if isinstance(error, _DOWN) or type(error) is psycopg2.DatabaseError:
        return StorageDown(type(error).__name__)
    return None
