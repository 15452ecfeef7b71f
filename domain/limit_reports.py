"""What a sender learns of a provider's limits while it sends; all workers are told at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from domain.deliveries import Delivery, Later


@dataclass(frozen=True, slots=True)
class CallSpacing:
    """The provider has said how many calls are left; all workers together spread them evenly."""

    apart: timedelta
    """Between two calls; zero: there is no limit."""


ReportLimit = Callable[[Delivery, Later | CallSpacing], None]
"""Called with the delivery that was being sent and what its provider said: a refusal that closes something,
or how calls are to be spread."""


def ignore_limit(_delivery: Delivery, _told: Later | CallSpacing) -> None:
    """A `ReportLimit` for a sender without other workers beside it."""
