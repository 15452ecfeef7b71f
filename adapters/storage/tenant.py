"""Everything of one organization, on the connection of one unit of work."""

from functools import cached_property

from sqlalchemy import select

from adapters.storage.log import PostgresLog
from adapters.storage.outbox import PostgresOutbox
from adapters.storage.people import PostgresPeople
from adapters.storage.replies import PostgresAbsences, PostgresRemarks, PostgresSenders
from adapters.storage.search_writes import SearchWrites
from adapters.storage.tables import organizations
from adapters.storage.teams import PostgresTeams
from adapters.storage.transaction import Transaction


class PostgresTenant:
    """`domain.ports.tenant.Tenant`; name and zone are read when they are asked for."""

    def __init__(self, transaction: Transaction, organization_id: int) -> None:
        self.organization_id = organization_id
        self._transaction = transaction
        self._connection = transaction.connection
        self._search = SearchWrites(transaction, organization_id)

    @property
    def name(self) -> str:
        return self._told[0]

    @property
    def zone(self) -> str:
        return self._told[1]

    @cached_property
    def people(self) -> PostgresPeople:
        return PostgresPeople(self._transaction, self.organization_id, self._search)

    @cached_property
    def teams(self) -> PostgresTeams:
        return PostgresTeams(self._transaction, self.organization_id)

    @cached_property
    def log(self) -> PostgresLog:
        return PostgresLog(self._transaction, self.organization_id, self._search)

    @cached_property
    def outbox(self) -> PostgresOutbox:
        return PostgresOutbox(self._transaction, self.organization_id)

    @cached_property
    def absences(self) -> PostgresAbsences:
        return PostgresAbsences(self._connection, self.organization_id)

    @cached_property
    def senders(self) -> PostgresSenders:
        return PostgresSenders(self._connection, self.organization_id)

    @cached_property
    def remarks(self) -> PostgresRemarks:
        return PostgresRemarks(self._transaction, self.organization_id)

    @cached_property
    def _told(self) -> tuple[str, str]:
        query = select(organizations.c.name, organizations.c.zone)
        row = self._connection.execute(query.where(organizations.c.id == self.organization_id)).one_or_none()
        if row is None:
            raise LookupError(f"there is no organization {self.organization_id}")
        return row.name, row.zone
