"""The bot itself, other people, guilds and members.

https://docs.discord.com/developers/resources/user, .../resources/application and .../resources/guild
"""

from simulators.discord.asked import Answer, Asked
from simulators.discord.errors import DiscordError
from simulators.discord.gateway import SESSION_STARTS_A_DAY
from simulators.discord.payloads import (
    application_json,
    guild_json,
    member_json,
    my_guild_json,
    own_user_json,
    user_json,
)
from simulators.discord.service import Service

_DAY_IN_MILLISECONDS = 86_400_000


async def me(_: Service, asked: Asked) -> Answer:
    return 200, own_user_json(asked.bot.bot)


async def my_guilds(service: Service, asked: Asked) -> Answer:
    return 200, [my_guild_json(found, asked.bot) for found in service.world.guilds_of(asked.bot)]


async def my_application(service: Service, asked: Asked) -> Answer:
    return 200, application_json(asked.bot, len(service.world.guilds_of(asked.bot)))


async def gateway(service: Service, _: Asked) -> Answer:
    return 200, {"url": service.gateway.url}


async def gateway_for_bots(service: Service, asked: Asked) -> Answer:
    limits = {
        "total": SESSION_STARTS_A_DAY,
        "remaining": service.gateway.starts_left(asked.bot),
        "reset_after": _DAY_IN_MILLISECONDS,
        "max_concurrency": 1,
    }
    return 200, {"url": service.gateway.url, "shards": 1, "session_start_limit": limits}


async def user(service: Service, asked: Asked) -> Answer:
    found = service.world.users.get(asked.id("user_id"))
    if found is None:
        raise DiscordError(10013)
    return 200, user_json(found)


async def guild(service: Service, asked: Asked) -> Answer:
    found = service.world.guild_for(asked.bot, asked.id("guild_id"))
    counts = {"approximate_member_count": len(found.members), "approximate_presence_count": 0}
    return 200, guild_json(found) | (counts if asked.flag("with_counts") else {})


async def member(service: Service, asked: Asked) -> Answer:
    found = service.world.guild_for(asked.bot, asked.id("guild_id"))
    user_id = asked.id("user_id")
    if user_id not in service.world.users:
        raise DiscordError(10013)
    person = service.world.users[user_id]
    if user_id not in found.members and found.installation_of(person) is None:
        raise DiscordError(10007)
    return 200, member_json(found, person)
