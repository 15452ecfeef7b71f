"""What is due, as far as the providers' limits have room for it.

What somebody waits for goes before what is planned for many; among equals the earliest deadline.  Of each
bucket no more is taken than it has turns, so that those of a workspace which must wait hold up no other.
"""

from datetime import datetime
from typing import Any

from adapters.storage.buckets import Buckets, Room
from domain.deliveries import Way
from domain.people import Channel
from domain.rates import BY_WORKSPACE, SUFFIXES, bucket_name

SCANNED = 4
"""Rows that are looked at for each that is wanted, so that a few workspaces do not fill the view."""
_WAYS = (Way.POST, Way.MARK, Way.OPEN)

_DUE = """
        SELECT day, id, due_at, kind <= 3 AS planned, way,
               CAST(:provider AS text) || CASE WHEN :by_workspace THEN ' ' || workspace ELSE '' END
                   || (CAST(:suffixes AS text[]))[way] AS bucket
        FROM deliveries, LATERAL (
            SELECT CASE WHEN kind = 5 THEN 2 WHEN identity_id IS NOT NULL AND direct IS NULL THEN 3 ELSE 1 END
        ) AS sent (way)
        WHERE channel = :channel AND state = 1 AND due_at <= :now AND (not_after IS NULL OR not_after > :now)
          AND day BETWEEN :first_day AND :last_day
          AND CAST(:provider AS text) || CASE WHEN :by_workspace THEN ' ' || workspace ELSE '' END
                  || (CAST(:suffixes AS text[]))[way] <> ALL(CAST(:shut AS text[]))
"""

# Kinds up to 3 are prompts and digests; the others have an index of their own, which is short.
READY = (
    """
    WITH seen AS (
        ("""  # noqa: S608 -- constants alone
    + _DUE
    + """ AND kind > 3 ORDER BY due_at LIMIT :scanned)
        UNION ALL
        ("""
    + _DUE
    + """ AND kind <= 3 ORDER BY due_at LIMIT :scanned)
    ), in_line AS (
        SELECT *, row_number() OVER (PARTITION BY bucket ORDER BY planned, due_at, id) AS place FROM seen
    ), let_through AS (
        SELECT day, id FROM in_line
        LEFT JOIN unnest(CAST(:names AS text[]), CAST(:turns AS integer[])) AS room (name, turns)
            ON room.name = bucket
        WHERE place <= coalesce(turns, (CAST(:unused AS integer[]))[way])
        ORDER BY planned, due_at, id LIMIT :limit
    ), ready AS (
        SELECT delivery.* FROM let_through JOIN deliveries AS delivery USING (day, id)
        WHERE delivery.state = 1 AND delivery.day BETWEEN :first_day AND :last_day
        FOR UPDATE OF delivery SKIP LOCKED
    )
"""
)
"""Picks and locks what may be sent now; `bound` gives what it wants to know."""


def bound(channel: Channel, buckets: Buckets, room: Room, limit: int, now: datetime) -> dict[str, Any]:
    """The values of `READY` that follow from the limits; `now` in real time."""
    most = min(limit, room.everything)
    return {
        "provider": bucket_name(channel, "", Way.EVERYTHING),
        "by_workspace": channel in BY_WORKSPACE,
        "suffixes": list(SUFFIXES[channel][1:]),
        "shut": [name for name, turns in room.names.items() if turns == 0],
        "names": list(room.names),
        "turns": list(room.names.values()),
        "unused": [buckets.unused(way, now) for way in _WAYS],
        "scanned": most * SCANNED,
        "limit": most,
    }
