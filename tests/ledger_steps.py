"""Steps of the ledger's tests: claim as a worker does, end an attempt, look at what was written down."""

from datetime import UTC, date, datetime

from sqlalchemy import Connection, text

from adapters.storage.ledger import PostgresLedger
from domain.deliveries import LEASE, Claimed, Outcome, Result
from domain.people import Channel

DUE = datetime(2026, 11, 24, 17, tzinfo=UTC)
TUESDAY = date(2026, 11, 24)


def claim(
    ledger: PostgresLedger, now: datetime = DUE, channel: Channel = Channel.SLACK, limit: int = 100
) -> list[Claimed]:
    return ledger.claim(channel, now, now, LEASE, limit)


def end(ledger: PostgresLedger, claimed: Claimed, outcome: Outcome, now: datetime = DUE) -> int:
    return ledger.record([Result(claimed.ref, claimed.fence, claimed.attempt, outcome)], now)


def attempts(connection: Connection) -> list[tuple[int, int, str]]:
    rows = connection.execute(text("SELECT number, outcome, evidence FROM attempts ORDER BY number"))
    return [(row.number, row.outcome, row.evidence) for row in rows]
