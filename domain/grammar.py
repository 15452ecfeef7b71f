"""From text to command: one grammar for all channels.

In a direct message or a mail a command is the whole message, one line, in strict form; anything else is
dones, so that "Search index rebuilt" and "Help Ana deploy" are dones.  After `/done` the first word is a
command only if the rest fits its form; `/done add ...` always records.
"""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from domain import commands as c
from domain import replies as r
from domain.dones import clean_text
from domain.errors import Refusal
from domain.local_time import parse_days
from domain.periods import DAY, PERIOD
from domain.places import find_zone

IsTeam = Callable[[str], bool]
"""Tells whether there is a team of exactly that name."""
_Match = re.Match[str]

_NAME = r"#?(\w[\w .&+/#-]{0,78})"
_WORD = r"[^\s\"]+"
_FILTER = r"(?:from|on|after|before|page):(?:\"[^\"]*\"|[^\s\"]+)"
_EMAIL = r"<?([^\s@<>]+@[^\s@<>]+\.[^\s@<>]+?)>?"
_LONE_SEARCH = rf"search ((?:(?:{_FILTER}) )*(?:{_WORD}|\"[^\"]+\")(?: {_FILTER})*)"


@dataclass(frozen=True, slots=True)
class _Form:
    pattern: re.Pattern[str]
    build: Callable[[_Match], c.Command | None]
    """Makes the command of a match; None: the form does not fit after all."""


@dataclass(frozen=True, slots=True)
class _Forms:
    """Forms of commands; the first one that fits counts."""

    in_turn: tuple[_Form, ...]
    any_of_them: re.Pattern[str]
    """All patterns as one: most of what people write fits none of them, and this tells so in one step."""


def _forms(*in_turn: _Form) -> _Forms:
    patterns = [f"(?:{each.pattern.pattern})" for each in in_turn]
    return _Forms(in_turn, re.compile("|".join(patterns), re.IGNORECASE))


def _form(pattern: str, build: Callable[[_Match], c.Command | None]) -> _Form:
    return _Form(re.compile(pattern, re.IGNORECASE), build)


def _show_day(match: _Match) -> c.Command | None:
    day = _iso_day(match[1])
    return c.ShowDay(day) if day else None


def _days(match: _Match) -> c.Command | None:
    try:
        return c.SetDays(match[1]) if match[1].casefold() == "team" or parse_days(match[1]) else None
    except Refusal:
        return None


def _zone(match: _Match) -> c.Command | None:
    try:
        return c.SetZone(find_zone(match[1]))
    except Refusal:
        return None if " " in match[1] else c.SetZone(match[1])


def _search(match: _Match) -> c.Command:
    found = re.search(r"(?:^| )page:(\d{1,4})(?= |$)", match[1])
    if found is None:
        return c.Search(match[1].strip())
    words = match[1][: found.start()] + match[1][found.end() :]
    return c.Search(words.strip(), max(int(found[1]), 1))


_EVERYWHERE = (
    _form(r"help|\?", lambda _: c.Help()),
    _form(r"(?:list )?today", lambda _: c.ShowDay(days_ago=0)),
    _form(r"(?:list )?yesterday", lambda _: c.ShowDay(days_ago=1)),
    _form(r"(?:list )?(\d{4}-\d{2}-\d{2})", _show_day),
    _form(r"nothing|nothing today|skip", lambda _: c.NothingToday()),
    _form(r"delete (\d{1,3})", lambda m: c.DeleteLine(int(m[1]))),
    _form(r"edit (\d{1,3}) (\S.*)", lambda m: c.EditLine(int(m[1]), m[2])),
    _form(r"settings", lambda _: c.ShowSettings()),
    _form(r"ask me now|ask", lambda _: c.AskNow()),
    _form(r"time (\d{1,2}(?:[:.]\d{2})? ?(?:am|pm)?)", lambda m: c.SetTime(m[1])),
    _form(r"zone (\S+(?: \S+){0,2})", _zone),
    _form(r"days (\S.*)", _days),
    _form(r"channel (slack|discord|e?-?mail)", lambda m: c.SetChannel(m[1])),
    _form(rf"invite {_EMAIL}(?: (?:to )?(\S.*))?", lambda m: c.Invite(m[1], m[2] or "")),
    _form(rf"(?:vacation|holiday|away|pause) ({PERIOD})", lambda m: r.Away(m[1])),
    _form(rf"(?:i'm|i am) away (until {DAY})", lambda m: r.Away(m[1])),
    _form(r"vacation (until \S+)", lambda m: r.Away(m[1])),  # a day that cannot be read: she is told so
    _form(r"pause", lambda _: r.Away()),
    _form(r"(?:i'm |i am )?back", lambda _: r.Back()),
    _form(r"stop|unsubscribe", lambda _: r.Stop()),
    _form(rf"(yes|no),? {_EMAIL}", lambda m: r.ClaimSender(m[2], hers=m[1].casefold() == "yes")),
)
_IN_A_MESSAGE = _forms(*_EVERYWHERE, _form(_LONE_SEARCH, _search))
_AFTER_SLASH = _forms(
    *_EVERYWHERE,
    _form(r"search (\S.*)", _search),
    _form(rf"join(?: {_NAME})?", lambda m: c.Join(name=m[1] or "")),
    _form(rf"leave(?: {_NAME})?", lambda m: c.Leave(m[1] or "")),
    _form(rf"team here(?: {_NAME})?", lambda m: c.TeamHere(m[1] or "")),
    _form(r"connect ([\w.-]{8,200})", lambda m: c.Connect(m[1])),
    _form(r"vacation", lambda _: r.Away()),
)
_JOIN_OR_LEAVE = re.compile(rf"(join|leave) {_NAME}", re.IGNORECASE)
_COMMAND_WORDS = (
    *("help", "today", "yesterday", "list", "nothing", "delete", "edit", "settings", "time", "zone", "days"),
    *("channel", "search", "join", "leave", "invite", "vacation", "pause"),
)
_LONE_WORDS = (
    *("away", "channels", "code", "commands", "connect", "digest", "link", "status", "team", "teams"),
    *("undo", "week"),
)
"""What people try that is no command, or not a whole one; with more words it is something they did."""
_ON_A_DAY = re.compile(r"(yesterday|\d{4}-\d{2}-\d{2}):\s*(?=\S)", re.IGNORECASE)


def read_message(raw: str, is_team: IsTeam) -> c.Command:
    """What a direct message or the visible part of a mail asks."""
    typed = clean_text(raw).strip()
    if "\n" in typed:
        return _record(typed)
    joining = _JOIN_OR_LEAVE.fullmatch(typed)
    if joining is not None and is_team(joining[2]):
        return c.Join(name=joining[2]) if joining[1].casefold() == "join" else c.Leave(joining[2])
    return _fitting(typed, _IN_A_MESSAGE) or _doubted(typed)


def read_slash(raw: str) -> c.Command:
    """What follows `/done`."""
    typed = clean_text(raw).strip()
    if not typed:
        return c.Help()
    adding = re.match(r"add(?:\s+|$)", typed, re.IGNORECASE)
    if adding is not None:
        return _record(typed[adding.end() :])
    one_line = None if "\n" in typed else _fitting(typed, _AFTER_SLASH)
    return one_line or _doubted(typed)


def _fitting(typed: str, forms: _Forms) -> c.Command | None:
    squeezed = " ".join(typed.split())
    if forms.any_of_them.fullmatch(squeezed) is None:
        return None
    for form in forms.in_turn:
        match = form.pattern.fullmatch(squeezed)
        command = form.build(match) if match else None
        if command is not None:
            return command
    return None


def _doubted(typed: str) -> c.Record:
    record = _record(typed)
    return replace(record, doubtful=True) if _like_a_command(typed) else record


def _record(typed: str) -> c.Record:
    found = _ON_A_DAY.match(typed)
    if found is None:
        return c.Record(typed)
    rest = typed[found.end() :]
    if found[1].casefold() == "yesterday":
        return c.Record(rest, days_ago=1)
    day = _iso_day(found[1])
    return c.Record(rest, day) if day else c.Record(typed)


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _like_a_command(typed: str) -> bool:
    verb, _, rest = typed.casefold().partition(" ")
    if not rest and verb in _LONE_WORDS:
        return True
    return " " not in rest.strip() and bool(difflib.get_close_matches(verb, _COMMAND_WORDS, n=1, cutoff=0.8))
