"""Everything that can be asked of donelog, one frozen dataclass each, and the request that carries one.

A command means the same on every channel; `domain.grammar` reads it from text, buttons carry it signed.
"""

import enum
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from domain.people import Address, Profile
from domain.replies import (
    Away,
    Back,
    ClaimMail,
    ClaimSender,
    OutOfOffice,
    Remark,
    Stop,
    Undelivered,
)
from domain.teams import Place


@dataclass(frozen=True, slots=True)
class Record:
    """Write these lines down."""

    text: str
    day: date | None = None
    """Said by her (`yesterday: ...`); None: the day of the prompt she answers, or of the moment she wrote."""
    days_ago: int = 0
    """Used when `day` is None: 1 for `yesterday: ...`."""
    doubtful: bool = False
    """It looks like a mistyped command, so the answer says what was recorded."""
    edited_at: datetime | None = None
    """When the message was edited, if these lines are not its first ones."""


@dataclass(frozen=True, slots=True)
class ChangeSource:
    """The message these dones came from was edited; None as text: it was deleted."""

    text: str | None
    edited_at: datetime


@dataclass(frozen=True, slots=True)
class EditLine:
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class DeleteLine:
    number: int


@dataclass(frozen=True, slots=True)
class NothingToday:
    """End the day without blame."""

    day: date | None = None


@dataclass(frozen=True, slots=True)
class ShowDay:
    day: date | None = None
    days_ago: int = 0
    """Used when `day` is None: 0 today, 1 yesterday, by the asker's own log day."""


MOST_QUERY_IN_BUTTON = 40
"""Octets of a query that fit, signed, into the 100 characters of a Discord button."""


@dataclass(frozen=True, slots=True)
class Search:
    query: str
    page: int = 1


@dataclass(frozen=True, slots=True)
class Help:
    unclear: str = ""
    """What was typed and not understood; empty when help was asked for."""


@dataclass(frozen=True, slots=True)
class ShowSettings:
    pass


@dataclass(frozen=True, slots=True)
class SetTime:
    text: str


@dataclass(frozen=True, slots=True)
class SetZone:
    text: str


@dataclass(frozen=True, slots=True)
class SetDays:
    text: str
    """`mon-fri`; `team` goes back to the days her teams work."""


@dataclass(frozen=True, slots=True)
class SetChannel:
    text: str


@dataclass(frozen=True, slots=True)
class AskNow:
    pass


@dataclass(frozen=True, slots=True)
class TeamHere:
    """Make a team whose digest is posted where this was typed."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Join:
    """Become a member: of the team of this button, of that name, or of the only one there is here."""

    team_id: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    name: str = ""


@dataclass(frozen=True, slots=True)
class Invite:
    email: str
    team_name: str = ""


@dataclass(frozen=True, slots=True)
class Connect:
    """Link the workspace or guild this is typed in, by a code that the installation gave out."""

    code: str


@dataclass(frozen=True, slots=True)
class StopMail:
    """Unsubscribe the address that got the mail."""

    identity_id: int


@dataclass(frozen=True, slots=True)
class PickOrganization:
    """Which of several organizations what she wrote is meant for."""

    organization_id: int
    inbox_day: date
    inbox_id: int


Command = (
    Record
    | ChangeSource
    | EditLine
    | DeleteLine
    | NothingToday
    | ShowDay
    | Search
    | Help
    | ShowSettings
    | SetTime
    | SetZone
    | SetDays
    | SetChannel
    | AskNow
    | TeamHere
    | Join
    | Leave
    | Invite
    | Connect
    | StopMail
    | PickOrganization
    | Away
    | Back
    | Stop
    | OutOfOffice
    | ClaimMail
    | ClaimSender
    | Undelivered
)


class Surface(enum.Enum):
    """How a request came in; decides which grammar reads its text and how it is answered."""

    DIRECT = "direct"
    """A direct message: the whole message is a command in strict form, or dones."""
    MAIL = "mail"
    """The visible reply of a mail; read as a direct message is."""
    SLASH = "slash"
    """`/done ...`: the first word is a command if the rest fits it."""
    BUTTON = "button"
    WEB = "web"


class InboxRef(NamedTuple):
    """An inbox item: the UTC day it arrived and its number."""

    day: date
    id: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from and what is known about that."""

    address: Address
    surface: Surface
    at: datetime
    """The provider's own time: Slack ts, Discord snowflake, a mail's time of arrival."""
    source_ref: str = ""
    """The message it came in, as the channel names it: `D0…:1764000000.000100`, `channel:message`, a digest
    of the mail.  Dones are found again by it when the message is edited or deleted."""
    place: Place | None = None
    """The channel in which a slash command was typed; None in a direct message or mail."""
    guild: str = ""
    """The Discord guild or Slack team in which it happened; empty in a Discord direct message or mail."""
    direct: str | None = None
    """The direct-message channel it came through, if it did."""
    answers: str = ""
    """The receipt of the message of ours that this answers (Slack thread, Discord reference)."""
    answer_to: str = ""
    """What an answer of ours must refer to so that it lands in the same thread: a mail's Message-ID."""
    prompt_day: date | None = None
    """The day that a mail answers, by our Message-ID or the date in our subject."""
    organization_id: int | None = None
    person_id: int | None = None
    """Proved by a signed token: a button, a reply address, a link."""
    claimed_by_token: bool = False
    """`person_id` comes from the address a mail was sent to; mails are forwarded, so it proves little."""
    address_version: int = 0
    """The version of that address; versions before the one she has now are not valid any more."""
    vouched: bool = False
    """The item was HELD, and then the person said that it is hers."""
    aligned: bool | None = None
    """Whether DKIM or SPF vouches for the domain in a mail's From; False: one fails; None: unknown."""
    profile: Profile | None = None
    inbox: InboxRef | None = None
    speechless: bool = False
    """There is no token for that workspace, so no way to write to the person but to answer the request."""


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody asks: a command already known, or text for the grammar."""

    origin: Origin
    command: Command | None = None
    text: str = field(default="", repr=False)
    remarks: tuple[Remark, ...] = field(default=(), repr=False)
    """What she wrote under quoted lines of our mail; not repeated in `text`."""
