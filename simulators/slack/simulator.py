"""The simulated Slack as tests and the demo hold it."""

import json
import secrets
from collections.abc import Iterable
from typing import Final

import aiohttp
from aiohttp import web

from simulators.base import Fault, Now, Server, real_now
from simulators.slack import payloads
from simulators.slack.api import WebApi
from simulators.slack.http_carrier import HttpCarrier
from simulators.slack.interacting import Interacting
from simulators.slack.manifest import EVERYTHING, Manifest
from simulators.slack.state import Channel, Json, Kind, User, Workspace


class SlackSimulator(Interacting):
    """One app, in any number of workspaces.

    Args:
        now: the time that the service lives in: timestamps, events, response_urls, rate limits.  Signatures,
            trigger ids and the three seconds for an answer go by real time.
        port: of loopback; 0 takes a free one.
        manifest: what the app asks for and is granted; everything that the simulator knows, by default.
    """

    def __init__(
        self,
        now: Now = real_now,
        port: int = 0,
        manifest: Manifest = EVERYTHING,
    ) -> None:
        super().__init__(now, manifest)
        self.app_id = self.state.new_id("A")
        self.signing_secret = secrets.token_hex(16)
        self.app_token = f"xapp-1-{self.app_id}-{self.state.number()}-{secrets.token_hex(32)}"
        self._server = Server(self._routes(), port)
        self._session: aiohttp.ClientSession | None = None

    @property
    def api_url(self) -> str:
        """For `AsyncWebClient(base_url=...)`."""
        return f"{self.url}/api/"

    async def start(self) -> None:
        await self._server.start()
        self.url = self._server.url
        self._session = aiohttp.ClientSession()

    async def stop(self) -> None:
        await self.delivery.stop()
        await self.sockets.drop()
        if self._session is not None:
            await self._session.close()
        await self._server.stop()

    def add_workspace(self, name: str, domain: str, scopes: Iterable[str] | None = None) -> Workspace:
        """Install the app in a new workspace with `scopes`, those of the manifest by default."""
        bot_user_id, team_id = self.state.new_id("U"), self.state.new_id("T")
        token = f"xoxb-{self.state.number()}-{self.state.number()}-{secrets.token_hex(12)}"
        workspace = Workspace(
            team_id,
            name,
            domain,
            self.manifest.scopes if scopes is None else frozenset(scopes),
            token,
            bot_user_id,
            self.state.new_id("B"),
            self.app_id,
            self.app_token,
            self.signing_secret,
        )
        bot = User(bot_user_id, team_id, "donelog", "donelog", "America/Los_Angeles", "", is_bot=True)
        self.state.workspaces[team_id] = workspace
        self.state.users[bot_user_id] = bot
        return workspace

    def add_user(
        self,
        workspace: Workspace,
        name: str,
        real_name: str,
        tz: str,
        email: str,
        *,
        is_admin: bool = False,
    ) -> User:
        user = User(self.state.new_id("U"), workspace.team_id, name, real_name, tz, email, is_admin)
        self.state.users[user.user_id] = user
        return user

    def add_channel(
        self, workspace: Workspace, name: str, members: Iterable[User] = (), *, private: bool = False
    ) -> Channel:
        """A channel without the bot; `invite_bot` brings it in."""
        ids = [member.user_id for member in members]
        kind: Kind = "group" if private else "channel"
        channel = Channel(self.state.new_id("C"), workspace.team_id, name, kind, ids)
        self.state.channels[channel.channel_id] = channel
        return channel

    async def deliver_over_http(self, events_url: str) -> None:
        """Send everything to `events_url` from now on, after it has answered the challenge.

        Raises:
            ValueError: it did not answer the challenge.
        """
        if self._session is None:
            raise ValueError("the simulator has not started")
        carrier = HttpCarrier(self._session, events_url, self.signing_secret)
        if not await carrier.verify_url(payloads.VERIFICATION_TOKEN, self.delivery.ack_timeout):
            raise ValueError(f"{events_url} did not answer the challenge")
        self.delivery.carrier = carrier

    async def redeliver(self, payload: Json) -> None:
        """Send one of `delivery.events` once more, marked as a retry."""
        await self.delivery.again(payload)

    async def settled(self) -> None:
        """Return once the app has taken every event that it caused itself."""
        await self.delivery.settled()

    def refuse(self, method: str, error: str, times: int = 1) -> None:
        """Let the next `times` calls of `method` answer `error`, without effect."""
        body = json.dumps({"ok": False, "error": error})
        self.journal.fail(method, Fault(status=200, headers=_JSON, body=body), times)

    def ratelimit(self, method: str, retry_after: int, times: int = 1) -> None:
        """Let the next `times` calls of `method` answer 429; `retry_after` in seconds."""
        body = json.dumps({"ok": False, "error": "ratelimited"})
        headers = {**_JSON, "Retry-After": str(retry_after)}
        self.journal.fail(method, Fault(status=429, headers=headers, body=body), times)

    def _routes(self) -> web.Application:
        api = WebApi(
            self.state,
            self.journal,
            self.limits,
            self._emit_in_background,
            self._triggers.exchange,
            self._socket_url,
        )
        app = web.Application()
        app.router.add_route("*", "/api/{method}", api.handle)
        app.router.add_get("/link/", self.sockets.handle)
        app.router.add_post("/{kind:commands|actions}/{team}/{number}/{secret}", self._responses.handle)
        return app

    def _socket_url(self, app_id: str) -> str:
        return (
            f"{self.url.replace('http', 'ws', 1)}/link/?ticket={self.sockets.ticket(app_id)}&app_id={app_id}"
        )


_JSON: Final = {"Content-Type": "application/json; charset=utf-8"}
