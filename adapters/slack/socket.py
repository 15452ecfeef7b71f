"""Socket Mode: Slack's events over a connection that we open, so that no public address is needed.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import logging
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient

from adapters.slack.api import SlackApi
from adapters.slack.missed import Missed

_log = logging.getLogger(__name__)

PING_SECONDS = 5.0
CHECK_SECONDS = 10.0
DEAF_CHECKS = 3
"""Checks in a row that find no living connection, after which everything is made anew."""


class SlackSocket:
    """Keeps one connection open until it is cancelled.

    The SDK opens it again by itself, but has been seen to stay deaf after a reconnection; so the connection
    is looked at from outside too, and what was said while it was dead is read afterwards.

    Args:
        app: handles what comes.
        api: how Slack is called.
        app_token: opens the connection.
        missed: closes the gap between two connections.
        ping_seconds: between two questions whether it lives.
        check_seconds: between two looks whether they are answered, and before everything is made anew.
    """

    def __init__(
        self,
        app: AsyncApp,
        api: SlackApi,
        app_token: str,
        missed: Missed,
        ping_seconds: float = PING_SECONDS,
        check_seconds: float = CHECK_SECONDS,
    ) -> None:
        self._app = app
        self._api = api
        self._app_token = app_token
        self._missed = missed
        self._ping_seconds = ping_seconds
        self._check_seconds = check_seconds

    async def run(self) -> None:
        while True:
            await self._keep_open()
            _log.warning("Slack's socket is deaf; opening another one")
            await asyncio.sleep(self._check_seconds)

    async def _keep_open(self) -> None:
        handler = AsyncSocketModeHandler(
            self._app,
            self._app_token,
            logger=_socket_logger(),
            web_client=self._api.client(),
            ping_interval=self._ping_seconds,
        )
        greeting = _Greeting(handler.client)
        connecting = asyncio.create_task(_connect(handler))
        try:
            await connecting
            await self._watch(handler, greeting)
        finally:
            await self._missed.stop()
            connecting.cancel()
            await asyncio.gather(connecting, return_exceptions=True)
            await handler.client.close()  # type: ignore[no-untyped-call] # the SDK leaves its type out

    async def _watch(self, handler: AsyncSocketModeHandler, greeting: "_Greeting") -> None:
        """Return once the connection has been dead, or said nothing from the start, for several checks."""
        dead = 0
        self._missed.connected()
        while dead < DEAF_CHECKS:
            await asyncio.sleep(self._check_seconds)
            if not (await handler.client.is_connected() and greeting.was_heard()):
                dead += 1
            elif dead:  # the SDK has opened another one
                dead = 0
                self._missed.connected()
            else:
                await self._missed.answered()


class _Greeting:
    """Whether Slack has said hello on the present connection, as it does once all is set up for events.

    One on which it has not may answer pings for ever and bring nothing.
    """

    def __init__(self, client: SocketModeClient) -> None:
        self._client = client
        self._greeted: object = None
        client.message_listeners.append(self._hear)

    def was_heard(self) -> bool:
        return self._greeted is not None and self._greeted is self._client.current_session

    async def _hear(
        self, client: AsyncBaseSocketModeClient, message: dict[str, Any], _raw: str | None
    ) -> None:
        del client  # the SDK gives it to every listener
        if message.get("type") == "hello":
            self._greeted = self._client.current_session


async def _connect(handler: AsyncSocketModeHandler) -> None:
    """Does not return while Slack is down."""
    await handler.client.connect()  # type: ignore[no-untyped-call] # the SDK leaves its type out


def _socket_logger() -> logging.Logger:
    """The SDK writes a traceback for every try to connect; a line is enough."""
    logger = logging.getLogger("adapters.slack.socket.sdk")
    logger.setLevel(logging.WARNING)
    logger.addFilter(_without_traceback)
    return logger


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True
