"""`ledger`: a delivery's way through the ledger, not sent: claimed with its attempt, recorded as accepted.

It is mail, to those who have it, under the limits that production keeps.  The bound is the least that any
queue in PostgreSQL does, on the same table in batches of the same size: one UPDATE of rows chosen with SKIP
LOCKED, one UPDATE that completes them, two transactions.
"""

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, text

from adapters.storage.unit_of_work import PostgresStorage
from bench import postgres
from bench.crowd import DAY
from bench.figures import Figure, Sample, Sizes, compared, interleaved
from domain.deliveries import LEASE, Result, Sent
from domain.limits import Limits
from domain.people import Channel

BATCH = 500
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)

_READY = text("""
    INSERT INTO deliveries (day, kind, subject, "try", organization_id, person_id, channel, identity_id,
                            workspace, address, direct, due_at, not_after)
    SELECT :day, 1, identity.person_id, :try, organization_id, identity.person_id, :channel, identity.id,
           workspace, external_id, direct, :due_at, :not_after
    FROM identities AS identity WHERE identity.channel = :channel
    ORDER BY identity.person_id LIMIT :count
""")

_CLAIM = text("""
    UPDATE deliveries AS delivery
    SET state = 2, lease_until = :lease_until, fence = fence + 1, attempt = attempt + 1,
        attempt_started_at = :now
    FROM (
        SELECT day, id FROM deliveries
        WHERE channel = :channel AND state = 1 AND due_at <= :now AND day = :day
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    ) AS ready
    WHERE delivery.day = ready.day AND delivery.id = ready.id AND delivery.day = :day
    RETURNING delivery.day, delivery.id, kind, subject, target, part, "try", organization_id, person_id,
              channel, identity_id, workspace, address, direct, due_at, facts, answers, fence, attempt
""")

_COMPLETE = text("""
    UPDATE deliveries SET state = 4, lease_until = NULL, receipt = done.receipt, sent_at = :now
    FROM unnest(CAST(:ids AS bigint[]), CAST(:fences AS bigint[]), CAST(:receipts AS text[]))
        AS done (id, fence, receipt)
    WHERE deliveries.day = :day AND deliveries.id = done.id AND deliveries.fence = done.fence
      AND deliveries.state = 2
""")


def run(sizes: Sizes) -> list[Figure]:
    spent = postgres.DatabaseUse()
    with postgres.server() as running:
        url = postgres.populated(running, sizes.people, sizes.due, sizes.few)
        with postgres.engine(url) as engine:
            pairs = interleaved(
                sizes.rounds,
                lambda: cycled(engine, sizes.due, spent),
                lambda: _raw(engine, sizes.due),
            )
    return [
        *compared("ledger", "deliveries", pairs, "ratio >= 0.75 (floor 0.6)"),
        *spent.figures(sizes.due * sizes.rounds, ("<= 2,000 with the plan", "<= 0.02", "<= 0.01")),
    ]


def cycled(engine: Engine, count: int, spent: postgres.DatabaseUse) -> Sample:
    """Fill the day with so many deliveries and take them all through the product's ledger."""
    fill(engine, count)
    with postgres.counting(engine, spent):
        return postgres.sample(engine, count, lambda: drain(opened(engine)))


def fill(engine: Engine, count: int, try_: int = 0) -> None:
    """So many deliveries are due: with the first try the day begins anew, with a later one they are more."""
    if not try_:
        postgres.empty_ledger(engine)
    with engine.begin() as connection:
        connection.execute(
            _READY,
            {
                "day": DAY,
                "try": try_,
                "channel": int(Channel.EMAIL),
                "due_at": NOW - timedelta(hours=1),
                "not_after": NOW + timedelta(hours=5),
                "count": count,
            },
        )


def opened(engine: Engine) -> PostgresStorage:
    """The product's storage, as one process has it for as long as it lives."""
    return PostgresStorage(engine, feed=False, limits=Limits())


def drain(storage: PostgresStorage, most: int | None = None) -> int:
    """Claim and record until nothing is left or at least `most` went through; how many did."""
    total = 0
    while most is None or total < most:
        lease_now = NOW + timedelta(seconds=time.monotonic())  # real time, which goes on
        with storage.begin() as uow:
            claimed = uow.ledger.claim(Channel.EMAIL, NOW, lease_now, LEASE, BATCH)
            uow.commit()
        if not claimed:
            break
        results = [
            Result(each.ref, each.fence, each.attempt, Sent(f"<{each.ref.id}@example>")) for each in claimed
        ]
        with storage.begin() as uow:
            uow.ledger.record(results, NOW)
            uow.ledger.reopen(Channel.EMAIL, results, lease_now)
            uow.commit()
        total += len(claimed)
    return total


def _raw(engine: Engine, count: int) -> Sample:
    fill(engine, count)
    postgres.analyze(engine)
    with engine.connect() as connection:
        return postgres.sample(engine, count, lambda: _drain_raw(connection))


def _drain_raw(connection: Connection) -> None:
    bound = {
        "channel": int(Channel.EMAIL),
        "now": NOW,
        "day": DAY,
        "lease_until": NOW + LEASE,
        "limit": BATCH,
    }
    while rows := connection.execute(_CLAIM, bound).all():
        connection.commit()
        done = {
            "ids": [row.id for row in rows],
            "fences": [row.fence for row in rows],
            "receipts": [f"<{row.id}@example>" for row in rows],
            "now": NOW,
            "day": DAY,
        }
        connection.execute(_COMPLETE, done)
        connection.commit()
    connection.rollback()
