"""What providers tell later about deliveries: it arrived, it bounced, she wants no more of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from adapters.storage.delivery_rows import columns
from domain.deliveries import DeliveryEvent, EventKind, State
from domain.people import Channel

_BECOMES = {
    EventKind.DELIVERED: State.DELIVERED,
    EventKind.BOUNCED: State.BOUNCED,
    EventKind.DROPPED: State.DROPPED,
}
_STOPS = frozenset({EventKind.BOUNCED, EventKind.COMPLAINED, EventKind.UNSUBSCRIBED})
"""After one of these nothing is sent to the address any more."""

_KEEP = text("""
    INSERT INTO delivery_events (event_id, day, delivery_id, organization_id, person_id, kind, address, at,
                                 stored_at, reason)
    SELECT DISTINCT ON (event.event_id)
           event.event_id, event.day, event.id, delivery.organization_id, delivery.person_id, event.kind,
           event.address, event.at, :now, event.reason
    FROM unnest(
        CAST(:event_id AS text[]), CAST(:day AS date[]), CAST(:id AS bigint[]), CAST(:kind AS text[]),
        CAST(:address AS text[]), CAST(:at AS timestamptz[]), CAST(:reason AS text[])
    ) AS event (event_id, day, id, kind, address, at, reason)
    LEFT JOIN deliveries AS delivery ON delivery.day = event.day AND delivery.id = event.id
        AND delivery.day BETWEEN :first_day AND :last_day
    ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id
""")

# A worse end outdoes a better one, in whatever order they are told: delivered < bounced < dropped.
_BECOME = text("""
    UPDATE deliveries AS delivery
    SET state = event.state, lease_until = NULL, reason = nullif(event.reason, '')
    FROM (
        SELECT DISTINCT ON (day, id) * FROM unnest(
            CAST(:day AS date[]), CAST(:id AS bigint[]), CAST(:state AS smallint[]), CAST(:reason AS text[])
        ) AS event (day, id, state, reason)
        ORDER BY day, id, state DESC
    ) AS event
    WHERE delivery.day = event.day AND delivery.id = event.id AND delivery.attempt > 0
      AND delivery.day BETWEEN :first_day AND :last_day
      AND NOT (delivery.state IN (:delivered, :bounced, :dropped) AND delivery.state >= event.state)
""")

# The address of a delivery that we know; of an event that names none, whoever has that address.
_STOP = text("""
    WITH event AS (
        SELECT * FROM unnest(
            CAST(:day AS date[]), CAST(:id AS bigint[]), CAST(:address AS text[]), CAST(:kind AS text[])
        ) AS event (day, id, address, kind)
    ), refusing AS (
        SELECT delivery.identity_id AS id, event.kind
        FROM event JOIN deliveries AS delivery ON delivery.day = event.day AND delivery.id = event.id
            AND delivery.day BETWEEN :first_day AND :last_day
        UNION
        SELECT identity.id, event.kind
        FROM event JOIN identities AS identity
            ON identity.channel = :email AND identity.workspace = '' AND identity.external_id = event.address
        WHERE event.id IS NULL
    ), stopped AS (
        UPDATE identities SET mail_stopped_at = :now, reason = refusing.kind
        FROM refusing
        WHERE identities.id = refusing.id AND channel = :email AND mail_stopped_at IS NULL
        RETURNING identities.id, identities.person_id
    )
    UPDATE deliveries SET state = :cancelled, reason = :reason
    FROM stopped
    WHERE deliveries.person_id = stopped.person_id AND deliveries.identity_id = stopped.id
      AND deliveries.state = 1
""")


def note(connection: Connection, events: Sequence[DeliveryEvent], now: datetime) -> int:
    """Take each event in once; how many were new."""
    if not events:
        return 0
    kept = set(connection.execute(_KEEP, _arrays(events, now) | {"now": now}).scalars())
    new = list({each.event_id: each for each in events if each.event_id in kept}.values())
    _become(connection, [each for each in new if each.kind in _BECOMES and each.ref is not None], now)
    _stop(connection, [each for each in new if each.kind in _STOPS], now)
    return len(new)


def _become(connection: Connection, events: Sequence[DeliveryEvent], now: datetime) -> None:
    if events:
        constants: dict[str, Any] = {state.name.lower(): int(state) for state in _BECOMES.values()}
        constants["state"] = [int(_BECOMES[each.kind]) for each in events]
        connection.execute(_BECOME, _arrays(events, now) | constants)


def _stop(connection: Connection, events: Sequence[DeliveryEvent], now: datetime) -> None:
    if events:
        constants = {
            "now": now,
            "email": int(Channel.EMAIL),
            "cancelled": int(State.CANCELLED),
            "reason": "mail to the address was stopped",
        }
        connection.execute(_STOP, _arrays(events, now) | constants)


def _arrays(events: Sequence[DeliveryEvent], now: datetime) -> dict[str, Any]:
    """The events as arrays, and the days between which their deliveries lie."""
    days = [each.ref.day for each in events if each.ref is not None] or [now.date()]
    return columns([_row(each) for each in events]) | {"first_day": min(days), "last_day": max(days)}


def _row(event: DeliveryEvent) -> dict[str, Any]:
    return {
        "event_id": event.event_id,
        "day": None if event.ref is None else event.ref.day,
        "id": None if event.ref is None else event.ref.id,
        "kind": event.kind.value,
        "address": event.address.lower(),
        "at": event.at,
        "reason": event.reason,
    }
