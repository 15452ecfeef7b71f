"""The neutral message: what the bot says, before any channel renders it.

Frozen and dumb.  Text is a row of runs, never markup: whatever people typed stands in a run as they typed it,
and the renderer of each channel escapes it.
"""

import enum
from dataclasses import dataclass

from domain.commands import Command


class Style(enum.Enum):
    PLAIN = "plain"
    STRONG = "strong"
    MUTED = "muted"
    """Said in passing; in chat italic or small."""
    CODE = "code"
    """Something to type as it stands."""


@dataclass(frozen=True, slots=True)
class Run:
    text: str
    style: Style = Style.PLAIN


Text = tuple[Run, ...]
"""Runs that follow each other without anything in between."""


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: Text


@dataclass(frozen=True, slots=True)
class Group:
    """A title (a person's name, say) with a line for each thing under it."""

    title: Text
    items: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """A button; in a mail, a link to a page that asks before it acts."""

    label: str
    """At most 75 characters (Slack's button text; Discord takes 80)."""
    command: Command


@dataclass(frozen=True, slots=True)
class Actions:
    actions: tuple[Action, ...]


Block = Heading | Paragraph | Group | Actions


@dataclass(frozen=True, slots=True)
class Message:
    blocks: tuple[Block, ...]
    subject: str
    """The subject of a mail, and the line that a notification on a phone shows."""
    preheader: str = ""
    """The line a mail program shows beside the subject; says something that the subject does not."""


def text(*parts: str | Run) -> Text:
    """Runs from plain strings and runs."""
    return tuple(Run(part) if isinstance(part, str) else part for part in parts)


def plain(runs: Text) -> str:
    return "".join(run.text for run in runs)


def strong(words: str) -> Run:
    return Run(words, Style.STRONG)


def muted(words: str) -> Run:
    return Run(words, Style.MUTED)


def code(words: str) -> Run:
    return Run(words, Style.CODE)


class Audience(enum.Enum):
    ASKER = "asker"
    """Only who asked sees it."""
    PLACE = "place"
    """Everybody in the channel where it was asked."""


@dataclass(frozen=True, slots=True)
class Say:
    message: Message
    organization_id: int | None
    """Whose buttons they are; None when nobody is known, and then there are none."""
    audience: Audience = Audience.ASKER
    replaces: bool = False
    """Takes the place of the message whose button was pressed."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A check mark on what was written is answer enough; where nothing can be marked, nothing is said."""


@dataclass(frozen=True, slots=True)
class Nothing:
    reason: str
    """For the log: why nothing is answered."""


Reply = Say | Mark | Nothing
