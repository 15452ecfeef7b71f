"""What only mail brings: senders in doubt, answers to digests, absences, reports of what did not arrive."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain import commands as c
from domain import facts as f
from domain import replies as r
from domain.delivery_events import DeliveryEvent, EventKind
from domain.people import Channel
from domain.ports.replies import DigestSent
from domain.ports.storage import UnitOfWork
from domain.services import absences, comments, confirming
from domain.services.linking import Held, Known

STRANGER_ANSWERED_EVERY = timedelta(days=7)
"""A stranger's mails get one helpful answer in that time."""


def keep_aside(uow: UnitOfWork, held: Held, origin: c.Origin, now: datetime) -> f.Facts | None:
    """Ask the person from whom something held may be; returns what its sender is told, None: nothing."""
    owner_id, organization_id, sender = held.owner_id, held.organization_id, origin.address.external_id
    if owner_id is not None and organization_id is not None and sender:
        confirming.ask(uow.tenant(organization_id), owner_id, origin, now)
    if isinstance(held.facts, f.Stranger) and origin.address.channel is Channel.EMAIL:
        is_first = uow.limits.allow(f"stranger {origin.address}", now, STRANGER_ANSWERED_EVERY)
        return held.facts if is_first else None
    return held.facts


@dataclass(frozen=True, slots=True)
class ToDigest:
    """An answer to a digest."""

    kept: int
    """Remarks that are new."""
    rest: str
    """The part of the mail that remarks on no line; it may be a command or dones."""
    example: str
    """A line of somebody else, for help that shows how to remark on one; empty when there is none."""


def answer_to_digest(known: Known, request: c.Request, now: datetime) -> ToDigest | None:
    """Keep the remarks of a mail that answers a digest; None when it answers none that she reads."""
    tenant, person, origin = known.tenant, known.person, request.origin
    digest: DigestSent | None = comments.digest_answered(tenant, person, origin)
    if digest is None:
        return None
    lines = tenant.remarks.lines(digest)
    understood = comments.understand(lines, request.remarks, request.text)
    kept = comments.keep(tenant, person, origin, understood.said, now)
    example = (
        ""
        if understood.said
        else next((each.done.text for each in lines if each.done.person_id != person.id), "")
    )
    return ToDigest(kept, understood.rest, example)


def offer_absence(
    uow: UnitOfWork, known: Known, command: r.OutOfOffice, origin: c.Origin, now: datetime
) -> str:
    """Her mail program says that she is away: she is asked once whether to stop asking; the note for it."""
    question = absences.offer(known.tenant, known.person, origin, command, now)
    if question is None:
        return "out of office: nothing to offer"
    if not uow.limits.allow(f"away {known.person.id}", now, absences.OFFER_AGAIN):
        return "out of office: offered before"
    known.tenant.outbox.add([question])
    return "out of office: offered to stop asking"


def report(uow: UnitOfWork, command: r.Undelivered, origin: c.Origin) -> DeliveryEvent | None:
    """What a mail server's report tells of a delivery.

    Anybody can write such a report.  It counts when it came to a person's own address and names a mail that
    she was sent: whoever wrote it has seen that mail.
    """
    if origin.organization_id is None or origin.person_id is None or not origin.claimed_by_token:
        return None
    tenant = uow.tenant(origin.organization_id)
    if tenant.people.address_version(origin.person_id) != origin.address_version:
        return None
    found = tenant.outbox.find(Channel.EMAIL, command.message_id)
    if found is None or found.person_id != tenant.people.get(origin.person_id).id:
        return None
    return DeliveryEvent(
        event_id=f"report {command.what} {command.message_id}"[:100],
        kind=EventKind(command.what),
        ref=found.ref,
        address=command.address,
        at=origin.at,
        reason=command.reason[:500],
    )
