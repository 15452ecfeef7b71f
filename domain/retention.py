"""How long what came and went is kept.  What people wrote is kept elsewhere and is not touched by it."""

from dataclasses import dataclass
from datetime import timedelta

LEAST_DELIVERIES = timedelta(days=31)
"""Digests reach back a month, and so may a delivery that is still to be sent."""
LEAST_INBOX = timedelta(days=7)
"""SendGrid offers a mail again for three days and its events for one; whoever reads them wants a week."""


@dataclass(frozen=True, slots=True)
class Retention:
    """How long each is kept."""

    deliveries: timedelta = timedelta(days=90)
    """Deliveries, their attempts and what providers tell of them."""
    inbox: timedelta = timedelta(days=30)
    """The raw form of what arrived; as long as "the same again" is remembered."""
