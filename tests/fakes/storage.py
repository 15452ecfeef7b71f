"""`domain.ports.storage` in memory: what is not committed is gone at the end of the `with`."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from domain.commands import InboxRef, Origin
from tests.fakes.inbox import FakeDirectory, FakeFeed, FakeInbox
from tests.fakes.ledger import FakeLedger
from tests.fakes.log import FakeLog, FakeOutbox
from tests.fakes.people import FakePeople
from tests.fakes.planner import FakePlanner
from tests.fakes.replies import FakeAbsences, FakeLimits, FakeRemarks, FakeSenders
from tests.fakes.rows import OrganizationRow, Tables
from tests.fakes.teams import FakeTeams


class FakeStorage:
    """`domain.ports.storage.Storage`; for one thread, a transaction at a time.

    `tables` is what has been committed: tests look there, and put there what no use case makes yet.
    """

    def __init__(self, *, feed: bool = False) -> None:
        self.tables = Tables()
        self.feeds = feed
        self.busy: set[InboxRef] = set()

    def begin(self) -> "FakeUnitOfWork":
        return FakeUnitOfWork(self)

    def add_organization(self, name: str, zone: str = "UTC") -> int:
        organization = OrganizationRow(next(self.tables.numbers), name, zone)
        self.tables.organizations[organization.id] = organization
        return organization.id


class FakeTenant:
    """`domain.ports.tenant.Tenant`."""

    def __init__(self, tables: Tables, organization_id: int, *, feeds: bool) -> None:
        organization = tables.organizations[organization_id]
        self.organization_id = organization_id
        self.name = organization.name
        self.zone = organization.zone
        self.people = FakePeople(tables, organization_id)
        self.teams = FakeTeams(tables, organization_id)
        self.log = FakeLog(tables, organization_id, feeds=feeds)
        self.outbox = FakeOutbox(tables, organization_id)
        self.absences = FakeAbsences(tables)
        self.senders = FakeSenders(tables)
        self.remarks = FakeRemarks(tables, organization_id)


class FakeUnitOfWork:
    """`domain.ports.storage.UnitOfWork`."""

    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage
        self._tables = storage.tables.copy()
        self.directory = FakeDirectory(self._tables)
        self.inbox = FakeInbox(self._tables, storage.busy)
        self.planner = FakePlanner(self._tables)
        self.ledger = FakeLedger(self._tables)
        self.feed = FakeFeed(self._tables)
        self.limits = FakeLimits(self._tables)

    def expect(self, origins: Sequence[Origin]) -> None:
        """Nothing is read ahead here."""

    def tenant(self, organization_id: int) -> FakeTenant:
        return FakeTenant(self._tables, organization_id, feeds=self._storage.feeds)

    def commit(self) -> None:
        self._storage.tables = self._tables.copy()
        self.inbox.let_go()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """What was not committed stays in the copy that nobody sees any more."""
        self.inbox.let_go()
