"""One PostgreSQL database, as the program that composes everything takes hold of it."""

from datetime import UTC, datetime

from sqlalchemy import text

from adapters.storage.engine import RunningConnections, make_engine
from adapters.storage.leases import Lease
from adapters.storage.listening import ListeningProgress, Positions
from adapters.storage.read_turns import ReadTurns
from adapters.storage.search import PostgresSearch
from adapters.storage.unit_of_work import PostgresStorage
from domain.limits import Limits
from domain.people import Channel
from domain.ports.front import StorageDown


class Database:
    """The engine and what stands on it."""

    def __init__(self, url: str, *, feed: bool, limits: Limits | None = None) -> None:
        """`feed`: a search engine beside the database must be told of every change."""
        self._limits = limits or Limits()
        self._engine = make_engine(url)
        self._running = RunningConnections(self._engine)
        self.storage = PostgresStorage(self._engine, feed=feed, limits=limits)
        self.search = PostgresSearch(self._engine)

    def lease(self, name: str, holder: str) -> Lease:
        return Lease(self._engine, name, holder)

    def positions(self, name: str) -> Positions:
        return Positions(self._engine, name)

    def listening_progress(self, name: str) -> ListeningProgress:
        return ListeningProgress(self._engine, name)

    def turns(self, channel: Channel) -> ReadTurns:
        return ReadTurns(self._engine, self._limits, channel)

    def time(self) -> datetime:
        """What the database's clock shows: the one clock that all workers share."""
        with self._engine.connect() as connection:
            shown: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            return shown.astimezone(UTC)

    def ready(self) -> bool:
        try:
            self.time()
        except StorageDown:
            return False
        return True

    def cancel_running(self) -> None:
        self._running.cancel()

    def close(self) -> None:
        self._engine.dispose()
