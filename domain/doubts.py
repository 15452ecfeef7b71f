"""Deliveries of which nobody can tell whether they were sent: what is looked for, and what follows from it.

An attempt that ended without an outcome is settled by evidence.  Only what cannot be settled is sent again,
at most `SENT_AGAIN_BLINDLY` times, and then shown to an admin.  What that promises: `docs/why/deliveries.md`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from domain.deliveries import MOST_ATTEMPTS, Claimed, Kind, Parcel, Ref, State
from domain.people import Channel

SENT_AGAIN_BLINDLY: Mapping[Kind, int] = {
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
"""Looks without finding it, so far apart, that prove that it is not there: a history may lag behind."""
LONGEST_DOUBT = timedelta(hours=1)
"""After that nothing more is hoped for from looking."""
DOUBT_ENDS = timedelta(hours=6)
"""After that it is given up even if no worker came back from a look."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """A delivery in doubt that this worker alone may look for until its lease ends."""

    claimed: Claimed
    started_at: datetime
    """When its last attempt began, in the product's time, which is the provider's too."""
    vain: int
    """Attempts without an outcome."""
    blind: int
    """How often it was sent again without proof."""
    absent: int
    """Looks in a row that did not find it."""
    heard: bool
    """Since then the provider has told something about other deliveries."""
    told: str | None
    """What the attempt whose lease had ended wrote down as its receipt."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a channel's sender gets to look for."""

    parcel: Parcel
    started_at: datetime
    age: timedelta
    """Since the last attempt began."""
    heard: bool


@dataclass(frozen=True, slots=True)
class Found:
    """It is there."""

    receipt: str


@dataclass(frozen=True, slots=True)
class Absent:
    """Where it would be, it is not; proof once it was said twice."""


@dataclass(frozen=True, slots=True)
class Harmless:
    """Sending it again has no second effect."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nothing can be said."""

    reason: str
    after: timedelta | None = None
    """When to look again; None: looking again would tell no more."""


Evidence = Found | Absent | Harmless | Unclear


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a look, for the ledger."""

    ref: Ref
    fence: int
    state: State
    due_at: datetime
    """When it is sent again or looked for again."""
    reason: str
    blind: int
    absent: int = 0
    receipt: str | None = None


def judge(doubted: Doubted, evidence: Evidence, now: datetime) -> Verdict:
    """What becomes of a delivery in doubt."""
    match evidence:
        case Found(receipt):
            return _verdict(doubted, State.ACCEPTED, now, "found", receipt=receipt)
        case Harmless():
            return _again(doubted, now, "to be sent again without a second effect")
        case Absent() if doubted.absent + 1 < ABSENCES:
            absent = doubted.absent + 1
            return _verdict(doubted, State.UNCERTAIN, now + LOOKS_APART, "not found yet", absent=absent)
        case Absent():
            return _again(doubted, now, "proved absent")
        case Unclear(reason, after):
            if after is not None and now - doubted.started_at < LONGEST_DOUBT:
                return _verdict(doubted, State.UNCERTAIN, now + after, reason)
            return _without_proof(doubted, now, reason)
        case _:
            assert_never(evidence)


def _again(doubted: Doubted, now: datetime, reason: str) -> Verdict:
    """It is not there: send it, unless it has been tried often enough."""
    if doubted.vain >= MOST_ATTEMPTS:
        return _verdict(doubted, State.FAILED, now, f"{doubted.vain} attempts without an outcome")
    return _verdict(doubted, State.READY, now, reason)


def _without_proof(doubted: Doubted, now: datetime, reason: str) -> Verdict:
    claimed = doubted.claimed
    too_late = claimed.not_after is not None and claimed.not_after <= now
    allowed = SENT_AGAIN_BLINDLY.get(claimed.key.kind, 0)
    often = doubted.vain >= MOST_ATTEMPTS or doubted.blind >= allowed
    if too_late or often:
        return _verdict(doubted, State.UNKNOWN, now, reason)
    return _verdict(doubted, State.READY, now, reason, blind=doubted.blind + 1)


def _verdict(
    doubted: Doubted,
    state: State,
    due_at: datetime,
    reason: str,
    *,
    receipt: str | None = None,
    absent: int = 0,
    blind: int | None = None,
) -> Verdict:
    return Verdict(
        ref=doubted.claimed.ref,
        fence=doubted.claimed.fence,
        state=state,
        due_at=due_at,
        reason=reason,
        blind=doubted.blind if blind is None else blind,
        absent=absent,
        receipt=receipt,
    )
