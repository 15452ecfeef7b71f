"""The connection of one unit of work, with what is remembered of it and what waits to be written on it."""

from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, ScalarResult

from adapters.storage.late_writes import LateWrites
from adapters.storage.remembered import Remembered


class Transaction:
    """Repositories whose tables have late writes ask through this, others ask the connection itself.

    So what is asked sees all that was said before, although it is written only when somebody looks, or at
    the end.
    """

    def __init__(self, connection: Connection, *, feed: bool) -> None:
        self.connection = connection
        self.remembered = Remembered()
        self.late = LateWrites(feed)

    def execute(self, statement: Executable, values: Any = None) -> CursorResult[Any]:
        self.write()
        return self.connection.execute(statement, values)

    def scalar(self, statement: Executable, values: Any = None) -> Any:
        self.write()
        return self.connection.scalar(statement, values)

    def scalars(self, statement: Executable, values: Any = None) -> ScalarResult[Any]:
        self.write()
        return self.connection.scalars(statement, values)

    def write(self) -> None:
        self.late.write(self.connection)

    def commit(self) -> None:
        self.late.write_last(self.connection)
        self.connection.commit()
