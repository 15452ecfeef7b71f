"""The rows behind the in-memory storage: frozen, so that a transaction is a copy of the tables.

A row of people, identities and teams is the domain's own value; of the rest what the domain does not show
stands beside it.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from domain.closings import Refusal
from domain.commands import InboxRef
from domain.deliveries import NewDelivery, Outcome, Ref, State
from domain.delivery_events import DeliveryEvent
from domain.dones import Answer, Done
from domain.people import Address, Channel, Identity, Person
from domain.ports.inbox import InboxItem, InboxState, Source
from domain.teams import DigestTarget, Role, Team


@dataclass(frozen=True, slots=True)
class OrganizationRow:
    id: int
    name: str
    zone: str
    prompt_minute: int = 18 * 60
    holiday_country: str | None = None
    own: bool = False


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    organization_id: int
    name: str
    paused_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    person_id: int
    first_day: date
    last_day: date | None
    """None: until further notice."""

    def covers(self, first: date, last: date) -> bool:
        return self.first_day <= last and (self.last_day is None or self.last_day >= first)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    organization_id: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class DoneRow:
    organization_id: int
    answer_id: int
    done: Done
    revision: int = 1
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class InboxRow:
    item: InboxItem
    stored_at: datetime
    try_at: datetime
    state: InboxState = InboxState.NEW
    person_id: int | None = None
    note: str = ""
    sender: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    ref: Ref
    new: NewDelivery
    state: State = State.READY
    fence: int = 0
    attempt: int = 0
    retries: int = 0
    vain: int = 0
    lease_until: datetime | None = None
    repeat_until: datetime | None = None
    receipt: str = ""
    reason: str = ""
    sent_at: datetime | None = None
    started_at: datetime | None = None
    doubted_since: datetime | None = None
    blind: int = 0
    absent: int = 0


@dataclass(frozen=True, slots=True)
class CommentRow:
    done_id: int
    person_id: int
    text: str


@dataclass(frozen=True, slots=True)
class ClosingRow:
    """A channel that was closed as a whole."""

    until: datetime
    last: Refusal | None
    is_closed: bool = True


@dataclass(frozen=True, slots=True)
class FeedRow:
    revision: int
    claimed_until: datetime | None = None


@dataclass(slots=True)
class Tables:
    """Everything there is; changed in place by one transaction alone, which works on a copy."""

    organizations: dict[int, OrganizationRow] = field(default_factory=dict)
    workspaces: dict[tuple[Channel, str], WorkspaceRow] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    merged: dict[int, int] = field(default_factory=dict)
    address_versions: dict[int, int] = field(default_factory=dict)
    """Of people who have renewed their mail address."""
    holiday_countries: dict[int, str] = field(default_factory=dict)
    """Of people; of the others the organization's."""
    identities: dict[int, Identity] = field(default_factory=dict)
    teams: dict[int, Team] = field(default_factory=dict)
    memberships: dict[tuple[int, int], Role] = field(default_factory=dict)
    """By team and person."""
    joined: dict[tuple[int, int], datetime] = field(default_factory=dict)
    """When, by the same; those that are not in it joined long ago."""
    targets: dict[int, DigestTarget] = field(default_factory=dict)
    absences: dict[int, Absence] = field(default_factory=dict)
    holidays: dict[tuple[int, str, date], str] = field(default_factory=dict)
    """By organization, country and day."""
    answers: dict[int, AnswerRow] = field(default_factory=dict)
    dones: dict[int, DoneRow] = field(default_factory=dict)
    inbox: dict[InboxRef, InboxRow] = field(default_factory=dict)
    inbox_keys: dict[tuple[Source, str], date] = field(default_factory=dict)
    deliveries: dict[Ref, DeliveryRow] = field(default_factory=dict)
    attempts: dict[tuple[Ref, int], Outcome | None] = field(default_factory=dict)
    """By delivery and number; None: its lease ended."""
    events: dict[str, DeliveryEvent] = field(default_factory=dict)
    heard_at: dict[str, datetime] = field(default_factory=dict)
    """When each event was taken in."""
    senders: dict[tuple[int, str], bool] = field(default_factory=dict)
    """By person and address: what she has said of it."""
    comments: dict[tuple[int, str], CommentRow] = field(default_factory=dict)
    """By organization and source."""
    likes: dict[tuple[int, int], datetime] = field(default_factory=dict)
    """By done and person."""
    limits: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    closings: dict[Channel, ClosingRow] = field(default_factory=dict)
    feed: dict[int, FeedRow] = field(default_factory=dict)
    partitions: dict[date, None] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    """Ids; shared by all copies, since a number given out is never given out again."""

    def copy(self) -> "Tables":
        tables = {
            name: dict(getattr(self, name)) for name in Tables.__dataclass_fields__ if name != "numbers"
        }
        return Tables(**tables, numbers=self.numbers)

    # ------------------------------------------------------------ what several fakes ask

    def owner(self, identity: Identity) -> Person:
        return self.people[identity.person_id]

    def identities_at(self, address: Address) -> list[Identity]:
        return [each for each in self.identities.values() if each.address == address]

    def identities_of(self, person_id: int) -> list[Identity]:
        """Active ones, the first one first."""
        return [each for each in self.identities.values() if each.person_id == person_id and each.active]

    def roles_of(self, person_id: int) -> list[tuple[Team, Role]]:
        return [
            (self.teams[team_id], role)
            for (team_id, member_id), role in self.memberships.items()
            if member_id == person_id
        ]

    def dones_of(self, person_id: int) -> list[DoneRow]:
        """Those that are not deleted, in the order written."""
        hers = (row for row in self.dones.values() if row.done.person_id == person_id and not row.deleted)
        return sorted(hers, key=lambda row: (row.done.day, row.answer_id, row.done.position, row.done.id))

    def days_answered(self, person_id: int) -> set[date]:
        return {row.answer.day for row in self.answers.values() if row.answer.person_id == person_id}

    def change_delivery(self, ref: Ref, **values: Any) -> None:
        self.deliveries[ref] = replace(self.deliveries[ref], **values)
