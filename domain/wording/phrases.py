"""Small pieces that several messages are made of."""

from collections.abc import Sequence

from domain import facts as f
from domain.commands import Join
from domain.dones import LineKind
from domain.messages import (
    Action,
    Actions,
    Block,
    Message,
    Paragraph,
    Run,
    Style,
    Text,
    code,
    muted,
    strong,
    text,
)
from domain.people import Channel

_NUMBERS = (
    "No",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
)


def one_sentence(sentence: str) -> Message:
    said = with_code(sentence)
    subject = "".join(run.text for run in said).partition(". ")[0].removesuffix(".")
    return Message((Paragraph(said),), subject=subject[:120])


def with_code(sentence: str) -> Text:
    """Text runs of a sentence of ours, in which backticks mark what can be typed."""
    parts = sentence.split("`")
    if len(parts) % 2 == 0:
        return text(sentence)
    return tuple(
        Run(part, Style.CODE if index % 2 else Style.PLAIN) for index, part in enumerate(parts) if part
    )


def count(number: int, noun: str) -> str:
    spelled = _NUMBERS[number] if number < len(_NUMBERS) else str(number)
    return f"{spelled} {noun}{'' if number == 1 else 's'}"


def in_a_row(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + (" and " if len(names) > 1 else "") + names[-1] if names else ""


def marked_line(line: f.SaidLine) -> Text:
    private = (muted(" (only you)"),) if line.private else ()
    return (*kind_mark(line.kind), Run(line.text), *private)


def kind_mark(kind: LineKind) -> Text:
    return {LineKind.DONE: (), LineKind.GOAL: (muted("goal: "),), LineKind.BLOCKER: (strong("blocked: "),)}[
        kind
    ]


def before_commands(channel: Channel) -> str:
    """What stands before a command that is typed there; a mail is the command itself."""
    return "" if channel is Channel.EMAIL else "/done "


def join_buttons(teams: Sequence[tuple[int, str]], channel: Channel) -> tuple[Block, ...]:
    shown = teams[:5]
    slash = before_commands(channel)
    actions = Actions(tuple(Action(f"Join {name}"[:75], Join(team_id)) for team_id, name in shown))
    return (actions, Paragraph(text(muted("Or write "), code(f"{slash}join {shown[0][1]}"))))
