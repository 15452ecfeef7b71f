"""`/done` as Discord offers it, and what somebody means who fills it in.

https://docs.discord.com/developers/interactions/application-commands
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from domain import commands as c
from domain import replies as r
from domain.dones import clean_text
from domain.grammar import read_slash

Json = dict[str, Any]

SUBCOMMAND, GROUP, STRING, INTEGER = 1, 2, 3, 4
IN_GUILD, IN_BOT_DM = 0, 1
TO_GUILD = 0
FILTERS = ("from", "on", "after", "before")
"""Options of a search that are words of its query."""


def _sub(name: str, description: str, *options: Json) -> Json:
    return {"type": SUBCOMMAND, "name": name, "description": description, "options": list(options)}


def _text(name: str, description: str, **more: Any) -> Json:
    return {"type": STRING, "name": name, "description": description, "max_length": 100, **more}


_NUMBER = {
    "type": INTEGER,
    "name": "line",
    "description": "Its number in /done today",
    "required": True,
    "min_value": 1,
    "max_value": 999,
}
_TEAM = _text("team", "Which team, where there are several", autocomplete=True)
_DAY = "A day: 2026-11-24, yesterday, last week"

COMMAND: Json = {
    "name": "done",
    "description": "What you got done, and what your team did",
    "type": 1,
    "contexts": [IN_GUILD, IN_BOT_DM],
    "integration_types": [TO_GUILD],
    "options": [
        _sub(
            "add",
            "Write down what you did",
            _text("text", "[] in front makes it a goal, ! a blocker", required=True, max_length=4000),
        ),
        _sub(
            "search",
            "Find anything that was ever done",
            _text("query", "Words that occur in it, or their beginnings"),
            _text("from", "Whose it is", autocomplete=True),
            _text("on", _DAY),
            _text("after", _DAY),
            _text("before", _DAY),
        ),
        _sub("today", "What you wrote today"),
        _sub("yesterday", "What you wrote yesterday"),
        _sub("list", "What you wrote on a day", _text("day", "2026-11-24", required=True)),
        _sub(
            "edit",
            "Rewrite one of today's lines",
            _NUMBER,
            _text("text", "The new words", required=True, max_length=4000),
        ),
        _sub("delete", "Delete one of today's lines", _NUMBER),
        _sub("nothing", "Nothing to tell today, and that is fine"),
        {
            "type": GROUP,
            "name": "team",
            "description": "Teams",
            "options": [_sub("here", "Make a team whose mornings are told here", _text("name", "Its name"))],
        },
        _sub("join", "Become part of a team", _TEAM),
        _sub("leave", "Leave a team", _TEAM),
        _sub(
            "invite",
            "Invite somebody who takes part by mail",
            _text("email", "Her address", required=True),
            _TEAM,
        ),
        _sub("settings", "When and where you are asked"),
        _sub("time", "Change your hour", _text("time", "17:30, or 5:30 pm", required=True)),
        _sub("zone", "Change your time zone", _text("zone", "Europe/Madrid, or a city", required=True)),
        _sub("days", "Change the days you are asked", _text("days", "mon-fri, or team", required=True)),
        _sub(
            "channel",
            "Change where you are asked",
            _text(
                "channel",
                "Slack, Discord or mail",
                required=True,
                choices=[{"name": each, "value": each.lower()} for each in ("Discord", "Slack", "Mail")],
            ),
        ),
        _sub(
            "vacation",
            "No questions for a while",
            _text("when", "until monday, 3 days, 24 dec to 2 jan; empty: until you are back"),
        ),
        _sub("back", "Be asked again"),
        _sub("ask", "Be asked now, to try it"),
        _sub("connect", "Connect this server", _text("code", "The code you got", required=True)),
        _sub("help", "How it all works"),
    ],
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A command as somebody filled it in."""

    name: str
    """The words behind `/done`: `search`, `team here`."""
    values: Mapping[str, str]
    focused: str = ""
    """The option that is being typed, when completions are asked for."""


def read_filled(data: Mapping[str, Any]) -> Filled:
    """The subcommand and its options.

    Raises:
        ValueError: it is not as Discord documents it.
    """
    try:
        return _filled(data)
    except (AttributeError, LookupError, TypeError) as unlike:
        raise ValueError("options are not as documented") from unlike


def _filled(data: Mapping[str, Any]) -> Filled:
    names: list[str] = []
    options = data.get("options") or []
    while options and options[0]["type"] in {SUBCOMMAND, GROUP}:
        names.append(str(options[0]["name"]))
        options = options[0].get("options") or []
    values = {str(each["name"]): clean_text(str(each["value"])).strip() for each in options}
    focused = next((str(each["name"]) for each in options if each.get("focused")), "")
    return Filled(" ".join(names), values, focused)


_MEANINGS: Mapping[str, Callable[[Mapping[str, str]], c.Command]] = {
    "today": lambda _: c.ShowDay(days_ago=0),
    "yesterday": lambda _: c.ShowDay(days_ago=1),
    "edit": lambda values: c.EditLine(int(values["line"]), _line(values, "text")),
    "delete": lambda values: c.DeleteLine(int(values["line"])),
    "nothing": lambda _: c.NothingToday(),
    "team here": lambda values: c.TeamHere(_line(values, "name")),
    "join": lambda values: c.Join(name=_line(values, "team")),
    "leave": lambda values: c.Leave(_line(values, "team")),
    "settings": lambda _: c.ShowSettings(),
    "time": lambda values: c.SetTime(_line(values, "time")),
    "zone": lambda values: c.SetZone(_line(values, "zone")),
    "days": lambda values: c.SetDays(_line(values, "days")),
    "channel": lambda values: c.SetChannel(_line(values, "channel")),
    "vacation": lambda values: r.Away(_line(values, "when")),
    "back": lambda _: r.Back(),
    "ask": lambda _: c.AskNow(),
    "help": lambda _: c.Help(),
}


def command_or_text(filled: Filled) -> tuple[c.Command | None, str]:
    """The command, or the text of one that the grammar reads.

    Raises:
        ValueError: there is no such command, or an option is missing.
    """
    values = filled.values
    try:
        match filled.name:
            case "add":
                return None, f"add {values['text']}"
            case "search":
                query = _query(values)
                return (None, f"search {query}") if query else (c.Help(), "")
            case "invite":
                return _strictly(f"invite {values['email']} {values.get('team', '')}")
            case "list":
                return _strictly(f"list {values['day']}")
            case "connect":
                return _strictly(f"connect {values['code']}")
            case name:
                return _MEANINGS[name](values), ""
    except KeyError as missing:
        raise ValueError("a command that is not offered, or without its option") from missing


def _strictly(typed: str) -> tuple[c.Command | None, str]:
    """What the grammar takes for something done was meant as a command here, and did not fit it."""
    read = read_slash(typed)
    return (c.Help(), "") if isinstance(read, c.Record) else (read, typed)


def _line(values: Mapping[str, str], name: str) -> str:
    return " ".join(values.get(name, "").split())


def _query(values: Mapping[str, str]) -> str:
    """`invoices from:"Ada Byron" after:2026-11-01`, as it would be typed in one line."""
    words = [_line(values, "query")]
    words += [f"{name}:{_quoted(values[name])}" for name in FILTERS if values.get(name)]
    return " ".join(word for word in words if word)


def _quoted(value: str) -> str:
    bare = " ".join(value.replace('"', "").split())
    return f'"{bare}"' if " " in bare else bare
