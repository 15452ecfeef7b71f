"""The ledger of what is sent.  Reads across organizations."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from domain.deliveries import Claimed, Key, Later, NewDelivery, Ref, Result
from domain.delivery_events import DeliveryEvent
from domain.doubts import Doubted, Verdict
from domain.facts import Facts
from domain.limit_reports import CallSpacing
from domain.people import Address, Channel
from domain.ports.contexts import PromptContext, TeamDays

Gather = Callable[[Sequence[Claimed]], Mapping[Ref, Facts | None]]
"""Gives the facts of those deliveries that have none yet; None: there is nothing to tell, so cancel it."""


def gather_nothing(_: Sequence[Claimed]) -> Mapping[Ref, Facts | None]:
    """For deliveries that bring their facts."""
    return {}


@dataclass(frozen=True, slots=True)
class LostPrompt:
    """A prompt that has not arrived and can still be asked on another channel."""

    key: Key
    due_at: datetime
    not_after: datetime | None


@dataclass(frozen=True, slots=True)
class Lost:
    """An identity to which nothing is sent any more, and the prompts that did not reach it."""

    organization_id: int
    person_id: int
    identity_id: int
    channel: Channel
    wanted: bool
    """The person wants it so: she unsubscribed or complained."""
    prompts: tuple[LostPrompt, ...] = ()


@dataclass(frozen=True, slots=True)
class Noted:
    """What followed from a provider's events."""

    new: int
    """Events that had not been told before."""
    lost: tuple[Lost, ...] = ()
    """Identities to which, because of them, nothing is sent any more."""


class Ledger(Protocol):
    """Claims deliveries and records what became of them; reads across organizations.

    `now` is the product's time.  Leases and providers' limits run on `lease_now`, which is real time even
    where `now` is virtual.
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
        """Claim what is due on a channel; each attempt is recorded before it is made.

        What somebody waits for goes first, then the earliest deadline.  No more are claimed than the
        provider's limits have room for, and each says when its turn is.  A delivery with which several
        workers have died is claimed alone.

        Channel, recipient and facts are fixed at the first claim.

        Args:
            channel: whose deliveries are claimed.
            now: decides what is due.
            lease_now: from when on the lease counts.
            lease: how long they are this worker's alone.
            limit: the most that are claimed.
            gather: called with what was picked.
        """

    def prompt_contexts(self, claimed: Sequence[Claimed]) -> dict[Ref, PromptContext]:
        """What the prompts among these depend on."""

    def team_days(self, claimed: Sequence[Claimed]) -> dict[Ref, TeamDays]:
        """What the digests among these tell: every day since the last one that was accepted."""

    def record(self, results: Sequence[Result], now: datetime) -> int:
        """Write outcomes down; returns how many were taken.

        An outcome of `Unknown` puts the delivery in doubt.  A result of a claim whose lease has ended (its
        fence is not the row's any more) changes the attempt's own row and nothing else.
        """

    def report_limit(
        self, where: Address, told: Later | CallSpacing, lease_now: datetime, credential: str = ""
    ) -> bool:
        """Tell all workers what a provider has said of its limits.

        Args:
            where: channel and workspace.
            told: a refusal that closes something, or how calls are to be spread.
            lease_now: when it was heard.
            credential: a digest of what the provider was called with.

        Returns:
            Whether it is news that the credential is refused.
        """

    def closed_channels(self) -> frozenset[Channel]:
        """Channels that refuse every call; each stays closed until one call goes through."""

    def refusing_places(self, lease_now: datetime) -> frozenset[Address]:
        """The channels, and the workspaces that have credentials of their own, which refuse the credential.

        A place where it is time for one call that tries again is not among them.
        """

    def leave_closed(self, places: Collection[Address], now: datetime, limit: int) -> int:
        """Send on people's next channel what is due in closed places and surely was not sent; how many.

        A prompt or personal digest goes, as a new try, to whoever has a channel outside of these places;
        whoever has none goes on waiting.  A digest that cannot be posted goes on waiting too, and members who
        see no other copy of it are sent one each.

        Args:
            places: channels or workspaces, as `refusing_places` gives them.
            now: the product's time.
            limit: the most that are sent elsewhere by this call.
        """

    def try_new_credential(self, channel: Channel, credential: str, lease_now: datetime) -> bool:
        """Let one call through at once where another credential was refused; False: none was."""

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
        """End a closing for good, now that a call went through.

        Args:
            channel: the provider.
            results: of its calls.
            lease_now: when they ended.
            reached: workspaces where something was sent.
        """

    def held_back(self, channel: Channel, claimed: Sequence[Claimed], lease_now: datetime) -> list[Claimed]:
        """Those for which no call is made, since their workspace refuses everything.

        When it is time to try a workspace again, one delivery of it is left out, for one worker.
        """

    def recover(self, now: datetime, lease_now: datetime) -> tuple[int, int]:
        """Put in doubt what workers held when their lease ended; how many, and how many were given up.

        So is what waited to be sent again for longer than that does no harm (`Verdict.repeat_until`).
        What has been in doubt for `DOUBT_ENDS` is given up as UNKNOWN.  The fence rises, so that the worker
        which held it can write its attempt's row and nothing else.
        """

    def claim_doubts(
        self, channel: Channel, now: datetime, lease_now: datetime, lease: timedelta, limit: int
    ) -> list[Doubted]:
        """Claim deliveries in doubt that are to be looked for now, longest due first."""

    def settle(self, verdicts: Sequence[Verdict]) -> int:
        """Write down what came of looking; a verdict of a claim whose lease has ended changes nothing."""

    def stop(self, identities: Mapping[int, str], now: datetime) -> list[Lost]:
        """Send nothing more to these identities; returns those that were in use until now.

        What was ready for them is cancelled.  Their prompts that did not arrive are named, unless it is too
        late for them.

        Args:
            identities: by id, the reason for each.
            now: the product's time.
        """

    def expire(self, now: datetime) -> int:
        """Expire what it is too late to send; returns how many."""

    def idle(self, now: datetime) -> bool:
        """Whether nothing due is ready or on its way."""

    def note(self, events: Sequence[DeliveryEvent], now: datetime) -> Noted:
        """Take in what providers tell later, each event once; stop mail to addresses that refuse it."""

    def add_parts(self, parts: Sequence[NewDelivery]) -> int:
        """Add the further parts of a digest whose head was accepted; returns how many were new."""

    def make_partitions(self, first: date, days: int) -> int:
        """Make partitions for that many days, from the first on; returns how many were new.

        Where that would make somebody wait it is left for the next time.
        """

    def drop_partition(self, deliveries_before: date, inbox_before: date) -> str | None:
        """Drop the oldest partition that lies before those days; returns its name, None when there is none.

        Gives up at once, with None, where somebody uses the table: senders are never kept waiting.
        """

    def counts(self) -> dict[str, int]:
        """How many rows are in each state, by the state's name."""
