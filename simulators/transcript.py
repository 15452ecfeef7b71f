"""What happened, as it is shown: by whom, where, and what everybody saw."""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


class Speaker(enum.Enum):
    PERSON = "person"
    BOT = "bot"
    STORY = "story"
    """What the reader is told between the lines."""


@dataclass(frozen=True, slots=True)
class Line:
    at: datetime
    """On the clock of whoever it is about."""
    place: str
    """`Slack, direct message`, `#platform on Discord`, `Mail to Cleo`."""
    name: str
    text: str
    speaker: Speaker


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must have happened, and whether it did."""

    sentence: str
    held: bool


@dataclass(slots=True)
class Transcript:
    """Lines and checks in the order they came; `listener` hears of each at once."""

    listener: Callable[[Line | Check], None] = lambda _: None
    lines: list[Line] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)

    def add(self, line: Line) -> None:
        self.lines.append(line)
        self.listener(line)

    def check(self, sentence: str, held: bool) -> None:  # noqa: FBT001 -- what is checked is the argument
        check = Check(sentence, held)
        self.checks.append(check)
        self.listener(check)

    @property
    def failed(self) -> list[Check]:
        return [check for check in self.checks if not check.held]
