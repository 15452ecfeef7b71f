"""What is special about mail: it may be anybody's, programs write it too, and answers may go in circles."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

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


class Cap(NamedTuple):
    """How many of something there may be within a window, which begins with the first one."""

    most: int
    within: timedelta


STRANGER_ANSWERED_EVERY = timedelta(days=7)
"""A stranger's mails get one helpful answer in that time."""
ANSWERS = Cap(20, timedelta(hours=1))
"""To one address; the last one says so.  Whoever reads more of them is a program that answers us."""
ANSWERS_TO_SAME_WORDS = Cap(3, timedelta(minutes=10))
"""To one address that says the same again."""
UNSURE_ANSWERS = Cap(3, timedelta(days=1))
"""To one address, saying that something was not clear; about the same words there is one a day."""
MAILS_FREE = Cap(10, timedelta(hours=1))
"""From one person; they are counted for her alone, so that nobody waits for a counter of her team."""
MORE_MAILS_OF_PERSON, MORE_MAILS_OF_TEAM = 50, 200
"""Mails beyond `MAILS_FREE` in the same window; what is more comes from a program and is put aside."""


def keep_aside(uow: UnitOfWork, held: Held, origin: c.Origin, now: datetime) -> f.Facts | None:
    """Ask the person from whom something HELD may be; returns what its sender is told, None: nothing."""
    owner_id, organization_id, sender = held.owner_id, held.organization_id, origin.address.external_id
    if owner_id is not None and organization_id is not None and sender:
        confirming.ask(uow.tenant(organization_id), owner_id, origin, now)
    if isinstance(held.facts, f.Stranger) and origin.address.channel is Channel.EMAIL:
        is_first = uow.limits.allow(f"stranger {origin.address}", now, STRANGER_ANSWERED_EVERY)
        return held.facts if is_first else None
    return held.facts


def mail_counter(person_id: int) -> str:
    """The name in `Limits` under which a person's mails are counted."""
    return f"mail {person_id}"


def is_too_much(uow: UnitOfWork, known: Known, now: datetime) -> bool:
    """Whether more mail comes from her, or from one of her teams, than people write; then it is put aside."""
    most, window = MAILS_FREE
    if uow.limits.allow(mail_counter(known.person.id), now, window, most):
        return False
    if not uow.limits.allow(f"more mail {known.person.id}", now, window, MORE_MAILS_OF_PERSON):
        return True
    teams = known.tenant.teams.of(known.person.id)
    return not all(
        uow.limits.allow(f"more mail of team {team.id}", now, window, MORE_MAILS_OF_TEAM) for team, _ in teams
    )


def within_limits(
    uow: UnitOfWork, address: Address, said: str, facts: f.Facts, now: datetime
) -> f.Facts | None:
    """What is answered by mail, as long as that cannot be two programs answering each other; None: nothing.

    Args:
        uow: counts the answers.
        address: who gets it.
        said: what she wrote.
        facts: what the answer would say.
        now: the product's time.
    """
    most_alike, while_alike = ANSWERS_TO_SAME_WORDS
    alike = f"answer {address} {' '.join(said.casefold().split())}"
    if not uow.limits.allow(alike, now, while_alike, most_alike):
        return None
    if _is_unsure(facts) and not _may_be_unsure(uow, address, alike, now):
        return None
    most, window = ANSWERS
    times = uow.limits.count(f"answer {address}", now, window)
    if times > most:
        return None
    return f.LastForNow(facts) if times == most else facts


def _may_be_unsure(uow: UnitOfWork, address: Address, alike: str, now: datetime) -> bool:
    """A person makes another mistake; a program says the same again."""
    most, window = UNSURE_ANSWERS
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
