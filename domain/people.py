"""People and the addresses at which they can be reached."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from domain.local_time import DEFAULT_PROMPT_MINUTE, DEFAULT_ZONE


class Channel(enum.IntEnum):
    """A way to reach a person; the numbers are stored."""

    SLACK = 1
    DISCORD = 2
    EMAIL = 3

    @property
    def word(self) -> str:
        return {Channel.SLACK: "Slack", Channel.DISCORD: "Discord", Channel.EMAIL: "mail"}[self]

    @property
    def by(self) -> str:
        """How somebody is reached there: `on Slack`, `by mail`."""
        return f"by {self.word}" if self is Channel.EMAIL else f"on {self.word}"


CHATS = frozenset({Channel.SLACK, Channel.DISCORD})


class Address(NamedTuple):
    """Where something comes from or goes to, as the platform itself names it."""

    channel: Channel
    external_id: str
    """Slack `U…`, Discord snowflake, or a mail address in lower case."""
    workspace: str = ""
    """The Slack team id `T…`; empty on Discord, whose user ids are global, and for mail."""

    def __str__(self) -> str:
        """`ana@example.com`, `slack:T1/U1`, `discord:77`."""
        match self.channel:
            case Channel.SLACK:
                return f"slack:{self.workspace}/{self.external_id}"
            case Channel.DISCORD:
                return f"discord:{self.external_id}"
            case Channel.EMAIL:
                return self.external_id


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
    stopped: bool = False
    """Nothing is sent there: she unsubscribed, complained, her mail bounces, or a chat takes no messages."""


_DOTLESS = frozenset({"gmail.com", "googlemail.com"})
"""Whose mailboxes are the same with and without dots: https://support.google.com/mail/answer/7436150."""


def mailbox(email: str) -> str:
    """The mailbox behind a mail address: without the `+tag` that its owner may put there as she likes."""
    local, _, domain = email.casefold().rpartition("@")
    bare = local.partition("+")[0] or local
    if domain in _DOTLESS:
        return f"{bare.replace('.', '')}@gmail.com"
    return f"{bare}@{domain}"


def untagged(address: Address) -> Address:
    """The same mailbox without a `+tag`; other addresses as they are."""
    local, _, domain = address.external_id.rpartition("@")
    if address.channel is not Channel.EMAIL or "+" not in local or local.startswith("+"):
        return address
    return address._replace(external_id=f"{local.partition('+')[0]}@{domain}")


def name_in(email: str) -> str:
    """`Ana Lopez` from `ana.lopez+work@example.com`: what she is called until she signs with a name."""
    local = email.partition("@")[0].partition("+")[0]
    words = local.replace(".", " ").replace("_", " ").split()
    return " ".join(words).title() or local


def preferred_identity(person: Person, identities: Iterable[Identity]) -> Identity | None:
    """Where she is written to: on the channel she prefers, else on the first one; None: nowhere."""
    usable = (each for each in identities if person.active and each.active and not each.stopped)
    return min(
        usable,
        key=lambda each: (each.address.channel is not person.preferred, each.address.channel, each.id),
        default=None,
    )
