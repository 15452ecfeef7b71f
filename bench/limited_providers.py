"""A simulated Slack, Discord or SendGrid that keeps its limits, in a process of its own.

`python -m bench.limited_providers NAME` reads what is wanted as a line of JSON, prints where everybody is,
and at the end of its input prints every call that was an attempt to send.  One process for each: what one
provider takes long to read must not make another one late.
"""

import asyncio
import json
import sys
from datetime import timedelta
from typing import Any, Protocol

from simulators.base import Call, Journal
from simulators.discord import DiscordSimulator
from simulators.sendgrid import SendGridSimulator
from simulators.slack import SlackSimulator

TOO_MANY = 429
Told = tuple[str, float, bool]
"""Whose limit a call met, when, and whether it was taken."""


class Provider(Protocol):
    async def start(self, wanted: dict[str, Any]) -> dict[str, Any]:
        """Begin with that many people in it; where they are and how to get in."""

    async def stop(self) -> list[Told]:
        """End; every call that was an attempt to send."""


class Slack:
    def __init__(self) -> None:
        self._slack = SlackSimulator()
        self._of_channel: dict[str, str] = {}

    async def start(self, wanted: dict[str, Any]) -> dict[str, Any]:
        self._slack.limits.switch_on(timedelta(seconds=wanted["minute"]))
        await self._slack.start()
        workspaces = [self._workspace(people) for people in wanted["workspaces"]]
        return {"url": self._slack.api_url, "workspaces": workspaces}

    def _workspace(self, people: int) -> dict[str, Any]:
        made = self._slack.add_workspace("Bench", "bench")
        users = [
            self._slack.add_user(made, f"u{number}", "U", "UTC", f"u{number}@example.com")
            for number in range(people)
        ]
        directs = [self._slack.dm_of(user).channel_id for user in users]
        self._of_channel |= dict.fromkeys(directs, made.team_id)
        return {"id": made.team_id, "token": made.bot_token, "directs": directs}

    async def stop(self) -> list[Told]:
        await self._slack.stop()
        calls = self._slack.journal.of("chat.postMessage")
        return [(self._of_channel[call.request["channel"]], *_told(call)) for call in calls]


class Discord:
    def __init__(self) -> None:
        self._discord = DiscordSimulator()

    async def start(self, wanted: dict[str, Any]) -> dict[str, Any]:
        self._discord.limits.enforced = True
        await self._discord.start()
        bot = self._discord.add_application("donelog")
        users = [self._discord.add_user(f"u{number}") for number in range(wanted["people"])]
        guild = self._discord.add_guild("Bench", self._discord.add_user("owner"), users)
        await self._discord.invite_bot(guild)
        directs = [str(self._discord.dm_of(user).id) for user in users]
        return {"url": self._discord.api_url, "token": bot.token, "directs": directs}

    async def stop(self) -> list[Told]:
        await self._discord.stop()
        return _calls(self._discord.journal, "POST /channels/{id}/messages")


class SendGrid:
    def __init__(self) -> None:
        self._sendgrid = SendGridSimulator()

    async def start(self, wanted: dict[str, Any]) -> dict[str, Any]:
        self._sendgrid.api.window = timedelta(seconds=wanted["window"])
        self._sendgrid.api.rate_limit = wanted["requests"]
        await self._sendgrid.start()
        return {"url": self._sendgrid.url, "key": self._sendgrid.api_key}

    async def stop(self) -> list[Told]:
        await self._sendgrid.stop()
        return _calls(self._sendgrid.api.journal, "mail/send")


def _calls(journal: Journal, point: str) -> list[Told]:
    return [("", *_told(call)) for call in journal.of(point)]


def _told(call: Call) -> tuple[float, bool]:
    if call.status not in {200, 202, TOO_MANY}:
        raise ValueError(f"{call.point} was answered {call.status}")
    return call.at.timestamp(), call.status != TOO_MANY


async def _serve(provider: Provider) -> None:
    wanted = json.loads(await asyncio.to_thread(sys.stdin.readline))
    print(json.dumps(await provider.start(wanted)), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps(await provider.stop()), flush=True)


if __name__ == "__main__":
    providers: dict[str, type[Provider]] = {"slack": Slack, "discord": Discord, "mail": SendGrid}
    asyncio.run(_serve(providers[sys.argv[1]]()))
