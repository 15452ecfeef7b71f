"""What is special about mail: it may be anybody's, programs write it too, and answers may go in circles."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain import commands as c
from domain import facts as f
from domain import replies as r
from domain import talk as t
from domain.delivery_events import DeliveryEvent, EventKind
from domain.people import Address, Channel
from domain.ports.replies import DigestSent
from domain.ports.storage import UnitOfWork
from domain.services import absences, comments, confirming
from domain.services.linking import Held, Known

TO_A_STRANGER = timedelta(days=7)
"""How long after a helpful mail a stranger gets no other one."""
UNSURE_AT_MOST = (3, timedelta(days=1))
"""Answers by mail that say something was not clear; about the same words there is one."""
AT_MOST = (20, timedelta(hours=1))
"""Answers by mail to one person within that time, the last of which says so: a program may answer, too."""
MANY = (10, timedelta(hours=1))
"""Mails from one person within that time that touch no counter which others share."""
MORE_OF_A_PERSON, MORE_OF_A_TEAM = 50, 200
"""How many beyond those, within the same time: whoever writes more is a program, and is put aside."""
SAME_AT_MOST = (3, timedelta(minutes=10))
"""The same for answers to one and the same words."""


def keep_aside(uow: UnitOfWork, held: Held, origin: c.Origin, now: datetime) -> f.Facts | None:
    """What the sender of something HELD is told; the person it may be from is asked instead."""
    owner_id, organization_id, sender = held.owner_id, held.organization_id, origin.address.external_id
    if owner_id is not None and organization_id is not None and sender:
        confirming.ask(uow.tenant(organization_id), owner_id, origin, now)
    if isinstance(held.facts, f.Stranger) and origin.address.channel is Channel.EMAIL:
        is_first = uow.limits.allow(f"stranger {origin.address}", now, TO_A_STRANGER)
        return held.facts if is_first else None
    return held.facts


def counted(person_id: int) -> str:
    """What her mails are counted by."""
    return f"mail {person_id}"


def is_too_much(uow: UnitOfWork, known: Known, now: datetime) -> bool:
    """Whether more mail comes from her, or from her team, than people write; then it waits for a look.

    Whoever writes little touches no counter that others share.
    """
    most, window = MANY
    if uow.limits.allow(counted(known.person.id), now, window, most):
        return False
    if not uow.limits.allow(f"more mail {known.person.id}", now, window, MORE_OF_A_PERSON):
        return True
    teams = known.tenant.teams.of(known.person.id)
    return not all(
        uow.limits.allow(f"more mail of team {team.id}", now, window, MORE_OF_A_TEAM) for team, _ in teams
    )


def within_limits(
    uow: UnitOfWork, address: Address, said: str, facts: f.Facts, now: datetime
) -> f.Facts | None:
    """The answer by mail, where it is worth the risk that a program gets it and answers in its turn."""
    most_alike, while_alike = SAME_AT_MOST
    alike = f"answer {address} {' '.join(said.casefold().split())}"
    if not uow.limits.allow(alike, now, while_alike, most_alike):
        return None
    if _is_unsure(facts) and not _may_be_unsure(uow, address, alike, now):
        return None
    most, window = AT_MOST
    times = uow.limits.count(f"answer {address}", now, window)
    if times > most:
        return None
    return f.LastForNow(facts) if times == most else facts


def _may_be_unsure(uow: UnitOfWork, address: Address, alike: str, now: datetime) -> bool:
    """A person makes another mistake; a program says the same again."""
    most, window = UNSURE_AT_MOST
    return uow.limits.allow(f"unsure {alike}", now, window) and uow.limits.allow(
        f"unsure {address}", now, window, most
    )


def _is_unsure(facts: f.Facts) -> bool:
    match facts:
        case f.HelpShown():
            return bool(facts.unclear)
        case f.Recorded():
            return facts.doubtful
        case t.DigestAnswered():
            return True
        case _:
            return False


@dataclass(frozen=True, slots=True)
class ToDigest:
    """An answer to a digest."""

    kept: int
    """Remarks that are new."""
    rest: str
    """What names nobody's line."""
    example: str
    """Somebody else's line, to show how one is remarked on; empty when there is none."""


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


def offer_absence(uow: UnitOfWork, known: Known, request: c.Request, now: datetime) -> str:
    """Her mail program says that she is away: she is asked once whether to stop asking; the note for it."""
    command = request.command
    if not isinstance(command, r.OutOfOffice):
        return "no absence"
    question = absences.offer(known.tenant, known.person, request.origin, command, now)
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
