"""One transaction on one connection of the pool."""

from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import TimeoutError as PoolTimeout

from adapters.storage.claim_cursors import ClaimCursors
from adapters.storage.directory import PostgresDirectory
from adapters.storage.feed import PostgresFeed
from adapters.storage.inbox import PostgresInbox
from adapters.storage.ledger import PostgresLedger
from adapters.storage.ledger_report import LedgerReport
from adapters.storage.limits import PostgresLimits
from adapters.storage.planner import PostgresPlanner
from adapters.storage.read_ahead import read_ahead
from adapters.storage.tenant import PostgresTenant
from adapters.storage.transaction import Transaction
from domain.commands import Origin
from domain.limits import Limits
from domain.ports.front import StorageDown


class PostgresStorage:
    """`domain.ports.storage.Storage`; may be used from any thread."""

    def __init__(self, engine: Engine, *, feed: bool, limits: Limits | None = None) -> None:
        """Use that engine.

        Args:
            engine: of the database.
            feed: write down what the search engine has to learn.
            limits: of the providers, which what is claimed keeps to; None: they have none.
        """
        self._engine = engine
        self._feed = feed
        self._limits = limits
        self._cursors = ClaimCursors()

    def begin(self) -> "PostgresUnitOfWork":
        return PostgresUnitOfWork(self._engine, feed=self._feed, limits=self._limits, cursors=self._cursors)


class PostgresUnitOfWork:
    """`domain.ports.storage.UnitOfWork`; belongs to the thread that entered it.

    Its connection is taken when it is entered and given back, rolled back, when it is left.
    """

    def __init__(self, engine: Engine, *, feed: bool, limits: Limits | None, cursors: ClaimCursors) -> None:
        self._engine = engine
        self._feed = feed
        self._limits = limits
        self._cursors = cursors
        self._tenants: dict[int, PostgresTenant] = {}

    def __enter__(self) -> Self:
        try:
            self._connection = self._engine.connect()
        except PoolTimeout as error:
            raise StorageDown("every connection to the database is in use") from error
        self._transaction = Transaction(self._connection, feed=self._feed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def commit(self) -> None:
        self._transaction.commit()

    def expect(self, origins: Sequence[Origin]) -> None:
        read_ahead(self._transaction, origins)

    def tenant(self, organization_id: int) -> PostgresTenant:
        if organization_id not in self._tenants:
            self._tenants[organization_id] = PostgresTenant(self._transaction, organization_id)
        return self._tenants[organization_id]

    @cached_property
    def directory(self) -> PostgresDirectory:
        return PostgresDirectory(self._transaction)

    @cached_property
    def inbox(self) -> PostgresInbox:
        return PostgresInbox(self._transaction)

    @cached_property
    def limits(self) -> PostgresLimits:
        return PostgresLimits(self._transaction)

    # What follows reads and writes across organizations, on the connection itself: all that waits is written
    # before it is handed out, and nothing that it may change is remembered.

    @property
    def planner(self) -> PostgresPlanner:
        return PostgresPlanner(self._settled())

    @property
    def ledger(self) -> PostgresLedger:
        return PostgresLedger(self._settled(), self._limits, self._cursors)

    @property
    def report(self) -> LedgerReport:
        """For those who look after an installation."""
        return LedgerReport(self._settled())

    @property
    def feed(self) -> PostgresFeed:
        return PostgresFeed(self._settled())

    def _settled(self) -> Connection:
        self._transaction.write()
        self._transaction.remembered.forget()
        return self._connection
