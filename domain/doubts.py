"""Deliveries of which nobody can tell whether they were sent: what is looked for, and what follows from it.

An attempt that ended without an outcome is settled by evidence.  Only what cannot be settled is sent again,
at most `RESENDS_WITHOUT_PROOF` times, and then shown to an admin.
What that promises: `docs/why/deliveries.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from domain.deliveries import Claimed, Delivery, Kind, Ref, State
from domain.people import Channel
from domain.retrying import MOST_CRASHES, MOST_RETRIES, wait_before

RESENDS_WITHOUT_PROOF: Mapping[Kind, int] = {
    Kind.PROMPT: 1,  # a lost one loses a day
    Kind.DIGEST: 1,  # everybody would see a second one, but nobody a lost one
    Kind.DIGEST_MAIL: 1,
    Kind.REPLY: 0,  # what it is about is safe in the database
    Kind.MARK: 0,  # never in doubt: the same mark twice is one mark
    Kind.INVITATION: 1,
    Kind.NOTICE: 0,  # told once
}
"""How often a delivery may be sent again without proof that it is not there; other kinds never."""
FIRST_LOOK: Mapping[Channel, timedelta] = {
    Channel.SLACK: timedelta(seconds=5),
    Channel.DISCORD: timedelta(seconds=2),
    Channel.EMAIL: timedelta(minutes=15),
}
"""How long after the attempt the first look is taken.  Mail tells of itself, by events."""
LOOKS_APART = timedelta(seconds=10)
ABSENCES = 2
"""How many looks in a row, `LOOKS_APART`, must miss it to prove that it is not there: a history may lag."""
LONGEST_DOUBT = timedelta(hours=1)
"""After that looking is given up."""
DOUBT_ENDS = timedelta(hours=6)
"""After that it is given up even if no worker came back from a look."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """A delivery in doubt that this worker alone may look for until its lease ends."""

    claimed: Claimed
    started_at: datetime
    """When its last attempt began, in the product's time, which is the provider's too."""
    since: datetime
    """When the first of its attempts without an outcome began: it has not arrived before."""
    crashes: int
    """Attempts that a worker died in."""
    retries: int
    """Attempts that failed, or ended as `Unknown`."""
    blind_resends: int
    """How often it was sent again without proof that it was not there."""
    misses: int
    """Looks in a row that did not find it."""
    provider_tells: bool
    """The provider has sent events of other deliveries since then, so that it would have told of this one."""
    late_receipt: str | None
    """The receipt that an attempt wrote down after its lease had ended."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a channel's sender gets to look for."""

    delivery: Delivery
    since: datetime
    """When the first of its attempts without an outcome began: it has not arrived before."""
    since_first: timedelta
    """How long ago that is."""
    since_last: timedelta
    """How long ago its last attempt began."""
    provider_tells: bool
    """As in `Doubted`."""


@dataclass(frozen=True, slots=True)
class Found:
    """It is there."""

    receipt: str


@dataclass(frozen=True, slots=True)
class Absent:
    """It is not where it would be; proof once `ABSENCES` looks have said so."""


@dataclass(frozen=True, slots=True)
class SafeToRepeat:
    """Sending it again has no second effect."""

    left: timedelta | None = None
    """How much longer that holds, after which a look tells more; None: for ever."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nothing can be said."""

    reason: str
    after: timedelta | None = None
    """When to look again; None: looking again would tell no more."""


Evidence = Found | Absent | SafeToRepeat | Unclear


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a look, for the ledger."""

    ref: Ref
    fence: int
    state: State
    due_at: datetime
    """When it is sent again or looked for again."""
    reason: str
    blind_resends: int
    misses: int = 0
    receipt: str | None = None
    direct: str | None = None
    """The direct-message channel in which it was found, where none was known."""
    repeat_until: datetime | None = None
    """It is sent again before that, or looked for; None: whenever its turn comes."""


def judge(doubted: Doubted, evidence: Evidence, now: datetime) -> Verdict:
    """What becomes of a delivery in doubt."""
    match evidence:
        case Found(receipt):
            return _verdict(doubted, State.ACCEPTED, now, "found", receipt=receipt)
        case SafeToRepeat(left):
            return _safe_to_repeat(doubted, left, now)
        case Absent() if doubted.misses + 1 < ABSENCES:
            misses = doubted.misses + 1
            return _verdict(doubted, State.UNCERTAIN, now + LOOKS_APART, "not found yet", misses=misses)
        case Absent():
            return _again(doubted, now, "proved absent")
        case Unclear(reason, after):
            if after is not None and now - doubted.started_at < LONGEST_DOUBT:
                return _verdict(doubted, State.UNCERTAIN, now + after, reason)
            return _without_proof(doubted, now, reason)
        case _:
            assert_never(evidence)


def _opened(claimed: Claimed, receipt: str) -> str | None:
    """The direct message that was opened for it.  A mark's receipt is that of what is marked."""
    to = claimed.recipient
    to_person = to.identity_id is not None and claimed.key.kind is not Kind.MARK
    if not to_person or to.direct is not None or to.address.channel is Channel.EMAIL:
        return None
    return receipt.partition(":")[0]


def _safe_to_repeat(doubted: Doubted, left: timedelta | None, now: datetime) -> Verdict:
    """Send it again while that does no harm.

    What has been tried too often, or would be due too late for that, is looked for afterwards instead.
    """
    if left is not None and (_why_given_up(doubted) or _pause(doubted) >= left):
        return _verdict(doubted, State.UNCERTAIN, now + left, "to be looked for")
    again = _again(doubted, now, "to be sent again without a second effect")
    return again if left is None else replace(again, repeat_until=now + left)


def _again(doubted: Doubted, now: datetime, reason: str) -> Verdict:
    """It is not there: send it, unless it has been tried often enough."""
    if why := _why_given_up(doubted):
        return _verdict(doubted, State.FAILED, now, why)
    return _verdict(doubted, State.READY, now + _pause(doubted), reason)


def _why_given_up(doubted: Doubted) -> str:
    """Why it is not tried again; empty: it is."""
    if doubted.crashes >= MOST_CRASHES:
        return f"{doubted.crashes} attempts that no worker came back from"
    return f"{doubted.retries} attempts in vain" if doubted.retries >= MOST_RETRIES else ""


def _pause(doubted: Doubted) -> timedelta:
    """How long to wait before the next attempt: nothing after the first, then longer and longer."""
    before = doubted.crashes + doubted.retries - 1
    return wait_before(before, doubted.claimed.ref.id) if before > 0 else timedelta(0)


def _without_proof(doubted: Doubted, now: datetime, reason: str) -> Verdict:
    claimed = doubted.claimed
    too_late = claimed.not_after is not None and claimed.not_after <= now
    allowed = RESENDS_WITHOUT_PROOF.get(claimed.key.kind, 0)
    if too_late or _why_given_up(doubted) or doubted.blind_resends >= allowed:
        return _verdict(doubted, State.UNKNOWN, now, reason)
    return _verdict(doubted, State.READY, now, reason, blind_resends=doubted.blind_resends + 1)


def _verdict(
    doubted: Doubted,
    state: State,
    due_at: datetime,
    reason: str,
    *,
    receipt: str | None = None,
    misses: int = 0,
    blind_resends: int | None = None,
) -> Verdict:
    return Verdict(
        ref=doubted.claimed.ref,
        fence=doubted.claimed.fence,
        state=state,
        due_at=due_at,
        reason=reason,
        blind_resends=doubted.blind_resends if blind_resends is None else blind_resends,
        misses=misses,
        receipt=receipt,
        direct=None if receipt is None else _opened(doubted.claimed, receipt),
    )
