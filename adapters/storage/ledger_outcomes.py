"""Recording: what became of attempts, written down for many at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, text

from adapters.storage.delivery_rows import array
from adapters.storage.ledger_claims import PROBING, numbers_of, refs_of
from domain.deliveries import Later, Never, Outcome, Result, Sent, State, Unknown
from domain.doubts import FIRST_LOOK
from domain.people import Channel
from domain.retrying import MOST_RETRIES, wait_before

_FIRST_LOOKS = [FIRST_LOOK[channel] for channel in sorted(Channel)]
"""In the order of the channels' numbers, which begin at 1 as PostgreSQL's arrays do."""

# Nearly all are accepted at the first try, and write down nothing but that.  What a provider's event has told
# already is not taken back.
_ACCEPT = text(
    PROBING
    + """
    UPDATE deliveries AS delivery SET
        state = CASE
            WHEN delivery.state IN (:delivered, :bounced, :dropped) THEN delivery.state ELSE :accepted
        END,
        vain = vain - 1, absent = 0, lease_until = NULL, reason = NULL, sent_at = :now,
        receipt = result.receipt
    FROM unnest(
        CAST(:day AS date[]), CAST(:id AS bigint[]), CAST(:fence AS bigint[]), CAST(:receipt AS text[])
    ) AS result (day, id, fence, receipt)
    WHERE delivery.day = result.day AND delivery.id = result.id AND delivery.fence = result.fence
      AND delivery.day BETWEEN :first_day AND :last_day
    RETURNING delivery.id
"""
)

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


def record(connection: Connection, results: Sequence[Result], now: datetime) -> int:
    """`domain.ports.ledger.Ledger.record`."""
    taken = _accept(connection, results, now)
    others = [each for each in results if each.ref.id not in taken]
    return len(taken) + _record(connection, others, now)


def _accept(connection: Connection, results: Sequence[Result], now: datetime) -> set[int]:
    """Record what was accepted at the first attempt by a shorter statement; the ids of those taken."""
    plain = [
        (each.ref, each.fence, each.outcome.receipt)
        for each in results
        if each.attempt == 1 and isinstance(each.outcome, Sent) and each.outcome.direct is None
    ]
    if not plain:
        return set()
    refs, fences, receipts = zip(*plain, strict=True)
    states = (State.ACCEPTED, State.DELIVERED, State.BOUNCED, State.DROPPED)
    bound = {"fence": array(fences), "receipt": array(receipts), "now": now}
    return set(connection.scalars(_ACCEPT, bound | refs_of(refs) | numbers_of(*states)))


def _record(connection: Connection, results: Sequence[Result], now: datetime) -> int:
    """Record results of any kind; returns how many were taken."""
    if not results:
        return 0
    limits = {"most_retries": MOST_RETRIES, "first_looks": _FIRST_LOOKS, "now": now}
    bound = refs_of([each.ref for each in results]) | _results(results, now) | limits | numbers_of(*State)
    return int(connection.execute(_RECORD, bound).scalar_one())


class _End(NamedTuple):
    """An attempt's end, by the names of the statement's parameters."""

    outcome: int
    """The state that it leads to."""
    receipt: str | None = None
    direct: str | None = None
    """The direct-message channel that was opened for it."""
    reason: str | None = None
    again_at: datetime | None = None


def _results(results: Sequence[Result], now: datetime) -> dict[str, str]:
    ends = zip(*(_end(each, now) for each in results), strict=True)
    return {
        "fence": array([each.fence for each in results]),
        "attempt": array([each.attempt for each in results]),
        "failed_once": array([int(_counts_as_failure(each.outcome)) for each in results]),
        **{name: array(values) for name, values in zip(_End._fields, ends, strict=True)},
    }


def _counts_as_failure(outcome: Outcome) -> bool:
    """It failed or may have failed, and the provider has not said how long to wait."""
    return isinstance(outcome, Unknown) or (isinstance(outcome, Later) and outcome.after is None)


def _end(result: Result, now: datetime) -> _End:
    match result.outcome:
        case Sent(receipt, direct):
            return _End(int(State.ACCEPTED), receipt, direct)
        case Later(reason, after):
            pause = wait_before(result.attempt, result.ref.id) if after is None else after
            return _End(int(State.READY), reason=reason, again_at=now + pause)
        case Never(reason):
            return _End(int(State.FAILED), reason=reason)
        case Unknown(evidence):
            return _End(int(State.UNCERTAIN), reason=evidence)
