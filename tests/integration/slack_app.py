"""A real Bolt app that keeps what it hears, for the tests of the simulated Slack."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from simulators.base import Server
from simulators.slack import SlackSimulator
from tests.integration.slack_world import World, button


@dataclass
class App:
    """A Bolt app that keeps what it hears."""

    bolt: AsyncApp
    heard: list[dict[str, Any]] = field(default_factory=list)
    retries: list[str] = field(default_factory=list)
    refuse: int = 0
    """How many more requests end in an error before anything is heard."""

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [body["event"] for body in self.heard if body.get("event", {}).get("type") == kind]


def bolt_app(world: World) -> App:
    workspace = world.workspace

    async def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=workspace.team_id,
            bot_token=workspace.bot_token,
            bot_id=workspace.bot_id,
            bot_user_id=workspace.bot_user_id,
        )

    bolt = AsyncApp(
        client=world.client,
        signing_secret=workspace.signing_secret,
        authorize=authorize,
        ignoring_self_events_enabled=False,
    )
    app = App(bolt)
    listen(app)
    return app


def listen(app: App) -> None:
    @app.bolt.use
    async def capture(req: AsyncBoltRequest, body: dict[str, Any], next: Any) -> BoltResponse | None:  # noqa: A002 -- Bolt gives arguments by name
        if app.refuse:
            app.refuse -= 1
            return BoltResponse(status=503)
        app.retries.extend(req.headers.get("x-slack-retry-num", []))
        app.heard.append(body)
        await next()
        return None

    @app.bolt.event(re.compile(".*"))
    async def heard() -> None: ...

    @app.bolt.command("/done")
    async def done(ack: Any, command: dict[str, Any]) -> None:
        if command["text"] == "teams":
            await ack(text="Teams", blocks=[{"type": "actions", "elements": [button()]}])
            return
        await ack(f"noted: {command['text']}")

    @app.bolt.action("join")
    async def joined(ack: Any) -> None:
        await ack()

    @app.bolt.view(re.compile(".*"))
    async def saved(ack: Any) -> None:
        await ack()


@dataclass
class Stage:
    """The world with an app connected to it."""

    world: World
    app: App

    @property
    def slack(self) -> SlackSimulator:
        return self.world.slack


async def served(app: App, status: int = 0) -> Server:
    async def handle(request: web.Request) -> web.Response:
        if status:
            return web.Response(status=status, headers={"X-Slack-No-Retry": "1"})
        return await to_aiohttp_response(await app.bolt.async_dispatch(await to_bolt_request(request)))

    routes = web.Application()
    routes.router.add_post("/slack/events", handle)
    server = Server(routes)
    await server.start()
    return server


@asynccontextmanager
async def socket_of(app: App, world: World) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(app.bolt, world.workspace.app_token, ping_interval=1)
    await handler.connect_async()  # type: ignore[no-untyped-call] # Bolt gives no types here
    yield
    await handler.close_async()  # type: ignore[no-untyped-call] # nor here


@asynccontextmanager
async def over_http(world: World) -> AsyncIterator[Stage]:
    app = bolt_app(world)
    server = await served(app)
    await world.slack.deliver_over_http(f"{server.url}/slack/events")
    yield Stage(world, app)
    await world.slack.settled()
    await server.stop()


@asynccontextmanager
async def over_socket(world: World) -> AsyncIterator[Stage]:
    app = bolt_app(world)
    async with socket_of(app, world):
        await world.slack.sockets.connected()
        yield Stage(world, app)
        await world.slack.settled()
