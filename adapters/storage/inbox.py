"""Everything that arrives, raw.  Reads across organizations."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from struct import Struct
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, select, text, update

from adapters.storage.copying import copy, days, microseconds
from adapters.storage.delivery_rows import array
from adapters.storage.late_writes import EndedItem
from adapters.storage.partitions import by_day
from adapters.storage.preparing import prepared, prepared_for
from adapters.storage.rows import AnyRow
from adapters.storage.tables import inbox, inbox_keys
from adapters.storage.transaction import Transaction
from domain.commands import InboxRef
from domain.ports.inbox import Arrival, InboxItem, InboxState, KeptItem, Lane, LockedItem, Source

Key = tuple[int, str]
"""The number of a source, and a digest in hexadecimal digits."""

# The keys always in the same order, so that two transactions never wait for each other.
_ADD_KEYS = prepared("""
    WITH new AS (
        INSERT INTO inbox_keys (source, key, day)
        SELECT source, decode(key, 'hex'), :day
        FROM unnest(CAST(:sources AS smallint[]), CAST(:keys AS text[])) AS given (source, key)
        ORDER BY 1, 2
        ON CONFLICT DO NOTHING
        RETURNING source, key
    )
    SELECT source, encode(key, 'hex') AS key, nextval('inbox_id_seq') AS id FROM new
""")
_ADD = text("""
    COPY inbox (day, id, source, lane, at, stored_at, try_at, raw) FROM STDIN (FORMAT binary)
""")
_ROW = Struct("!h iiiqihihiqiqiq i")
"""Number of columns; of each its length and itself; of the last its length alone."""
_TAKE = """
    SELECT day, id, lane, organization_id, person_id
    FROM inbox
    WHERE day = {day} AND id = ANY(CAST(:ids AS bigint[])) AND state = :new AND raw IS NOT NULL
    ORDER BY id
    FOR UPDATE SKIP LOCKED
"""
_LANES = {int(each): each for each in Lane}


class PostgresInbox:
    """`domain.ports.inbox.Inbox`.

    The keys stand in a table of their own: one partition of the inbox cannot know what is in another.
    """

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, arrivals: Sequence[Arrival], now: datetime) -> list[InboxRef | None]:
        day = now.astimezone(UTC).date()
        keys = [_key(each) for each in arrivals]
        given = dict(zip(reversed(keys), reversed(arrivals), strict=True))
        numbers = self._add_keys(list(given), day)
        if numbers:
            new = [(number, given[key]) for key, number in numbers.items()]
            copy(self._transaction.connection, _ADD, _rows(new, day, now))
        refs = {key: InboxRef(day, number) for key, number in numbers.items()}
        return [refs.pop(key, None) for key in keys]

    def _add_keys(self, keys: Sequence[Key], day: date) -> dict[Key, int]:
        """Those that are new, each with a number."""
        values = {
            "sources": array([source for source, _ in keys]),
            "keys": array([digest for _, digest in keys]),
            "day": day,
        }
        rows: Sequence[AnyRow] = self._transaction.execute(_ADD_KEYS, values).all()
        return {(source, key): id_ for source, key, id_ in rows}

    def take(self, refs: Sequence[InboxRef]) -> list[LockedItem]:
        rows: list[AnyRow] = []
        for day, ids in by_day(refs).items():
            values = {"ids": array(ids), "new": int(InboxState.NEW)}
            rows += self._transaction.execute(prepared_for(day, _TAKE), values)
        return [LockedItem(InboxRef(day, id_), _LANES[lane], *whose) for day, id_, lane, *whose in rows]

    def load(self, ref: InboxRef) -> InboxItem | None:
        query = (
            select(inbox)
            .where(_is(ref), inbox.c.state == InboxState.NEW, inbox.c.raw.is_not(None))
            .with_for_update(skip_locked=True)
        )
        row = self._transaction.execute(query).one_or_none()
        if row is None:
            return None
        return InboxItem(
            ref=ref,
            source=Source(row.source),
            lane=Lane(row.lane),
            raw=bytes(row.raw),
            at=row.at,
            tries=row.tries,
            organization_id=row.organization_id,
            person_id=row.person_id,
        )

    def waiting(self, older_than: datetime, limit: int) -> list[InboxRef]:
        query = (
            select(inbox.c.day, inbox.c.id)
            .where(inbox.c.state == InboxState.NEW, inbox.c.try_at < older_than)
            .order_by(inbox.c.try_at, inbox.c.id)
            .limit(limit)
        )
        return [InboxRef(row.day, row.id) for row in self._transaction.execute(query)]

    def finish(
        self,
        ref: InboxRef,
        state: InboxState,
        organization_id: int | None,
        person_id: int | None,
        note: str,
        sender: str = "",
    ) -> None:
        ended = EndedItem(state, organization_id, person_id, note, sender)
        self._transaction.late.ended[ref] = ended

    def release(self, ref: InboxRef, organization_id: int, person_id: int | None = None) -> None:
        self._let_go(_is(ref), organization_id=organization_id, person_id=person_id)

    def release_from(self, sender: str, organization_id: int) -> int:
        from_there = and_(inbox.c.sender == sender, inbox.c.person_id.is_(None))
        return self._let_go(from_there, organization_id=organization_id)

    def _let_go(self, which: ColumnElement[bool], **values: Any) -> int:
        let_go = {"state": InboxState.NEW, "tries": 0, "sender": None, **values}
        held = update(inbox).where(which, inbox.c.state == InboxState.HELD)
        return self._transaction.execute(held.values(let_go)).rowcount

    def held_for(self, organization_id: int, person_id: int) -> list[KeptItem]:
        query = (
            select(*_KEPT)
            .where(
                inbox.c.state == InboxState.HELD,
                inbox.c.person_id == person_id,
                inbox.c.organization_id == organization_id,
            )
            .order_by(inbox.c.stored_at, inbox.c.id)
        )
        return [_kept(row) for row in self._transaction.execute(query)]

    def kept(self, states: Collection[InboxState], limit: int) -> list[KeptItem]:
        query = select(*_KEPT).where(inbox.c.state.in_([int(each) for each in states]))
        newest = query.order_by(inbox.c.stored_at.desc(), inbox.c.id.desc()).limit(limit)
        return [_kept(row) for row in self._transaction.execute(newest)]

    def find(self, number: int) -> tuple[KeptItem, bytes] | None:
        query = select(*_KEPT, inbox.c.raw).where(inbox.c.id == number)
        row = self._transaction.execute(query).one_or_none()
        return None if row is None else (_kept(row), bytes(row.raw or b""))

    def replay(self, ref: InboxRef) -> bool:
        """As if it had just come: what was found out about it is forgotten."""
        again = {"state": InboxState.NEW, "tries": 0, "organization_id": None, "person_id": None}
        stuck = inbox.c.state.in_([int(InboxState.HELD), int(InboxState.FAILED)])
        replayed = update(inbox).where(_is(ref), stuck).values({**again, "sender": None})
        return self._transaction.execute(replayed).rowcount > 0

    def failed(self, ref: InboxRef, note: str, most_tries: int, again_at: datetime) -> None:
        tries = inbox.c.tries + 1
        vain = {
            "tries": tries,
            "try_at": again_at,
            "state": case((tries >= most_tries, InboxState.FAILED), else_=inbox.c.state),
            "note": note,
        }
        self._transaction.execute(update(inbox).where(_is(ref)).values(vain))

    def forget_keys(self, before: date) -> int:
        return self._transaction.execute(delete(inbox_keys).where(inbox_keys.c.day < before)).rowcount


def _key(arrival: Arrival) -> Key:
    return int(arrival.source), hashlib.sha256(arrival.key.encode("utf-8", "surrogatepass")).hexdigest()


def _rows(new: Iterable[tuple[int, Arrival]], day: date, now: datetime) -> Iterator[bytes]:
    """What `copy` takes, for arrivals with their numbers."""
    stored_on, stored_at = days(day), microseconds(now)
    for number, each in new:
        named = (4, stored_on, 8, number, 2, each.source, 2, each.lane)
        times = (8, microseconds(each.at), 8, stored_at, 8, stored_at)
        yield _ROW.pack(8, *named, *times, len(each.raw))
        yield each.raw


def _is(ref: InboxRef) -> ColumnElement[bool]:
    return and_(inbox.c.day == ref.day, inbox.c.id == ref.id)


_KEPT = (
    *(inbox.c.day, inbox.c.id, inbox.c.source, inbox.c.state, inbox.c.stored_at, inbox.c.tries),
    *(inbox.c.note, inbox.c.sender, inbox.c.person_id),
)


def _kept(row: AnyRow) -> KeptItem:
    return KeptItem(
        ref=InboxRef(row.day, row.id),
        source=Source(row.source),
        state=InboxState(row.state),
        stored_at=row.stored_at,
        tries=row.tries,
        note=row.note or "",
        sender=row.sender or "",
        person_id=row.person_id,
    )
