"""When an address or a workspace refuses for good: the next channel, and who is told, once."""

import itertools
import logging
import zlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from domain.deliveries import (
    Claimed,
    Key,
    Kind,
    Later,
    Never,
    NewDelivery,
    Recipient,
    Ref,
    RefusalScope,
    Result,
)
from domain.delivery_events import DeliveryEvent, EventKind
from domain.notices import ChannelLost, Notice, OutOfReach, WayLost, WorkspaceLost
from domain.people import Address, Channel, Identity, Person, preferred_identity
from domain.ports.ledger import Lost
from domain.ports.storage import UnitOfWork
from domain.ports.tenant import Tenant
from domain.teams import Role

IsOpen = Callable[[Address], bool]
log = logging.getLogger(__name__)
LOOK_AT_WORKSPACE_AGAIN = timedelta(minutes=15)
"""How long deliveries to a workspace that refuses everything wait for their next attempt."""
LEFT_AT_ONCE = 10_000
"""How many deliveries are taken to another channel in one transaction at the most."""


def leave_addresses(
    uow: UnitOfWork, claimed: Sequence[Claimed], results: Sequence[Result], now: datetime
) -> None:
    """Stop sending to addresses that refused for good, and ask those people on their next channel."""
    refused = _refused(results, RefusalScope.ADDRESS)
    condemned = {
        identity_id: refused[each.ref]
        for each in claimed
        if each.ref in refused and (identity_id := each.recipient.identity_id) is not None
    }
    if condemned:
        _move_on(uow, uow.ledger.stop(condemned, now), now)


def note(uow: UnitOfWork, events: Sequence[DeliveryEvent], now: datetime) -> int:
    """Record delivery events, and leave addresses that they show to be lost; returns how many were new."""
    noted = uow.ledger.note(events, now)
    _move_on(uow, noted.lost, now)
    return noted.new


def stop_mail(uow: UnitOfWork, identity_id: int, now: datetime) -> None:
    """She wants nothing more sent to that address of hers."""
    _move_on(uow, uow.ledger.stop({identity_id: EventKind.UNSUBSCRIBED.value}, now), now)


def _move_on(uow: UnitOfWork, lost: Sequence[Lost], now: datetime) -> None:
    """Ask on the next channel what was not asked yet, and tell her; or whoever manages her team."""
    for each in lost:
        tenant = uow.tenant(each.organization_id)
        person = tenant.people.get(each.person_id)
        identity = _reachable(tenant, person)
        if identity is not None:
            _ask_there(tenant, person, each, identity, now)
            notice = WayLost(each.channel, identity.address.channel, each.wanted)
            _tell(tenant, each.identity_id, identity, notice, now)
        elif (manager := _manager_of(tenant, person)) is not None:
            _tell(tenant, each.identity_id, manager, OutOfReach(person.name, each.channel, each.wanted), now)


def _ask_there(tenant: Tenant, person: Person, lost: Lost, identity: Identity, now: datetime) -> None:
    for prompt in lost.prompts:
        if person.ask_anyway or not tenant.log.has_answered(person.id, prompt.key.day):
            new = NewDelivery(
                key=prompt.key._replace(try_=prompt.key.try_ + 1),
                organization_id=tenant.organization_id,
                recipient=Recipient.at(identity),
                due_at=max(now, prompt.due_at),
                person_id=person.id,
                not_after=prompt.not_after,
            )
            tenant.outbox.add([new])


def refusing_workspaces(where: Mapping[Ref, Address], results: Sequence[Result]) -> dict[Address, str]:
    """Those that refuse everything, and why."""
    return {where[ref]: reason for ref, reason in _refused(results, RefusalScope.WORKSPACE).items()}


def _refused(results: Sequence[Result], scope: RefusalScope) -> dict[Ref, str]:
    """What was refused for good, just that far, and why."""
    return {
        each.ref: each.outcome.reason
        for each in results
        if isinstance(each.outcome, Never) and each.outcome.scope is scope
    }


def spare_workspaces(
    uow: UnitOfWork, claimed: Sequence[Claimed], results: Sequence[Result], now: datetime
) -> list[Result]:
    """The results, with every refusal by a whole workspace turned into `Later`.

    The workspace is marked as paused and its managers are told, once.  `leave_closed` takes elsewhere what is
    due in it.
    """
    refused = _refused(results, RefusalScope.WORKSPACE)
    refusing = {
        each.recipient.address._replace(external_id=""): each for each in claimed if each.ref in refused
    }
    for address, each in refusing.items():
        _pause(uow, uow.tenant(each.organization_id), address, refused[each.ref], now)
    return [
        each._replace(outcome=Later(refused[each.ref], LOOK_AT_WORKSPACE_AGAIN))
        if each.ref in refused
        else each
        for each in results
    ]


def leave_closed(uow: UnitOfWork, now: datetime, lease_now: datetime) -> int:
    """Ask on people's next channel what is due where our credential is refused; how many that were.

    Whoever has no other channel waits: she is asked where she always was if that opens in time.
    """
    places = uow.ledger.refusing_places(lease_now)
    return uow.ledger.leave_closed(places, now, LEFT_AT_ONCE) if places else 0


def _pause(uow: UnitOfWork, tenant: Tenant, address: Address, reason: str, now: datetime) -> None:
    name = uow.directory.pause(address.channel, address.workspace, reason, now)
    if name is None:
        return
    closed = uow.ledger.closed_channels()
    notice = WorkspaceLost(name, address.channel, reason)
    if not _tell_managers(tenant, notice, _closing(address, now), _besides(address, closed), now):
        log.error("%s takes no messages (%s), and nobody can be told", name, reason)


def tell_of_closing(uow: UnitOfWork, channel: Channel, reason: str, now: datetime) -> None:
    """A whole channel is closed since our credential is refused: tell managers where they can be reached."""
    address = Address(channel, "", "")
    is_open = _besides(address, uow.ledger.closed_channels() | {channel})
    notice = ChannelLost(channel, reason)
    told = [
        _tell_managers(uow.tenant(organization.id), notice, _closing(address, now), is_open, now)
        for organization in uow.directory.organizations()
    ]
    if not any(told):
        log.error("%s takes nothing any more (%s), and nobody can be told", channel.word, reason)


def _besides(address: Address, closed: Collection[Channel]) -> IsOpen:
    """Addresses that are neither in that workspace nor on a channel that is closed as a whole."""
    return lambda other: (
        other.channel not in closed
        and (other.channel, other.workspace) != (address.channel, address.workspace)
    )


def _closing(address: Address, now: datetime) -> int:
    """The `target` of a notice about a closing: negative, as no identity is, and another for each closing."""
    place = zlib.crc32(f"{address.channel} {address.workspace}".encode()) % 2**20
    return -(int(now.timestamp()) * 2**20 + place)


def _tell_managers(tenant: Tenant, notice: Notice, about: int, is_open: IsOpen, now: datetime) -> bool:
    """All who can be reached, else anybody who can pass it on; False: there is nobody."""
    found = [_reachable(tenant, person, is_open) for person in tenant.teams.managers()]
    reached = [identity for identity in found if identity is not None]
    if not reached:
        reached = list(itertools.islice(_readers_reached(tenant, is_open), 1))
    for identity in reached:
        _tell(tenant, about, identity, notice, now)
    return bool(reached)


def _readers_reached(tenant: Tenant, is_open: IsOpen) -> Iterator[Identity]:
    """Where those who can be reached are, of all who read of a team; asked for one after the other."""
    for team in tenant.teams.everything():
        for person, role in tenant.teams.members(team.id):
            if role.reads and (identity := _reachable(tenant, person, is_open)):
                yield identity


def _reachable(tenant: Tenant, person: Person, is_open: IsOpen = lambda _: True) -> Identity | None:
    """Where she is written to, of her addresses that are open."""
    identities = tenant.people.identities(person.id)
    return preferred_identity(person, (each for each in identities if is_open(each.address)))


def _manager_of(tenant: Tenant, person: Person) -> Identity | None:
    for team, _ in tenant.teams.of(person.id):
        for each, role in tenant.teams.members(team.id):
            if role is Role.MANAGER and each.id != person.id and (found := _reachable(tenant, each)):
                return found
    return None


def _tell(tenant: Tenant, about: int, to: Identity, notice: Notice, now: datetime) -> None:
    new = NewDelivery(
        key=Key(now.date(), Kind.NOTICE, to.person_id, about),
        organization_id=tenant.organization_id,
        recipient=Recipient.at(to),
        due_at=now,
        person_id=to.person_id,
        facts=notice,
    )
    tenant.outbox.add([new])
