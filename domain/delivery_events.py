"""What providers tell later about a delivery that they accepted, and what follows from it."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.deliveries import Ref, State


class EventKind(enum.Enum):
    """What a provider tells of a delivery or an address."""

    PROCESSED = "processed"
    """The provider has it: proof that it was accepted."""
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    BLOCKED = "blocked"
    """Refused this once: full, busy, or distrustful.  Too many of them are a bounce."""
    DROPPED = "dropped"
    """Not passed on, for something in the message."""
    SUPPRESSED = "suppressed"
    """Not passed on, since the address has bounced, complained or unsubscribed before."""
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    OTHER = "other"
    """Deferred, opened, clicked: kept, changes nothing."""


STATE_AFTER: Mapping[EventKind, State] = {
    EventKind.PROCESSED: State.ACCEPTED,
    EventKind.DELIVERED: State.DELIVERED,
    EventKind.BOUNCED: State.BOUNCED,
    EventKind.BLOCKED: State.DROPPED,
    EventKind.DROPPED: State.DROPPED,
    EventKind.SUPPRESSED: State.DROPPED,
}
"""What a delivery becomes; of several events the worst counts, in whatever order they are told."""
STOPPING = frozenset({EventKind.BOUNCED, EventKind.SUPPRESSED, EventKind.COMPLAINED, EventKind.UNSUBSCRIBED})
"""After one of these nothing is sent to the address any more."""
WANTED = frozenset({EventKind.UNSUBSCRIBED, EventKind.COMPLAINED})
"""Events that the person caused herself, because she wants no more mail."""
MOST_BLOCKED = 5
"""Days within `BLOCKED_WITHIN` on which mail to one address was blocked; then it counts as dead."""
BLOCKED_WITHIN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class DeliveryEvent:
    event_id: str
    kind: EventKind
    ref: Ref | None
    address: str
    at: datetime
    reason: str = ""
