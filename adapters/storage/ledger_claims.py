"""Claiming: what is due is picked, its facts gathered, its attempt begun; each row is written but once."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, TextClause, text

from adapters.storage import paced_picks, picks
from adapters.storage.buckets import Buckets
from adapters.storage.claim_cursors import FIRST, ClaimCursors, Cursor
from adapters.storage.conditions import IS_PLANNED
from adapters.storage.delivery_rows import array, read_claimed
from domain.deliveries import Claimed, Kind, Ref, State
from domain.facts import Facts
from domain.limits import BY_WORKSPACE, Limits
from domain.people import Channel
from domain.ports.ledger import Gather
from domain.retention import SENDABLE
from domain.retrying import CRASHES_IN_BATCH
from domain.stored_facts import dump

AHEAD = timedelta(days=1)
"""How far the day of a delivery that is due may lie after today in UTC: 14 hours, in the first zones."""
NEAR = timedelta(days=1)
"""Days before today that are looked at first: hardly anything waits longer, and each day has its price."""
_UNREACHABLE = "the address is not used any more"

# Without statistics, which a day that has just begun has not, PostgreSQL reads and sorts all of it for each
# batch; this makes it walk and probe indexes alone, until the transaction ends.
PROBING = """
    SET LOCAL enable_seqscan = off;
    SET LOCAL enable_sort = off;
    SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_mergejoin = off;
"""

# Who gets it is read again from her identity before the first attempt, and never after it: a retry goes where
# the attempt before it may have arrived already.
_WITH_RECIPIENT = f"""
    SELECT ready.day, ready.id, kind, subject, target, part, "try", ready.organization_id, ready.person_id,
           ready.channel, identity_id,
           CASE WHEN anew THEN identity.workspace ELSE ready.workspace END AS workspace,
           CASE WHEN anew THEN external_id ELSE address END AS address,
           CASE WHEN anew THEN identity.direct ELSE ready.direct END AS direct,
           due_at, facts, answers, fence + 1 AS fence, attempt + 1 AS attempt, not_after, vain,
           identity_id IS NULL OR identity.active AND identity.mail_stopped_at IS NULL AS usable,
           anew AND (external_id <> address OR identity.workspace <> ready.workspace
                     OR identity.direct IS DISTINCT FROM ready.direct) AS moved
    FROM ready
    LEFT JOIN identities AS identity ON identity.id = ready.identity_id
    CROSS JOIN LATERAL (SELECT identity.id IS NOT NULL AND attempt = 0 AS anew) AS first
    ORDER BY {IS_PLANNED}, due_at, ready.id
"""  # noqa: S608 -- constants alone
_PICK = text(PROBING + picks.READY_AT_ONCE + _WITH_RECIPIENT)
_PICK_PACED = text(PROBING + paced_picks.READY + _WITH_RECIPIENT)
_PICK_BY_WORKSPACE = text(PROBING + paced_picks.READY_BY_WORKSPACE + _WITH_RECIPIENT)
_EARLIEST = text(PROBING + picks.EARLIEST)

_READDRESS = text("""
    UPDATE deliveries AS delivery
    SET workspace = moved.workspace, address = moved.address, direct = moved.direct
    FROM unnest(
        CAST(:day AS date[]), CAST(:id AS bigint[]), CAST(:workspace AS text[]), CAST(:address AS text[]),
        CAST(:direct AS text[])
    ) AS moved (day, id, workspace, address, direct)
    WHERE delivery.day = moved.day AND delivery.id = moved.id
      AND delivery.day BETWEEN :first_day AND :last_day
""")

# Most of a batch are told the same, which is sent once; `number` says which of `facts` is whose.
_START = text("""
    UPDATE deliveries AS delivery SET
        state = :sending, facts = coalesce((CAST(:facts AS jsonb[]))[started.number], delivery.facts),
        lease_until = :lease_until, fence = fence + 1, attempt = attempt + 1, vain = vain + 1,
        attempt_started_at = :now
    FROM unnest(CAST(:day AS date[]), CAST(:id AS bigint[]), CAST(:number AS smallint[]))
        AS started (day, id, number)
    WHERE delivery.day = started.day AND delivery.id = started.id
      AND delivery.day BETWEEN :first_day AND :last_day
""")

_CANCEL = text("""
    UPDATE deliveries SET state = :cancelled, lease_until = NULL, reason = coalesce(:reason, reason)
    FROM unnest(CAST(:day AS date[]), CAST(:id AS bigint[])) AS wanted (day, id)
    WHERE deliveries.day = wanted.day AND deliveries.id = wanted.id AND state IN (:ready, :sending)
      AND deliveries.day BETWEEN :first_day AND :last_day
""")


@dataclass(frozen=True, slots=True)
class Request:
    """What a claim asks for: the parameters of `Ledger.claim` but `gather`."""

    channel: Channel
    now: datetime
    lease_now: datetime
    lease: timedelta
    limit: int


def claim(connection: Connection, request: Request, gather: Gather, cursors: ClaimCursors) -> list[Claimed]:
    """`domain.ports.ledger.Ledger.claim` where no provider has a limit."""
    picked = _picked_onward(connection, request, request.limit, cursors)
    begun, gathered = _gather(connection, picked, gather)
    return _begin(connection, request, begun, gathered)


def claim_paced(
    connection: Connection, request: Request, gather: Gather, limits: Limits, cursors: ClaimCursors
) -> list[Claimed]:
    """`domain.ports.ledger.Ledger.claim`, as far as the limits have room for it, each with its turn."""
    now = request.lease_now
    buckets = Buckets(connection, limits, request.channel)
    room = buckets.room(now)
    if not room.everything:
        return []
    if paced_picks.limits_nothing(buckets, room, request.limit, now):
        picked = _picked_onward(connection, request, min(request.limit, room.everything), cursors)
    else:
        paced = paced_picks.turns_of(request.channel, buckets, room, request.limit, now)
        picked = _picked_in_turn(connection, request, paced, cursors)
    begun, gathered = _gather(connection, picked, gather)
    in_turn = buckets.take_turns(begun, room, now)
    return _begin(connection, request, in_turn, gathered)


def _picked_onward(
    connection: Connection, request: Request, limit: int, cursors: ClaimCursors
) -> list[Claimed]:
    """What is due, from the cursor on; where that is too little, from an earlier place on."""
    cursor = cursors.of(request.channel, request.lease_now)
    rows = _due_behind(connection, request, limit, cursors, cursor)
    before = cursors.before(request.channel, request.lease_now, request.now)
    if len(rows) < limit and before < cursor:
        rows = _due_behind(connection, request, limit, cursors, before)
    picked = _usable(connection, rows)
    planned = [Cursor(each.due_at, each.ref.id) for each in picked if each.key.kind <= Kind.DIGEST_MAIL]
    if len(rows) < limit:
        cursors.ended(request.channel, planned, request.now)
    elif planned:
        cursors.move(request.channel, planned[-1])
    return picked


def _due_behind(
    connection: Connection, request: Request, limit: int, cursors: ClaimCursors, cursor: Cursor
) -> Sequence[Row[Any]]:
    after = {"limit": limit, "after_due_at": cursor.due_at, "after_id": cursor.id}
    began = cursors.stopwatch()
    rows = _due(connection, request, _PICK, after)
    if cursor == FIRST and not (len(rows) == limit and rows[-1].kind > Kind.DIGEST_MAIL):
        cursors.walked(request.channel, request.lease_now, began)
    return rows


def _picked_in_turn(
    connection: Connection, request: Request, paced: Mapping[str, Any], cursors: ClaimCursors
) -> list[Claimed]:
    """What is due, of each bucket as many as it has turns; a long walk moves the cursor."""
    pick = _PICK_BY_WORKSPACE if request.channel in BY_WORKSPACE else _PICK_PACED
    before = cursors.before(request.channel, request.lease_now, request.now)
    cursor = min(cursors.reached(request.channel), before)
    began = cursors.stopwatch()
    rows = _due(connection, request, pick, {**paced, "from_due_at": cursor.due_at})
    if cursor == FIRST and cursors.walked(request.channel, request.lease_now, began):
        cursors.move(request.channel, Cursor(_earliest(connection, request), 0))
    return _usable(connection, rows)


def _earliest(connection: Connection, request: Request) -> datetime:
    """When the first that waits is due, of all that may still be sent."""
    today = request.now.date()
    days = {"first_day": today - SENDABLE, "last_day": today + AHEAD}
    earliest = connection.execute(_EARLIEST, {"channel": int(request.channel)} | days).scalar()
    return request.now if earliest is None else earliest


def _due(
    connection: Connection, request: Request, pick: TextClause, also: Mapping[str, Any]
) -> Sequence[Row[Any]]:
    """Pick and lock what is due: of recent days, else of older ones."""
    today = request.now.date()
    due = {"channel": int(request.channel), "now": request.now, **also}
    near = {"first_day": today - NEAR, "last_day": today + AHEAD}
    old = {"first_day": today - SENDABLE, "last_day": today - NEAR - timedelta(days=1)}
    return connection.execute(pick, due | near).all() or connection.execute(pick, due | old).all()


def _gather(
    connection: Connection, picked: Sequence[Claimed], gather: Gather
) -> tuple[list[Claimed], Mapping[Ref, Facts | None]]:
    """The deliveries that have something to tell, and the gathered facts; the others are cancelled."""
    gathered = gather(picked)
    cancel(connection, [ref for ref, facts in gathered.items() if facts is None])
    return [each for each in picked if gathered.get(each.ref, True) is not None], gathered


def _begin(
    connection: Connection,
    request: Request,
    begun: Sequence[Claimed],
    gathered: Mapping[Ref, Facts | None],
) -> list[Claimed]:
    _start(connection, request, begun, gathered)
    return [each._replace(facts=gathered[each.ref]) if each.ref in gathered else each for each in begun]


def _usable(connection: Connection, rows: Sequence[Row[Any]]) -> list[Claimed]:
    """The deliveries whose address is still in use; the others are cancelled."""
    cancel(connection, [Ref(row.day, row.id) for row in rows if not row.usable], _UNREACHABLE)
    picked = _apart([row for row in rows if row.usable])
    claimed = [read_claimed(row) for row in picked]
    _readdress(connection, [each for each, row in zip(claimed, picked, strict=True) if row.moved])
    return claimed


def _apart(rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """What workers did not come back from goes alone: if it kills them, no other is taken along or blamed.

    What is left out stays ready; it goes when its own turn has come to be first.
    """
    if rows and _goes_alone(rows[0]):
        return rows[:1]
    return [row for row in rows if not _goes_alone(row)]


def _goes_alone(row: Row[Any]) -> bool:
    return bool(row.vain >= CRASHES_IN_BATCH)


def _readdress(connection: Connection, moved: Sequence[Claimed]) -> None:
    """Store the present addresses of people who have moved since the delivery was planned."""
    if moved:
        recipients = [each.recipient for each in moved]
        bound = {
            "workspace": array([each.address.workspace for each in recipients]),
            "address": array([each.address.external_id for each in recipients]),
            "direct": array([each.direct for each in recipients]),
        }
        connection.execute(_READDRESS, refs_of([each.ref for each in moved]) | bound)


def _start(
    connection: Connection,
    request: Request,
    begun: Sequence[Claimed],
    gathered: Mapping[Ref, Facts | None],
) -> None:
    if not begun:
        return
    refs = [each.ref for each in begun]
    bound = {"now": request.now, "lease_until": request.lease_now + request.lease}
    facts = _stored(gathered.get(each) for each in refs)
    connection.execute(_START, refs_of(refs) | facts | bound | numbers_of(State.SENDING))


def cancel(connection: Connection, refs: Sequence[Ref], reason: str | None = None) -> None:
    """Cancel deliveries that are ready, or claimed by this transaction itself."""
    if refs:
        states = (State.READY, State.SENDING, State.CANCELLED)
        connection.execute(_CANCEL, refs_of(refs) | numbers_of(*states) | {"reason": reason})


def refs_of(refs: Sequence[Ref]) -> dict[str, Any]:
    """Days and numbers as arrays, and the days between which they lie."""
    days = [each.day for each in refs]
    numbers = [each.id for each in refs]
    return {"day": array(days), "id": array(numbers), "first_day": min(days), "last_day": max(days)}


def numbers_of(*states: State) -> dict[str, int]:
    """The stored number of each state, under its name in small letters."""
    return {state.name.lower(): int(state) for state in states}


def _stored(facts: Iterable[Facts | None]) -> dict[str, str]:
    """The different facts as JSON, each once, and for each delivery the number of its own from 1 on."""
    numbers: dict[Facts | None, int | None] = {None: None}
    of_each = [numbers.setdefault(each, len(numbers)) for each in facts]
    different = [json.dumps(dump(each)) for each in numbers if each is not None]
    return {"facts": array(different), "number": array(of_each)}
