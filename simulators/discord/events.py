"""Which bot hears of what: the events that follow from a change, and the intents they need.

https://docs.discord.com/developers/events/gateway-events
"""

from collections.abc import Iterator
from typing import Any

from simulators.discord.flags import Intent, Permission
from simulators.discord.payloads import channel_json, emoji_json, member_json, message_json
from simulators.discord.service import Service
from simulators.discord.world import Application, Channel, Message, User, bot_permissions

Json = dict[str, Any]

_HIDDEN = {"content": "", "embeds": [], "components": [], "attachments": []}
"""What is left of a guild's message for a bot without the privileged intent."""


async def message_changed(
    service: Service, name: str, message: Message, nonce: str | int | None = None
) -> bool:
    """Send MESSAGE_CREATE or MESSAGE_UPDATE; returns whether a session took it."""
    taken = False
    for application, intent in _audience(service, message.channel):
        payload = message_json(message, application.bot, nonce=nonce) | _place(message)
        if not _may_read(service, application, message):
            payload |= _HIDDEN
        taken |= await service.gateway.dispatch(application, name, payload, intent)
    return taken


def _may_read(service: Service, application: Application, message: Message) -> bool:
    if message.channel.guild is None or message.author is application.bot:
        return True
    return application.bot in message.mentions or service.gateway.hears_content(application)


async def message_deleted(service: Service, message: Message) -> bool:
    payload: Json = {"id": str(message.id), "channel_id": str(message.channel.id)}
    if message.channel.guild is not None:
        payload["guild_id"] = str(message.channel.guild.id)
    taken = False
    for application, intent in _audience(service, message.channel):
        taken |= await service.gateway.dispatch(application, "MESSAGE_DELETE", payload, intent)
    return taken


async def reaction_changed(service: Service, name: str, message: Message, user: User, emoji: str) -> bool:
    """Send MESSAGE_REACTION_ADD or MESSAGE_REACTION_REMOVE."""
    payload: Json = {
        "user_id": str(user.id),
        "channel_id": str(message.channel.id),
        "message_id": str(message.id),
        "message_author_id": str(message.author.id),
        "emoji": emoji_json(emoji),
        "burst": False,
        "type": 0,
    } | _place(message, user)
    taken = False
    for application, _ in _audience(service, message.channel):
        intent = Intent.DIRECT_MESSAGE_REACTIONS
        if message.channel.guild is not None:
            intent = Intent.GUILD_MESSAGE_REACTIONS
        taken |= await service.gateway.dispatch(application, name, payload, intent)
    return taken


async def thread_created(service: Service, thread: Channel) -> None:
    for application, _ in _audience(service, thread):
        payload = channel_json(thread) | {"newly_created": True}
        await service.gateway.dispatch(application, "THREAD_CREATE", payload, Intent.GUILDS)


async def channel_created(service: Service, channel: Channel) -> None:
    for application, _ in _audience(service, channel):
        await service.gateway.dispatch(application, "CHANNEL_CREATE", channel_json(channel), Intent.GUILDS)


def _audience(service: Service, channel: Channel) -> Iterator[tuple[Application, Intent]]:
    intent = Intent.DIRECT_MESSAGES if channel.guild is None else Intent.GUILD_MESSAGES
    for application in service.world.applications:
        if Permission.VIEW_CHANNEL in bot_permissions(application, channel):
            yield application, intent


def _place(message: Message, who: User | None = None) -> Json:
    """What an event says beyond the message itself: the guild and its view of the person."""
    guild = message.channel.guild
    if guild is None:
        return {"channel_type": int(message.channel.type)}
    member = member_json(guild, who or message.author)
    if who is None:
        member.pop("user")
    return {"guild_id": str(guild.id), "channel_type": int(message.channel.type), "member": member}
