"""What a sender hears of a provider's limits on its way: all workers are told at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from domain.deliveries import Later, Parcel


@dataclass(frozen=True, slots=True)
class Spread:
    """The provider has said how many calls are left: all workers together make one so often and no more."""

    apart: timedelta
    """None at all: as many as one likes."""


Heard = Callable[[Parcel, Later | Spread], None]
"""Takes in what was heard with a parcel: a refusal that closes something, or how calls are to be spread."""


def unheard(_parcel: Parcel, _told: Later | Spread) -> None:
    """For whoever sends alone."""
