"""Writing, changing and deleting messages, whoever does it."""

from typing import Any

from simulators.discord.errors import DiscordError
from simulators.discord.flags import MessageFlag, MessageType, Permission
from simulators.discord.mentions import calls_everyone, mentioned_users
from simulators.discord.message_rules import Draft
from simulators.discord.service import Service
from simulators.discord.world import Application, Channel, Message, User, bot_permissions

Json = dict[str, Any]


def write(service: Service, channel: Channel, author: User, draft: Draft) -> Message:
    """Put a new message at the end of `channel`."""
    message = Message(
        id=service.ids.make(), channel=channel, author=author, flags=draft.flags, nonce=draft.nonce
    )
    fill(service, message, draft)
    service.world.messages[message.id] = message
    channel.messages.append(message)
    return message


def answer_with(
    service: Service,
    channel: Channel,
    application: Application,
    draft: Draft,
    interaction: Json,
    reader: User,
) -> Message:
    """A bot's answer to an interaction; an ephemeral one stands in no channel."""
    message = write(service, channel, application.bot, draft)
    message.type = MessageType.CHAT_INPUT_COMMAND
    message.application = application
    message.interaction = interaction
    if message.flags & MessageFlag.EPHEMERAL:
        message.seen_only_by = reader
        channel.messages.remove(message)
    return message


def fill(service: Service, message: Message, draft: Draft) -> None:
    """Put what `draft` gives into the message; what it does not give stays.

    Raises:
        DiscordError: 50006 when nothing would be left to see.
    """
    content = message.content if draft.content is None else draft.content
    embeds = message.embeds if draft.embeds is None else draft.embeds
    components = message.components if draft.components is None else draft.components
    if not (content or embeds or components or message.flags & MessageFlag.LOADING):
        raise DiscordError(50006)
    message.content, message.embeds, message.components = content, embeds, components
    message.mentions = mentioned_users(content, draft.mentions, service.world.users)
    message.mention_everyone = calls_everyone(content, draft.mentions) and _may_call_everyone(
        service, message
    )


def _may_call_everyone(service: Service, message: Message) -> bool:
    guild = message.channel.guild
    if guild is None:
        return False
    if not message.author.is_bot:
        return Permission.MENTION_EVERYONE in guild.permissions_of(message.author)
    author = next(app for app in service.world.applications if app.bot is message.author)
    return Permission.MENTION_EVERYONE in bot_permissions(author, message.channel)


def revise(service: Service, message: Message, draft: Draft) -> None:
    """Edit a message; a deferred answer gets its text this way and does not count as edited.

    Raises:
        DiscordError: 50006.
    """
    was_loading = message.flags & MessageFlag.LOADING
    message.flags &= ~MessageFlag.LOADING
    fill(service, message, draft)
    if not was_loading:
        message.edited_at = service.now()


def remove(service: Service, message: Message) -> None:
    service.world.messages.pop(message.id, None)
    if message in message.channel.messages:
        message.channel.messages.remove(message)
