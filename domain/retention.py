"""How long deliveries and inbox items are kept.  Answers and dones are kept for good."""

from dataclasses import dataclass
from datetime import timedelta

SENDABLE = timedelta(days=31)
"""How long ago the day of a delivery may be; what is older is given up as expired."""
DIGESTS_LOOK_BACK = timedelta(days=31)
"""How far a digest reaches back at most, when none has been accepted for long."""
LEAST_DELIVERIES = max(SENDABLE, DIGESTS_LOOK_BACK)
LEAST_INBOX = timedelta(days=7)
"""SendGrid offers a mail again for three days and its events for one; whoever reads them wants a week."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each is kept."""

    deliveries: timedelta = timedelta(days=90)
    """Deliveries, their attempts and what providers tell of them."""
    inbox: timedelta = timedelta(days=30)
    """The raw form of what arrived; as long as "the same again" is remembered."""
