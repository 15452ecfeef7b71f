"""Everything that arrives, raw.  Reads across organizations."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, select, text, update

from adapters.storage.tables import inbox, inbox_keys
from domain.commands import InboxRef
from domain.ports.inbox import Arrival, InboxItem, InboxState, Lane, Source

_ADD = text("""
    WITH new AS (
        INSERT INTO inbox_keys (source, key, day) VALUES (:source, :key, :day)
        ON CONFLICT DO NOTHING
        RETURNING source, day
    )
    INSERT INTO inbox (day, source, lane, raw, at, stored_at, try_at)
    SELECT day, source, :lane, :raw, :at, :now, :now FROM new
    RETURNING id
""")


class PostgresInbox:
    """`domain.ports.inbox.Inbox`.

    The keys stand in a table of their own: one partition of the inbox cannot know what is in another.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, arrival: Arrival, now: datetime) -> InboxRef | None:
        day = now.astimezone(UTC).date()
        new = {
            "source": int(arrival.source),
            "key": hashlib.sha256(arrival.key.encode("utf-8", "surrogatepass")).digest(),
            "day": day,
            "lane": int(arrival.lane),
            "raw": arrival.raw,
            "at": arrival.at,
            "now": now,
        }
        number = self._connection.scalar(_ADD, new)
        return None if number is None else InboxRef(day, number)

    def take(self, ref: InboxRef) -> InboxItem | None:
        query = (
            select(inbox)
            .where(_is(ref), inbox.c.state == InboxState.NEW, inbox.c.raw.is_not(None))
            .with_for_update(skip_locked=True)
        )
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        return InboxItem(
            ref, Source(row.source), Lane(row.lane), bytes(row.raw), row.at, row.tries, row.organization_id
        )

    def waiting(self, older_than: datetime, limit: int) -> list[InboxRef]:
        query = (
            select(inbox.c.day, inbox.c.id)
            .where(inbox.c.state == InboxState.NEW, inbox.c.try_at < older_than)
            .order_by(inbox.c.try_at, inbox.c.id)
            .limit(limit)
        )
        return [InboxRef(row.day, row.id) for row in self._connection.execute(query)]

    def finish(
        self, ref: InboxRef, state: InboxState, organization_id: int | None, person_id: int | None, note: str
    ) -> None:
        self._set(ref, state=state, organization_id=organization_id, person_id=person_id, note=note)

    def release(self, ref: InboxRef, organization_id: int) -> None:
        let_go = {"state": InboxState.NEW, "organization_id": organization_id, "tries": 0}
        self._connection.execute(
            update(inbox).where(_is(ref), inbox.c.state == InboxState.HELD).values(let_go)
        )

    def failed(self, ref: InboxRef, note: str, most_tries: int, again_at: datetime) -> None:
        tries = inbox.c.tries + 1
        self._set(
            ref,
            tries=tries,
            try_at=again_at,
            state=case((tries >= most_tries, InboxState.FAILED), else_=inbox.c.state),
            note=note,
        )

    def forget_keys(self, before: date) -> int:
        return self._connection.execute(delete(inbox_keys).where(inbox_keys.c.day < before)).rowcount

    def _set(self, ref: InboxRef, **values: Any) -> None:
        self._connection.execute(update(inbox).where(_is(ref)).values(values))


def _is(ref: InboxRef) -> ColumnElement[bool]:
    return and_(inbox.c.day == ref.day, inbox.c.id == ref.id)
