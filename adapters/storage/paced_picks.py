"""SQL for what is due where providers' limits let only some of it through.

What somebody waits for goes before what is planned for many; among equals the earliest deadline.  Of each
bucket (`domain.rates`) no more rows are taken than it has turns, so that those of a workspace which must wait
hold up no other.

The statements are put together from the expressions below.  `turns_of` gives the parameters that follow from
the limits; those of `picks` come with them.
"""

import json
from datetime import datetime
from typing import Any

from adapters.storage.buckets import Buckets, Room
from adapters.storage.conditions import IS_BY_WORKSPACE, IS_PLANNED, IS_READY, IS_URGENT
from adapters.storage.picks import IN_DAYS, IS_DUE
from domain.deliveries import Kind, LimitScope
from domain.limits import BY_WORKSPACE, SUFFIXES, bucket_name
from domain.people import Channel

SCANNED = 4
"""Urgent rows that are looked at for each that is wanted: few are, and some may have to wait."""
_SCOPES = (LimitScope.POST, LimitScope.MARK, LimitScope.OPEN)
_POST, _MARK, _OPEN = (f"{scope:d}" for scope in _SCOPES)

_IS_OPEN = "(identity_id IS NULL OR direct IS NOT NULL)"
"""There is a conversation to post in."""
_MUST_OPEN = "identity_id IS NOT NULL AND direct IS NULL"
"""The direct message with the person must be opened first."""
_SCOPE = f"CASE WHEN kind = {Kind.MARK:d} THEN {_MARK} WHEN {_MUST_OPEN} THEN {_OPEN} ELSE {_POST} END"
"""Of the limits that a delivery meets, the one that allows the least."""
_WAITS_AS_PLANNED = f"{IS_PLANNED} AND due_at >= :from_due_at AND {IN_DAYS}"


def _bucket(workspace: str, scope: str) -> str:
    """The bucket of that workspace and scope, as `bucket_name` names it; all three are SQL expressions."""
    return f"""CAST(:provider AS text) || CASE WHEN :by_workspace THEN ' ' || {workspace} ELSE '' END
        || (CAST(:suffixes AS text[]))[{scope}]"""


def _turns(bucket: str, scope: str) -> str:
    """How many turns that bucket has, whether it is in use or not; all three are SQL expressions."""
    return f"""coalesce(
        CAST(CAST(:turns AS jsonb) ->> ({bucket}) AS integer), (CAST(:unused AS integer[]))[{scope}])"""


def _due(scope: str, condition: str, most: str) -> str:
    """The earliest `most` rows that are due and fulfil the condition, each with its scope and bucket."""
    return f"""(
        SELECT day, id, due_at, {IS_PLANNED} AS planned, {scope} AS scope,
               {_bucket("workspace", scope)} AS bucket
        FROM deliveries WHERE {IS_DUE} AND {condition}
        ORDER BY due_at LIMIT {most}
    )"""  # noqa: S608 -- constants alone


def _planned(condition: str, workspace: str) -> str:
    """Planned rows that fulfil the condition: of each scope as many as that workspace has turns of it."""
    post_turns, open_turns = (_turns(_bucket(workspace, scope), scope) for scope in (_POST, _OPEN))
    return f"""
        {_due(_POST, f"{_IS_OPEN} AND {condition}", f"least(:limit, {post_turns})")}
        UNION ALL
        {_due(_OPEN, f"{_MUST_OPEN} AND {condition}", f"least(:limit, {open_turns})")}"""


def _workspace_after(name: str) -> str:
    """The next workspace in which something planned waits; one probe of an index."""
    return f"""(
        SELECT workspace FROM deliveries
        WHERE {IS_BY_WORKSPACE} AND {IS_READY} AND {_WAITS_AS_PLANNED} AND workspace > {name}
        ORDER BY workspace LIMIT 1
    )"""  # noqa: S608 -- constants alone


_WAITS_THERE = f"{IS_BY_WORKSPACE} AND deliveries.workspace = waiting.workspace AND {_WAITS_AS_PLANNED}"
_HAS_TURNS = f"{_turns(_bucket('workspace', _SCOPE), _SCOPE)} > 0"
_URGENT = _due(_SCOPE, f"{IS_URGENT} AND {IN_DAYS} AND {_HAS_TURNS}", ":scanned")
"""They have an index of their own, which is short."""
_LET_THROUGH = f"""
    in_line AS (
        SELECT *, row_number() OVER (PARTITION BY bucket ORDER BY planned, due_at, id) AS place FROM seen
    ), let_through AS (
        SELECT day, id FROM in_line WHERE place <= {_turns("bucket", "scope")}
        ORDER BY planned, due_at, place, id LIMIT :limit
    ), ready AS (
        SELECT delivery.* FROM let_through JOIN deliveries AS delivery USING (day, id)
        WHERE delivery.{IS_READY} AND delivery.{IN_DAYS}
        FOR UPDATE OF delivery SKIP LOCKED
    )
"""  # noqa: S608 -- constants alone
READY = f"""
    WITH seen AS (
        {_URGENT} UNION ALL {_planned(_WAITS_AS_PLANNED, "CAST('' AS text)")}
    ), {_LET_THROUGH}
"""
"""Locks up to `limit` rows that may be sent now; of what is planned, those due from `from_due_at` on."""
READY_BY_WORKSPACE = f"""
    WITH RECURSIVE waiting (workspace) AS (
        {_workspace_after("''")}
        UNION ALL
        SELECT {_workspace_after("waiting.workspace")} FROM waiting WHERE waiting.workspace IS NOT NULL
    ), seen AS (
        {_URGENT}
        UNION ALL
        SELECT here.* FROM waiting, LATERAL (
            {_planned(_WAITS_THERE, "waiting.workspace")}
        ) AS here
    ), {_LET_THROUGH}
"""  # noqa: S608 -- constants alone
"""The same where each workspace has limits of its own: what lies before one's rows does not hide them."""


def limits_nothing(buckets: Buckets, room: Room, limit: int, now: datetime) -> bool:
    """No bucket has fewer turns than `limit`, neither one in use nor a new one, whoever is written to."""
    turns = [*room.names.values(), *(buckets.unused(scope, now) for scope in _SCOPES)]
    return min(turns) >= min(limit, room.everything)


def turns_of(channel: Channel, buckets: Buckets, room: Room, limit: int, now: datetime) -> dict[str, Any]:
    """The parameters of `READY` and `READY_BY_WORKSPACE` that follow from the limits.

    Args:
        channel: whose deliveries are picked.
        buckets: of that channel.
        room: the turns that there are at `now`.
        limit: deliveries that are wanted at the most.
        now: real time.
    """
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
