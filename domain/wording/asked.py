"""Search, settings, help: what is said when somebody asks."""

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
from domain.wording.phrases import count, in_a_row, kind_mark

_SHOWN = 100
"""Characters of a query that are said back."""


def search_shown(facts: f.SearchShown, channel: Channel) -> Message:
    asked = facts.query if len(facts.query) <= _SHOWN else facts.query[:_SHOWN] + "…"
    notice: list[Block] = []
    if facts.degraded:
        notice.append(Paragraph(text(muted("The search engine is resting; this is the plain search."))))
    if not facts.hits:
        found: list[Block] = [
            Paragraph(text(f"Nothing found for “{asked}”. Try fewer words, or the beginning of one."))
        ]
        return Message((*notice, *found, *_keep(facts)), subject=f"Nothing found for “{asked}”")
    title = f"{count(facts.total, 'line')} for “{asked}”"
    blocks: list[Block] = [*notice, Group(text(title), tuple(_hit(hit) for hit in facts.hits))]
    if facts.page < facts.pages:
        slash = "" if channel is Channel.EMAIL else "/done "
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


def settings_shown(facts: f.SettingsShown, channel: Channel) -> Message:
    slash = "" if channel is Channel.EMAIL else "/done "
    days = f"{show_days(facts.days)} (as your teams work)" if facts.days_are_teams else show_days(facts.days)
    asked = (
        f"I ask you at {show_minute(facts.minute)} {show_zone(facts.zone)}, {days}, by {_via(facts.channel)}."
    )
    if not facts.days:
        asked = (
            f"I ask you as soon as you are in a team, at {show_minute(facts.minute)} {show_zone(facts.zone)}."
        )
    blocks: list[Block] = [Paragraph(text(f"Done. {asked}" if facts.changed else asked))]
    if not facts.changed:
        blocks.append(
            Paragraph(
                text(f"Your teams: {in_a_row(facts.teams)}." if facts.teams else "You are in no team yet.")
            )
        )
        typed = ("time 17:30", "zone Europe/Madrid", "days mon-fri", "channel mail")
        blocks.append(Group(text("To change it, write"), tuple(text(code(slash + each)) for each in typed)))
    return Message(tuple(blocks), subject="Your settings")


def _via(channel: Channel | None) -> str:
    return channel.word if channel else "no channel that I can reach"


_COMMANDS = (
    ("today", "what you wrote today"),
    ("edit 1 new text", "change a line of today; delete 1 removes it"),
    ("nothing", "end the day without a line"),
    ("search invoices", "find anything; from:ana, on:yesterday, after:2026-11-01, before:friday narrow it"),
    ("settings", "when, where and on which days I ask you"),
    ("time 17:30", "another hour; zone Europe/Madrid, days mon-fri and channel mail work the same way"),
    ("ask", "the question at once, to try it"),
    ("vacation until monday", "ask nothing until then; away 3 days and pause work too, back ends it"),
    ("join platform", "join a team; leave platform goes again"),
    ("invite ana@example.com", "ask somebody by mail; nothing to sign up for"),
)


def help_shown(facts: f.HelpShown, channel: Channel) -> Message:
    by_mail = channel is Channel.EMAIL
    slash = "" if by_mail else "/done "
    door = "Answer any mail of mine, or write to its sender" if by_mail else "Write to me"
    rows = [(slash + typed, meaning) for typed, meaning in _COMMANDS]
    if not by_mail:
        rows.append(
            ("/done team here", "make a team; its mornings are told in the channel where you type it")
        )
    commands = tuple(text(code(typed), f" {meaning}") for typed, meaning in rows)
    return Message(
        (
            *_unclear(facts, by_mail=by_mail),
            Paragraph(text(f"{door}: every line is something you got done. {_SIGNS}")),
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
    return (Paragraph(text(f"I could not tell what “{typed}” asks for.{kept}", *hint)),)


_SIGNS = "[] in front makes it a goal, ! something that blocks you, private: keeps it to yourself."
