"""The installation's web server as somebody outside reaches it, with and without the keys of its callers."""

import hashlib
import hmac
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

import aiohttp

from simulators.base import real_now
from simulators.sendgrid.signing import SigningKey
from simulators.town import Town
from tests.e2e.voices import Team

JSON_TYPE = "application/json"


@dataclass
class Doors:
    """The installation's web server as somebody outside reaches it."""

    town: Town
    team: Team
    session: aiohttp.ClientSession
    statuses: list[int] = field(default_factory=list)

    async def post(self, path: str, body: bytes, headers: Mapping[str, str], kind: str = JSON_TYPE) -> int:
        """The status that a post is answered with, without following where it is sent."""
        given = {"Content-Type": kind, **headers}
        url = f"{self.town.url}{path}"
        async with self.session.post(
            url, data=io.BytesIO(body), headers=given, allow_redirects=False
        ) as answer:
            await answer.read()
            self.statuses.append(answer.status)
            return answer.status

    async def get(self, path: str, method: str = "GET") -> tuple[int, str]:
        async with self.session.request(method, f"{self.town.url}{path}", allow_redirects=False) as answer:
            return answer.status, await answer.text()

    def by_slack(self, body: bytes, secret: str = "", at: int | None = None) -> dict[str, str]:
        """Signed as Slack signs, by its own secret unless another one is given."""
        timestamp = str(int(real_now().timestamp()) if at is None else at)
        key = secret or self.town.services.slack.signing_secret
        digest = hmac.new(key.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}

    def by_sendgrid(self, body: bytes, key: SigningKey | None = None, ago: int = 0) -> dict[str, str]:
        """Signed as SendGrid signs its events, by its own key unless another one is given."""
        signing = key or self.town.services.sendgrid.account.event_key
        return signing.headers(body, int(real_now().timestamp()) - ago)

    def parsed_by_sendgrid(self, body: bytes) -> dict[str, str]:
        key = self.town.services.sendgrid.account.inbound_key
        return key.headers(body, int(real_now().timestamp()))

    @property
    def inbound(self) -> str:
        """The path of the address that received mail is posted to, its secret included."""
        return self.town.services.sendgrid.inbound_url.removeprefix(self.town.url)
