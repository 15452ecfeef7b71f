"""What is said about absences, remarks on somebody's lines, and mails of doubtful origin: as facts."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Absent:
    """She is asked nothing for a while."""

    first_day: date
    last_day: date | None
    """None: until she says `back`."""
    asked_again: date | None
    """The first day after it on which she is asked; None as long as nobody can tell."""
    begins_now: bool


@dataclass(frozen=True, slots=True)
class Returned:
    """She is asked again."""

    was_away: bool
    minute: int
    zone: str


@dataclass(frozen=True, slots=True)
class AwayOffered:
    """Her mail program says that she is away."""

    back_on: date | None


@dataclass(frozen=True, slots=True)
class WasItYou:
    """A mail is put aside until she says whether it is hers."""

    sender: str
    day: date
    """Her log day when it arrived."""
    inbox_day: date
    inbox_id: int
    says_it_is_her: bool = False
    """Its From is an address of hers, which nothing proves; False: it is one that is not hers."""


@dataclass(frozen=True, slots=True)
class MailClaimed:
    """She has said whose it was."""

    sender: str
    hers: bool
    count: int
    """Mails that were put aside and are settled by it."""
    remembered: bool
    """What comes from there later is treated likewise."""
    then: WasItYou | None = None
    """The next one to ask about."""


@dataclass(frozen=True, slots=True)
class Remarked:
    """One remark on one of her lines."""

    day: date
    line: str
    text: str
    """Empty: a like."""


@dataclass(frozen=True, slots=True)
class Remarks:
    """What others have said about her lines, told to their writer."""

    by: str
    remarks: tuple[Remarked, ...]


@dataclass(frozen=True, slots=True)
class DigestAnswered:
    """An answer to a digest that named nobody's line was written down as dones of hers."""

    day: date
    line: str


Talk = Absent | Returned | AwayOffered | WasItYou | MailClaimed | Remarks | DigestAnswered
