"""How many calls are left, and until when, as SendGrid's answers tell.

https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from domain.ports.front import Clock

LONGEST_PAUSE = timedelta(hours=1)
SHORTEST_SPACING = timedelta(milliseconds=100)
"""Calls that may be made at shorter intervals than this are not spread."""
LATER = timedelta(milliseconds=50)
"""Added to the end of a window, which SendGrid tells in whole seconds and by its own clock."""
_NOTHING = timedelta(0)


class Allowance:
    """The calls that are left in SendGrid's window; what all processes share follows from `apart`.

    Args:
        clock: tells how long SendGrid's own "until" is from now.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._used_up_until = 0.0
        self._told = _NOTHING
        self.apart = _NOTHING
        """Time between calls so that those that are left last until the window ends; 0: any."""

    def learn(self, headers: Mapping[str, str]) -> None:
        """Take in the rate-limit headers of an answer, whatever its status."""
        left, pause = headers.get("X-RateLimit-Remaining", ""), self.pause(headers)
        if pause is None or not left.isdecimal():
            self.apart = _NOTHING
            return
        apart = (pause + LATER) / (int(left) + 1)
        self.apart = apart if apart >= SHORTEST_SPACING else _NOTHING
        if left == "0":
            self._used_up_until = asyncio.get_running_loop().time() + (pause + LATER / 2).total_seconds()

    def closed(self) -> timedelta | None:
        """How long no call may be made, because none is left."""
        left = self._used_up_until - asyncio.get_running_loop().time()
        return timedelta(seconds=left) if left > 0 else None

    def is_news(self) -> bool:
        """Whether the other workers must be told: of each spacing, and once of its end."""
        told, self._told = self._told, self.apart
        return self.apart > _NOTHING or told > _NOTHING

    def pause(self, headers: Mapping[str, str]) -> timedelta | None:
        """How long to wait by Retry-After, else by the second at which SendGrid's window ends."""
        try:
            if "Retry-After" in headers:
                pause = timedelta(seconds=float(headers["Retry-After"]))
            else:
                reset = float(headers["X-RateLimit-Reset"])
                pause = timedelta(seconds=reset - self._clock.real().timestamp())
        except (KeyError, ValueError, OverflowError):
            return None
        return pause if _NOTHING < pause <= LONGEST_PAUSE else None
