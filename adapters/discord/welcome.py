"""What is done once when the bot has first come online: its commands, and the server it belongs to."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from adapters.discord.api import DiscordApi
from adapters.discord.commands import COMMAND
from adapters.discord.outcomes import TROUBLE, in_words
from domain.people import Channel
from domain.ports.front import Front, StorageDown

_log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0
LinkedGuilds = Callable[[], Awaitable[list[str]]]
"""The ids of all servers that belong to an organization.

Raises:
    StorageDown: the database does not answer.
"""


class Welcome:
    """Registers `/done` and connects the one server that the bot is in when nothing is connected yet.

    Any further server joins by a code: whoever invites the bot does not belong to anything by that.
    """

    def __init__(self, api: DiscordApi, front: Front, linked_guilds: LinkedGuilds) -> None:
        self._api = api
        self._front = front
        self._linked_guilds = linked_guilds
        self._task: asyncio.Task[None] | None = None

    def ready(self, data: Mapping[str, Any]) -> None:
        """Start on it at the first READY.

        https://docs.discord.com/developers/events/gateway-events#ready
        """
        if self._task is None:
            guilds = [str(guild["id"]) for guild in data["guilds"]]
            self._task = asyncio.create_task(self._greet(str(data["application"]["id"]), guilds))

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _greet(self, application_id: str, guilds: list[str]) -> None:
        """Trying again for as long as Discord or the database are down."""
        wait = FIRST_WAIT_SECONDS
        while True:
            try:
                await self._api.put_commands(application_id, [COMMAND])
                if len(guilds) == 1 and not await self._linked_guilds():
                    guild = await self._api.guild(guilds[0])
                    await self._front.workspace_found(Channel.DISCORD, guilds[0], str(guild["name"]))
            except StorageDown:
                _log.warning("Discord: the database does not answer; trying again in %.0f s", wait)
            except TROUBLE as trouble:
                _log.warning("Discord: %s; trying again in %.0f s", in_words(trouble), wait)
            else:
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
