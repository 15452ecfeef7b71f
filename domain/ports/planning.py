"""Who is due, and the ledger of what is sent.  Reads across organizations."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from domain.deliveries import Claimed, Key, Later, NewDelivery, Ref, Result
from domain.delivery_events import DeliveryEvent
from domain.dones import Done
from domain.doubts import Doubted, Verdict
from domain.facts import Facts
from domain.limit_reports import CallSpacing
from domain.local_time import Cohort
from domain.people import Address, Channel, Person
from domain.teams import Role, Team


@dataclass(frozen=True, slots=True)
class Planned:
    new: int
    skipped: int
    """Recorded as skipped: less than twelve hours after her last one."""


GOALS_STAY_OPEN = timedelta(days=14)
MOST_GOALS = 10


@dataclass(frozen=True, slots=True)
class PromptContext:
    explain: bool
    """She has never been asked before."""
    goals: tuple[str, ...]
    """Those of the last `GOALS_STAY_OPEN` that no done of hers says yet; the `MOST_GOALS` oldest."""


NEW_TEAM_LOOKS_BACK = timedelta(days=7)
"""How far the first digest of a team reaches back."""


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


@dataclass(frozen=True, slots=True)
class LostPrompt:
    """A prompt that has not arrived and can still be asked."""

    key: Key
    due_at: datetime
    not_after: datetime | None


@dataclass(frozen=True, slots=True)
class Lost:
    """An address to which nothing is sent any more."""

    organization_id: int
    person_id: int
    identity_id: int
    channel: Channel
    wanted: bool
    """She wants it so: she unsubscribed or complained."""
    prompts: tuple[LostPrompt, ...] = ()


@dataclass(frozen=True, slots=True)
class Noted:
    """What came of a provider's events."""

    new: int
    lost: tuple[Lost, ...] = ()
    """Addresses that refuse mail from now on."""


Gather = Callable[[Sequence[Claimed]], Mapping[Ref, Facts | None]]
"""Gives facts for those of the deliveries that want some; None: there is nothing to tell."""


def gather_nothing(_: Sequence[Claimed]) -> Mapping[Ref, Facts | None]:
    return {}


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
        self,
        channel: Channel,
        now: datetime,
        lease_now: datetime,
        lease: timedelta,
        limit: int,
        gather: Gather = gather_nothing,
    ) -> list[Claimed]:
        """The due ones of that channel, earliest deadline first; the attempt is recorded by it.

        Channel, recipient and facts are fixed at the first claim: `gather` is shown what was picked and gives
        the facts of those that have none yet.  One that turns out to have nothing to tell is cancelled.
        What somebody waits for goes first.  No more are claimed than the provider's limits have room for, and
        each says when its turn is.  One that several workers have died with is claimed alone.
        """

    def prompt_contexts(self, claimed: Sequence[Claimed]) -> dict[Ref, PromptContext]:
        """What the prompts among these need to know."""

    def team_days(self, claimed: Sequence[Claimed]) -> dict[Ref, TeamDays]:
        """What the digests among these tell: every day since the last one that was accepted."""

    def record(self, results: Sequence[Result], now: datetime) -> int:
        """Write outcomes down; a result whose fence has passed changes nothing but the attempt's own row.

        What ended without an outcome is in doubt from then on.  Returns how many were taken.
        """

    def report_limit(
        self, where: Address, told: Later | CallSpacing, lease_now: datetime, credential: str = ""
    ) -> bool:
        """Learn what a provider has said of its limits: what it has closed is closed to all.

        Args:
            where: channel and workspace.
            told: a refusal that closes something, or how calls are to be spread.
            lease_now: real time, in which providers' limits live.
            credential: a digest of what the provider was called with.

        Returns:
            The credential is refused, which is news.
        """

    def closed_channels(self) -> frozenset[Channel]:
        """Those that refuse everything, until one call goes through."""

    def refusing(self, lease_now: datetime) -> frozenset[Address]:
        """Channels, and workspaces where each lets us in by itself, that refuse what we log in with.

        Not those where it is time for a call that tries it again.
        """

    def leave_closed(self, places: Collection[Address], now: datetime, limit: int) -> int:
        """Send on people's next channel what is due to them there and surely was not sent; how many.

        Questions and personal digests of whoever has a channel that lies in none of these places, each as a
        new try; whoever has none goes on waiting.  In place of a digest that cannot be posted whoever sees no
        other copy is sent one of her own; the posted one goes on waiting.

        Args:
            places: channels or workspaces, `refusing` names them.
            now: the product's time.
            limit: the most that are sent elsewhere by this call.
        """

    def try_another(self, channel: Channel, credential: str, lease_now: datetime) -> bool:
        """Let one call try at once a channel that refused another credential; False: none is needed."""

    def hasten(self, channel: Channel, workspace: str | None, now: datetime, within: timedelta) -> int:
        """Make due at once what failed there and is put off by no more than `within`; returns how many.

        Args:
            channel: where it waits.
            workspace: of the channel; None: all of them.
            now: the product's time.
            within: how long it waits at most.
        """

    def reopen(
        self, channel: Channel, results: Sequence[Result], lease_now: datetime, reached: Collection[str] = ()
    ) -> None:
        """Open again what refused everything, now that a call went through.

        Args:
            channel: the provider.
            results: of its calls.
            lease_now: real time, in which providers' limits live.
            reached: workspaces where something was sent.
        """

    def refused(self, channel: Channel, claimed: Sequence[Claimed], lease_now: datetime) -> list[Claimed]:
        """Those whose workspace refuses everything, so that no call is made for them.

        When it is time to try a workspace again, one worker finds one of its deliveries not among them.
        """

    def recover(self, now: datetime, lease_now: datetime) -> tuple[int, int]:
        """Put in doubt what workers held when their lease ended; how many, and how many were given up.

        Given up as UNKNOWN is what has been in doubt for `DOUBT_ENDS`.  The fence rises: whoever held it can
        write its attempt's row and nothing else.
        """

    def claim_doubts(
        self, channel: Channel, now: datetime, lease_now: datetime, lease: timedelta, limit: int
    ) -> list[Doubted]:
        """Those in doubt on that channel which are to be looked for now, longest due first."""

    def settle(self, verdicts: Sequence[Verdict]) -> int:
        """Write down what came of looking; nothing changes for one whose fence has passed."""

    def stop(self, identities: Mapping[int, str], now: datetime) -> list[Lost]:
        """Send nothing more to these identities, each for its reason; returns those in use until now.

        What was ready for them is cancelled.  The prompts of theirs that did not arrive and that it is not
        too late for are told.
        """

    def expire(self, now: datetime) -> int:
        """Expire what it is too late to send; returns how many."""

    def idle(self, now: datetime) -> bool:
        """Nothing due is ready or on its way."""

    def note(self, events: Sequence[DeliveryEvent], now: datetime) -> Noted:
        """Take in what providers tell later, each event once; stops mail to addresses that refuse it."""

    def add_parts(self, parts: Sequence[NewDelivery]) -> int:
        """The further parts of a digest whose head was accepted."""

    def make_partitions(self, first: date, days: int) -> int:
        """Make partitions for that many days, from the first on; returns how many were new.

        Where that would make somebody wait it is left for the next time.
        """

    def drop_partition(self, deliveries_before: date, inbox_before: date) -> str | None:
        """Drop the oldest partition of before those days; returns its name, None when there is none.

        Gives up at once where somebody uses the table: senders are never kept waiting.
        """

    def counts(self) -> dict[str, int]:
        """How many rows are in each state, by its name."""
