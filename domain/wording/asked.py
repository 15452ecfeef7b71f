"""Search, settings, help: what is said when somebody asks."""

import re
from typing import assert_never

from domain import facts as f
from domain.commands import MOST_QUERY_IN_BUTTON, Search
from domain.local_time import show_day_short, show_days, show_minute, show_zone
from domain.messages import (
    Action,
    Actions,
    Block,
    Group,
    Message,
    Paragraph,
    Run,
    Text,
    code,
    muted,
    strong,
    text,
)
from domain.people import Channel
from domain.wording.phrases import before_commands, count, in_a_row, kind_mark, one_sentence, with_code

_A_COMMAND = re.compile(r"`(?=(?:away|days|search|time|today|vacation)\b)")
"""Where a refusal says what can be typed, as it is typed in a mail."""
_SHOWN = 100
"""Characters of a query that are said back."""


def word(facts: f.AskedFacts, channel: Channel) -> Message:
    match facts:
        case f.SearchShown():
            return _search_shown(facts, channel)
        case f.HelpShown():
            return _help_shown(facts, channel)
        case f.SettingsShown():
            return _settings_shown(facts, channel)
        case f.Refused():
            return one_sentence(_A_COMMAND.sub(f"`{before_commands(channel)}", facts.sentence))
        case _:
            assert_never(facts)


def _search_shown(facts: f.SearchShown, channel: Channel) -> Message:
    asked = facts.query if len(facts.query) <= _SHOWN else facts.query[:_SHOWN] + "…"
    notice: list[Block] = []
    if facts.degraded:
        notice.append(Paragraph(text(muted("The usual search is down; a simpler one answers meanwhile."))))
    if not facts.hits:
        found: list[Block] = [
            Paragraph(text(f"Nothing found for “{asked}”. Try fewer words, or the beginning of one."))
        ]
        return Message((*notice, *found, *_keep(facts)), subject=f"Nothing found for “{asked}”")
    title = f"{count(facts.total, 'line')} for “{asked}”"
    blocks: list[Block] = [*notice, Group(text(title), tuple(_hit(hit) for hit in facts.hits))]
    if facts.page < facts.pages:
        slash = before_commands(channel)
        if len(facts.query.encode()) <= MOST_QUERY_IN_BUTTON:
            blocks.append(Actions((Action("More", Search(facts.query, facts.page + 1)),)))
        blocks.append(
            Paragraph(text(muted("Or write "), code(f"{slash}search {facts.query} page:{facts.page + 1}")))
        )
    return Message((*blocks, *_keep(facts)), subject=title)


def _keep(facts: f.SearchShown) -> tuple[Block, ...]:
    if not facts.keep_as_done:
        return ()
    return (
        Paragraph(text(muted("Meant as something you did? Write "), code(f"/done add search {facts.query}"))),
    )


def _hit(hit: f.Hit) -> Text:
    runs: list[Run] = [muted(f"{hit.name}, {show_day_short(hit.day)}: "), *kind_mark(hit.kind)]
    at = 0
    for start, end in hit.matches:
        runs.extend((Run(hit.text[at:start]), strong(hit.text[start:end])))
        at = end
    return tuple(run for run in (*runs, Run(hit.text[at:])) if run.text)


def _settings_shown(facts: f.SettingsShown, channel: Channel) -> Message:
    slash = before_commands(channel)
    days = f"{show_days(facts.days)} (your teams' days)" if facts.days_are_teams else show_days(facts.days)
    when = f"{show_minute(facts.minute)} {show_zone(facts.zone)}"
    asked = f"I'll ask you at {when}, {days}, {_by(facts.channel)}."
    if not facts.days:
        asked = f"I'll ask you as soon as you are in a team, at {when}."
    blocks: list[Block] = [Paragraph(text(f"Done. {asked}" if facts.changed else asked))]
    if facts.moved:
        verb = "goes" if len(facts.moved) == 1 else "go"
        blocks.append(Paragraph(text(f"{in_a_row(facts.moved)} {verb} by {show_zone(facts.zone)} too.")))
    if not facts.changed:
        blocks.append(
            Paragraph(
                text(f"Your teams: {in_a_row(facts.teams)}." if facts.teams else "You are not in a team yet.")
            )
        )
        others = [each.word.lower() for each in facts.channels if each is not facts.channel]
        typed = ("time 17:30", "zone Europe/Madrid", "days mon-fri", *(f"channel {each}" for each in others))
        blocks.append(Group(text("To change it, write"), tuple(text(code(slash + each)) for each in typed)))
    return Message(tuple(blocks), subject="Your settings")


def _by(channel: Channel | None) -> str:
    return channel.by if channel else "but I have no way to reach you"


_COMMANDS = (
    ("today", "what you wrote today"),
    ("edit 1 new text", "change today's first line; `{}delete 1` removes it"),
    ("nothing", "end the day without a line"),
    (
        "search invoices",
        "find anything; from:ana, on:yesterday, after:2026-11-01, before:friday narrow it",
    ),
    ("settings", "when, where and on which days I ask you"),
    (
        "time 17:30",
        "ask me at another time; `{0}zone Boston`, `{0}days mon-fri` and `{0}channel mail` work likewise",
    ),
    ("ask", "get the question now, to try it"),
    (
        "vacation until monday",
        "no questions until then; `{0}vacation 3 days` works too, `{0}back` ends it",
    ),
    ("join platform", "join a team; `{}leave platform` leaves it"),
    ("invite ana@example.com", "invite somebody by mail; they need no account"),
)


def _help_shown(facts: f.HelpShown, channel: Channel) -> Message:
    by_mail = channel is Channel.EMAIL
    slash = "" if by_mail else "/done "
    door = "Reply to any mail from me" if by_mail else "Write to me"
    rows = [(slash + typed, meaning) for typed, meaning in _COMMANDS]
    if by_mail:
        rows.append(("stop", "no more mail from me; any mail to me starts it again"))
    else:
        rows.append(("/done team here", "make a team; each morning it reads in that channel what got done"))
    commands = tuple(text(code(typed), *with_code(f": {meaning.format(slash)}")) for typed, meaning in rows)
    return Message(
        (
            *_unclear(facts, by_mail=by_mail),
            Paragraph(with_code(f"{door}: every line is something you got done. {_SIGNS}")),
            Group(text("You can also write"), commands),
        ),
        subject="How to talk to me",
    )


def _unclear(facts: f.HelpShown, *, by_mail: bool) -> tuple[Block, ...]:
    if not facts.unclear:
        return ()
    typed = facts.unclear[:200]
    kept = " I have kept it as you wrote it." if facts.kept else ""
    hint = () if by_mail else (" To write it down: ", code(f"/done add {typed}"))
    return (Paragraph(text(f"I could not tell what “{typed}” means.{kept}", *hint)),)


_SIGNS = "`[]` in front makes it a goal, `!` something that blocks you, `private:` keeps it to yourself."
