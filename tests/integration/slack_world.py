"""A small simulated workspace that the tests of the simulator share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from simulators.slack import SlackSimulator
from simulators.slack.state import Channel, User, Workspace

MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


@dataclass
class World:
    """A workspace with Ana and Ben, a channel that the bot is in, and a client of the bot."""

    slack: SlackSimulator
    client: AsyncWebClient
    workspace: Workspace
    ana: User
    ben: User
    team: Channel
    clock: list[datetime] = field(default_factory=lambda: [MONDAY])

    async def refusal(self, method: str, **arguments: Any) -> str:  # the SDK takes anything too
        """The error that the service answers."""
        with pytest.raises(SlackApiError) as refused:
            await self.client.api_call(method, json=arguments)
        return str(refused.value.response["error"])


@asynccontextmanager
async def slack_world() -> AsyncIterator[World]:
    """The world at 17:00 UTC of a Monday; the SDK would send even loopback calls through a proxy."""
    clock = [MONDAY]
    slack = SlackSimulator(now=lambda: clock[0])
    slack.delivery.retry_delays = (0.0, 0.01, 0.01)
    await slack.start()
    workspace = slack.add_workspace("Acme", "acme")
    ana = slack.add_user(workspace, "ana", "Ana Silva", "Europe/Lisbon", "ana@acme.example")
    ben = slack.add_user(workspace, "ben", "Ben Ito", "Asia/Tokyo", "ben@acme.example")
    team = slack.add_channel(workspace, "team", [ana, ben])
    team.members.append(workspace.bot_user_id)
    with pytest.MonkeyPatch.context() as environment:
        for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"):
            environment.delenv(name, raising=False)
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10)) as session:
            client = AsyncWebClient(
                workspace.bot_token, base_url=slack.api_url, session=session, retry_handlers=[]
            )
            yield World(slack, client, workspace, ana, ben, team, clock)
    await slack.stop()


def button(action_id: str = "join", text: str = "Join") -> dict[str, Any]:
    return {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": text}}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
