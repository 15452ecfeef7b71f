"""Slack, as the program that composes everything takes hold of it."""

import asyncio
from dataclasses import dataclass, field

from starlette.routing import Route

from adapters.slack.api import SlackApi
from adapters.slack.app import build_app
from adapters.slack.checks import Finding, check
from adapters.slack.inlet import Inlet
from adapters.slack.missed import Missed
from adapters.slack.reader import SlackReader
from adapters.slack.routes import routes
from adapters.slack.sender import SlackSender
from adapters.slack.socket import CHECK_SECONDS, PING_SECONDS, SlackSocket
from adapters.slack.workspaces import SlackWorkspaces
from domain.ports.front import Clock, Front, Tokens
from domain.ports.listening import CatchUp

API_URL = "https://slack.com/api/"


@dataclass(frozen=True, slots=True)
class SlackSettings:
    bot_tokens: tuple[str, ...] = field(repr=False)
    """One for each workspace; that of the first belongs to the installation from the start."""
    app_token: str | None = field(default=None, repr=False)
    """Opens the socket; None: events come over HTTP alone."""
    signing_secrets: tuple[str, ...] = field(default=(), repr=False)
    """Of requests over HTTP; several while one takes the other's place, none when they come by the socket."""
    api_url: str = API_URL
    ping_seconds: float = PING_SECONDS
    """Between two questions whether the socket lives."""
    check_seconds: float = CHECK_SECONDS
    """Between two looks whether they are answered."""


class SlackChannel:
    """Everything of Slack; nothing is opened before `start`, or before the first call."""

    def __init__(
        self, settings: SlackSettings, front: Front, tokens: Tokens, clock: Clock, catch_up: CatchUp
    ) -> None:
        self._settings = settings
        self._front = front
        self._clock = clock
        self._api = SlackApi(settings.api_url)
        self._workspaces = SlackWorkspaces(self._api, settings.bot_tokens)
        self.reader = SlackReader(self._api, self._workspaces, tokens, clock)
        self.sender = SlackSender(self._api, self._workspaces.token_of, tokens)
        self._inlet = Inlet(front, self._api, tokens, clock, self._workspaces)
        self._missed = Missed(self._api, self._workspaces.token_of, self._inlet.event, catch_up, clock)
        self._app = build_app(self._inlet, self._workspaces, settings.api_url)
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, *, listen: bool = True, serve: bool = True) -> None:
        """Learn which workspaces these are and, with an app token, open the socket; never waits for Slack.

        Args:
            listen: False in a process that only sends or only takes HTTP: another one holds the socket.
            serve: False in a process that takes no HTTP.
        """
        introducing = asyncio.create_task(self._workspaces.introduce(self._front))
        self._tasks.append(introducing)
        if listen and self._settings.app_token is not None:
            settings = self._settings
            socket = SlackSocket(
                self._app,
                self._api,
                self._settings.app_token,
                self._missed,
                settings.ping_seconds,
                settings.check_seconds,
            )
            self._tasks.append(asyncio.create_task(socket.run()))
        elif serve and self._settings.app_token is None and self._settings.signing_secrets:
            self._tasks.append(asyncio.create_task(self._serve(introducing)))

    async def _serve(self, introducing: asyncio.Task[None]) -> None:
        """The workspaces are known first, so that their histories can be read."""
        await asyncio.wait({introducing})
        await self._missed.serve(self._settings.check_seconds)

    async def stop(self) -> None:
        """Close the socket, let what is being answered end, close all connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self._inlet.stop()
        await self._api.close()

    def routes(self) -> list[Route]:
        """None without a signing secret: nothing could be told from a forgery."""
        secrets = self._settings.signing_secrets
        return routes(self._app, secrets, self._clock) if secrets else []

    async def check(self) -> list[Finding]:
        """What `doctor` and `setup` say about Slack."""
        return await check(self._api, self._settings.bot_tokens, self._settings.app_token)
