"""Leaving what is closed, in plain Python over the rows in memory."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from domain.deliveries import REFUSED_FOR, Kind, Recipient, State
from domain.people import Address, Identity, Person, preferred_identity
from domain.teams import Place
from tests.fakes.planner import members, sees_a_copy
from tests.fakes.rows import DeliveryRow, Tables
from tests.fakes.writing import add_deliveries

PERSONAL = frozenset({Kind.PROMPT, Kind.DIGEST_MAIL})
TOLD_BY = "whoever has another channel was told there"


def refusing_places(tables: Tables, now: datetime) -> frozenset[Address]:
    """`domain.ports.ledger.Ledger.refusing_places`."""
    channels = {
        Address(channel, "")
        for channel, each in tables.closings.items()
        if each.is_closed and each.until > now and each.last is not None
        if now < each.last.at + REFUSED_FOR
    }
    paused = {
        Address(channel, "", name)
        for (channel, name), workspace in tables.workspaces.items()
        if workspace.paused_at is not None
    }
    return frozenset(channels | paused)


def leave_closed(tables: Tables, places: Collection[Address], now: datetime, limit: int) -> int:
    """`domain.ports.ledger.Ledger.leave_closed`."""
    moved = 0
    for row in list(tables.deliveries.values()):
        person = tables.people.get(row.new.person_id or 0)
        if moved == limit or person is None or row.new.key.kind not in PERSONAL:
            continue
        if not _waits_in(tables, row, places, now):
            continue
        identity = _open_identity(tables, person, places)
        if identity is not None:
            _send(tables, row, identity, now)
            moved += 1
    return moved + sum(
        _tell(tables, row, places, now)
        for row in list(tables.deliveries.values())
        if row.new.key.kind is Kind.DIGEST and row.reason != TOLD_BY and _waits_in(tables, row, places, now)
    )


def _tell(tables: Tables, posted: DeliveryRow, places: Collection[Address], now: datetime) -> int:
    """Send a copy of her own to whoever sees only copies that cannot be posted."""
    key = posted.new.key
    targets = [each.place for each in tables.targets.values() if each.team_id == key.subject]
    visible = [each for each in targets if not _lies_in(_address(each), places)]
    copies = []
    for person, role in members(tables, tables.teams[key.subject]):
        identity = _open_identity(tables, person, places)
        seen = sees_a_copy(tables, person, [_place(posted)]) and not sees_a_copy(tables, person, visible)
        if role.reads and identity is not None and seen:
            own = key._replace(kind=Kind.DIGEST_MAIL, target=person.id)
            to = Recipient.at(identity)
            copies.append(
                replace(posted.new, key=own, recipient=to, due_at=now, person_id=person.id, facts=None)
            )
    tables.change_delivery(posted.ref, reason=TOLD_BY)
    return add_deliveries(tables, copies)


def _place(posted: DeliveryRow) -> Place:
    channel, external_id, workspace = posted.new.recipient.address
    return Place(channel, workspace, external_id)


def _address(place: Place) -> Address:
    return Address(place.channel, place.external_id, place.workspace)


def _waits_in(tables: Tables, row: DeliveryRow, places: Collection[Address], now: datetime) -> bool:
    key, new = row.new.key, row.new
    is_due = (new.due_at <= now or row.reason) and (new.not_after is None or new.not_after > now)
    surely_not_sent = row.state is State.READY and row.doubted_since is None and not key.part
    later = any(
        other.try_ > key.try_ and other._replace(try_=key.try_) == key
        for other in (each.new.key for each in tables.deliveries.values())
    )
    waits = is_due and surely_not_sent and not later
    return bool(waits) and _lies_in(new.recipient.address, places)


def _lies_in(address: Address, places: Collection[Address]) -> bool:
    here = {(address.channel, ""), (address.channel, address.workspace)}
    return any((each.channel, each.workspace) in here for each in places)


def _open_identity(tables: Tables, person: Person, places: Collection[Address]) -> Identity | None:
    hers = tables.identities_of(person.id)
    return preferred_identity(person, [each for each in hers if not _lies_in(each.address, places)])


def _send(tables: Tables, row: DeliveryRow, identity: Identity, now: datetime) -> None:
    key = row.new.key._replace(try_=row.new.key.try_ + 1)
    new = replace(row.new, key=key, recipient=Recipient.at(identity), due_at=now, facts=None)
    tables.change_delivery(row.ref, state=State.FAILED, reason="this channel is closed")
    add_deliveries(tables, [new])
