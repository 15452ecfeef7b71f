"""What the bot says, as facts: one frozen dataclass for each thing it can say.

`domain.wording` turns facts into a message.  The ledger keeps facts, never words, so that a delivery reads
the same however often it is tried; `domain.stored_facts` has their stored form.
"""

from dataclasses import dataclass
from datetime import date

from domain.dones import LineKind
from domain.notices import Notice
from domain.people import Channel
from domain.talk import Talk


@dataclass(frozen=True, slots=True)
class PromptAsked:
    """The question of the day."""

    day: date
    explain: bool
    """Say how to answer: she has never done so, and was not told lately."""
    goals: tuple[str, ...] = ()
    """Her open goals, oldest first."""


@dataclass(frozen=True, slots=True)
class SaidLine:
    kind: LineKind
    text: str
    private: bool = False


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was written down, for which day, and when others see it."""

    day: date
    lines: tuple[SaidLine, ...]
    teams: tuple[str, ...]
    digest_at: str
    """`tomorrow at 09:00 Madrid`; empty when no team sees it."""
    can_edit: bool
    """The channel lets her edit her message to change them."""
    doubtful: bool = False
    """It looked like a mistyped command."""
    joinable: tuple[tuple[int, str], ...] = ()
    """Teams she could join here (id, name), offered when she is in none."""


@dataclass(frozen=True, slots=True)
class NothingNoted:
    day: date


@dataclass(frozen=True, slots=True)
class DayShown:
    day: date
    lines: tuple[SaidLine, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """A line was edited (`after` set) or deleted."""

    day: date
    before: str
    after: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    name: str
    day: date
    kind: LineKind
    text: str
    matches: tuple[tuple[int, int], ...]
    """Spans of `text` (start, end) that match."""


@dataclass(frozen=True, slots=True)
class SearchShown:
    query: str
    hits: tuple[Hit, ...]
    total: int
    page: int
    pages: int
    degraded: bool
    """The search engine is down and the database answered in its place."""
    keep_as_done: bool = False
    """It came as a plain message, which could have been meant as a done."""


@dataclass(frozen=True, slots=True)
class HelpShown:
    unclear: str
    kept: bool
    """What was typed has been kept, though not understood."""


@dataclass(frozen=True, slots=True)
class SettingsShown:
    minute: int
    zone: str
    days: int
    days_are_teams: bool
    channel: Channel | None
    channels: tuple[Channel, ...]
    teams: tuple[str, ...]
    changed: str = ""
    """`time`, `zone`, `days` or `channel` when that was just set."""
    moved: tuple[str, ...] = ()
    """Her teams that had no zone yet and have hers now."""


@dataclass(frozen=True, slots=True)
class TeamMade:
    team_id: int
    name: str
    zone: str
    digest_minute: int
    place: str
    also: bool = False
    """It was a team before; its digest now goes to one more place."""


@dataclass(frozen=True, slots=True)
class Joined:
    team: str
    already: bool
    minute: int
    zone: str
    days: int


@dataclass(frozen=True, slots=True)
class JoinOffered:
    teams: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Left:
    team: str
    team_id: int = 0
    """By which she comes back; 0 where an older row did not keep it."""


@dataclass(frozen=True, slots=True)
class Invited:
    email: str
    team: str
    already: bool


@dataclass(frozen=True, slots=True)
class Invitation:
    """The first mail to somebody who has never heard of donelog."""

    inviter: str
    team: str
    minute: int
    zone: str
    days: int


@dataclass(frozen=True, slots=True)
class Connected:
    name: str


@dataclass(frozen=True, slots=True)
class NotConnected:
    """This workspace or guild belongs to no organization yet."""


@dataclass(frozen=True, slots=True)
class TokenMissing:
    """The app is in this workspace, and lacks the token that it needs to write there."""

    kept: bool
    """What was typed is kept, and read once the token is there; else it has to be typed again."""


@dataclass(frozen=True, slots=True)
class NotNow:
    """Something asked for could not even be kept: the database does not answer."""


@dataclass(frozen=True, slots=True)
class WhichOrganization:
    choices: tuple[tuple[int, str], ...]
    inbox_day: date
    inbox_id: int


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody nobody has invited wrote a mail."""


@dataclass(frozen=True, slots=True)
class MailStopped:
    address: str


@dataclass(frozen=True, slots=True)
class Refused:
    sentence: str


@dataclass(frozen=True, slots=True)
class DigestLine:
    day: date
    kind: LineKind
    text: str


@dataclass(frozen=True, slots=True)
class DigestPerson:
    name: str
    by_mail: bool
    lines: tuple[DigestLine, ...]


@dataclass(frozen=True, slots=True)
class Digest:
    """A team's days, from `first_day` to `last_day`, both included."""

    team: str
    first_day: date
    last_day: date
    people: tuple[DigestPerson, ...]
    """Those who wrote something, by name."""
    away: tuple[tuple[str, date | None], ...] = ()
    """Name and last day away; None: until further notice."""
    to_come: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LastForNow:
    """The last answer by mail that somebody gets within the hour."""

    answer: "Facts"


DayFacts = PromptAsked | Recorded | NothingNoted | DayShown | Changed | NotNow
AskedFacts = SearchShown | HelpShown | SettingsShown | Refused
TeamFacts = (
    TeamMade
    | Joined
    | JoinOffered
    | Left
    | Invited
    | Invitation
    | Connected
    | NotConnected
    | TokenMissing
    | WhichOrganization
    | Stranger
    | MailStopped
)
PlainFacts = DayFacts | AskedFacts | TeamFacts | Digest | Notice | Talk
Facts = PlainFacts | LastForNow
