"""The Events API and interactivity over HTTP, signed.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import json
import time
import uuid
from http import HTTPStatus
from urllib.parse import urlencode

import aiohttp

from simulators.slack.delivery import Ack, Letter
from simulators.slack.state import Json

_FORM = "application/x-www-form-urlencoded"


class HttpCarrier:
    """Posts to one address, which serves events, commands and interactions alike."""

    def __init__(self, session: aiohttp.ClientSession, url: str, signing_secret: str) -> None:
        self._session = session
        self._url = url
        self._signing_secret = signing_secret

    async def send(self, letter: Letter, ack_timeout: float) -> Ack:
        body, content_type = _encoded(letter)
        headers = {"Content-Type": content_type}
        if letter.retry_num:
            headers |= {
                "X-Slack-Retry-Num": str(letter.retry_num),
                "X-Slack-Retry-Reason": letter.retry_reason,
            }
        try:
            async with asyncio.timeout(ack_timeout):
                return await self._post(body, headers)
        except TimeoutError:
            return Ack(reason="http_timeout")
        except aiohttp.ClientError:
            return Ack(reason="connection_failed")

    async def verify_url(self, token: str, ack_timeout: float) -> bool:
        """Whether the address answers the challenge: https://docs.slack.dev/reference/events/url_verification."""
        challenge = uuid.uuid4().hex
        letter = Letter("events_api", {"token": token, "challenge": challenge, "type": "url_verification"})
        ack = await self.send(letter, ack_timeout)
        return ack.taken and ack.body in (challenge, {"challenge": challenge})

    async def _post(self, body: bytes, headers: dict[str, str]) -> Ack:
        signed = (
            headers | self._signature(body) | {"User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)"}
        )
        async with self._session.post(self._url, data=body, headers=signed, allow_redirects=False) as answer:
            if answer.status >= HTTPStatus.MULTIPLE_CHOICES:
                final = answer.headers.get("X-Slack-No-Retry") == "1"
                return Ack(reason="http_error", final=final)
            return Ack(taken=True, body=_decoded(answer.content_type, await answer.text()))

    def _signature(self, body: bytes) -> dict[str, str]:
        """Signed with real time: an app refuses what is older than five minutes of its own clock."""
        timestamp = str(int(time.time()))
        base = b"v0:" + timestamp.encode() + b":" + body
        digest = hmac.new(self._signing_secret.encode(), base, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


def _encoded(letter: Letter) -> tuple[bytes, str]:
    if letter.kind == "events_api":
        return json.dumps(letter.payload).encode(), "application/json"
    fields: Json = letter.payload
    if letter.kind == "interactive":
        fields = {"payload": json.dumps(letter.payload)}
    return urlencode(fields).encode(), _FORM


def _decoded(content_type: str, text: str) -> object:
    if not text:
        return None
    if content_type == "application/json":
        try:
            return json.loads(text)
        except ValueError:
            return text
    return text
