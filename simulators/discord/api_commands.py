"""Registering application commands.

https://docs.discord.com/developers/interactions/application-commands#endpoints
"""

from typing import Any

from simulators.discord.asked import Answer, Asked
from simulators.discord.command_rules import check_command, check_commands, registered
from simulators.discord.errors import DiscordError, invalid
from simulators.discord.service import Service

Json = dict[str, Any]


async def listed(service: Service, asked: Asked) -> Answer:
    return 200, asked.bot.commands.get(_scope(service, asked), [])


async def replace_all(service: Service, asked: Asked) -> Answer:
    """Make the sent set the only one; a command of the same name keeps its id."""
    scope, body = _scope(service, asked), asked.body
    if not isinstance(body, list):
        raise invalid("_", "BASE_TYPE_BAD_TYPE", "Only iterables may be used in a ListType")
    check_commands(body)
    known = {_key(command): command["id"] for command in asked.bot.commands.get(scope, [])}
    kept = [_register(service, asked, scope, command | _known_id(known, command)) for command in body]
    asked.bot.commands[scope] = kept
    return 200, kept


async def add(service: Service, asked: Asked) -> Answer:
    """Register one; over one of the same name it is 200, else 201."""
    scope, body = _scope(service, asked), asked.fields
    check_command(body)
    earlier = asked.bot.commands.get(scope, [])
    others = [command for command in earlier if _key(command) != _key(body)]
    known = {_key(command): command["id"] for command in earlier}
    kept = _register(service, asked, scope, body | _known_id(known, body))
    asked.bot.commands[scope] = [*others, kept]
    return (200 if len(others) < len(earlier) else 201), kept


def _scope(service: Service, asked: Asked) -> int | None:
    if asked.id("application_id") != asked.bot.application_id:
        raise DiscordError(20012)
    if "guild_id" not in asked.params:
        return None
    return service.world.guild_for(asked.bot, asked.id("guild_id")).id


def _register(service: Service, asked: Asked, scope: int | None, command: Json) -> Json:
    return registered(command, asked.bot.application_id, scope, service.ids)


def _key(command: Json) -> tuple[str, int]:
    return command["name"], command.get("type") or 1


def _known_id(known: dict[tuple[str, int], str], command: Json) -> Json:
    return {"id": known[_key(command)]} if _key(command) in known else {}
