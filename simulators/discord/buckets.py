"""Rate limits. They live in real time even where the simulated clock does not: a client waits for them.

https://docs.discord.com/developers/topics/rate-limits
"""

import hashlib
import time
from dataclasses import dataclass, field

GLOBAL_LIMIT = 50
"""Requests a second of one bot, over all routes but those that answer interactions."""

_MESSAGES = "/channels/{channel_id}/messages"
_ROUTE_LIMITS: dict[tuple[str, str], tuple[int, float]] = {
    ("POST", _MESSAGES): (5, 5.0),
    ("PATCH", _MESSAGES + "/{message_id}"): (5, 5.0),
    ("DELETE", _MESSAGES + "/{message_id}"): (5, 1.0),
    ("GET", _MESSAGES): (5, 5.0),
    ("PUT", _MESSAGES + "/{message_id}/reactions/{emoji_name}/@me"): (4, 1.0),
    ("POST", "/users/@me/channels"): (10, 10.0),
}
"""Requests and seconds. Discord publishes none of these: clients learn them from headers."""
_OTHERWISE = (10, 1.0)


@dataclass(slots=True)
class _Window:
    ends: float
    used: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the limits say to one request; `retry_after` in seconds, None when it may pass."""

    headers: dict[str, str]
    retry_after: float | None = None
    everywhere: bool = False


@dataclass(slots=True)
class Buckets:
    """Counts requests in fixed windows, for each route with its top-level resource and for each bot."""

    enforced: bool = False
    """Off: each request finds its bucket fresh, and the headers say so."""
    global_limit: int = GLOBAL_LIMIT
    _windows: dict[str, _Window] = field(default_factory=dict)

    def ask(self, bot: str | None, verb: str, template: str, resource: str) -> Verdict:
        """Count a request of `bot` (None: one that carries no bot token and has no global limit)."""
        if self.enforced and bot is not None:
            wait = self._take(f"global {bot}", self.global_limit, 1.0)[1]
            if wait is not None:
                return Verdict({}, retry_after=wait, everywhere=True)
        limit, seconds = _ROUTE_LIMITS.get((verb, template), _OTHERWISE)
        name = hashlib.md5(f"{verb} {template}".encode(), usedforsecurity=False).hexdigest()
        if not self.enforced:
            return Verdict(_headers(name, limit, limit - 1, seconds))
        remaining, wait = self._take(f"{name} {bot} {resource}", limit, seconds)
        window = self._windows[f"{name} {bot} {resource}"]
        return Verdict(_headers(name, limit, remaining, window.ends - time.monotonic()), retry_after=wait)

    def _take(self, key: str, limit: int, seconds: float) -> tuple[int, float | None]:
        moment = time.monotonic()
        window = self._windows.get(key)
        if window is None or window.ends <= moment:
            window = self._windows[key] = _Window(ends=moment + seconds)
        if window.used >= limit:
            return 0, round(window.ends - moment, 3)
        window.used += 1
        return limit - window.used, None


def _headers(bucket: str, limit: int, remaining: int, reset_after: float) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset": f"{time.time() + reset_after:.3f}",
        "X-RateLimit-Reset-After": f"{reset_after:.3f}",
        "X-RateLimit-Bucket": bucket,
    }
