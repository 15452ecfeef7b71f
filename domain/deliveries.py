"""The ledger's vocabulary: what a delivery is, what may become of it.

A delivery is one message to a provider.  Its row is committed before anything is sent; the key says what
"once" means.  An attempt is recorded before the call, its outcome after.

What is made for every delivery on its way is a `NamedTuple`, in a fifth of the time of a frozen dataclass.
"""

import enum
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from domain.facts import Facts
from domain.messages import Message
from domain.people import Address, Identity


class Kind(enum.IntEnum):
    """Why something is sent; the numbers are stored.  Subject and target of each key stand beside it."""

    PROMPT = 1  # subject: the person; day: her log day
    DIGEST = 2  # subject: the team; target: the digest target; day: the date it is sent
    DIGEST_MAIL = 3  # subject: the team; target: the person; day: the date it is sent
    REPLY = 4  # subject: the inbox item it answers; day: the item's UTC day
    MARK = 5  # subject: the inbox item; a check mark on the message that it holds
    INVITATION = 6  # subject: the person; target: the team; day: the UTC day of the invitation
    NOTICE = 7  # subject: who is told; target: the address that refuses, below 0: a closing; day: the UTC day
    QUESTION = 8  # subject: who is asked; target: 0 whose a mail is, 1 whether she is away; day: the UTC day
    REMARK = 9  # subject: the inbox item that remarks; target: whose lines they are; day: the item's UTC day


class State(enum.IntEnum):
    """What has become of a delivery; the numbers are stored."""

    READY = 1
    SENDING = 2
    UNCERTAIN = 3
    """An attempt ended without an outcome: it may have been sent."""
    ACCEPTED = 4
    DELIVERED = 5
    BOUNCED = 6
    DROPPED = 7
    FAILED = 8
    EXPIRED = 9
    CANCELLED = 10
    UNKNOWN = 11
    """Uncertain for good; an admin is shown it."""


LEASE = timedelta(seconds=60)
CALL_DEADLINE = timedelta(seconds=20)
"""The whole of one call to a provider, on the wall clock; shorter than the lease."""


SENT_STATES = frozenset({State.ACCEPTED, State.DELIVERED})
CANCELLABLE_STATES = frozenset({State.READY, State.UNCERTAIN})
"""An uncertain one may have been sent once; it is not sent again."""
MOVABLE_STATES = frozenset({State.READY, State.FAILED, State.BOUNCED, State.DROPPED})
"""It has not arrived for certain, so that it may be asked at another address."""
MISSED_STATES = frozenset({State.EXPIRED, State.FAILED, State.BOUNCED, State.DROPPED, State.UNKNOWN})
"""It ended, and as far as anybody can tell it never arrived."""
RETRIABLE_STATES = frozenset({State.FAILED, State.BOUNCED, State.DROPPED, State.CANCELLED, State.UNKNOWN})
"""From these an admin may have a delivery sent again."""
TROUBLED_STATES = frozenset({State.UNCERTAIN, State.UNKNOWN})
"""In doubt now, or for good."""
DIGEST_KINDS = frozenset({Kind.DIGEST, Kind.DIGEST_MAIL})


class Key(NamedTuple):
    """What "once" means: no two deliveries have the same key."""

    day: date
    kind: Kind
    subject: int
    target: int = 0
    part: int = 0
    try_: int = 0
    """Raised only when a delivery moves to the person's next channel."""


class Recipient(NamedTuple):
    address: Address
    """A person's address, or the channel of a digest as `external_id`."""
    direct: str | None = None
    """The direct-message channel already open with the person."""
    identity_id: int | None = None
    """None when it goes to a channel."""

    @staticmethod
    def at(identity: Identity) -> "Recipient":
        """A person, at that address of hers."""
        return Recipient(identity.address, identity.direct, identity.id)


@dataclass(frozen=True, slots=True)
class NewDelivery:
    key: Key
    organization_id: int
    recipient: Recipient
    due_at: datetime
    person_id: int | None = None
    not_after: datetime | None = None
    facts: Facts | None = None
    """None: gathered at the first claim."""
    answers: str = ""
    """What it answers or marks, as the channel names it: a thread, a message, a mail's Message-ID."""


class Ref(NamedTuple):
    """A row of the ledger."""

    day: date
    id: int

    def __str__(self) -> str:
        return f"{self.day.isoformat().replace('-', '')}-{self.id}"

    @staticmethod
    def parse(text: str) -> "Ref":
        """Read back what `str` gave.

        Raises:
            ValueError: it is not of that form.
        """
        day, _, number = text.partition("-")
        return Ref(date.fromisoformat(f"{day[:4]}-{day[4:6]}-{day[6:]}"), int(number))


class Claimed(NamedTuple):
    """A delivery that this worker alone may send until its lease ends."""

    ref: Ref
    key: Key
    organization_id: int
    recipient: Recipient
    facts: Facts | None
    fence: int
    attempt: int
    due_at: datetime
    person_id: int | None = None
    answers: str = ""
    not_after: datetime | None = None
    wait: timedelta = timedelta(0)
    """From the claim until its turn at the provider."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed delivery as a channel's sender gets it: message, recipient, and how it is found again."""

    ref: Ref
    attempt: int
    kind: Kind
    organization_id: int
    person_id: int | None
    recipient: Recipient
    message: Message | None
    """None for a check mark."""
    day: date
    """The log day or date it is about: mails of one day are a thread."""
    answers: str = ""
    unsubscribe: bool = False
    """It is sent regularly, so a mail of it carries a way to stop it."""
    wait: timedelta = timedelta(0)
    """From when it is handed over until its turn at the provider."""
    address_version: int = 0
    """Of her own mail address, which the mail comes from."""


@dataclass(frozen=True, slots=True)
class Sent:
    receipt: str
    """What the provider calls it: `channel:ts`, `channel:message`, a mail's Message-ID."""
    direct: str | None = None
    """The direct-message channel that was opened for it."""


class LimitScope(enum.IntEnum):
    """The calls that one of a provider's limits is about."""

    EVERYTHING = 0
    """All that the provider offers."""
    POST = 1
    MARK = 2
    OPEN = 3
    """Opening a direct message."""
    WORKSPACE = 4
    """All that one workspace lets us do."""


PROBED_SCOPES = frozenset({LimitScope.EVERYTHING, LimitScope.WORKSPACE})
"""Once closed these open for one call at a time, until one goes through."""
REFUSED_FOR = timedelta(minutes=5)
"""How long nothing is called with a credential that was refused, until one call tries it again."""


@dataclass(frozen=True, slots=True)
class Later:
    """Not sent for certain; try again."""

    reason: str
    after: timedelta | None = None
    """What the provider asks to wait; None: our own back-off."""
    closes: LimitScope | None = None
    """What is closed to all workers for that long; if in `PROBED_SCOPES`, until one call goes through."""
    of_credential: bool = False
    """What we log in with was refused, so that somebody has to mend it."""


class RefusalScope(enum.Enum):
    """How far a refusal for good reaches."""

    MESSAGE = "message"
    """This message alone."""
    ADDRESS = "address"
    """Nothing reaches her there any more."""
    WORKSPACE = "workspace"
    """Nobody in that workspace can be written to until somebody mends it."""


@dataclass(frozen=True, slots=True)
class Never:
    """Refused for good."""

    reason: str
    scope: RefusalScope = RefusalScope.MESSAGE


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell whether it was sent: a time-out, or a connection broken once the request was out."""

    evidence: str


Outcome = Sent | Later | Never | Unknown


class Result(NamedTuple):
    """An attempt's end, for the ledger."""

    ref: Ref
    fence: int
    attempt: int
    outcome: Outcome
