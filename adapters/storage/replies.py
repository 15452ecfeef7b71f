"""What replies leave behind in one organization: absences, senders, remarks."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.storage.read_ahead import read_sent
from adapters.storage.reply_tables import comments, likes, senders
from adapters.storage.rows import done_of
from adapters.storage.tables import absences, dones, memberships, people
from adapters.storage.transaction import Transaction
from domain.people import Channel
from domain.ports.replies import DigestSent, NamedDone


class PostgresAbsences:
    """`domain.ports.replies.Absences`."""

    def __init__(self, connection: Connection, organization_id: int) -> None:
        self._connection = connection
        self._organization_id = organization_id

    def of(self, person_id: int, since: date) -> list[tuple[date, date | None]]:
        query = select(absences.c.first_day, absences.c.last_day).where(
            self._hers(person_id), or_(absences.c.last_day.is_(None), absences.c.last_day >= since)
        )
        rows = self._connection.execute(query.order_by(absences.c.first_day, absences.c.id))
        return [(row.first_day, row.last_day) for row in rows]

    def put(self, person_id: int, first_day: date, last_day: date | None) -> None:
        overlapping = [or_(absences.c.last_day.is_(None), absences.c.last_day >= first_day)]
        if last_day is not None:
            overlapping.append(absences.c.first_day <= last_day)
        self._cut(person_id, first_day, *overlapping)
        values = {
            "organization_id": self._organization_id,
            "person_id": person_id,
            "first_day": first_day,
            "last_day": last_day,
        }
        self._connection.execute(insert(absences).values(values))

    def end(self, person_id: int, day: date) -> int:
        return self._cut(person_id, day, or_(absences.c.last_day.is_(None), absences.c.last_day >= day))

    def _cut(self, person_id: int, day: date, *which: ColumnElement[bool]) -> int:
        """Let those end on the day before, and drop those that begin on it or later."""
        hers = (self._hers(person_id), *which)
        dropped = self._connection.execute(delete(absences).where(*hers, absences.c.first_day >= day))
        ended = self._connection.execute(
            update(absences).where(*hers).values(last_day=day - timedelta(days=1))
        )
        return dropped.rowcount + ended.rowcount

    def _hers(self, person_id: int) -> ColumnElement[bool]:
        hers: ColumnElement[bool] = (absences.c.organization_id == self._organization_id) & (
            absences.c.person_id == person_id
        )
        return hers


class PostgresSenders:
    """`domain.ports.replies.Senders`."""

    def __init__(self, connection: Connection, organization_id: int) -> None:
        self._connection = connection
        self._organization_id = organization_id

    def is_hers(self, person_id: int, email: str) -> bool | None:
        query = select(senders.c.hers).where(
            senders.c.organization_id == self._organization_id,
            senders.c.person_id == person_id,
            senders.c.email == email,
        )
        return self._connection.scalar(query)

    def remember(self, person_id: int, email: str, now: datetime, *, hers: bool) -> None:
        said = {"hers": hers, "said_at": now}
        new = insert(senders).values(
            organization_id=self._organization_id, person_id=person_id, email=email, **said
        )
        self._connection.execute(
            new.on_conflict_do_update(index_elements=["organization_id", "person_id", "email"], set_=said)
        )


class PostgresRemarks:
    """`domain.ports.replies.Remarks`."""

    def __init__(self, transaction: Transaction, organization_id: int) -> None:
        self._transaction = transaction
        self._organization_id = organization_id

    def digest(self, receipt: str, person_id: int) -> DigestSent | None:
        asked = (self._organization_id, Channel.EMAIL, receipt)
        sent = self._transaction.remembered.sent
        if asked not in sent:
            read_sent(self._transaction, {asked: None})
        found = sent[asked]
        if found is None or found.facts is None or found.target != person_id:
            return None
        first_day, last_day = (date.fromisoformat(found.facts[name]) for name in ("first_day", "last_day"))
        return DigestSent(found.subject, first_day, last_day)

    def lines(self, digest: DigestSent) -> list[NamedDone]:
        member = exists().where(
            memberships.c.organization_id == dones.c.organization_id,
            memberships.c.team_id == digest.team_id,
            memberships.c.person_id == dones.c.person_id,
        )
        query = (
            select(people.c.name, *dones.c)
            .join(
                people,
                (people.c.organization_id == dones.c.organization_id) & (people.c.id == dones.c.person_id),
            )
            .where(
                dones.c.organization_id == self._organization_id,
                dones.c.day.between(digest.first_day, digest.last_day),
                dones.c.team_ids.contains([digest.team_id]),
                dones.c.deleted_at.is_(None),
                member,
            )
            .order_by(people.c.folded_name, dones.c.day, dones.c.answer_id, dones.c.position)
        )
        return [NamedDone(row.name, done_of(row)) for row in self._transaction.execute(query)]

    def comment(self, done_id: int, person_id: int, source_ref: str, at: datetime, text: str) -> bool:
        new = insert(comments).values(**self._of(done_id, person_id, at), source_ref=source_ref, text=text)
        once = new.on_conflict_do_nothing(index_elements=["organization_id", "source_ref"])
        return self._transaction.execute(once).rowcount > 0

    def like(self, done_id: int, person_id: int, at: datetime) -> bool:
        new = insert(likes).values(self._of(done_id, person_id, at))
        return self._transaction.execute(new.on_conflict_do_nothing()).rowcount > 0

    def _of(self, done_id: int, person_id: int, at: datetime) -> dict[str, Any]:
        return {
            "organization_id": self._organization_id,
            "done_id": done_id,
            "person_id": person_id,
            "at": at,
        }
