"""What is due, as far as the providers' limits have room for it.

What somebody waits for goes before what is planned for many; among equals the earliest deadline.  Of each
bucket no more is taken than it has turns, so that those of a workspace which must wait hold up no other.
"""

import json
from datetime import datetime, timedelta
from typing import Any

from adapters.storage.buckets import Buckets, Room
from domain.deliveries import LimitScope
from domain.limits import BY_WORKSPACE, SUFFIXES, bucket_name
from domain.people import Channel

SCANNED = 4
"""Urgent rows that are looked at for each that is wanted: few are, and some may have to wait."""
NEAR = timedelta(days=1)
"""Days before today that are looked at first: hardly anything waits longer, and each day has its price."""
_SCOPES = (LimitScope.POST, LimitScope.MARK, LimitScope.OPEN)

_BUCKET = """
    CAST(:provider AS text) || CASE WHEN :by_workspace THEN ' ' || {workspace} ELSE '' END
    || (CAST(:suffixes AS text[]))[{scope}]"""
_TURNS = """
    coalesce(CAST(CAST(:turns AS jsonb) ->> ({bucket}) AS integer), (CAST(:unused AS integer[]))[{scope}])"""
_POST, _OPEN = "(identity_id IS NULL OR direct IS NOT NULL)", "identity_id IS NOT NULL AND direct IS NULL"


def _due(scope: str, also: str, most: str) -> str:
    """What is due and meets limits of that scope, earliest first."""
    return f"""(
        SELECT day, id, due_at, kind <= 3 AS planned, {scope} AS scope,
               {_BUCKET.format(workspace="workspace", scope=scope)} AS bucket
        FROM deliveries
        WHERE channel = :channel AND state = 1 AND due_at <= :now AND (not_after IS NULL OR not_after > :now)
          AND {also}
        ORDER BY due_at LIMIT {most}
    )"""  # noqa: S608 -- constants alone


def _turns(scope: str, workspace: str = "CAST('' AS text)") -> str:
    """How many turns there are."""
    return _TURNS.format(bucket=_BUCKET.format(workspace=workspace, scope=scope), scope=scope)


_DAYS = "day BETWEEN :first_day AND :last_day"
_PLANNED = f"kind <= 3 AND due_at >= :from_due_at AND {_DAYS}"
_HERE = f"channel = 1 AND workspace = place.name AND {_PLANNED}"
_SCOPE = f"CASE WHEN kind = 5 THEN 2 WHEN {_OPEN} THEN 3 ELSE 1 END"
_URGENT = _due(_SCOPE, f"kind > 3 AND {_DAYS} AND {_turns(_SCOPE, 'workspace')} > 0", ":scanned")
"""They have an index of their own, which is short."""
_NEXT = f"""
    SELECT workspace FROM deliveries
    WHERE channel = 1 AND state = 1 AND {_PLANNED} AND workspace > {{}} ORDER BY workspace LIMIT 1
"""  # noqa: S608 -- constants alone
_LET_THROUGH = f"""
    , in_line AS (
        SELECT *, row_number() OVER (PARTITION BY bucket ORDER BY planned, due_at, id) AS place FROM seen
    ), let_through AS (
        SELECT day, id FROM in_line WHERE place <= {_TURNS.format(bucket="bucket", scope="scope")}
        ORDER BY planned, due_at, place, id LIMIT :limit
    ), ready AS (
        SELECT delivery.* FROM let_through JOIN deliveries AS delivery USING (day, id)
        WHERE delivery.state = 1 AND delivery.{_DAYS}
        FOR UPDATE OF delivery SKIP LOCKED
    )
"""  # noqa: S608 -- constants alone
READY = f"""
    WITH seen AS (
        {_URGENT}
        UNION ALL {_due("1", f"{_POST} AND {_PLANNED}", f"least(:limit, {_turns('1')})")}
        UNION ALL {_due("3", f"{_OPEN} AND {_PLANNED}", f"least(:limit, {_turns('3')})")}
    ) {_LET_THROUGH}
"""
"""Picks and locks what may be sent now; what is planned, from `from_due_at` on.  `bound` gives the rest."""
READY_BY_WORKSPACE = f"""
    WITH RECURSIVE place (name) AS (
        ({_NEXT.format("''")}) UNION ALL SELECT ({_NEXT.format("name")}) FROM place WHERE name IS NOT NULL
    ), seen AS (
        {_URGENT}
        UNION ALL SELECT here.* FROM place, LATERAL (
            {_due("1", f"{_POST} AND {_HERE}", f"least(:limit, {_turns('1', 'place.name')})")}
            UNION ALL
            {_due("3", f"{_OPEN} AND {_HERE}", f"least(:limit, {_turns('3', 'place.name')})")}
        ) AS here
    ) {_LET_THROUGH}
"""  # noqa: S608 -- constants alone
"""The same where each workspace has limits of its own: what lies before one's rows does not hide them."""


_ROWS = f"""
    SELECT * FROM deliveries
    WHERE channel = :channel AND state = 1 AND due_at <= :now AND (not_after IS NULL OR not_after > :now)
      AND {_DAYS}"""  # noqa: S608 -- constants alone
READY_AT_ONCE = f"""
    WITH urgent AS (
        {_ROWS} AND kind > 3 ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    ), planned AS (
        {_ROWS} AND kind <= 3 AND (due_at, id) > (:after_due_at, :after_id)
        ORDER BY due_at, id LIMIT :limit - (SELECT count(*) FROM urgent)
        FOR UPDATE SKIP LOCKED
    ), ready AS (
        SELECT * FROM urgent UNION ALL SELECT * FROM planned
    )
"""  # noqa: S608 -- constants alone
"""The same where no bucket has fewer turns than are wanted: all that is urgent, and of what is planned that
behind a cursor; it wants a `limit`, `after_due_at` and `after_id`."""

EARLIEST = f"""
    SELECT due_at FROM deliveries
    WHERE channel = :channel AND state = 1 AND kind <= 3 AND {_DAYS}
    ORDER BY due_at LIMIT 1
"""  # noqa: S608 -- constants alone
"""When the first of what is planned and not yet claimed is due."""


def limits_nothing(buckets: Buckets, room: Room, limit: int, now: datetime) -> bool:
    """No bucket has fewer turns than `limit`, neither one in use nor a new one, whoever is written to."""
    turns = [*room.names.values(), *(buckets.unused(scope, now) for scope in _SCOPES)]
    return min(turns) >= min(limit, room.everything)


def bound(channel: Channel, buckets: Buckets, room: Room, limit: int, now: datetime) -> dict[str, Any]:
    """The values of `READY` and `READY_BY_WORKSPACE` that follow from the limits; `now` in real time."""
    most = min(limit, room.everything)
    return {
        "provider": bucket_name(channel, "", LimitScope.EVERYTHING),
        "by_workspace": channel in BY_WORKSPACE,
        "suffixes": list(SUFFIXES[channel][1:]),
        "turns": json.dumps(dict(room.names)),
        "unused": [buckets.unused(scope, now) for scope in _SCOPES],
        "scanned": most * SCANNED,
        "limit": most,
    }
