"""How SendGrid posts to the product: signed, retried, and for inbound mail sometimes never again.

Inbound Parse retries after a 5xx alone; a 3xx or 4xx loses the mail for ever, and nobody is told
(https://support.sendgrid.com/hc/en-us/articles/46513815674395).  The Event Webhook retries after anything
but a 2xx (https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event).
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp

from simulators.base import Journal, real_now
from simulators.sendgrid.signing import SigningKey

NO_ANSWER = 0
"""Stands for a status where the product did not answer at all."""
_DEADLINE = aiohttp.ClientTimeout(total=30)


@dataclass(frozen=True, slots=True)
class Post:
    """Something to be posted, and posted again until it is taken."""

    url: str
    content_type: str
    body: bytes
    key: SigningKey | None
    """Signs each try; None: no signature headers, as without a security policy."""
    signed_at: int
    """The second of the first try, real time."""
    once_refused_lost: bool
    """Whether a 3xx or 4xx ends it (inbound mail)."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A try, for tests to look at or to repeat."""

    post: Post
    status: int


class Poster:
    def __init__(self, journal: Journal) -> None:
        self.retry_delays: Sequence[float] = (0.05, 0.2, 0.5)
        """Seconds between tries; after the last the post waits in `waiting`."""
        self.renews_timestamp = True
        """Whether a retry is signed anew; what the real service does is not documented."""
        self.waiting: list[Post] = []
        self.posted: list[Posted] = []
        self._journal = journal
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        self._session = aiohttp.ClientSession(timeout=_DEADLINE, trust_env=False)

    async def stop(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def send(self, post: Post) -> int:
        """Post until it is taken or lost; the last status, `NO_ANSWER` where there was none."""
        status = await self._try(post)
        for delay in self.retry_delays:
            if not self._tried_again(post, status):
                return status
            await asyncio.sleep(delay)
            status = await self._try(post)
        if self._tried_again(post, status):
            self.waiting.append(post)
        return status

    async def send_waiting(self) -> list[int]:
        """Try everything that waits once more, as the real service does for hours."""
        waiting, self.waiting = self.waiting, []
        return [await self.send(post) for post in waiting]

    def _tried_again(self, post: Post, status: int) -> bool:
        if status == NO_ANSWER or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return True
        return status >= HTTPStatus.MULTIPLE_CHOICES and not post.once_refused_lost

    async def _try(self, post: Post) -> int:
        if self._session is None:
            raise RuntimeError("the simulator has not been started")
        signed_at = int(real_now().timestamp()) if self.renews_timestamp else post.signed_at
        headers = post.key.headers(post.body, signed_at) if post.key else {}
        headers |= {"Content-Type": post.content_type, "User-Agent": "Sendlib/1.0"}
        try:
            async with self._session.post(
                post.url, data=post.body, headers=headers, allow_redirects=False
            ) as answer:
                await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError):
            status = NO_ANSWER
        self.posted.append(Posted(post, status))
        if (
            post.once_refused_lost
            and HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.INTERNAL_SERVER_ERROR
        ):
            self._journal.problems.append(f"an inbound mail was answered {status} and is lost")
        return status
