"""The servers that the bot is in, and what is done once when it comes online in the first of them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from adapters.discord.api import DiscordApi
from adapters.discord.commands import COMMAND
from adapters.discord.outcomes import TROUBLE, in_words
from domain.people import Channel
from domain.ports.front import Front, StorageDown

Json = Mapping[str, Any]
_log = logging.getLogger(__name__)

FIRST_WAIT_SECONDS = 1.0
LONGEST_WAIT_SECONDS = 60.0


LinkedGuilds = Callable[[], Awaitable[list[str]]]
"""The ids of all servers that belong to an organization; raises StorageDown when nobody can say."""


class Guilds:
    """Registers `/done`, and connects the only server of the bot while nothing is connected yet.

    Any further server joins by a code: whoever invites the bot does not belong to anything by that.
    """

    def __init__(self, api: DiscordApi, front: Front, linked_guilds: LinkedGuilds) -> None:
        self._api = api
        self._front = front
        self._linked_guilds = linked_guilds
        self._present: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._registered = False

    def take(self, kind: str, data: Json) -> None:
        """https://docs.discord.com/developers/events/gateway-events#ready and #guild-create."""
        match kind:
            case "READY":
                self._present = {str(guild["id"]) for guild in data["guilds"]}
                self._register(str(data["application"]["id"]))
            case "GUILD_CREATE":
                self._arrived(str(data["id"]), str(data.get("name", "")))
            case "GUILD_DELETE" if not data.get("unavailable"):  # else Discord is out of order there
                self._present.discard(str(data["id"]))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _register(self, application_id: str) -> None:
        if not self._registered:
            self._registered = True
            self._start(lambda: self._api.put_commands(application_id, [COMMAND]))

    def _arrived(self, guild_id: str, name: str) -> None:
        self._present.add(guild_id)
        if len(self._present) == 1:
            self._start(lambda: self._connect(guild_id, name))

    async def _connect(self, guild_id: str, name: str) -> None:
        if not await self._linked_guilds():
            await self._front.workspace_found(Channel.DISCORD, guild_id, name)

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        task = asyncio.create_task(_until_done(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _until_done(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Try for as long as Discord or the database are down."""
    wait = FIRST_WAIT_SECONDS
    while True:
        try:
            return await work()
        except StorageDown:
            _log.warning("Discord: the database does not answer; trying again in %.0f s", wait)
        except TROUBLE as trouble:
            _log.warning("Discord: %s; trying again in %.0f s", in_words(trouble), wait)
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT_SECONDS)
