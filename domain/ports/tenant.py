"""Everything of one organization: its people, teams, answers and outgoing messages."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from domain.deliveries import NewDelivery, Recipient, Ref
from domain.dones import Answer, Done, Line
from domain.people import Address, Channel, Identity, Person, Profile
from domain.ports.replies import Absences, Remarks, Senders
from domain.teams import DigestTarget, Place, Role, Team


class People(Protocol):
    def get(self, person_id: int) -> Person: ...

    def at(self, address: Address) -> tuple[Person, Identity] | None:
        """The active person at that address."""

    def identities(self, person_id: int) -> list[Identity]:
        """Active ones; first the one with which she was added."""

    def identity(self, identity_id: int) -> Identity | None: ...

    def add(
        self, profile: Profile, address: Address, direct: str | None, now: datetime
    ) -> tuple[Person, Identity]:
        """A new person with one address; zone and hour are the organization's when the profile has none."""

    def add_identity(self, person_id: int, address: Address) -> Identity:
        """One more address for a person.

        Raises:
            Refusal: the address belongs to somebody else.
        """

    def merge(self, kept_id: int, other_id: int) -> None:
        """Make one person of two: addresses, memberships, answers and dones of the other become hers."""

    def save(self, person: Person) -> None:
        """Store what can be changed about her (all fields but the ids)."""

    def keep_direct(self, identity_id: int, direct: str) -> None: ...

    def resume_mail(self, identity_id: int) -> None:
        """Send to that identity again, which `Ledger.stop` ended."""

    def address_version(self, person_id: int) -> int | None:
        """Of the mail address of hers that works; None: the organization has no such person."""

    def renew_address(self, person_id: int) -> None:
        """From now on she has a new address, and every older one is worth nothing."""

    def named(self, name: str) -> list[Person]:
        """Everybody whose name, or a word of it, begins like that (case and accents do not count)."""

    def everybody(self) -> list[Person]: ...


class Teams(Protocol):
    def get(self, team_id: int) -> Team | None: ...

    def named(self, name: str) -> Team | None:
        """By its exact name, case aside."""

    def add(self, name: str, zone: str, now: datetime) -> Team:
        """A new team.

        Raises:
            Refusal: there is one of that name.
        """

    def save(self, team: Team) -> None:
        """Store what can be changed about a team.

        Raises:
            Refusal: another team has that name.
        """

    def of(self, person_id: int) -> list[tuple[Team, Role]]:
        """Her teams, by name."""

    def members(self, team_id: int) -> list[tuple[Person, Role]]: ...

    def managers(self) -> list[Person]:
        """Whoever manages any of the teams, each once, by name."""

    def join(self, team_id: int, person_id: int, role: Role, now: datetime) -> bool:
        """False when she is in it already."""

    def leave(self, team_id: int, person_id: int) -> None: ...

    def add_target(self, team_id: int, place: Place) -> DigestTarget: ...

    def at(self, place: Place) -> list[Team]:
        """The teams whose digest is posted there."""

    def in_workspace(self, channel: Channel, workspace: str) -> list[Team]:
        """The teams that post anywhere in that workspace or guild."""

    def everything(self) -> list[Team]: ...


@dataclass(frozen=True, slots=True)
class LineChange:
    """A done whose line was edited."""

    done_id: int
    line: Line
    team_ids: tuple[int, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Revision:
    """What an edit does to an answer."""

    added: tuple[tuple[int, Line, tuple[int, ...]], ...] = ()
    """Position, line and audience of each new done."""
    changed: tuple[LineChange, ...] = ()
    removed: tuple[int, ...] = ()


class Log(Protocol):
    """Answers and dones.  Each write updates search text and search feed in the same transaction."""

    def record(
        self,
        person_id: int,
        day: date,
        source_ref: str,
        at: datetime,
        lines: Sequence[tuple[Line, tuple[int, ...]]],
    ) -> bool:
        """A new answer with its dones (none: nothing today); False when that source is recorded already."""

    def by_source(self, source_ref: str) -> tuple[Answer, list[Done]] | None:
        """The answer that came in that message and its dones, in order; locked for this transaction."""

    def revise(self, answer: Answer, revision: Revision, at: datetime) -> None:
        """Make it what was written then, for the day that the answer names."""

    def day(self, person_id: int, day: date) -> list[Done]:
        """A person's dones of a day, in the order written."""

    def change(self, done_id: int, text: str | None) -> None:
        """Rewrite one done; None deletes it."""

    def has_answered(self, person_id: int, day: date) -> bool: ...

    def readable(
        self, done_ids: Collection[int], person_id: int, team_ids: Collection[int]
    ) -> dict[int, Done]:
        """Those of the dones that the person may see: her own, and those of these teams."""


class SentDelivery(NamedTuple):
    """A delivery as an answer to it finds it."""

    ref: Ref
    day: date
    """The log day or date that it is about."""
    person_id: int | None


class Outbox(Protocol):
    """Writes to the ledger from inside an organization's transaction."""

    def add(self, deliveries: Sequence[NewDelivery]) -> None:
        """A key that is there already stays as it is."""

    def cancel_prompt(self, person_id: int, day: date | None) -> None:
        """She has answered, left or opted out: cancel what is not on its way yet; None: of every day."""

    def renew_prompt(self, person_id: int, day: date, now: datetime) -> None:
        """Send her prompt of that day after all, if it was cancelled before it was tried and is not too late.

        One that was left out because the last is less than twelve hours ago stays so.
        """

    def reroute(self, person_id: int, recipient: Recipient) -> None:
        """Send her ready and never tried prompts there instead."""

    def find(self, channel: Channel, receipt: str) -> SentDelivery | None:
        """The delivery with that receipt."""


class Tenant(Protocol):
    """Everything of one organization."""

    @property
    def organization_id(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def zone(self) -> str: ...
    @property
    def people(self) -> People: ...
    @property
    def teams(self) -> Teams: ...
    @property
    def log(self) -> Log: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def absences(self) -> Absences: ...
    @property
    def senders(self) -> Senders: ...
    @property
    def remarks(self) -> Remarks: ...
