"""Who is due, and the ledger of what is sent.  Reads across organizations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from domain.deliveries import Claimed, DeliveryEvent, NewDelivery, Ref, Result
from domain.dones import Done
from domain.facts import Facts
from domain.local_time import Cohort
from domain.people import Channel, Person
from domain.teams import Role, Team


@dataclass(frozen=True, slots=True)
class Planned:
    new: int
    skipped: int
    """Recorded as skipped: less than twelve hours after her last one."""


@dataclass(frozen=True, slots=True)
class PromptContext:
    explain: bool
    """She has never been asked before."""
    goals: tuple[str, ...]
    """Her open goals, oldest first."""


@dataclass(frozen=True, slots=True)
class DigestDue:
    """A team whose digest is planned, and the days it covers."""

    organization_id: int
    team_id: int
    sent_on: date
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class MemberDays:
    """What the digest needs to know of one member."""

    person: Person
    role: Role
    by_mail: bool
    dones: tuple[Done, ...]
    answered: bool
    """At least one answer in those days, possibly without lines."""
    prompted: bool
    """At least one prompt of those days was accepted by a provider."""
    missed: bool
    """A prompt of those days was planned and expired or failed."""
    away_until: date | None
    away: bool
    asked_days: int
    """The mask of weekdays she is asked on."""
    days_off: frozenset[date] = frozenset()
    """Those of the days that are holidays or absences of hers."""


@dataclass(frozen=True, slots=True)
class TeamDays:
    due: DigestDue
    team: Team
    members: tuple[MemberDays, ...]


class Planner(Protocol):
    """Turns due cohorts into ledger rows, one statement for many; reads across organizations."""

    def prompt_clocks(self) -> list[tuple[str, int]]:
        """The pairs of zone and prompt minute that anybody has."""

    def plan_prompts(self, cohorts: Sequence[Cohort]) -> Planned:
        """A ready prompt for everybody of these cohorts for whom `why_not_asked` is None."""

    def digest_clocks(self) -> list[tuple[str, int]]: ...

    def plan_digests(self, cohorts: Sequence[Cohort]) -> int:
        """Posts and mails of the teams of these cohorts that work that day and have anything to tell."""


class Ledger(Protocol):
    """Claims and records deliveries; reads across organizations.

    `now` is the product's time; leases run on `lease_now`, which is real time even where `now` is virtual.
    """

    def claim(
        self, channel: Channel, now: datetime, lease_now: datetime, lease: timedelta, limit: int
    ) -> list[Claimed]:
        """The due ones of that channel, earliest deadline first; the attempt is recorded by it.

        Channel and recipient are fixed at the first claim; facts by `fix` in the same transaction.
        """

    def prompt_contexts(self, claimed: Sequence[Claimed]) -> dict[Ref, PromptContext]:
        """What the prompts among these need to know."""

    def team_days(self, claimed: Sequence[Claimed]) -> dict[Ref, TeamDays]:
        """What the digests among these tell: every day since the last one that was accepted."""

    def fix(self, facts: Mapping[Ref, Facts]) -> None:
        """Store the facts gathered at the first claim; from then on they do not change."""

    def cancel(self, refs: Sequence[Ref]) -> None: ...

    def record(self, results: Sequence[Result], now: datetime) -> int:
        """Write outcomes down; a result whose fence has passed changes nothing but the attempt's own row.

        Returns how many were taken.
        """

    def recover(self, lease_now: datetime, most_attempts: int) -> tuple[int, int]:
        """Deliveries whose lease ended without an outcome: (ready again, given up)."""

    def expire(self, now: datetime) -> int:
        """Prompts that it is too late to send."""

    def idle(self, now: datetime) -> bool:
        """Nothing due is ready or on its way."""

    def note(self, events: Sequence[DeliveryEvent], now: datetime) -> int:
        """Take in what providers tell later, each event once; stops mail to addresses that refuse it."""

    def add_parts(self, parts: Sequence[NewDelivery]) -> int:
        """The further parts of a digest whose head was accepted."""

    def make_partitions(self, first: date, days: int) -> int: ...

    def counts(self) -> dict[str, int]:
        """How many rows are in each state, by its name."""
