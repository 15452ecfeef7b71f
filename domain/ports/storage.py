"""The transaction."""

from types import TracebackType
from typing import Protocol, Self

from domain.ports.directory import Directory
from domain.ports.inbox import Inbox
from domain.ports.limits import Limits
from domain.ports.planning import Ledger, Planner
from domain.ports.search import SearchFeed
from domain.ports.tenant import Tenant


class UnitOfWork(Protocol):
    """One transaction: undone at the end of its `with` unless `commit` was called."""

    @property
    def directory(self) -> Directory: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def planner(self) -> Planner: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def limits(self) -> Limits: ...
    @property
    def feed(self) -> SearchFeed: ...

    def tenant(self, organization_id: int) -> Tenant: ...

    def commit(self) -> None: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Storage(Protocol):
    def begin(self) -> UnitOfWork: ...
