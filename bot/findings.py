"""What `doctor` finds."""

import enum
from dataclasses import dataclass


class State(enum.StrEnum):
    OK = "ok"
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at."""

    area: str
    """`settings`, `database`, `slack`, `discord`, `mail`, `dns`, `web`, `search`, `network`."""
    state: State
    text: str
    advice: str = ""
    """What to do about it; empty when nothing has to be done, or the text says it."""


def ok(area: str, text: str) -> Line:
    return Line(area, State.OK, text)


def problem(area: str, text: str, advice: str = "") -> Line:
    return Line(area, State.PROBLEM, text, advice)


def unknown(area: str, text: str, advice: str = "") -> Line:
    return Line(area, State.UNKNOWN, text, advice)
