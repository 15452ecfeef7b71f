"""The ledger for those who look after an installation: counts, lateness, what is in doubt.

Reads across organizations; shows addresses and no text of anybody's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, Row, text

from adapters.storage.conditions import IS_READY
from domain.deliveries import CANCELLABLE_STATES, RETRIABLE_STATES, TROUBLED_STATES, Kind, Ref, State
from domain.people import Channel

MOST_TROUBLED = 100


@dataclass(frozen=True, slots=True)
class Count:
    channel: Channel
    state: State
    rows: int


@dataclass(frozen=True, slots=True)
class Lateness:
    """How long after it was due a message was accepted, in seconds."""

    channel: Channel
    median: float
    p95: float
    p99: float
    longest: float


@dataclass(frozen=True, slots=True)
class Attempt:
    number: int
    started_at: datetime
    ended_at: datetime | None
    outcome: State
    evidence: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A delivery, without what it says."""

    ref: Ref
    kind: Kind
    channel: Channel
    state: State
    address: str
    due_at: datetime
    not_after: datetime | None
    sent_at: datetime | None
    receipt: str
    reason: str
    sent_again_blindly: int
    attempts: tuple[Attempt, ...]
    events: tuple[tuple[datetime, str, str], ...] = ()
    """When, what and why, as the provider told it."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A bucket that is closed now."""

    name: str
    until: datetime
    reason: str
    refuses_all: bool
    """The provider refuses everything; one call at a time probes it until one goes through."""


@dataclass(frozen=True, slots=True)
class Overview:
    counts: tuple[Count, ...]
    oldest_due: tuple[tuple[Channel, datetime], ...]
    """By channel, when the delivery was due that has waited longest."""
    lateness: tuple[Lateness, ...]
    closed: tuple[Closed, ...]
    paused: tuple[tuple[Channel, str, str], ...]
    """Workspaces that take no messages: channel, name and reason."""
    troubled: tuple[Shown, ...]
    """In doubt now, or for good."""


_COUNTS = text("""
    SELECT channel, state, count(*) AS rows FROM deliveries
    WHERE day BETWEEN :first_day AND :last_day
    GROUP BY channel, state ORDER BY channel, state
""")

_OLDEST = text(f"""
    SELECT channel, min(due_at) AS due_at FROM deliveries
    WHERE {IS_READY} AND due_at <= :now GROUP BY channel ORDER BY channel
""")  # noqa: S608 -- constants alone

_LATENESS = text("""
    SELECT channel, percentile_cont(ARRAY[0.5, 0.95, 0.99, 1]) WITHIN GROUP (
        ORDER BY greatest(0, extract(epoch FROM sent_at - coalesce(planned_at, due_at)))
    ) AS seconds
    FROM deliveries
    WHERE day BETWEEN :first_day AND :last_day AND sent_at IS NOT NULL
    GROUP BY channel ORDER BY channel
""")

_CLOSED = text("""
    SELECT name, closed_until, reason, probing FROM buckets WHERE closed_until > :now OR probing ORDER BY name
""")

_TROUBLED = text("""
    SELECT * FROM deliveries WHERE day BETWEEN :first_day AND :last_day AND state = ANY(:states)
    ORDER BY state DESC, due_at, id LIMIT :limit
""")

_ATTEMPTS = text("""
    SELECT * FROM attempts
    WHERE delivery_id = ANY(CAST(:ids AS bigint[])) AND day BETWEEN :first_day AND :last_day
    ORDER BY delivery_id, number
""")

_EVENTS = text(
    "SELECT at, kind, reason FROM delivery_events WHERE delivery_id = :id AND day = :day ORDER BY at"
)

_RETRY = text("""
    UPDATE deliveries SET state = :ready, planned_at = coalesce(planned_at, due_at), due_at = :now,
        lease_until = NULL, fence = fence + 1, vain = 0, blind = 0, absent = 0, retries = 0,
        repeat_until = NULL, reason = :reason
    WHERE day = :day AND id = :id AND state = ANY(:states) AND (not_after IS NULL OR not_after > :now)
""")

_CANCEL = text("""
    UPDATE deliveries SET state = :cancelled, lease_until = NULL, fence = fence + 1, reason = :reason
    WHERE day = :day AND id = :id AND state = ANY(:states)
""")


class LedgerReport:
    """The report of a unit of work, over its connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def overview(self, now: datetime, days: int) -> Overview:
        """The last so many days, and what is due now."""
        span = {
            "first_day": now.date() - timedelta(days=days - 1),
            "last_day": now.date() + timedelta(days=2),
        }
        run = self._connection.execute
        paused = text(
            "SELECT channel, name, pause_reason FROM workspaces WHERE paused_at IS NOT NULL ORDER BY name"
        )
        troubled = run(_TROUBLED, span | {"states": list(TROUBLED_STATES), "limit": MOST_TROUBLED}).all()
        return Overview(
            counts=tuple(
                Count(Channel(row.channel), State(row.state), row.rows) for row in run(_COUNTS, span)
            ),
            oldest_due=tuple((Channel(row.channel), row.due_at) for row in run(_OLDEST, {"now": now})),
            lateness=tuple(
                Lateness(Channel(row.channel), *(float(each) for each in row.seconds))
                for row in run(_LATENESS, span)
            ),
            closed=self.closed(now),
            paused=tuple((Channel(row.channel), row.name, row.pause_reason) for row in run(paused)),
            troubled=tuple(_shown(row, self._attempts(troubled)) for row in troubled),
        )

    def closed(self, now: datetime) -> tuple[Closed, ...]:
        """The buckets that are closed at that instant of real time, and why."""
        return tuple(
            Closed(row.name, row.closed_until, row.reason or "", row.probing)
            for row in self._connection.execute(_CLOSED, {"now": now})
        )

    def show(self, ref: Ref) -> Shown | None:
        wanted = text("SELECT * FROM deliveries WHERE day = :day AND id = :id")
        row = self._connection.execute(wanted, {"day": ref.day, "id": ref.id}).one_or_none()
        if row is None:
            return None
        events = self._connection.execute(_EVENTS, {"day": ref.day, "id": ref.id})
        told = tuple((event.at, event.kind, event.reason or "") for event in events)
        return _shown(row, self._attempts([row]), told)

    def retry(self, ref: Ref, now: datetime) -> bool:
        """Send a delivery again at once; False: it is still on its way, or too late."""
        bound = {"day": ref.day, "id": ref.id, "now": now, "states": list(RETRIABLE_STATES)}
        asked = {"ready": int(State.READY), "reason": "asked for again"}
        return self._connection.execute(_RETRY, bound | asked).rowcount == 1

    def cancel(self, ref: Ref) -> bool:
        """Cancel a delivery; False: it is on its way, or has ended."""
        bound = {
            "day": ref.day,
            "id": ref.id,
            "states": list(CANCELLABLE_STATES),
            "cancelled": int(State.CANCELLED),
            "reason": "cancelled by hand",
        }
        return self._connection.execute(_CANCEL, bound).rowcount == 1

    def _attempts(self, rows: Sequence[Row[tuple[object, ...]]]) -> dict[Ref, list[Attempt]]:
        if not rows:
            return {}
        days: list[date] = [row.day for row in rows]
        bound = {"ids": [row.id for row in rows], "first_day": min(days), "last_day": max(days)}
        found: dict[Ref, list[Attempt]] = {}
        for row in self._connection.execute(_ATTEMPTS, bound):
            attempt = Attempt(
                row.number, row.started_at, row.ended_at, State(row.outcome), row.evidence or ""
            )
            found.setdefault(Ref(row.day, row.delivery_id), []).append(attempt)
        return found


def _shown(
    row: Row[tuple[object, ...]],
    attempts: dict[Ref, list[Attempt]],
    events: tuple[tuple[datetime, str, str], ...] = (),
) -> Shown:
    ref = Ref(row.day, row.id)
    return Shown(
        ref=ref,
        kind=Kind(row.kind),
        channel=Channel(row.channel),
        state=State(row.state),
        address=f"{row.workspace}/{row.address}".lstrip("/"),
        due_at=(row.planned_at or row.due_at).astimezone(UTC),
        not_after=row.not_after,
        sent_at=row.sent_at,
        receipt=row.receipt or "",
        reason=row.reason or "",
        sent_again_blindly=row.blind,
        attempts=tuple(attempts.get(ref, ())),
        events=events,
    )
