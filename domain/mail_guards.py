"""Keeps programs from flooding us with mail, and from answering our answers for ever.

Counters are names in `domain.ports.limits.Limits`; what is over a cap is put aside or left unanswered.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from domain import facts as f
from domain import talk as t
from domain.people import Address
from domain.ports.storage import UnitOfWork
from domain.services.linking import Known


class Cap(NamedTuple):
    """How many of something there may be within a window, which begins with the first one."""

    most: int
    within: timedelta


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
