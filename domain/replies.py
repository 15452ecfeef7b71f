"""What a reply can be besides dones: an absence, a remark on somebody's line, a word on whose mail it was.

Each is a command like those of `domain.commands`, which lists them all.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Away:
    """Ask me nothing for a while."""

    period: str = ""
    """`until monday`, `3 days`, `2026-12-24 to 2027-01-02`; empty: until she is back."""


@dataclass(frozen=True, slots=True)
class Back:
    """Ask me again."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Leave me alone: a mail address gets no more mail, in chat nothing is asked any more."""


@dataclass(frozen=True, slots=True)
class OutOfOffice:
    """A mail program says that she is away; it is no answer, and gets none."""

    back_on: date | None = None
    """The day it names; None when it names none that can be read."""


@dataclass(frozen=True, slots=True)
class ClaimMail:
    """Whether a mail that was put aside was hers."""

    inbox_day: date
    inbox_id: int
    hers: bool


@dataclass(frozen=True, slots=True)
class ClaimSender:
    """The same, typed: whether what came from an address was hers."""

    email: str
    hers: bool


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A mail server tells that a mail of ours did not arrive, or that its reader wants no more."""

    message_id: str
    what: str
    """`bounced`, `blocked` (this once) or `complained`."""
    address: str = ""
    """The one that it was for, as the report names it."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """Words written under quoted lines of ours."""

    quoted: tuple[str, ...]
    """The quoted lines above it, from the top, without their quote marks."""
    text: str
