"""The transaction."""

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from domain.commands import Origin
from domain.ports.directory import Directory
from domain.ports.inbox import Inbox
from domain.ports.ledger import Ledger
from domain.ports.limits import Limits
from domain.ports.planning import Planner
from domain.ports.search import SearchFeed
from domain.ports.tenant import Tenant


class WriteConflict(Exception):  # noqa: N818 -- a fact, not a mistake of the caller
    """Another transaction has written the same rows at the same time; nothing of this one is stored.

    A caller that begins again finds what the other one wrote.
    """


class UnitOfWork(Protocol):
    """One transaction: undone at the end of its `with` unless `commit` was called."""

    def expect(self, origins: Sequence[Origin]) -> None:
        """Requests from these follow: a hint, so that what they will ask for is read at once."""

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

    def commit(self) -> None:
        """Make all that was written permanent.

        Raises:
            WriteConflict: see there.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Storage(Protocol):
    def begin(self) -> UnitOfWork: ...
