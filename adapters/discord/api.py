"""The REST API as this adapter uses it: discord.py's HTTP layer without its waiting and its retries.

That layer sleeps inside a call until a rate limit is over, for longer than a call may take here; so its
buckets hold nobody back, a 429 is an answer like any other, and the pace is kept by us.
"""

import asyncio
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from aiohttp.client_middlewares import ClientHandlerType, ClientMiddlewareType
from discord import HTTPException, RateLimited
from discord.http import HTTPClient, Ratelimit, Route

from adapters.common.short_answers import ShortResponse
from adapters.discord.limits import Pace, Routes
from adapters.discord.outcomes import BAN_PROBED_EVERY, LimitedEverywhere, ServerSaidNo
from domain.deliveries import CALL_DEADLINE

Json = dict[str, Any]

MOST_CONNECTIONS = 50
CALLS_A_SECOND = 49.5
"""Discord takes 50 of one bot.  What is sent is paced for all processes together before it comes here.

https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
"""
NEVER_WAIT_SECONDS = 0.001
NO_TIMEOUT = aiohttp.ClientTimeout()
"""Of a request: the deadline is that of the call as a whole."""
RETRIED_STATUSES = frozenset({500, 502, 504, 524})
"""Those after which discord.py would try again by itself."""
MOST_IN_PAGE = 100
THREAD_MINUTES = 4320
"""How long a silent thread stays in the list of channels: three days."""


_called: ContextVar[tuple[str, str]] = ContextVar("_called", default=("", ""))
"""What this task is calling, for the hook that sees the answer before discord.py reads it."""
_limited_everywhere: ContextVar[bool] = ContextVar("_limited_everywhere", default=False)


class _Open(Ratelimit):
    """A bucket that lets everything pass at once and learns nothing."""

    async def acquire(self) -> None:
        return

    async def __aexit__(self, *_: object) -> None:
        return

    def update(self, response: aiohttp.ClientResponse, *, use_clock: bool = False) -> None:  # noqa: ARG002 -- overrides
        return


class _Http(HTTPClient):
    """Lets somebody see each answer before discord.py does."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, connector: aiohttp.BaseConnector, see: ClientMiddlewareType
    ) -> None:
        super().__init__(loop, connector)
        self.max_ratelimit_timeout = NEVER_WAIT_SECONDS  # the constructor raises it to 30 s
        self._bucket = _Open(NEVER_WAIT_SECONDS)
        self._middlewares = (see,)

    def get_ratelimit(self, key: str) -> Ratelimit:  # noqa: ARG002 -- overrides one that keeps them by key
        return self._bucket

    async def request(self, route: Route, **arguments: Any) -> Any:
        return await super().request(route, timeout=NO_TIMEOUT, middlewares=self._middlewares, **arguments)


class DiscordApi:
    """Calls Discord; the session is made at the first call, inside the running loop.

    Every call has a total deadline and raises one of `outcomes.TROUBLE`.

    Args:
        token: of the bot.
        api_url: where the API is.
        calls_a_second: how fast calls may start.
        deadline: of each call as a whole, on the wall clock.
    """

    def __init__(
        self,
        token: str,
        api_url: str,
        calls_a_second: float = CALLS_A_SECOND,
        deadline: timedelta = CALL_DEADLINE,
    ) -> None:
        self.token = token
        self._seconds = deadline.total_seconds()
        self._api_url = api_url
        self._http: _Http | None = None
        self._own_id = ""
        self._opening = asyncio.Lock()
        self._pace = Pace(calls_a_second)
        self._routes = Routes()

    async def open(self) -> None:
        """Log in, once; a failure here means that nothing has been sent."""
        await self._opened()

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    async def post(self, channel_id: str, body: bytes) -> Json:
        """The body is JSON: https://docs.discord.com/developers/resources/message#create-message."""
        return await self._call("POST", "/channels/{channel_id}/messages", body, channel_id=channel_id)

    async def open_direct(self, user_id: str) -> str:
        """The direct-message channel with a person, opened where there is none.

        https://docs.discord.com/developers/resources/user#create-dm

        Raises:
            ValueError: the answer names no channel.
            Exception: one of `outcomes.TROUBLE`.
        """
        answer = await self._call("POST", "/users/@me/channels", {"recipient_id": user_id})
        opened = answer["id"]
        if not isinstance(opened, str) or not opened.isdecimal():  # it is kept, and everything goes there
            raise ValueError("the channel has no number")
        return opened

    async def react(self, channel_id: str, message_id: str, emoji: str) -> None:
        """https://docs.discord.com/developers/resources/message#create-reaction."""
        path = "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"
        await self._call("PUT", path, channel_id=channel_id, message_id=message_id, emoji=emoji)

    async def history(self, channel_id: str, after: int) -> list[Json]:
        """The hundred messages there that follow that snowflake, in no promised order.

        https://docs.discord.com/developers/resources/message#get-channel-messages
        """
        path = "/channels/{channel_id}/messages"
        query = {"after": str(after), "limit": str(MOST_IN_PAGE)}
        found: Any = await self._call("GET", path, query=query, channel_id=channel_id)
        return list(found)

    async def start_thread(self, channel_id: str, message_id: str, name: str) -> None:
        """A thread below a message, with the message's own id.

        https://docs.discord.com/developers/resources/channel#start-thread-from-message
        """
        path = "/channels/{channel_id}/messages/{message_id}/threads"
        body = {"name": name, "auto_archive_duration": THREAD_MINUTES}
        await self._call("POST", path, body, channel_id=channel_id, message_id=message_id)

    async def own_id(self) -> str:
        """The bot's own number as an author."""
        await self._opened()
        return self._own_id

    async def channel(self, channel_id: str) -> Json:
        return await self._call("GET", "/channels/{channel_id}", channel_id=channel_id)

    async def user(self, user_id: str) -> Json:
        return await self._call("GET", "/users/{user_id}", user_id=user_id)

    async def guild(self, guild_id: str) -> Json:
        return await self._call("GET", "/guilds/{guild_id}", guild_id=guild_id)

    async def guilds(self) -> list[Json]:
        """Those that the bot is in: https://docs.discord.com/developers/resources/user#get-current-user-guilds."""
        found: Any = await self._call("GET", "/users/@me/guilds")
        return list(found)

    async def member(self, guild_id: str, user_id: str) -> Json:
        """https://docs.discord.com/developers/resources/guild#get-guild-member."""
        return await self._call(
            "GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild_id, user_id=user_id
        )

    async def application(self) -> Json:
        return await self._call("GET", "/applications/@me")

    async def put_commands(self, application_id: str, commands: list[Json]) -> None:
        """Make these the only ones: nothing happens where they are already.

        https://docs.discord.com/developers/interactions/application-commands#bulk-overwrite-global-application-commands
        """
        path = "/applications/{application_id}/commands"
        await self._call("PUT", path, commands, application_id=application_id)

    async def respond(self, interaction_id: str, token: str, body: Mapping[str, Any]) -> None:
        """The one answer that an interaction gets, within three seconds.

        https://docs.discord.com/developers/interactions/receiving-and-responding#create-interaction-response
        """
        path = "/interactions/{webhook_id}/{webhook_token}/callback"
        await self._call("POST", path, body, paced=False, webhook_id=interaction_id, webhook_token=token)

    async def edit_response(self, application_id: str, token: str, body: Mapping[str, Any]) -> None:
        """Change that answer, or give it after it was put off; for a quarter of an hour."""
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
        await self._call("PATCH", path, body, paced=False, webhook_id=application_id, webhook_token=token)

    async def delete_response(self, application_id: str, token: str) -> None:
        path = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
        await self._call("DELETE", path, paced=False, webhook_id=application_id, webhook_token=token)

    async def follow_up(self, application_id: str, token: str, body: Mapping[str, Any]) -> None:
        """Say one more thing."""
        path = "/webhooks/{webhook_id}/{webhook_token}"
        await self._call("POST", path, body, paced=False, webhook_id=application_id, webhook_token=token)

    async def _call(
        self,
        verb: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, str] | None = None,
        paced: bool = True,
        **parameters: str,
    ) -> Json:
        http = await self._opened()
        route = Route(verb, path, **parameters)
        sent: dict[str, Any] = {} if body is None else {"json": body}
        if isinstance(body, bytes):
            sent = {"data": aiohttp.BytesPayload(body, content_type="application/json")}
        if query is not None:
            sent["params"] = query
        where = (f"{verb} {path}", route.major_parameters)
        self._routes.check(*where)
        _called.set(where)
        _limited_everywhere.set(False)
        try:
            async with asyncio.timeout(self._seconds):
                if paced:
                    await self._pace.wait()
                answer: Json = await http.request(route, **sent)
        except HTTPException as refused:
            if refused.status == HTTPStatus.TOO_MANY_REQUESTS:  # those of Discord itself have another type
                self._pace.close(BAN_PROBED_EVERY.total_seconds())
            raise
        except RateLimited as limited:
            if not _limited_everywhere.get():
                raise
            self._pace.close(limited.retry_after)
            raise LimitedEverywhere(limited.retry_after) from limited
        return answer

    async def _opened(self) -> _Http:
        if self._http is not None:
            return self._http
        async with asyncio.timeout(self._seconds), self._opening:
            if self._http is None:
                self._http = await self._log_in()
            return self._http

    async def _log_in(self) -> _Http:
        Route.BASE = self._api_url  # discord.py knows no other way to say it
        loop = asyncio.get_running_loop()
        connector = aiohttp.TCPConnector(limit=MOST_CONNECTIONS)
        http = _Http(loop, connector, self._see)
        try:
            self._own_id = str((await http.static_login(self.token))["id"])
        except BaseException:  # whatever ends it, no session is left open
            await http.close()
            raise
        return http

    async def _see(
        self, request: aiohttp.ClientRequest, handler: ClientHandlerType
    ) -> aiohttp.ClientResponse:
        request.response_class = ShortResponse  # discord.py makes its session itself
        response = await handler(request)
        if response.status in RETRIED_STATUSES:
            response.release()
            raise ServerSaidNo(response.status)
        _limited_everywhere.set("X-RateLimit-Global" in response.headers)
        self._routes.learn(*_called.get(), response.headers)
        return response
