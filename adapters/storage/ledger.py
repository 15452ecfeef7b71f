"""The ledger: claims deliveries, records what became of them.  Reads across organizations; shows no text.

Every statement names the days it looks at, so that PostgreSQL touches their partitions alone.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from adapters.storage import (
    delivery_events,
    ledger_claims,
    ledger_doubts,
    ledger_facts,
    lost_addresses,
    partitions,
)
from adapters.storage.buckets import Buckets
from adapters.storage.delivery_rows import add_deliveries, array
from adapters.storage.ledger_claims import PROBING, SENDABLE, numbers_of, refs_of
from domain.deliveries import (
    MOST_RETRIES,
    Claimed,
    DeliveryEvent,
    Later,
    Never,
    NewDelivery,
    Outcome,
    Ref,
    Result,
    Sent,
    State,
    Unknown,
    wait_before,
)
from domain.doubts import FIRST_LOOK, Doubted, Verdict
from domain.people import Channel
from domain.ports.planning import Gather, Lost, Noted, PromptContext, TeamDays, gather_nothing
from domain.rates import Limits

_FIRST_LOOKS = [FIRST_LOOK[channel] for channel in sorted(Channel)]
"""In the order of the channels' numbers, which begin at 1 as PostgreSQL's arrays do."""

# An outcome counts while the lease is this worker's.  It gives back what the claim counted.  What a
# provider's event has told already is not taken back.  All that anybody else writes is a row of `attempts`.
_RECORD = text(
    PROBING  # noqa: S608 -- constants alone
    + """
    WITH result AS (
        SELECT * FROM unnest(
            CAST(:day AS date[]), CAST(:id AS bigint[]), CAST(:fence AS bigint[]),
            CAST(:attempt AS smallint[]), CAST(:outcome AS smallint[]), CAST(:receipt AS text[]),
            CAST(:direct AS text[]), CAST(:reason AS text[]), CAST(:again_at AS timestamptz[]),
            CAST(:failed_once AS smallint[])
        ) AS result (day, id, fence, attempt, outcome, receipt, direct, reason, again_at, failed)
    ), taken AS (
        UPDATE deliveries AS delivery SET
            state = CASE
                WHEN delivery.state IN (:delivered, :bounced, :dropped) THEN delivery.state
                WHEN outcome = :ready AND retries + failed >= :most_retries THEN :failed
                ELSE outcome
            END,
            planned_at = CASE WHEN outcome = :accepted THEN planned_at ELSE coalesce(planned_at, due_at) END,
            due_at = CASE
                WHEN outcome = :uncertain
                THEN CAST(:now AS timestamptz) + (CAST(:first_looks AS interval[]))[delivery.channel]
                ELSE coalesce(result.again_at, due_at)
            END,
            retries = retries + failed,
            vain = vain - 1,
            absent = 0,
            lease_until = NULL,
            receipt = coalesce(result.receipt, delivery.receipt),
            direct = coalesce(result.direct, delivery.direct),
            reason = result.reason,
            sent_at = CASE WHEN outcome = :accepted THEN CAST(:now AS timestamptz) ELSE sent_at END
        FROM result
        WHERE delivery.day = result.day AND delivery.id = result.id AND delivery.fence = result.fence
          AND delivery.day BETWEEN :first_day AND :last_day
          AND (delivery.state = :sending OR outcome = :accepted)
        RETURNING delivery.day, delivery.id, delivery.identity_id, result.direct
    ), opened AS (
        UPDATE identities SET direct = taken.direct FROM taken
        WHERE identities.id = taken.identity_id AND taken.direct IS NOT NULL
          AND identities.direct IS DISTINCT FROM taken.direct
    ), told AS (
        INSERT INTO attempts (day, delivery_id, number, organization_id, person_id, fence,
                              started_at, ended_at, outcome, evidence)
        SELECT delivery.day, delivery.id, result.attempt, organization_id, person_id, result.fence,
               CASE WHEN delivery.attempt = result.attempt THEN attempt_started_at ELSE :now END, :now,
               outcome, coalesce(result.reason, result.receipt)
        FROM (
            SELECT * FROM result
            WHERE outcome <> :accepted OR attempt > 1 OR (day, id) NOT IN (SELECT day, id FROM taken)
        ) AS result
        JOIN deliveries AS delivery ON delivery.day = result.day AND delivery.id = result.id
            AND delivery.day BETWEEN :first_day AND :last_day
        ON CONFLICT (delivery_id, number, day) DO UPDATE
            SET ended_at = excluded.ended_at, outcome = excluded.outcome, evidence = excluded.evidence
    )
    SELECT count(*) FROM taken
"""
)

_EXPIRE = text("""
    UPDATE deliveries SET state = :expired, reason = :reason
    WHERE state = 1 AND (not_after <= :now OR day < :first_day)
""")

_IDLE = text("""
    SELECT NOT EXISTS (
        SELECT FROM deliveries WHERE state = 1 AND due_at <= :now AND (not_after IS NULL OR not_after > :now)
    ) AND NOT EXISTS (
        SELECT FROM deliveries WHERE state = 2 OR state = 3 AND due_at <= :now
    )
""")

_COUNTS = text("SELECT state, count(*) AS rows FROM deliveries GROUP BY state")


class PostgresLedger:
    """The ledger of a unit of work, over its connection."""

    def __init__(self, connection: Connection, limits: Limits | None = None) -> None:
        """`limits`: of the providers, which claims keep; None: whatever is due is claimed at once."""
        self._connection = connection
        self._limits = limits

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
            return ledger_claims.claim(self._connection, request, gather)
        return ledger_claims.claim_paced(self._connection, request, gather, self._limits)

    def prompt_contexts(self, claimed: Sequence[Claimed]) -> dict[Ref, PromptContext]:
        return ledger_facts.prompt_contexts(self._connection, claimed)

    def team_days(self, claimed: Sequence[Claimed]) -> dict[Ref, TeamDays]:
        return ledger_facts.team_days(self._connection, claimed)

    def cancel(self, refs: Sequence[Ref]) -> None:
        ledger_claims.cancel(self._connection, refs)

    def record(self, results: Sequence[Result], now: datetime) -> int:
        if not results:
            return 0
        limits = {"most_retries": MOST_RETRIES, "first_looks": _FIRST_LOOKS, "now": now}
        bound = refs_of([each.ref for each in results]) | _results(results, now) | limits | numbers_of(*State)
        return int(self._connection.execute(_RECORD, bound).scalar_one())

    def heed(self, claimed: Sequence[Claimed], results: Sequence[Result], lease_now: datetime) -> None:
        if self._limits is not None and claimed:
            channel = claimed[0].recipient.address.channel
            Buckets(self._connection, self._limits, channel).heed(claimed, results, lease_now)

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


def _results(results: Sequence[Result], now: datetime) -> dict[str, str]:
    names = ("outcome", "receipt", "direct", "reason", "again_at")
    ends = zip(*(_end(each, now) for each in results), strict=True)
    return {
        "fence": array([each.fence for each in results]),
        "attempt": array([each.attempt for each in results]),
        "failed_once": array([int(_counts(each.outcome)) for each in results]),
        **{name: array(values) for name, values in zip(names, ends, strict=True)},
    }


def _counts(outcome: Outcome) -> bool:
    """It failed or may have failed, and the provider has not said how long to wait."""
    return isinstance(outcome, Unknown) or (isinstance(outcome, Later) and outcome.after is None)


def _end(result: Result, now: datetime) -> tuple[int, str | None, str | None, str | None, datetime | None]:
    """The state an attempt leads to, its receipt, the direct-message channel, a reason, when to try again."""
    match result.outcome:
        case Sent(receipt, direct):
            return int(State.ACCEPTED), receipt, direct, None, None
        case Later(reason, after):
            pause = wait_before(result.attempt, result.ref.id) if after is None else after
            return int(State.READY), None, None, reason, now + pause
        case Never(reason):
            return int(State.FAILED), None, None, reason, None
        case Unknown(evidence):
            return int(State.UNCERTAIN), None, None, evidence, None
