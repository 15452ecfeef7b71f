"""Messages and reactions of a bot.

https://docs.discord.com/developers/resources/message
"""

from datetime import timedelta
from typing import Any

from simulators.discord.asked import Answer, Asked, snowflake
from simulators.discord.errors import DiscordError, invalid
from simulators.discord.events import message_changed, message_deleted, reaction_changed
from simulators.discord.flags import MessageFlag, MessageType, Permission
from simulators.discord.message_rules import Draft, read_draft
from simulators.discord.payloads import message_json
from simulators.discord.service import Service
from simulators.discord.world import Application, Channel, Message, require
from simulators.discord.writing import remove, revise, write

Json = dict[str, Any]

NONCE_WINDOW = timedelta(minutes=3)
"""The documentation says "the past few minutes"."""
PAGE_LIMIT = 100
USUAL_PAGE = 50


async def create(service: Service, asked: Asked) -> Answer:
    """Write a message; with `enforce_nonce` the one that has the nonce already is given back instead."""
    bot, body = asked.bot, asked.fields
    channel = service.world.channel_for(bot, asked.id("channel_id"))
    draft = draft_of(service, body)
    check_may_write(service, bot, channel, draft)
    if draft.nonce is not None and body.get("enforce_nonce"):
        earlier = _written_with(service, bot, str(draft.nonce))
        if earlier is not None:
            return 200, message_json(earlier, bot.bot, nonce=draft.nonce)
    if draft.is_empty:
        raise DiscordError(50006)
    reply_to = _reply_to(body.get("message_reference"), channel)
    message = write(service, channel, bot.bot, draft)
    message.flags &= ~MessageFlag.EPHEMERAL
    if reply_to is not None:
        message.reply_to, message.type = reply_to, MessageType.REPLY
    if draft.nonce is not None:
        service.nonces[bot.bot_user_id, str(draft.nonce)] = (service.now(), message)
    await message_changed(service, "MESSAGE_CREATE", message, draft.nonce)
    return 200, message_json(message, bot.bot, nonce=draft.nonce)


def draft_of(service: Service, body: Json, path: str = "") -> Draft:
    """Check a body, and note what this simulator cannot show.

    Raises:
        DiscordError: 50035, 50109.
    """
    draft = read_draft(body, path=path)
    service.journal.problems.extend(f"not simulated in a message: {part}" for part in draft.unsupported)
    return draft


def check_may_write(service: Service, bot: Application, channel: Channel, draft: Draft) -> None:
    """Check that what the bot writes would arrive.

    Raises:
        DiscordError: 50007, 50013, 50278.
    """
    if channel.person is not None:
        if not service.world.share_a_guild(bot, channel.person):
            raise DiscordError(50278)
        if channel.person.dms_closed:
            raise DiscordError(50007)
        return
    writing = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    require(bot, channel, writing)
    if draft.embeds:
        require(bot, channel, Permission.EMBED_LINKS)


def _written_with(service: Service, bot: Application, nonce: str) -> Message | None:
    now = service.now()
    service.nonces = {key: (at, m) for key, (at, m) in service.nonces.items() if now - at < NONCE_WINDOW}
    found = service.nonces.get((bot.bot_user_id, nonce))
    return found[1] if found else None


def _reply_to(reference: Json | None, channel: Channel) -> Message | None:
    if not reference:
        return None
    wanted = snowflake(reference.get("message_id"), "message_reference.message_id")
    found = next((message for message in channel.messages if message.id == wanted), None)
    if found is None and reference.get("fail_if_not_exists") is not False:
        raise invalid("message_reference", "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    return found


async def page(service: Service, asked: Asked) -> Answer:
    """Messages of a channel, newest first."""
    channel = service.world.channel_for(asked.bot, asked.id("channel_id"))
    limit = snowflake(asked.query.get("limit", USUAL_PAGE), "limit")
    if not 1 <= limit <= PAGE_LIMIT:
        raise invalid("limit", "NUMBER_TYPE_MAX", f"int value should be between 1 and {PAGE_LIMIT}.")
    require(asked.bot, channel, Permission.READ_MESSAGE_HISTORY)
    chosen = _slice(channel.messages, asked, limit)
    return 200, [message_json(message, asked.bot.bot) for message in reversed(chosen)]


def _slice(messages: list[Message], asked: Asked, limit: int) -> list[Message]:
    if "after" in asked.query:
        after = snowflake(asked.query["after"], "after")
        return [message for message in messages if message.id > after][:limit]
    if "around" in asked.query:
        around = snowflake(asked.query["around"], "around")
        nearest = sorted(messages, key=lambda message: abs(message.id - around))[:limit]
        return sorted(nearest, key=lambda message: message.id)
    if "before" in asked.query:
        before = snowflake(asked.query["before"], "before")
        messages = [message for message in messages if message.id < before]
    return messages[-limit:]


async def one(service: Service, asked: Asked) -> Answer:
    message = _find(service, asked)
    require(asked.bot, message.channel, Permission.READ_MESSAGE_HISTORY)
    return 200, message_json(message, asked.bot.bot)


async def edit(service: Service, asked: Asked) -> Answer:
    message = _find(service, asked)
    if message.author is not asked.bot.bot:
        raise DiscordError(50005)
    draft = draft_of(service, asked.fields)
    check_may_write(service, asked.bot, message.channel, draft)
    revise(service, message, draft)
    await message_changed(service, "MESSAGE_UPDATE", message)
    return 200, message_json(message, asked.bot.bot)


async def delete(service: Service, asked: Asked) -> Answer:
    message = _find(service, asked)
    if message.author is not asked.bot.bot:
        if message.channel.guild is None:
            raise DiscordError(50003)
        require(asked.bot, message.channel, Permission.MANAGE_MESSAGES)
    remove(service, message)
    await message_deleted(service, message)
    return 204, None


async def react(service: Service, asked: Asked) -> Answer:
    message, emoji = _find(service, asked), asked.params["emoji_name"]
    if emoji.isascii():
        raise DiscordError(10014)
    require(asked.bot, message.channel, Permission.READ_MESSAGE_HISTORY, Permission.ADD_REACTIONS)
    who = message.reactions.setdefault(emoji, [])
    if asked.bot.bot not in who:
        who.append(asked.bot.bot)
        await reaction_changed(service, "MESSAGE_REACTION_ADD", message, asked.bot.bot, emoji)
    return 204, None


async def take_reaction_back(service: Service, asked: Asked) -> Answer:
    message, emoji = _find(service, asked), asked.params["emoji_name"]
    who = message.reactions.get(emoji, [])
    if asked.bot.bot not in who:
        raise DiscordError(10014)
    who.remove(asked.bot.bot)
    if not who:
        del message.reactions[emoji]
    await reaction_changed(service, "MESSAGE_REACTION_REMOVE", message, asked.bot.bot, emoji)
    return 204, None


def _find(service: Service, asked: Asked) -> Message:
    channel = service.world.channel_for(asked.bot, asked.id("channel_id"))
    message = service.world.messages.get(asked.id("message_id"))
    if message is None or message.channel is not channel or message.seen_only_by is not None:
        raise DiscordError(10008)
    return message
