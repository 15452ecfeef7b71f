"""People and the addresses at which they can be reached."""

import enum
from dataclasses import dataclass

from domain.local_time import DEFAULT_PROMPT_MINUTE, DEFAULT_ZONE


class Channel(enum.IntEnum):
    """A way to reach a person; the numbers are stored."""

    SLACK = 1
    DISCORD = 2
    EMAIL = 3

    @property
    def word(self) -> str:
        return {Channel.SLACK: "Slack", Channel.DISCORD: "Discord", Channel.EMAIL: "mail"}[self]


@dataclass(frozen=True, slots=True)
class Address:
    """Where something comes from or goes to, as the platform itself names it."""

    channel: Channel
    external_id: str
    """Slack `U…`, Discord snowflake, or a mail address in lower case."""
    workspace: str = ""
    """The Slack team id `T…`; empty on Discord, whose user ids are global, and for mail."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform tells about somebody."""

    name: str
    zone: str | None = None
    guild: str = ""
    """The linked Discord guild in which she is seen, where the address itself names none."""


@dataclass(frozen=True, slots=True)
class Person:
    organization_id: int
    id: int
    name: str
    zone: str = DEFAULT_ZONE
    zone_chosen: bool = False
    """Told by her or her platform; otherwise her first team's zone takes its place when she joins."""
    prompt_minute: int = DEFAULT_PROMPT_MINUTE
    minute_chosen: bool = False
    own_days: int | None = None
    """A mask of weekdays; None: every day that one of her teams works."""
    ask_anyway: bool = False
    """Ask even when something was logged that day already."""
    preferred: Channel | None = None
    active: bool = True
    introduced: bool = False
    """Has been told once, in a sentence, what was recorded; from then on a check mark is enough."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One of a person's addresses."""

    id: int
    person_id: int
    address: Address
    direct: str | None = None
    """The direct-message channel that the platform opened for it, kept so that it is never opened again."""
    active: bool = True
    mail_stopped: bool = False
    """Nothing is sent there: she unsubscribed, complained, her mail bounces, or a chat takes no messages."""
