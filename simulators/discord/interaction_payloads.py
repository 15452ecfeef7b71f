"""What INTERACTION_CREATE carries.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
"""

from collections.abc import Iterator
from typing import Any

from simulators.discord.flags import OptionType
from simulators.discord.interactions import Interaction
from simulators.discord.payloads import (
    channel_json,
    member_in_interaction,
    member_json,
    message_json,
    permissions_in_dm,
    user_json,
)
from simulators.discord.world import Channel, World, bot_permissions

Json = dict[str, Any]

_IN_GUILD = 0
_IN_BOT_DM = 1
_ATTACHMENT_BYTES = 10_485_760


def interaction_json(interaction: Interaction, data: Json) -> Json:
    bot = interaction.application.bot
    payload: Json = {
        "id": str(interaction.id),
        "application_id": str(interaction.application.application_id),
        "type": int(interaction.type),
        "token": interaction.token,
        "version": 1,
        "data": data,
        "channel_id": str(interaction.channel.id),
        "locale": "en-US",
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": interaction.owners(),
        "attachment_size_limit": _ATTACHMENT_BYTES,
    }
    if interaction.source is not None:
        payload["message"] = message_json(interaction.source, bot)
    return payload | _place(interaction)


def _place(interaction: Interaction) -> Json:
    channel, guild = interaction.channel, interaction.channel.guild
    if guild is None:
        return {
            "channel": channel_json(channel),
            "user": user_json(interaction.user),
            "context": _IN_BOT_DM,
            "app_permissions": permissions_in_dm(),
        }
    granted = str(int(guild.permissions_of(interaction.user)))
    return {
        "channel": channel_json(channel) | {"permissions": granted},
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": "en-US", "features": []},
        "guild_locale": "en-US",
        "member": member_in_interaction(guild, interaction.user),
        "context": _IN_GUILD,
        "app_permissions": str(int(bot_permissions(interaction.application, channel))),
    }


def resolved(world: World, channel: Channel, options: list[Json]) -> Json:
    """The people that the options name, as Discord sends them along."""
    people = [world.users[int(user_id)] for user_id in _user_ids(options)]
    if not people:
        return {}
    found: Json = {"users": {str(user.id): user_json(user) for user in people}}
    if channel.guild is not None:
        members = {str(user.id): member_json(channel.guild, user) for user in people}
        for member in members.values():
            member.pop("user")
            member["permissions"] = "0"
        found["members"] = members
    return {"resolved": found}


def _user_ids(options: list[Json]) -> Iterator[str]:
    for option in options:
        if option["type"] == OptionType.USER:
            yield option["value"]
        yield from _user_ids(option.get("options", []))
