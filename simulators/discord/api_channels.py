"""Direct messages, channels and threads.

https://docs.discord.com/developers/resources/user#create-dm and .../resources/channel
"""

from datetime import timedelta

from simulators.discord.asked import Answer, Asked, snowflake
from simulators.discord.errors import DiscordError, missing, too_long
from simulators.discord.events import thread_created
from simulators.discord.flags import ChannelType, Permission
from simulators.discord.payloads import channel_json, timestamp
from simulators.discord.service import Service
from simulators.discord.snowflakes import moment_of
from simulators.discord.world import Application, Channel, Message, User, require

NAME_LIMIT = 100
DM_OPENINGS = 10
DM_OPENING_WINDOW = timedelta(minutes=10)
"""While limits are enforced a bot may open so many new direct messages in this time: 40003 beyond."""


async def open_dm(service: Service, asked: Asked) -> Answer:
    """The direct message with somebody: the one there is, else a new one."""
    bot = asked.bot
    user = service.world.users.get(snowflake(asked.fields.get("recipient_id"), "recipient_id"))
    if user is None:
        raise DiscordError(50033)
    if user.is_bot:
        raise DiscordError(50007)
    channel = service.world.dm(bot, user)
    if channel is None:
        if not service.world.share_a_guild(bot, user):
            raise DiscordError(50278)
        _count_opening(service, bot)
        channel = new_dm(service, bot, user)
    return 200, channel_json(channel)


def _count_opening(service: Service, bot: Application) -> None:
    now = service.now()
    bot.dms_opened = [at for at in bot.dms_opened if now - at < DM_OPENING_WINDOW]
    if service.buckets.enforced and len(bot.dms_opened) >= DM_OPENINGS:
        raise DiscordError(40003, retry_after=DM_OPENING_WINDOW.total_seconds())
    bot.dms_opened.append(now)


def new_dm(service: Service, bot: Application, user: User) -> Channel:
    channel = Channel(id=service.ids.make(), type=ChannelType.DM, person=user, application=bot)
    service.world.channels[channel.id] = channel
    return channel


async def channel(service: Service, asked: Asked) -> Answer:
    return 200, channel_json(service.world.channel_for(asked.bot, asked.id("channel_id")))


async def thread_from_message(service: Service, asked: Asked) -> Answer:
    """A thread below a message; it has the message's id."""
    parent = _parent(service, asked)
    message = service.world.messages.get(asked.id("message_id"))
    if message is None or message.channel is not parent:
        raise DiscordError(10008)
    if message.thread is not None:
        raise DiscordError(160004)
    thread = await _start(service, asked, parent, message)
    return 201, channel_json(thread)


async def thread(service: Service, asked: Asked) -> Answer:
    """A thread of its own; private unless its type says otherwise."""
    started = await _start(service, asked, _parent(service, asked), None)
    member = {
        "id": str(started.id),
        "user_id": str(asked.bot.bot_user_id),
        "join_timestamp": timestamp(moment_of(started.id)),
        "flags": 0,
    }
    return 201, channel_json(started) | {"member": member}


def _parent(service: Service, asked: Asked) -> Channel:
    parent = service.world.channel_for(asked.bot, asked.id("channel_id"))
    if parent.guild is None or parent.is_thread:
        raise DiscordError(50024)
    require(asked.bot, parent, Permission.CREATE_PUBLIC_THREADS)
    return parent


async def _start(service: Service, asked: Asked, parent: Channel, message: Message | None) -> Channel:
    name = (asked.fields.get("name") or "").strip()
    if not name:
        raise missing("name")
    if len(name) > NAME_LIMIT:
        raise too_long("name", NAME_LIMIT)
    started = Channel(
        id=message.id if message else service.ids.make(),
        type=ChannelType.PUBLIC_THREAD,
        name=name,
        guild=parent.guild,
        parent=parent,
        owner_id=asked.bot.bot_user_id,
    )
    if message is not None:
        message.thread = started
    elif asked.fields.get("type") != ChannelType.PUBLIC_THREAD:
        started.type = ChannelType.PRIVATE_THREAD
    service.world.channels[started.id] = started
    await thread_created(service, started)
    return started
