"""Rate limits, off until switched on.

https://docs.slack.dev/apis/web-api/rate-limits: by method, workspace and app, in tiers of calls a minute;
posting is one message a second in each conversation.
"""

import math
from collections import defaultdict, deque
from datetime import datetime, timedelta

from simulators.base import Now
from simulators.slack.contract import Method, Tier

_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)


class RateLimits:
    """Counts calls in the simulated service's own time, so that a virtual clock opens a closed window."""

    def __init__(self, now: Now) -> None:
        self._now = now
        self._on = False
        self._minute = _MINUTE
        self._taken: dict[tuple[str, ...], deque[datetime]] = defaultdict(deque)

    def switch_on(self, minute: timedelta = _MINUTE) -> None:
        """Keep them; `minute`: how long one lasts, so that what takes many need not."""
        self._on = True
        self._minute = minute

    def wait(self, method: Method, team_id: str, channel_id: str) -> int:
        """Seconds for `Retry-After`; 0 if the call may pass, which is then counted."""
        if not self._on or method.tier is Tier.UNLIMITED:
            return 0
        budgets: list[tuple[tuple[str, ...], int, timedelta]] = [
            ((method.name, team_id), method.tier.value, self._minute)
        ]
        if method.tier is Tier.POSTING:
            budgets.append(((method.name, team_id, channel_id), 1, _SECOND))
        longest = max(self._left(*budget) for budget in budgets)
        if longest <= timedelta(0):
            for key, _, _ in budgets:
                self._taken[key].append(self._now())
            return 0
        return math.ceil(longest.total_seconds())

    def _left(self, key: tuple[str, ...], most: int, span: timedelta) -> timedelta:
        taken, now = self._taken[key], self._now()
        while taken and taken[0] <= now - span:
            taken.popleft()
        return taken[0] + span - now if len(taken) >= most else timedelta(0)
