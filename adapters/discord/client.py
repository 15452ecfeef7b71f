"""discord.py as a listener: it keeps the gateway's connection, and hands on each event as it came."""

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

Take = Callable[[str, dict[str, Any]], None]
"""Takes an event's name and data, at once."""
FrameCame = Callable[[int, str | None], None]
"""Told of each frame, of heartbeats' answers too: its opcode, and its event's name."""

DISPATCH = 0
"""The opcode of an event: https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway."""
MOST_CONNECTIONS = 4


class Listener(discord.Client):
    """One connection, or a row of them that resume each other; not for use again once closed.

    No privileged intent: in direct messages a bot reads without one.

    Args:
        take: gets each event.
        frame_came: told of each frame.
        may_begin: returns when a session may be begun.
        api_url: where the API is.
        gateway_url: where the gateway is.
    """

    def __init__(
        self,
        take: Take,
        frame_came: FrameCame,
        may_begin: Callable[[], Awaitable[None]],
        api_url: str,
        gateway_url: str,
    ) -> None:
        _quieten()
        Route.BASE = api_url  # discord.py knows no other way to say these two
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
        super().__init__(
            intents=discord.Intents(guilds=True, dm_messages=True),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=0.0,
            enable_debug_events=True,
            connector=aiohttp.TCPConnector(limit=MOST_CONNECTIONS),
        )
        self._take_event = take
        self._frame_came = frame_came
        self._may_begin = may_begin

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        await super().before_identify_hook(shard_id, initial=initial)
        await self._may_begin()

    async def on_socket_raw_receive(self, frame: str) -> None:
        """Called with every frame before discord.py understands it."""
        event = json.loads(frame)
        self._frame_came(event["op"], event.get("t"))
        if event.get("op") == DISPATCH:
            self._take_event(event["t"], event["d"])


def _quieten() -> None:
    """discord.py writes message text at DEBUG, and warns of the voice that it could not have."""
    logging.getLogger("discord").setLevel(logging.WARNING)
    discord.VoiceClient.warn_nacl = False
    discord.VoiceClient.warn_dave = False
