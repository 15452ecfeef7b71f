"""The Web API as this adapter uses it: one session, no retries, a total deadline for every call."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.common.short_answers import ShortResponse
from domain.deliveries import CALL_DEADLINE

MOST_CONNECTIONS = 100


def sdk_logger() -> logging.Logger:
    """Slack's libraries write message text at DEBUG, so they never get there."""
    logger = logging.getLogger("adapters.slack.sdk")
    if logger.level != logging.WARNING:  # to set it makes all loggers forget what they worked out
        logger.setLevel(logging.WARNING)
    return logger


@dataclass(frozen=True, slots=True)
class Answer:
    data: Mapping[str, Any]
    headers: Mapping[str, str]
    """By their names in any case."""

    def text(self, key: str) -> str:
        """A value that has to be there.

        Raises:
            ValueError: it is not, or is no text.
        """
        value = self.data.get(key)
        if not isinstance(value, str):
            raise ValueError(f"the answer has no {key}")  # noqa: TRY004 -- Slack's fault, not a caller's
        return value


class SlackApi:
    """Calls Slack; the session is made at the first call, inside the running loop.

    Args:
        base_url: of the Web API, `https://slack.com/api/`.
        deadline: of each call as a whole, on the wall clock.
    """

    def __init__(self, base_url: str, deadline: timedelta = CALL_DEADLINE) -> None:
        self._base_url = base_url
        self._seconds = deadline.total_seconds()
        self._session: aiohttp.ClientSession | None = None
        self._caller: AsyncWebClient | None = None

    def client(self) -> AsyncWebClient:
        return AsyncWebClient(
            base_url=self._base_url, session=self._open(), retry_handlers=[], logger=sdk_logger()
        )

    async def call(self, method: str, token: str, **arguments: str) -> Answer:
        """The answer of a call that succeeded.

        Raises:
            Exception: one of `outcomes.TROUBLE`.
        """
        return await self._call(method, params={**arguments, "token": token})

    async def post(self, token: str, message: bytes) -> Answer:
        """`chat.postMessage`, whose blocks go as JSON, which not every method takes.

        https://docs.slack.dev/apis/web-api/#post_bodies

        Raises:
            Exception: one of `outcomes.TROUBLE`.
        """
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        return await self._call("chat.postMessage", data=message, headers=headers)

    async def _call(self, method: str, **sent: Any) -> Answer:
        if self._caller is None:
            self._caller = self.client()
        response = await self._caller.api_call(method, **sent)
        if not isinstance(response.data, dict):
            raise TypeError("the answer is no object")
        return Answer(response.data, response.headers)

    async def answer(self, url: str, body: Mapping[str, Any]) -> None:
        """Send an answer to a `response_url`.

        Raises:
            ValueError: Slack refuses it: the address is too old or used up.
            Exception: one of `outcomes.TROUBLE`.
        """
        client = AsyncWebhookClient(url, session=self._open(), retry_handlers=[], logger=sdk_logger())
        response = await client.send_dict(dict(body))
        if response.status_code != HTTPStatus.OK:
            raise ValueError(f"the answer was refused with status {response.status_code}")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = self._caller = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=self._seconds),
                connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS),
                response_class=ShortResponse,
            )
        return self._session
