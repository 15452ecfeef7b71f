"""Addresses to which nothing is sent any more, and what was still to be sent there."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, text

from adapters.storage.conditions import IS_READY
from adapters.storage.delivery_rows import columns
from domain.deliveries import MOVABLE_STATES, Key, Kind, State
from domain.delivery_events import WANTED
from domain.people import Channel
from domain.ports.ledger import Lost, LostPrompt

_WANTED = frozenset(each.value for each in WANTED)
_NEAR = timedelta(days=2)
"""How far from today the log day of a prompt may lie that is not too late."""

_STOP = text("""
    UPDATE identities SET mail_stopped_at = :now, reason = lost.reason
    FROM unnest(CAST(:id AS bigint[]), CAST(:reason AS text[])) AS lost (id, reason)
    WHERE identities.id = lost.id AND mail_stopped_at IS NULL
    RETURNING identities.id, identities.organization_id, identities.person_id, identities.channel,
              lost.reason
""")

# The last try of each prompt alone: an earlier one has gone another way already.
_PROMPTS = text("""
    SELECT prompt.identity_id, prompt.day, prompt.subject, prompt."try" AS try_, prompt.due_at,
           prompt.not_after
    FROM deliveries AS prompt
    WHERE prompt.kind = :prompt AND prompt.part = 0
      AND prompt.subject = ANY(CAST(:person_id AS bigint[]))
      AND prompt.identity_id = ANY(CAST(:identity_id AS bigint[]))
      AND prompt.day BETWEEN :first_day AND :last_day
      AND prompt.state = ANY(CAST(:states AS smallint[])) AND prompt.not_after > :now
      AND NOT EXISTS (
          SELECT FROM deliveries AS later
          WHERE later.kind = :prompt AND later.subject = prompt.subject AND later.day = prompt.day
            AND later."try" > prompt."try" AND later.day BETWEEN :first_day AND :last_day
      )
    ORDER BY prompt.identity_id, prompt.day
""")

_CANCEL = text(f"""
    UPDATE deliveries SET state = :cancelled, reason = :reason
    WHERE person_id = ANY(CAST(:person_id AS bigint[])) AND identity_id = ANY(CAST(:identity_id AS bigint[]))
      AND {IS_READY}
""")  # noqa: S608 -- constants alone


def stop(connection: Connection, identities: Mapping[int, str], now: datetime) -> list[Lost]:
    """`domain.ports.ledger.Ledger.stop`."""
    if not identities:
        return []
    named = columns([{"id": id_, "reason": reason} for id_, reason in sorted(identities.items())])
    stopped = connection.execute(_STOP, named | {"now": now}).all()
    if not stopped:
        return []
    whose = columns([{"person_id": row.person_id, "identity_id": row.id} for row in stopped])
    prompts = _prompts(connection, whose, now)
    constants = {"cancelled": int(State.CANCELLED), "reason": "the address is not used any more"}
    connection.execute(_CANCEL, whose | constants)
    return [_lost(row, prompts.get(row.id, ())) for row in stopped]


def _prompts(
    connection: Connection, whose: Mapping[str, Any], now: datetime
) -> dict[int, tuple[LostPrompt, ...]]:
    bound = {
        "prompt": int(Kind.PROMPT),
        "first_day": (now - _NEAR).date(),
        "last_day": (now + _NEAR).date(),
        "states": [int(each) for each in MOVABLE_STATES],
        "now": now,
    }
    rows = connection.execute(_PROMPTS, {**whose, **bound})
    return {
        identity_id: tuple(
            LostPrompt(Key(row.day, Kind.PROMPT, row.subject, try_=row.try_), row.due_at, row.not_after)
            for row in group
        )
        for identity_id, group in groupby(rows, key=lambda row: row.identity_id)
    }


def _lost(row: Row[Any], prompts: tuple[LostPrompt, ...]) -> Lost:
    return Lost(
        organization_id=row.organization_id,
        person_id=row.person_id,
        identity_id=row.id,
        channel=Channel(row.channel),
        wanted=row.reason in _WANTED,
        prompts=prompts,
    )
