"""The ledger: claims deliveries, records what became of them.  Reads across organizations; shows no text.

Every statement names the days it looks at, so that PostgreSQL touches their partitions alone.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from adapters.storage import (
    closings,
    delivery_events,
    leaving,
    ledger_claims,
    ledger_doubts,
    ledger_facts,
    ledger_outcomes,
    lost_addresses,
    partitions,
)
from adapters.storage.buckets import Buckets
from adapters.storage.claim_cursors import ClaimCursors
from adapters.storage.conditions import IS_READY, IS_SENDING, IS_UNCERTAIN
from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.ledger_claims import numbers_of
from domain.deliveries import Claimed, Later, NewDelivery, Ref, Result, State
from domain.delivery_events import DeliveryEvent
from domain.doubts import Doubted, Verdict
from domain.limit_reports import CallSpacing
from domain.limits import Limits
from domain.people import Address, Channel
from domain.ports.contexts import PromptContext, TeamDays
from domain.ports.ledger import Gather, Lost, Noted, gather_nothing
from domain.retention import SENDABLE

_EXPIRE = text(f"""
    UPDATE deliveries SET state = :expired, reason = :reason
    WHERE {IS_READY} AND (not_after <= :now OR day < :first_day)
""")  # noqa: S608 -- constants alone

_HASTEN = text(f"""
    UPDATE deliveries SET due_at = :now
    WHERE channel = :channel AND {IS_READY} AND reason IS NOT NULL AND due_at > :now AND due_at <= :until
      AND (CAST(:workspace AS text) IS NULL OR workspace = :workspace)
      AND day BETWEEN :first_day AND :last_day
""")  # noqa: S608 -- constants alone

_IDLE = text(f"""
    SELECT NOT EXISTS (
        SELECT FROM deliveries WHERE {IS_READY} AND due_at <= :now AND (not_after IS NULL OR not_after > :now)
    ) AND NOT EXISTS (
        SELECT FROM deliveries WHERE {IS_SENDING} OR {IS_UNCERTAIN} AND due_at <= :now
    )
""")  # noqa: S608 -- constants alone

_COUNTS = text("SELECT state, count(*) AS rows FROM deliveries GROUP BY state")


class PostgresLedger:
    """The ledger of a unit of work, over its connection."""

    def __init__(
        self, connection: Connection, limits: Limits | None = None, cursors: ClaimCursors | None = None
    ) -> None:
        """Work over that connection.

        Args:
            connection: in the caller's transaction.
            limits: of the providers, which claims keep; None: whatever is due is claimed at once.
            cursors: of the process, where claims go on; None: of this ledger alone.
        """
        self._connection = connection
        self._limits = limits
        self._cursors = cursors or ClaimCursors()

    def claim(
        self,
        channel: Channel,
        now: datetime,
        lease_now: datetime,
        lease: timedelta,
        limit: int,
        gather: Gather = gather_nothing,
    ) -> list[Claimed]:
        request = ledger_claims.Request(channel, now, lease_now, lease, limit)
        if self._limits is None:
            return ledger_claims.claim(self._connection, request, gather, self._cursors)
        return ledger_claims.claim_paced(self._connection, request, gather, self._limits, self._cursors)

    def prompt_contexts(self, claimed: Sequence[Claimed]) -> dict[Ref, PromptContext]:
        return ledger_facts.prompt_contexts(self._connection, claimed)

    def team_days(self, claimed: Sequence[Claimed]) -> dict[Ref, TeamDays]:
        return ledger_facts.team_days(self._connection, claimed)

    def record(self, results: Sequence[Result], now: datetime) -> int:
        return ledger_outcomes.record(self._connection, results, now)

    def report_limit(
        self, where: Address, told: Later | CallSpacing, lease_now: datetime, credential: str = ""
    ) -> bool:
        if self._limits is None:
            return False
        buckets = Buckets(self._connection, self._limits, where.channel)
        return buckets.report_limit(where, told, credential, lease_now)

    def closed_channels(self) -> frozenset[Channel]:
        return closings.closed_channels(self._connection)

    def refusing_places(self, lease_now: datetime) -> frozenset[Address]:
        return closings.refusing_places(self._connection, lease_now)

    def leave_closed(self, places: Collection[Address], now: datetime, limit: int) -> int:
        return leaving.leave_closed(self._connection, places, now, limit)

    def try_new_credential(self, channel: Channel, credential: str, lease_now: datetime) -> bool:
        return closings.try_new_credential(self._connection, channel, credential, lease_now)

    def hasten(self, channel: Channel, workspace: str | None, now: datetime, within: timedelta) -> int:
        days = {"first_day": now.date() - SENDABLE, "last_day": now.date() + SENDABLE}
        bound = {"channel": int(channel), "workspace": workspace, "now": now, "until": now + within}
        return self._connection.execute(_HASTEN, bound | days).rowcount

    def reopen(
        self, channel: Channel, results: Sequence[Result], lease_now: datetime, reached: Collection[str] = ()
    ) -> None:
        if self._limits is not None:
            Buckets(self._connection, self._limits, channel).reopen(results, lease_now, reached)

    def held_back(self, channel: Channel, claimed: Sequence[Claimed], lease_now: datetime) -> list[Claimed]:
        if self._limits is None:
            return []
        return Buckets(self._connection, self._limits, channel).held_back(claimed, lease_now)

    def recover(self, now: datetime, lease_now: datetime) -> tuple[int, int]:
        return ledger_doubts.recover(self._connection, now, lease_now)

    def claim_doubts(
        self, channel: Channel, now: datetime, lease_now: datetime, lease: timedelta, limit: int
    ) -> list[Doubted]:
        held = (lease_now, lease_now + lease)
        return ledger_doubts.claim_doubts(self._connection, channel, now, held, limit)

    def settle(self, verdicts: Sequence[Verdict]) -> int:
        return ledger_doubts.settle(self._connection, verdicts)

    def stop(self, identities: Mapping[int, str], now: datetime) -> list[Lost]:
        return lost_addresses.stop(self._connection, identities, now)

    def expire(self, now: datetime) -> int:
        bound = {"now": now, "first_day": now.date() - SENDABLE, "reason": "too late to send"}
        return self._connection.execute(_EXPIRE, bound | numbers_of(State.EXPIRED)).rowcount

    def idle(self, now: datetime) -> bool:
        return bool(self._connection.execute(_IDLE, {"now": now}).scalar_one())

    def note(self, events: Sequence[DeliveryEvent], now: datetime) -> Noted:
        return delivery_events.note(self._connection, events, now)

    def add_parts(self, parts: Sequence[NewDelivery]) -> int:
        return add_deliveries(self._connection, parts)

    def make_partitions(self, first: date, days: int) -> int:
        return partitions.make_partitions(self._connection, first, days)

    def drop_partition(self, deliveries_before: date, inbox_before: date) -> str | None:
        return partitions.drop_partition(self._connection, deliveries_before, inbox_before)

    def counts(self) -> dict[str, int]:
        rows = self._connection.execute(_COUNTS)
        return {State(row.state).name.lower(): row.rows for row in rows}
