"""Deliveries in doubt: put there when a lease ends, claimed to be looked for, settled by what was found."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from adapters.storage.conditions import IS_READY, IS_SENDING, IS_UNCERTAIN
from adapters.storage.delivery_rows import CLAIMED_COLUMNS, columns, read_claimed
from domain.deliveries import State
from domain.doubts import DOUBT_ENDS, Doubted, Verdict
from domain.people import Channel
from domain.retention import SENDABLE

# The fence rises, so that a sender who comes back can write down what it knows, and change nothing.
_RECOVER = text(f"""
    WITH ended AS (
        SELECT day, id FROM deliveries
        WHERE {IS_SENDING} AND lease_until < :lease_now
        FOR UPDATE SKIP LOCKED
    ), doubted AS (
        UPDATE deliveries AS delivery SET
            state = :uncertain, fence = fence + 1, lease_until = NULL, absent = 0, reason = :reason,
            planned_at = coalesce(planned_at, due_at), due_at = :now
        FROM ended WHERE delivery.day = ended.day AND delivery.id = ended.id
        RETURNING delivery.*
    ), told AS (
        INSERT INTO attempts (day, delivery_id, number, organization_id, person_id, fence,
                              started_at, ended_at, outcome, evidence)
        SELECT day, id, attempt, organization_id, person_id, fence - 1,
               attempt_started_at, :now, CAST(:uncertain AS smallint), :reason
        FROM doubted
        ON CONFLICT (delivery_id, number, day) DO NOTHING
    )
    SELECT count(*) FROM doubted
""")  # noqa: S608 -- constants alone

# It waited longer than sending it again does no harm: its channel was closed, or nobody was there to send it.
_LOOK_FIRST = text(f"""
    WITH late AS (
        SELECT day, id FROM deliveries
        WHERE {IS_READY} AND repeat_until <= :now
        FOR UPDATE SKIP LOCKED
    )
    UPDATE deliveries AS delivery SET
        fence = fence + 1, state = :uncertain, absent = 0, repeat_until = NULL, due_at = :now,
        reason = :look_first
    FROM late WHERE delivery.day = late.day AND delivery.id = late.id
""")  # noqa: S608 -- constants alone

_GIVE_UP = text(f"""
    UPDATE deliveries SET state = :unknown, fence = fence + 1, lease_until = NULL, reason = :reason
    WHERE {IS_UNCERTAIN} AND attempt_started_at < :doubted_before
      AND (lease_until IS NULL OR lease_until < :lease_now)
""")  # noqa: S608 -- constants alone

_CLAIM = text(f"""
    WITH doubted AS (
        SELECT day, id FROM deliveries
        WHERE {IS_UNCERTAIN} AND (lease_until IS NULL OR lease_until < :lease_now)
          AND channel = :channel AND due_at <= :now
          AND day BETWEEN :oldest_day AND :last_day
        ORDER BY due_at LIMIT :limit
        FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE deliveries AS delivery SET fence = fence + 1, lease_until = :lease_until
        FROM doubted
        WHERE delivery.day = doubted.day AND delivery.id = doubted.id
          AND delivery.day BETWEEN :oldest_day AND :last_day
        RETURNING delivery.*
    )
    SELECT {CLAIMED_COLUMNS}, not_after, attempt_started_at, vain, retries, blind, absent,
      (
          SELECT min(started_at) FROM attempts
          WHERE attempts.day = claimed.day AND attempts.day BETWEEN :oldest_day AND :last_day
            AND attempts.delivery_id = claimed.id AND outcome = :uncertain
      ) AS since,
      EXISTS (
          SELECT FROM delivery_events AS event
          WHERE claimed.channel = :email AND event.stored_at > claimed.attempt_started_at
            AND event.day BETWEEN :first_day AND :last_day
      ) AS heard,
      (
          SELECT evidence FROM attempts
          WHERE attempts.day = claimed.day AND attempts.day BETWEEN :oldest_day AND :last_day
            AND attempts.delivery_id = claimed.id AND outcome = :accepted
          LIMIT 1
      ) AS told
    FROM claimed ORDER BY due_at, id
""")  # noqa: S608 -- constants alone

_SETTLE = text(f"""
    WITH settled AS (
        UPDATE deliveries AS delivery SET
            state = verdict.state,
            lease_until = NULL,
            due_at = verdict.due_at,
            planned_at = coalesce(planned_at, delivery.due_at),
            blind = verdict.blind,
            absent = verdict.absent,
            repeat_until = verdict.repeat_until,
            reason = verdict.reason,
            receipt = coalesce(verdict.receipt, delivery.receipt),
            direct = coalesce(verdict.direct, delivery.direct),
            sent_at = CASE WHEN verdict.state = :accepted THEN attempt_started_at ELSE sent_at END
        FROM unnest(
            CAST(:day AS date[]), CAST(:id AS bigint[]), CAST(:fence AS bigint[]),
            CAST(:state AS smallint[]), CAST(:due_at AS timestamptz[]), CAST(:reason AS text[]),
            CAST(:blind AS smallint[]), CAST(:absent AS smallint[]), CAST(:receipt AS text[]),
            CAST(:direct AS text[]), CAST(:repeat_until AS timestamptz[])
        ) AS verdict (day, id, fence, state, due_at, reason, blind, absent, receipt, direct, repeat_until)
        WHERE delivery.day = verdict.day AND delivery.id = verdict.id AND delivery.fence = verdict.fence
          AND delivery.{IS_UNCERTAIN} AND delivery.day BETWEEN :first_day AND :last_day
        RETURNING delivery.identity_id, verdict.direct
    ), opened AS (
        UPDATE identities SET direct = settled.direct FROM settled
        WHERE identities.id = settled.identity_id AND settled.direct IS NOT NULL
          AND identities.direct IS DISTINCT FROM settled.direct
    )
    SELECT count(*) FROM settled
""")  # noqa: S608 -- constants alone


def recover(connection: Connection, now: datetime, lease_now: datetime) -> tuple[int, int]:
    """`domain.ports.ledger.Ledger.recover`."""
    ended = {
        "lease_now": lease_now,
        "now": now,
        "uncertain": int(State.UNCERTAIN),
        "reason": "its lease ended",
    }
    late = {"now": now, "uncertain": int(State.UNCERTAIN), "look_first": "to be looked for"}
    doubted = connection.execute(_RECOVER, ended).scalar_one()
    doubted += connection.execute(_LOOK_FIRST, late).rowcount
    for_good = {
        "lease_now": lease_now,
        "doubted_before": now - DOUBT_ENDS,
        "unknown": int(State.UNKNOWN),
        "reason": "nobody could look",
    }
    return int(doubted), connection.execute(_GIVE_UP, for_good).rowcount


def claim_doubts(
    connection: Connection,
    channel: Channel,
    now: datetime,
    lease: tuple[datetime, datetime],
    limit: int,
) -> list[Doubted]:
    """`domain.ports.ledger.Ledger.claim_doubts`; `lease`: its beginning and its end, in real time."""
    near = timedelta(days=2)
    bound = {
        "channel": int(channel),
        "email": int(Channel.EMAIL),
        "uncertain": int(State.UNCERTAIN),
        "accepted": int(State.ACCEPTED),
        "now": now,
        "lease_now": lease[0],
        "lease_until": lease[1],
        "limit": limit,
        "oldest_day": now.date() - SENDABLE,
        "first_day": (now - near).date(),
        "last_day": (now + near).date(),
    }
    return [_read(row) for row in connection.execute(_CLAIM, bound)]


def settle(connection: Connection, verdicts: Sequence[Verdict]) -> int:
    """`domain.ports.ledger.Ledger.settle`."""
    if not verdicts:
        return 0
    days = [each.ref.day for each in verdicts]
    bound: dict[str, Any] = {
        "first_day": min(days),
        "last_day": max(days),
        "accepted": int(State.ACCEPTED),
    }
    rows = columns([_row(each) for each in verdicts])
    return int(connection.execute(_SETTLE, rows | bound).scalar_one())


def _row(verdict: Verdict) -> dict[str, Any]:
    return {
        "day": verdict.ref.day,
        "id": verdict.ref.id,
        "fence": verdict.fence,
        "state": int(verdict.state),
        "due_at": verdict.due_at,
        "reason": verdict.reason,
        "blind": verdict.blind_resends,
        "absent": verdict.misses,
        "receipt": verdict.receipt,
        "direct": verdict.direct,
        "repeat_until": verdict.repeat_until,
    }


def _read(row: Any) -> Doubted:
    return Doubted(
        claimed=read_claimed(row),
        started_at=row.attempt_started_at,
        since=row.since or row.attempt_started_at,
        crashes=row.vain,
        retries=row.retries,
        blind_resends=row.blind,
        misses=row.absent,
        provider_tells=row.heard,
        late_receipt=row.told,
    )
