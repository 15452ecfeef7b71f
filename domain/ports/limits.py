"""How often something may be done, counted for all processes together."""

from datetime import datetime, timedelta
from typing import Protocol


class Limits(Protocol):
    """Belongs to the installation; a name is kept as its digest alone, so it tells nothing of anybody."""

    def allow(self, name: str, now: datetime, window: timedelta, most: int = 1) -> bool:
        """Count one more; whether it is one of the first `most` in a window, which begins with the first."""
