"""The ledger: claims deliveries, records what became of them.  Reads across organizations; shows no text.

Every statement names the days it looks at, so that PostgreSQL touches their partitions alone.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from adapters.storage import delivery_events, ledger_facts, partitions
from adapters.storage.delivery_rows import add_deliveries, columns, read_claimed
from domain.deliveries import (
    MOST_ATTEMPTS,
    MOST_RETRIES,
    Claimed,
    DeliveryEvent,
    Later,
    Never,
    NewDelivery,
    Ref,
    Result,
    Sent,
    State,
    Unknown,
    wait_before,
)
from domain.facts import Facts, dump
from domain.people import Channel
from domain.ports.planning import PromptContext, TeamDays

SENDABLE = timedelta(days=31)
"""How long ago the day of a delivery may be; what is older is given up as expired."""
AHEAD = timedelta(days=2)
"""How far the day of a delivery that is due may lie after today in UTC."""

# Who gets it is read again from her identity before the first attempt, and never after it: a retry goes where
# the attempt before it may have arrived already.
_CLAIM = text("""
    WITH ready AS (
        SELECT day, id, identity_id FROM deliveries
        WHERE channel = :channel AND state = :ready AND due_at <= :now
          AND (not_after IS NULL OR not_after > :now)
          AND day BETWEEN :first_day AND :last_day
        ORDER BY due_at LIMIT :limit
        FOR UPDATE SKIP LOCKED
    ), reachable AS (
        SELECT ready.day, ready.id, identity.workspace, identity.external_id, identity.direct,
               ready.identity_id IS NOT NULL AS personal,
               ready.identity_id IS NULL
                   OR identity.active AND identity.mail_stopped_at IS NULL AS usable
        FROM ready LEFT JOIN identities AS identity ON identity.id = ready.identity_id
    )
    UPDATE deliveries AS delivery SET
        state = CASE WHEN usable THEN CAST(:sending AS smallint) ELSE :cancelled END,
        reason = CASE WHEN usable THEN delivery.reason ELSE :unreachable END,
        workspace = CASE WHEN personal AND attempt = 0 THEN reachable.workspace ELSE delivery.workspace END,
        address = CASE WHEN personal AND attempt = 0 THEN external_id ELSE address END,
        direct = CASE WHEN personal AND attempt = 0 THEN reachable.direct ELSE delivery.direct END,
        lease_until = CASE WHEN usable THEN CAST(:lease_until AS timestamptz) END,
        fence = fence + 1,
        attempt = attempt + CASE WHEN usable THEN 1 ELSE 0 END,
        attempt_started_at = CASE WHEN usable THEN CAST(:lease_now AS timestamptz) END
    FROM reachable
    WHERE delivery.day = reachable.day AND delivery.id = reachable.id
      AND delivery.day BETWEEN :first_day AND :last_day
    RETURNING delivery.day, delivery.id, kind, subject, target, part, "try" AS try_, organization_id,
              person_id, channel, identity_id, delivery.workspace, address, delivery.direct, state, due_at,
              facts, answers, fence, attempt
""")

_FIX = text("""
    UPDATE deliveries SET facts = CAST(fixed.facts AS jsonb)
    FROM unnest(CAST(:day AS date[]), CAST(:id AS bigint[]), CAST(:facts AS text[])) AS fixed (day, id, facts)
    WHERE deliveries.day = fixed.day AND deliveries.id = fixed.id
      AND deliveries.day BETWEEN :first_day AND :last_day
""")

_CANCEL = text("""
    UPDATE deliveries SET state = :cancelled, lease_until = NULL
    FROM unnest(CAST(:day AS date[]), CAST(:id AS bigint[])) AS wanted (day, id)
    WHERE deliveries.day = wanted.day AND deliveries.id = wanted.id AND state IN (:ready, :sending)
      AND deliveries.day BETWEEN :first_day AND :last_day
""")

# An outcome counts while nobody has claimed the delivery anew.  That it was sent is taken even when its lease
# has ended meanwhile; what a provider's event has already told is not taken back.
_RECORD = text("""
    WITH result AS (
        SELECT * FROM unnest(
            CAST(:day AS date[]), CAST(:id AS bigint[]), CAST(:fence AS bigint[]),
            CAST(:attempt AS smallint[]), CAST(:outcome AS smallint[]), CAST(:receipt AS text[]),
            CAST(:direct AS text[]), CAST(:reason AS text[]), CAST(:again_at AS timestamptz[])
        ) AS result (day, id, fence, attempt, outcome, receipt, direct, reason, again_at)
    ), taken AS (
        UPDATE deliveries AS delivery SET
            state = CASE
                WHEN delivery.state IN (:delivered, :bounced, :dropped) THEN delivery.state
                WHEN outcome = :ready AND retries + 1 >= :most_retries THEN :failed
                WHEN outcome = :uncertain AND vain + 1 >= :most_attempts THEN :unknown
                WHEN outcome = :uncertain THEN :ready
                ELSE outcome
            END,
            due_at = coalesce(result.again_at, due_at),
            retries = retries + CASE WHEN outcome = :ready THEN 1 ELSE 0 END,
            vain = vain + CASE WHEN outcome = :uncertain THEN 1 ELSE 0 END,
            lease_until = NULL,
            receipt = coalesce(result.receipt, delivery.receipt),
            direct = coalesce(result.direct, delivery.direct),
            reason = result.reason,
            sent_at = CASE WHEN outcome = :accepted THEN CAST(:now AS timestamptz) ELSE sent_at END
        FROM result
        WHERE delivery.day = result.day AND delivery.id = result.id AND delivery.fence = result.fence
          AND delivery.day BETWEEN :first_day AND :last_day
          AND (delivery.state IN (:sending, :uncertain) OR outcome = :accepted)
        RETURNING delivery.identity_id, result.direct
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
        FROM result JOIN deliveries AS delivery ON delivery.day = result.day AND delivery.id = result.id
            AND delivery.day BETWEEN :first_day AND :last_day
        WHERE outcome <> :accepted OR result.attempt > 1 OR delivery.fence <> result.fence
        ON CONFLICT (day, delivery_id, number) DO UPDATE
            SET ended_at = excluded.ended_at, outcome = excluded.outcome, evidence = excluded.evidence
    )
    SELECT count(*) FROM taken
""")

_RECOVER = text("""
    WITH ended AS (
        SELECT day, id FROM deliveries
        WHERE state IN (2, 3) AND lease_until < :lease_now
        FOR UPDATE SKIP LOCKED
    ), recovered AS (
        UPDATE deliveries AS delivery SET
            state = CASE WHEN vain + 1 >= :most_attempts THEN CAST(:unknown AS smallint) ELSE :ready END,
            vain = vain + 1, lease_until = NULL, reason = :reason
        FROM ended WHERE delivery.day = ended.day AND delivery.id = ended.id
        RETURNING delivery.*
    ), told AS (
        INSERT INTO attempts (day, delivery_id, number, organization_id, person_id, fence,
                              started_at, ended_at, outcome, evidence)
        SELECT day, id, attempt, organization_id, person_id, fence,
               attempt_started_at, :lease_now, CAST(:uncertain AS smallint), :reason
        FROM recovered
        ON CONFLICT (day, delivery_id, number) DO NOTHING
    )
    SELECT count(*) FILTER (WHERE state = :ready) AS again,
           count(*) FILTER (WHERE state = :unknown) AS given_up
    FROM recovered
""")

_EXPIRE = text("""
    UPDATE deliveries SET state = :expired, reason = :reason
    WHERE state = 1 AND (not_after <= :now OR day < :first_day)
""")

_IDLE = text("""
    SELECT NOT EXISTS (
        SELECT FROM deliveries WHERE state = 1 AND due_at <= :now AND (not_after IS NULL OR not_after > :now)
    ) AND NOT EXISTS (SELECT FROM deliveries WHERE state IN (2, 3))
""")

_COUNTS = text("SELECT state, count(*) AS rows FROM deliveries GROUP BY state")


class PostgresLedger:
    """The ledger of a unit of work, over its connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(
        self, channel: Channel, now: datetime, lease_now: datetime, lease: timedelta, limit: int
    ) -> list[Claimed]:
        rows = self._connection.execute(
            _CLAIM,
            {
                "channel": int(channel),
                "now": now,
                "lease_now": lease_now,
                "lease_until": lease_now + lease,
                "limit": limit,
                "first_day": now.date() - SENDABLE,
                "last_day": now.date() + AHEAD,
                "ready": int(State.READY),
                "sending": int(State.SENDING),
                "cancelled": int(State.CANCELLED),
                "unreachable": "the address is not used any more",
            },
        )
        claimed = [read_claimed(row) for row in rows if row.state == State.SENDING]
        return sorted(claimed, key=lambda each: (each.due_at, each.ref.id))

    def prompt_contexts(self, claimed: Sequence[Claimed]) -> dict[Ref, PromptContext]:
        return ledger_facts.prompt_contexts(self._connection, claimed)

    def team_days(self, claimed: Sequence[Claimed]) -> dict[Ref, TeamDays]:
        return ledger_facts.team_days(self._connection, claimed)

    def fix(self, facts: Mapping[Ref, Facts]) -> None:
        if facts:
            stored = [{"facts": json.dumps(dump(each))} for each in facts.values()]
            self._connection.execute(_FIX, _refs(list(facts)) | columns(stored))

    def cancel(self, refs: Sequence[Ref]) -> None:
        if refs:
            states = (State.READY, State.SENDING, State.CANCELLED)
            self._connection.execute(_CANCEL, _refs(refs) | _numbers(*states))

    def record(self, results: Sequence[Result], now: datetime) -> int:
        if not results:
            return 0
        rows = columns([_result(each, now) for each in results])
        limits = {"most_retries": MOST_RETRIES, "most_attempts": MOST_ATTEMPTS, "now": now}
        bound = _refs([each.ref for each in results]) | rows | limits | _numbers(*State)
        return int(self._connection.execute(_RECORD, bound).scalar_one())

    def recover(self, lease_now: datetime, most_attempts: int) -> tuple[int, int]:
        bound = {"lease_now": lease_now, "most_attempts": most_attempts, "reason": "its lease ended"}
        states = (State.READY, State.UNCERTAIN, State.UNKNOWN)
        counted = self._connection.execute(_RECOVER, bound | _numbers(*states)).one()
        return counted.again, counted.given_up

    def expire(self, now: datetime) -> int:
        bound = {"now": now, "first_day": now.date() - SENDABLE, "reason": "too late to send"}
        return self._connection.execute(_EXPIRE, bound | _numbers(State.EXPIRED)).rowcount

    def idle(self, now: datetime) -> bool:
        return bool(self._connection.execute(_IDLE, {"now": now}).scalar_one())

    def note(self, events: Sequence[DeliveryEvent], now: datetime) -> int:
        return delivery_events.note(self._connection, events, now)

    def add_parts(self, parts: Sequence[NewDelivery]) -> int:
        return add_deliveries(self._connection, parts)

    def make_partitions(self, first: date, days: int) -> int:
        return partitions.make_partitions(self._connection, first, days)

    def counts(self) -> dict[str, int]:
        rows = self._connection.execute(_COUNTS)
        return {State(row.state).name.lower(): row.rows for row in rows}


def _refs(refs: Sequence[Ref]) -> dict[str, Any]:
    days = [each.day for each in refs]
    return {"day": days, "id": [each.id for each in refs], "first_day": min(days), "last_day": max(days)}


def _numbers(*states: State) -> dict[str, int]:
    return {state.name.lower(): int(state) for state in states}


def _result(result: Result, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = {
        "fence": result.fence,
        "attempt": result.attempt,
        "receipt": None,
        "direct": None,
        "reason": None,
        "again_at": None,
    }
    again_at = now + wait_before(result.attempt)
    match result.outcome:
        case Sent(receipt, direct):
            return row | {"outcome": int(State.ACCEPTED), "receipt": receipt, "direct": direct}
        case Later(reason, after):
            later = now + after if after is not None else again_at
            return row | {"outcome": int(State.READY), "reason": reason, "again_at": later}
        case Never(reason):
            return row | {"outcome": int(State.FAILED), "reason": reason}
        case Unknown(evidence):
            return row | {"outcome": int(State.UNCERTAIN), "reason": evidence, "again_at": again_at}
