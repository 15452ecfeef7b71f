"""What Discord's app lets a person type into a registered command, and what it makes of it."""

from collections.abc import Mapping
from typing import Any

from simulators.discord.flags import OptionType, Permission
from simulators.discord.world import Application, Channel, User

Json = dict[str, Any]
Value = str | int | float | bool

_IN_GUILD = 0
_IN_BOT_DM = 1
_VALUES: dict[int, tuple[type, ...]] = {
    OptionType.STRING: (str,),
    OptionType.INTEGER: (int,),
    OptionType.BOOLEAN: (bool,),
    OptionType.NUMBER: (int, float),
}
_STRING_LIMIT = 6000


class NotOfferedError(Exception):
    """The app would not have let the person do this."""


def find_command(application: Application, user: User, where: Channel, name: str) -> Json:
    """The description of `/name` as `user` sees it in `where`.

    Raises:
        NotOfferedError: There is no such command for her there.
    """
    scopes = (where.guild.id, None) if where.guild else (None,)
    for scope in scopes:
        for command in application.commands.get(scope, []):
            if command["name"] == name and command["type"] == 1 and _offered(command, user, where):
                return command
    raise NotOfferedError(f"there is no /{name} here")


def _offered(command: Json, user: User, where: Channel) -> bool:
    if where.guild is None:
        contexts = command.get("contexts")
        return command["dm_permission"] if contexts is None else _IN_BOT_DM in contexts
    if _IN_GUILD not in (command.get("contexts") or [_IN_GUILD]):
        return False
    granted = where.guild.permissions_of(user)
    wanted = Permission(int(command["default_member_permissions"] or 0) & int(sum(Permission)))
    return Permission.USE_APPLICATION_COMMANDS in granted and wanted in granted


def fill_in(
    command: Json, subcommand: str, options: Mapping[str, Value], focused: str | None = None
) -> list[Json]:
    """The `options` of an interaction.

    Args:
        command: The registered description.
        subcommand: Empty, `search`, or `team here` for a subcommand in a group.
        options: What was typed, by option name.
        focused: For autocomplete, the option that is being typed; then required options may be missing.

    Raises:
        NotOfferedError: No such subcommand or option, a missing or a wrong value.
    """
    offered, steps = command.get("options") or [], subcommand.split()
    wrappers: list[Json] = []
    for step in steps:
        found = next(
            (o for o in offered if o["name"] == step and o["type"] <= OptionType.SUBCOMMAND_GROUP), None
        )
        if found is None:
            raise NotOfferedError(f"/{command['name']} has no {subcommand}")
        wrappers.append({"type": found["type"], "name": step})
        offered = found["options"]
    if any(option["type"] <= OptionType.SUBCOMMAND_GROUP for option in offered):
        raise NotOfferedError(f"/{command['name']} {subcommand} needs a subcommand")
    filled = _values(offered, options, focused)
    for wrapper in reversed(wrappers):
        filled = [wrapper | {"options": filled}]
    return filled


def _values(offered: list[Json], options: Mapping[str, Value], focused: str | None) -> list[Json]:
    known = {option["name"]: option for option in offered}
    for name in options:
        if name not in known:
            raise NotOfferedError(f"there is no option {name}")
    if focused is None:
        for name, option in known.items():
            if option.get("required") and name not in options:
                raise NotOfferedError(f"the option {name} is required")
    elif not known[focused].get("autocomplete"):
        raise NotOfferedError(f"the option {focused} has no autocomplete")
    return [_value(known[name], value, focused=name == focused) for name, value in options.items()]


def _value(option: Json, value: Value, *, focused: bool) -> Json:
    filled = {"type": option["type"], "name": option["name"]}
    if focused:
        # While it is being typed anything goes, and numbers arrive as text.
        return filled | {"value": str(value), "focused": True}
    wanted = _VALUES.get(option["type"], (str,))
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        raise NotOfferedError(f"{value!r} does not fit the option {option['name']}")
    choices = option.get("choices")
    if choices and value not in [choice["value"] for choice in choices]:
        raise NotOfferedError(f"{value!r} is no choice of {option['name']}")
    size = len(value) if isinstance(value, str) else value
    least = option.get("min_length", 0) if isinstance(value, str) else option.get("min_value", value)
    most = (
        option.get("max_length", _STRING_LIMIT) if isinstance(value, str) else option.get("max_value", value)
    )
    if not least <= size <= most:
        raise NotOfferedError(f"{value!r} is too short, long, small or large for {option['name']}")
    return filled | {"value": value}
