"""When an address or a workspace refuses for good: the next channel, and who is told, once."""

import logging
from collections.abc import Mapping, Sequence
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
from domain.notices import Notice, OutOfReach, WayLost, WorkspaceLost
from domain.people import Address, Identity, Person
from domain.ports.planning import Lost
from domain.ports.storage import UnitOfWork
from domain.ports.tenant import Tenant
from domain.teams import Role

log = logging.getLogger(__name__)
LOOK_AT_WORKSPACE_AGAIN = timedelta(minutes=15)
"""How long what is due in a workspace that refuses waits before it is tried again."""


def leave_addresses(
    uow: UnitOfWork, claimed: Sequence[Claimed], results: Sequence[Result], now: datetime
) -> None:
    """Use no more the addresses that these results condemn."""
    by_ref = {each.ref: each for each in claimed}
    condemned = {
        identity_id: result.outcome.reason
        for result in results
        if isinstance(result.outcome, Never) and result.outcome.scope is RefusalScope.ADDRESS
        if result.ref in by_ref and (identity_id := by_ref[result.ref].recipient.identity_id) is not None
    }
    if condemned:
        move_on(uow, uow.ledger.stop(condemned, now), now)


def move_on(uow: UnitOfWork, lost: Sequence[Lost], now: datetime) -> None:
    """Ask on the next channel what was not asked yet, and tell her; or whoever manages her team."""
    for each in lost:
        tenant = uow.tenant(each.organization_id)
        person = tenant.people.get(each.person_id)
        door = _next_door(tenant, person)
        if door is not None:
            _ask_there(tenant, person, each, door, now)
            _tell(
                tenant, each.identity_id, door, WayLost(each.channel, door.address.channel, each.wanted), now
            )
        elif (manager := _manager_of(tenant, person)) is not None:
            _tell(tenant, each.identity_id, manager, OutOfReach(person.name, each.channel, each.wanted), now)


def _ask_there(tenant: Tenant, person: Person, lost: Lost, door: Identity, now: datetime) -> None:
    for prompt in lost.prompts:
        if person.ask_anyway or not tenant.log.has_answered(person.id, prompt.key.day):
            new = NewDelivery(
                key=prompt.key._replace(try_=prompt.key.try_ + 1),
                organization_id=tenant.organization_id,
                recipient=_recipient(door),
                due_at=max(now, prompt.due_at),
                person_id=person.id,
                not_after=prompt.not_after,
            )
            tenant.outbox.add([new])


def refusing_workspaces(where: Mapping[Ref, Address], results: Sequence[Result]) -> dict[Address, str]:
    """Those that refuse everything, and why."""
    return {
        where[each.ref]: each.outcome.reason
        for each in results
        if isinstance(each.outcome, Never) and each.outcome.scope is RefusalScope.WORKSPACE
    }


def spare_workspaces(
    uow: UnitOfWork, claimed: Sequence[Claimed], results: Sequence[Result], now: datetime
) -> list[Result]:
    """The results, where a whole workspace refuses turned into patience.

    It is marked as paused and a manager told, once.  A prompt goes to another channel of hers if she has one;
    everything else waits for somebody to mend it.
    """
    by_ref = {each.ref: each for each in claimed}
    spared: list[Result] = []
    for result in results:
        refused, delivery = result.outcome, by_ref.get(result.ref)
        if delivery is None or not isinstance(refused, Never) or refused.scope is not RefusalScope.WORKSPACE:
            spared.append(result)
            continue
        tenant = uow.tenant(delivery.organization_id)
        _pause(uow, tenant, delivery.recipient.address, refused.reason, now)
        moved = delivery.key.kind is Kind.PROMPT and _ask_elsewhere(tenant, delivery, now)
        later = Later(refused.reason, LOOK_AT_WORKSPACE_AGAIN)
        spared.append(result if moved else result._replace(outcome=later))
    return spared


def _pause(uow: UnitOfWork, tenant: Tenant, address: Address, reason: str, now: datetime) -> None:
    name = uow.directory.pause(address.channel, address.workspace, reason, now)
    if name is None:
        return
    members = [each for team in tenant.teams.everything() for each in tenant.teams.members(team.id)]
    members.sort(key=lambda each: each[1] is not Role.MANAGER)  # else anybody who can pass it on
    doors = (_next_door(tenant, person, besides=address) for person, _ in members)
    door = next((each for each in doors if each is not None), None)
    if door is None:
        log.error("%s takes no messages (%s), and nobody can be told", name, reason)
        return
    _tell(tenant, 0, door, WorkspaceLost(name, address.channel, reason), now)


def _ask_elsewhere(tenant: Tenant, delivery: Claimed, now: datetime) -> bool:
    person = tenant.people.get(delivery.key.subject)
    door = _next_door(tenant, person, besides=delivery.recipient.address)
    if door is None:
        return False
    new = NewDelivery(
        key=delivery.key._replace(try_=delivery.key.try_ + 1),
        organization_id=tenant.organization_id,
        recipient=_recipient(door),
        due_at=now,
        person_id=person.id,
        not_after=delivery.not_after,
    )
    tenant.outbox.add([new])
    return True


def _next_door(tenant: Tenant, person: Person, besides: Address | None = None) -> Identity | None:
    """Where she is asked: the channel she prefers, else the first; not in the workspace of `besides`."""
    doors = [
        each
        for each in tenant.people.identities(person.id)
        if person.active
        and not each.mail_stopped
        and (
            besides is None
            or (each.address.channel, each.address.workspace) != (besides.channel, besides.workspace)
        )
    ]
    return min(
        doors,
        key=lambda each: (each.address.channel is not person.preferred, each.address.channel, each.id),
        default=None,
    )


def _manager_of(tenant: Tenant, person: Person) -> Identity | None:
    for team, _ in tenant.teams.of(person.id):
        for each, role in tenant.teams.members(team.id):
            door = _next_door(tenant, each)
            if role is Role.MANAGER and each.id != person.id and door is not None:
                return door
    return None


def _tell(tenant: Tenant, about: int, door: Identity, notice: Notice, now: datetime) -> None:
    new = NewDelivery(
        key=Key(now.date(), Kind.NOTICE, door.person_id, about),
        organization_id=tenant.organization_id,
        recipient=_recipient(door),
        due_at=now,
        person_id=door.person_id,
        facts=notice,
    )
    tenant.outbox.add([new])


def _recipient(door: Identity) -> Recipient:
    return Recipient(door.address, door.direct, door.id)
