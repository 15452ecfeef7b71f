"""Mails of doubtful origin: the person they could be from is asked, and says so."""

from datetime import datetime

from domain import talk as t
from domain.commands import InboxRef, Origin
from domain.deliveries import Key, Kind, NewDelivery, Recipient
from domain.local_time import log_day
from domain.people import Channel, Person, mailbox, preferred_identity
from domain.ports.inbox import InboxState, KeptItem
from domain.ports.storage import UnitOfWork
from domain.ports.tenant import Tenant
from domain.replies import ClaimMail, ClaimSender

NOT_HERS = "not hers, as she says"


def ask(tenant: Tenant, person_id: int, origin: Origin, now: datetime) -> None:
    """Ask her on the channel she prefers whether it was she; at most once a day.

    The key of the ledger counts: a second mail of that day waits until she has answered the first.
    """
    person = tenant.people.get(person_id)
    identity = preferred_identity(person, tenant.people.identities(person.id))
    if identity is None or origin.inbox is None:
        return
    sender = origin.address.external_id
    facts = t.WasItYou(
        sender,
        log_day(origin.at, person.zone),
        origin.inbox.day,
        origin.inbox.id,
        says_it_is_her=_is_own(tenant, person, sender),
    )
    question = NewDelivery(
        key=Key(now.date(), Kind.QUESTION, person.id),
        organization_id=tenant.organization_id,
        recipient=Recipient.at(identity),
        due_at=now,
        person_id=person.id,
        facts=facts,
    )
    tenant.outbox.add([question])


def settle(
    uow: UnitOfWork, tenant: Tenant, person: Person, command: ClaimMail | ClaimSender, now: datetime
) -> t.MailClaimed:
    """Let everything from that sender be read as hers, or put it away for good.

    What she says holds for the future too: she writes from there, or somebody does for her.  Her own
    addresses are left alone: that a forger used one says nothing of it.
    """
    waiting = uow.inbox.held_for(tenant.organization_id, person.id)
    sender = _sender(waiting, command)
    meant = [each for each in waiting if sender and mailbox(each.sender) == mailbox(sender)]
    for each in meant:
        if command.hers:
            uow.inbox.release(each.ref, tenant.organization_id, person.id)
        else:
            uow.inbox.finish(each.ref, InboxState.DONE, tenant.organization_id, person.id, NOT_HERS)
    remembered = bool(sender) and not _is_own(tenant, person, sender) and bool(meant or not command.hers)
    if remembered:
        tenant.senders.remember(person.id, mailbox(sender), now, hers=command.hers)
    rest = [each for each in waiting if each not in meant]
    following = _question(tenant, person, rest[0]) if rest else None
    return t.MailClaimed(sender, command.hers, len(meant), remembered, following)


def _sender(waiting: list[KeptItem], command: ClaimMail | ClaimSender) -> str:
    """The address she speaks of; empty when nothing of that number waits."""
    if isinstance(command, ClaimSender):
        return command.email.casefold()
    ref = InboxRef(command.inbox_day, command.inbox_id)
    return next((each.sender for each in waiting if each.ref == ref), "")


def _question(tenant: Tenant, person: Person, kept: KeptItem) -> t.WasItYou:
    return t.WasItYou(
        kept.sender,
        log_day(kept.stored_at, person.zone),
        kept.ref.day,
        kept.ref.id,
        says_it_is_her=_is_own(tenant, person, kept.sender),
    )


def _is_own(tenant: Tenant, person: Person, email: str) -> bool:
    return any(
        mailbox(each.address.external_id) == mailbox(email)
        for each in tenant.people.identities(person.id)
        if each.address.channel is Channel.EMAIL
    )
