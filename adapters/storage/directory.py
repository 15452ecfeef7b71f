"""Finds the organization of what arrives.  Reads across organizations; returns no text to people."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import exists, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.storage.delivery_rows import array
from adapters.storage.read_ahead import read_identities
from adapters.storage.tables import deliveries, identities, organizations, workspaces
from adapters.storage.transaction import Transaction
from domain.deliveries import SENT_STATES, Kind, LimitScope
from domain.errors import Refusal
from domain.limits import bucket_name
from domain.people import Address, Channel
from domain.ports.directory import Direct, Organization, OrganizationIdentity, Workspace

# Asked for every batch of mails; hardly ever is anybody found.
_RENEWED = text("""
    SELECT id, address_version FROM people
    WHERE address_version > 0 AND id = ANY(CAST(:ids AS bigint[]))
""")

_LATELY = timedelta(days=2)
_LET_IN = text("DELETE FROM buckets WHERE name = :name AND probing")


class PostgresDirectory:
    """`domain.ports.directory.Directory`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._remembered = transaction.remembered

    def organization_of(self, channel: Channel, workspace: str) -> int | None:
        known = self._remembered.workspaces
        if (channel, workspace) not in known:
            query = select(workspaces.c.organization_id).where(
                workspaces.c.channel == channel, workspaces.c.external_id == workspace
            )
            known[channel, workspace] = self._connection.scalar(query)
        return known[channel, workspace]

    def identities_at(self, address: Address) -> list[OrganizationIdentity]:
        if address not in self._remembered.by_address:
            read_identities(self._transaction, {address})
        return self._remembered.by_address[address]

    def address_versions(self, person_ids: Collection[int]) -> dict[int, int]:
        rows = self._connection.execute(_RENEWED, {"ids": array([*person_ids])})
        return {row.id: row.address_version for row in rows}

    def last_prompted(self, address: Address) -> int | None:
        query = (
            select(deliveries.c.organization_id)
            .join(identities, identities.c.person_id == deliveries.c.subject)
            .where(
                identities.c.channel == address.channel,
                identities.c.workspace == address.workspace,
                identities.c.external_id == address.external_id,
                identities.c.active,
                deliveries.c.kind == Kind.PROMPT,
                deliveries.c.channel == address.channel,
                deliveries.c.workspace == address.workspace,
                deliveries.c.address == address.external_id,
                deliveries.c.state.in_(SENT_STATES),
            )
            .order_by(deliveries.c.sent_at.desc().nulls_last(), deliveries.c.day.desc())
            .limit(1)
        )
        found: int | None = self._transaction.scalar(query)
        return found

    def directs(
        self, channel: Channel, days: tuple[date, date], after: int, limit: int, *, asked: bool
    ) -> list[Direct]:
        prompted = exists().where(
            deliveries.c.kind == Kind.PROMPT,
            deliveries.c.subject == identities.c.person_id,
            deliveries.c.day.between(*days),
        )
        whose = [prompted] if asked else []
        query = (
            select(identities.c.id, identities.c.workspace, identities.c.direct)
            .where(
                identities.c.channel == channel,
                identities.c.active,
                identities.c.direct.is_not(None),
                identities.c.id > after,
                *whose,
            )
            .order_by(identities.c.id)
            .limit(limit)
        )
        return [Direct(row.id, row.workspace, row.direct) for row in self._transaction.execute(query)]

    def link(self, organization_id: int, channel: Channel, workspace: str, name: str) -> None:
        new = insert(workspaces).values(
            organization_id=organization_id, channel=channel, external_id=workspace, name=name
        )
        self._remembered.forget()
        self._connection.execute(new.on_conflict_do_nothing(index_elements=["channel", "external_id"]))
        if self.organization_of(channel, workspace) != organization_id:
            raise Refusal(f"{name or workspace} is connected to another organization already.")

    def ensure_organization(self, name: str, zone: str, now: datetime) -> int:
        """The installation's own organization; of several processes that start at once, one makes it."""
        new = insert(organizations).values(name=name, zone=zone, own=True, created_at=now)
        self._connection.execute(
            new.on_conflict_do_nothing(index_elements=["own"], index_where=organizations.c.own)
        )
        own: int = self._connection.scalars(select(organizations.c.id).where(organizations.c.own)).one()
        return own

    def organizations(self) -> list[Organization]:
        query = select(organizations.c.id, organizations.c.name).order_by(organizations.c.id)
        return [Organization(row.id, row.name) for row in self._connection.execute(query)]

    def workspaces(self, organization_id: int) -> list[Workspace]:
        query = (
            select(workspaces)
            .where(workspaces.c.organization_id == organization_id)
            .order_by(workspaces.c.channel, workspaces.c.name, workspaces.c.external_id)
        )
        rows = self._connection.execute(query)
        return [Workspace(Channel(row.channel), row.external_id, row.name) for row in rows]

    def pause(self, channel: Channel, workspace: str, reason: str, now: datetime) -> str | None:
        paused = (
            update(workspaces)
            .where(
                workspaces.c.channel == channel,
                workspaces.c.external_id == workspace,
                workspaces.c.paused_at.is_(None),
            )
            .values(paused_at=now, pause_reason=reason)
        )
        name: str | None = self._connection.scalar(paused.returning(workspaces.c.name))
        return name

    def resume_those_reached(self, now: datetime) -> int:
        reached = exists().where(
            deliveries.c.channel == workspaces.c.channel,
            deliveries.c.workspace == workspaces.c.external_id,
            deliveries.c.sent_at > workspaces.c.paused_at,
            deliveries.c.state.in_(SENT_STATES),
            deliveries.c.day.between((now - _LATELY).date(), (now + _LATELY).date()),
        )
        mended = update(workspaces).where(workspaces.c.paused_at.is_not(None), reached)
        return self._transaction.execute(mended.values(paused_at=None, pause_reason=None)).rowcount

    def resume(self, channel: Channel, workspace: str) -> bool:
        paused = (
            workspaces.c.channel == channel,
            workspaces.c.external_id == workspace,
            workspaces.c.paused_at.is_not(None),
        )
        mended = update(workspaces).where(*paused).values(paused_at=None, pause_reason=None)
        self._connection.execute(_LET_IN, {"name": bucket_name(channel, workspace, LimitScope.WORKSPACE)})
        return self._connection.execute(mended).rowcount == 1
