"""What providers tell later about deliveries: it arrived, it bounced, she wants no more of it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, text

from adapters.storage.delivery_rows import columns
from adapters.storage.lost_addresses import stop
from domain.delivery_events import (
    BLOCKED_WITHIN,
    MOST_BLOCKED,
    STATE_AFTER,
    STOPPING,
    DeliveryEvent,
    EventKind,
)
from domain.people import Channel
from domain.ports.ledger import Noted

_KEEP = text("""
    INSERT INTO delivery_events (day, event_id, delivery_id, organization_id, person_id, kind, address, at,
                                 stored_at, reason)
    SELECT DISTINCT ON (event.event_id, event.on_day)
           event.on_day, event.event_id, event.id, delivery.organization_id, delivery.person_id, event.kind,
           event.address, event.at, :now, event.reason
    FROM unnest(
        CAST(:on_day AS date[]), CAST(:event_id AS text[]), CAST(:day AS date[]), CAST(:id AS bigint[]),
        CAST(:kind AS text[]), CAST(:address AS text[]), CAST(:at AS timestamptz[]), CAST(:reason AS text[])
    ) AS event (on_day, event_id, day, id, kind, address, at, reason)
    LEFT JOIN deliveries AS delivery ON delivery.day = event.day AND delivery.id = event.id
        AND delivery.day BETWEEN :first_day AND :last_day
    ON CONFLICT (event_id, day) DO NOTHING
    RETURNING event_id
""")

# A worse end outdoes a better one, in whatever order they are told: accepted < delivered < bounced < dropped.
# That it was accepted also settles what was in doubt, and sends nothing a second time.
_BECOME = text("""
    UPDATE deliveries AS delivery
    SET state = event.state, lease_until = NULL, reason = nullif(event.reason, ''),
        sent_at = coalesce(sent_at, event.at)
    FROM (
        SELECT DISTINCT ON (day, id) * FROM unnest(
            CAST(:day AS date[]), CAST(:id AS bigint[]), CAST(:state AS smallint[]), CAST(:reason AS text[]),
            CAST(:at AS timestamptz[])
        ) AS event (day, id, state, reason, at)
        ORDER BY day, id, state DESC
    ) AS event
    WHERE delivery.day = event.day AND delivery.id = event.id AND delivery.attempt > 0
      AND delivery.day BETWEEN :first_day AND :last_day
      AND NOT (delivery.state IN (:accepted, :delivered, :bounced, :dropped)
               AND delivery.state >= event.state)
""")

# The address of a delivery that we know; of an event that names none, whoever has that address.
_REFUSING = text("""
    WITH event AS (
        SELECT * FROM unnest(
            CAST(:day AS date[]), CAST(:id AS bigint[]), CAST(:address AS text[]), CAST(:kind AS text[])
        ) AS event (day, id, address, kind)
    )
    SELECT delivery.identity_id AS id, event.kind
    FROM event JOIN deliveries AS delivery ON delivery.day = event.day AND delivery.id = event.id
        AND delivery.day BETWEEN :first_day AND :last_day
    WHERE delivery.identity_id IS NOT NULL AND delivery.channel = :email
    UNION
    SELECT identity.id, event.kind
    FROM event JOIN identities AS identity
        ON identity.channel = :email AND identity.workspace = '' AND identity.external_id = event.address
    WHERE event.id IS NULL
""")

_BLOCKED_OFTEN = text("""
    SELECT address FROM delivery_events
    WHERE kind = 'blocked' AND address = ANY(CAST(:addresses AS text[])) AND day >= :first_day
    GROUP BY address HAVING count(DISTINCT day) >= :most
""")


def note(connection: Connection, events: Sequence[DeliveryEvent], now: datetime) -> Noted:
    """Take each event in once."""
    if not events:
        return Noted(0)
    kept = set(connection.execute(_KEEP, _arrays(events) | {"now": now}).scalars())
    new = list({each.event_id: each for each in events if each.event_id in kept}.values())
    _become(connection, [each for each in new if each.kind in STATE_AFTER and each.ref is not None])
    stopping = [each for each in new if each.kind in STOPPING] + _blocked_often(connection, new, now)
    return Noted(len(new), tuple(stop(connection, _refusing(connection, stopping), now)))


def _become(connection: Connection, events: Sequence[DeliveryEvent]) -> None:
    if events:
        constants: dict[str, Any] = {state.name.lower(): int(state) for state in STATE_AFTER.values()}
        states = columns([{"state": int(STATE_AFTER[each.kind])} for each in events])
        connection.execute(_BECOME, _arrays(events) | constants | states)


def _blocked_often(
    connection: Connection, events: Sequence[DeliveryEvent], now: datetime
) -> list[DeliveryEvent]:
    blocked = [each for each in events if each.kind is EventKind.BLOCKED]
    if not blocked:
        return []
    addresses = columns([{"addresses": each.address.lower()} for each in blocked])
    bound = addresses | {"first_day": (now - BLOCKED_WITHIN).date(), "most": MOST_BLOCKED}
    often = set(connection.execute(_BLOCKED_OFTEN, bound).scalars())
    return [each for each in blocked if each.address.lower() in often]


def _refusing(connection: Connection, events: Sequence[DeliveryEvent]) -> dict[int, str]:
    """The identities behind those events, and what was told of each."""
    if not events:
        return {}
    rows = connection.execute(_REFUSING, _arrays(events) | {"email": int(Channel.EMAIL)})
    return {row.id: row.kind for row in rows}


def _arrays(events: Sequence[DeliveryEvent]) -> dict[str, Any]:
    """The events as arrays, and the days between which their deliveries lie."""
    days = [_day(each) for each in events]
    return columns([_row(each) for each in events]) | {"first_day": min(days), "last_day": max(days)}


def _day(event: DeliveryEvent) -> Any:
    """The same however often the event is told, so that it is taken in once."""
    return event.at.astimezone(UTC).date() if event.ref is None else event.ref.day


def _row(event: DeliveryEvent) -> dict[str, Any]:
    return {
        "on_day": _day(event),
        "event_id": event.event_id,
        "day": None if event.ref is None else event.ref.day,
        "id": None if event.ref is None else event.ref.id,
        "kind": event.kind.value,
        "address": event.address.lower(),
        "at": event.at,
        "reason": event.reason,
    }
