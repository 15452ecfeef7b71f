"""What stored payloads of Discord's mean, and who people are."""

import json
import logging
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import discord

from adapters.discord.answers import answer_to, give_late
from adapters.discord.api import DiscordApi
from adapters.discord.guilds import LinkedGuilds
from adapters.discord.outcomes import TROUBLE, in_words
from adapters.discord.payloads import (
    PRESSED,
    is_deletion,
    name_of,
    read_interaction,
    read_message,
)
from domain.errors import DoneLogError
from domain.messages import Reply
from domain.people import Address, Profile
from domain.ports.front import Clock, Reading, Tokens
from domain.ports.inbox import InboxItem, Source

_log = logging.getLogger(__name__)

ANSWERABLE = timedelta(minutes=15)
"""How long an interaction's token is valid.

https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages
"""
MOST_GUILDS = 25
"""Servers in which somebody unknown is looked for."""
MOST_RECIPIENTS = 10_000


class NobodyThere(DoneLogError):  # noqa: N818 -- a state of Discord's, not a fault of the program
    """Discord does not tell who is at an address."""


class DiscordReader:
    """Reads inbox items, asks Discord for names.

    Args:
        api: how Discord is called.
        tokens: reads what buttons carry.
        clock: tells whether an answer is still possible.
        linked_guilds: the servers whose members are somebody here.
    """

    def __init__(self, api: DiscordApi, tokens: Tokens, clock: Clock, linked_guilds: LinkedGuilds) -> None:
        self._api = api
        self._tokens = tokens
        self._clock = clock
        self._linked_guilds = linked_guilds
        self._recipients: OrderedDict[str, str] = OrderedDict()

    async def read(self, item: InboxItem) -> Reading:
        """What that item means.

        Raises:
            ValueError: it is not as Discord documents it.
            Exception: one of `outcomes.TROUBLE`.
        """
        payload = _decoded(item.raw)
        match item.source:
            case Source.DISCORD_MESSAGE:
                return await self._message(payload, item)
            case Source.DISCORD_INTERACTION:
                return Reading(read_interaction(payload, self._tokens.read_command))
            case _:
                raise ValueError(f"{item.source.name} does not come from Discord")

    async def _message(self, payload: Mapping[str, Any], item: InboxItem) -> Reading:
        recipient = await self._recipient(str(payload["d"]["channel_id"])) if is_deletion(payload) else ""
        meant = read_message(payload, item.at, recipient)
        if isinstance(meant, str):
            return Reading(None, meant)
        self._remember(meant.origin.direct or "", meant.origin.address.external_id)
        return Reading(meant)

    async def profile(self, address: Address) -> Profile:
        """Who she is, with a connected server in which she is a member, where there is one.

        Raises:
            NobodyThere: Discord knows nobody there.
            Exception: one of `outcomes.TROUBLE`.
        """
        for guild_id in (await self._linked_guilds())[:MOST_GUILDS]:
            try:
                member = await self._api.member(guild_id, address.external_id)
            except (discord.NotFound, discord.Forbidden):  # not she, or no longer we
                continue
            return Profile(name_of(member["user"]), guild=guild_id)
        try:
            return Profile(name_of(await self._api.user(address.external_id)))
        except discord.NotFound as unknown:
            raise NobodyThere("nobody is there") from unknown

    async def answer_late(self, item: InboxItem, reply: Reply) -> None:
        """Answer a command or a button that was put off before its process ended."""
        if item.source is not Source.DISCORD_INTERACTION or self._clock.now() - item.at > ANSWERABLE:
            return
        payload = _decoded(item.raw)
        answer = answer_to(reply, self._tokens, pressed=payload.get("type") == PRESSED)
        try:
            await give_late(self._api, payload, answer)
        except TROUBLE as trouble:  # never put off, so that Discord has told her already that it failed
            _log.info("too late for an answer: %s", in_words(trouble))

    async def _recipient(self, channel_id: str) -> str:
        """Whom a direct message is with; empty where Discord does not tell any more."""
        known = self._recipients.get(channel_id)
        if known is not None:
            return known
        try:
            channel = await self._api.channel(channel_id)
        except (discord.NotFound, discord.Forbidden):
            return ""
        people = channel.get("recipients") or []
        return self._remember(channel_id, str(people[0]["id"])) if people else ""

    def _remember(self, channel_id: str, user_id: str) -> str:
        self._recipients[channel_id] = user_id
        self._recipients.move_to_end(channel_id)
        if len(self._recipients) > MOST_RECIPIENTS:
            self._recipients.popitem(last=False)
        return user_id


def _decoded(raw: bytes) -> Mapping[str, Any]:
    payload = json.loads(raw)
    if not isinstance(payload, dict):
        raise ValueError("the payload is no object")  # noqa: TRY004 -- the payload's fault, not a caller's
    return payload
