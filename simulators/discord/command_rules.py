"""What Discord takes as the description of a command.

https://docs.discord.com/developers/interactions/application-commands
"""

import re
from typing import Any

from simulators.discord.errors import invalid, missing, too_long
from simulators.discord.flags import OptionType
from simulators.discord.snowflakes import Snowflakes

Json = dict[str, Any]

COMMAND_LIMIT = 100
OPTION_LIMIT = 25
CHOICE_LIMIT = 25
DESCRIPTION_LIMIT = 100
TEXT_LIMIT = 8000
"""Characters of all names, descriptions and choices of one command together."""
_CHAT_INPUT = 1
_NAME = re.compile(r"[-_'\w]{1,32}")
_CONTAINERS = (OptionType.SUBCOMMAND, OptionType.SUBCOMMAND_GROUP)
_KEPT = ("name_localizations", "description_localizations", "contexts", "nsfw")
_OPTION_KEPT = (
    "autocomplete",
    "choices",
    "min_length",
    "max_length",
    "min_value",
    "max_value",
    "channel_types",
    "required",
)


def check_commands(commands: list[Json]) -> None:
    """Check a whole set of commands.

    Raises:
        DiscordError: 50035 that names the field, its path beginning with the command's place.
    """
    if len(commands) > COMMAND_LIMIT:
        raise invalid("_", "APPLICATION_COMMAND_TOO_MANY", "Maximum number of application commands reached")
    names: set[tuple[str, int]] = set()
    for n, command in enumerate(commands):
        key = (command.get("name") or "", command.get("type") or _CHAT_INPUT)
        if key in names:
            message = "Application command names must be unique"
            raise invalid(f"{n}", "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
        names.add(key)
        check_command(command, f"{n}.")


def check_command(command: Json, path: str = "") -> None:
    """Check one command.

    Raises:
        DiscordError: 50035.
    """
    if (command.get("type") or _CHAT_INPUT) != _CHAT_INPUT:
        if not 1 <= len(command.get("name") or "") <= 32:  # noqa: PLR2004 -- the length of a name, as in _NAME
            raise missing(f"{path}name")
        return
    _check_words(command, path)
    _check_options(command.get("options") or [], path, depth=0)
    if _text_length(command) > TEXT_LIMIT:
        message = f"Command exceeds maximum size ({TEXT_LIMIT})"
        raise invalid(path.rstrip(".") or "_", "APPLICATION_COMMAND_TOO_LARGE", message)


def _check_words(thing: Json, path: str) -> None:
    name = thing.get("name") or ""
    if not _NAME.fullmatch(name) or name != name.lower():
        raise invalid(f"{path}name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    if not thing.get("description"):
        raise missing(f"{path}description")
    if len(thing["description"]) > DESCRIPTION_LIMIT:
        raise too_long(f"{path}description", DESCRIPTION_LIMIT)


def _check_options(options: list[Json], path: str, depth: int) -> None:
    if len(options) > OPTION_LIMIT:
        raise too_long(f"{path}options", OPTION_LIMIT)
    if len({option.get("name") for option in options}) < len(options):
        message = "Option names must be unique"
        raise invalid(f"{path}options", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", message)
    _check_order([bool(o.get("required")) for o in options if o.get("type") not in _CONTAINERS], path)
    for n, option in enumerate(options):
        _check_option(option, f"{path}options.{n}.", depth)


def _check_order(required: list[bool], path: str) -> None:
    if required != sorted(required, reverse=True):
        message = "Required options must be placed before non-required options"
        raise invalid(f"{path}options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)


def _check_option(option: Json, path: str, depth: int) -> None:
    _check_words(option, path)
    kind = option.get("type")
    if kind not in set(OptionType):
        raise invalid(f"{path}type", "BASE_TYPE_CHOICES", 'Value of field "type" is not an option type.')
    if kind in _CONTAINERS:
        # A group may hold subcommands, a subcommand only values; both only at the top or right below it.
        if depth > 1 or (depth == 1 and kind == OptionType.SUBCOMMAND_GROUP):
            message = "Sub-command nesting is too deep"
            raise invalid(f"{path}type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
        _check_options(option.get("options") or [], path, depth + (2 if kind == OptionType.SUBCOMMAND else 1))
    choices = option.get("choices") or []
    if len(choices) > CHOICE_LIMIT:
        raise too_long(f"{path}choices", CHOICE_LIMIT)
    if choices and option.get("autocomplete"):
        message = "Choices and autocomplete exclude each other"
        raise invalid(f"{path}autocomplete", "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", message)


def _text_length(thing: Json) -> int:
    own = len(thing.get("name") or "") + len(thing.get("description") or "")
    own += sum(len(choice["name"]) + len(str(choice["value"])) for choice in thing.get("choices") or [])
    return own + sum(_text_length(option) for option in thing.get("options") or [])


def registered(command: Json, application_id: int, guild_id: int | None, ids: Snowflakes) -> Json:
    """The command as Discord keeps it and gives it back."""
    permissions = command.get("default_member_permissions")
    kept: Json = {
        "id": str(command.get("id") or ids.make()),
        "application_id": str(application_id),
        "version": str(ids.make()),
        "type": command.get("type") or _CHAT_INPUT,
        "name": command["name"],
        "description": command.get("description") or "",
        "default_member_permissions": None if permissions is None else str(permissions),
        "dm_permission": command.get("dm_permission") is not False,
        "integration_types": command.get("integration_types") or [0],
        "nsfw": False,
    }
    kept |= {name: command[name] for name in _KEPT if command.get(name) is not None}
    if command.get("options"):
        kept["options"] = [_registered_option(option) for option in command["options"]]
    if guild_id is not None:
        kept["guild_id"] = str(guild_id)
        kept.pop("contexts", None)
    return kept


def _registered_option(option: Json) -> Json:
    kept: Json = {"type": option["type"], "name": option["name"], "description": option["description"]}
    kept |= {name: option[name] for name in _OPTION_KEPT if option.get(name) not in (None, False, [])}
    if option["type"] in _CONTAINERS:
        kept["options"] = [_registered_option(child) for child in option.get("options") or []]
    return kept
