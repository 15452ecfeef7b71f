"""How many calls are left, and until when, as SendGrid's answers tell.

https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/rate-limits
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta

from domain.ports.front import Clock

LONGEST_PAUSE = timedelta(hours=1)
WORTH_A_WORD = timedelta(milliseconds=100)
"""Calls that may be made more often than this are not spread."""
LATER = timedelta(milliseconds=50)
"""Beyond the end of a window: it is told in whole seconds, by another clock."""
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
        """How far calls are to lie apart so that those left last until the window ends; 0: as one likes."""

    def learn(self, headers: Mapping[str, str]) -> None:
        """Of an answer, whatever it says."""
        left, pause = headers.get("X-RateLimit-Remaining", ""), self.pause(headers)
        if pause is None or not left.isdecimal():
            self.apart = _NOTHING
            return
        apart = (pause + LATER) / (int(left) + 1)
        self.apart = apart if apart >= WORTH_A_WORD else _NOTHING
        if left == "0":
            self._used_up_until = asyncio.get_running_loop().time() + (pause + LATER / 2).total_seconds()

    def closed(self) -> timedelta | None:
        """How long no call is to be made, because none is left."""
        left = self._used_up_until - asyncio.get_running_loop().time()
        return timedelta(seconds=left) if left > 0 else None

    def is_news(self) -> bool:
        """Whether it has to be told; once calls need not be spread any more that is told once."""
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
