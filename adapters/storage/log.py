"""Answers and dones of one organization."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.storage.delivery_rows import bare_array
from adapters.storage.late_writes import NewAnswer
from adapters.storage.rows import done_of, of_organization, select_dones
from adapters.storage.search_text import search_vector
from adapters.storage.search_writes import Said, SearchWrites
from adapters.storage.tables import answers, dones
from adapters.storage.transaction import Transaction
from domain.dones import Answer, Done, Line
from domain.ports.tenant import LineChange, Revision

Placed = tuple[int, Line, tuple[int, ...]]
"""A line, its place among the lines of its answer before it and its audience after it."""

_CHANGE = text("""
    UPDATE dones
    SET day = :day, kind = new.kind, text = new.text, position = new.position,
        team_ids = CAST(new.team_ids AS bigint[]), audience_chosen = new.chosen,
        terms = CAST(new.terms AS tsvector), revision = dones.revision + 1
    FROM unnest(
        CAST(:ids AS bigint[]), CAST(:kinds AS smallint[]), CAST(:texts AS text[]),
        CAST(:positions AS smallint[]), CAST(:teams AS text[]), CAST(:chosen AS boolean[]),
        CAST(:terms AS text[])
    ) AS new (id, kind, text, position, team_ids, chosen, terms)
    WHERE dones.organization_id = :organization_id AND dones.id = new.id
""")
# When a done was deleted nobody asks; that its answer was written before says enough.
_DELETE = text("""
    UPDATE dones
    SET deleted_at = answers.revised_at, revision = revision + 1
    FROM answers
    WHERE dones.organization_id = :organization_id AND dones.id = ANY(:ids)
      AND answers.organization_id = dones.organization_id AND answers.id = dones.answer_id
""")


class PostgresLog:
    """`domain.ports.tenant.Log`."""

    def __init__(self, transaction: Transaction, organization_id: int, search: SearchWrites) -> None:
        self._transaction = transaction
        self._organization_id = organization_id
        self._mine = partial(of_organization, organization_id)
        self._search = search

    def record(
        self,
        person_id: int,
        day: date,
        source_ref: str,
        at: datetime,
        lines: Sequence[tuple[Line, tuple[int, ...]]],
    ) -> bool:
        source = (self._organization_id, source_ref)
        sources = self._transaction.remembered.sources
        if source not in sources:
            sources[source] = self._is_there(source_ref)
        if sources[source]:
            return False
        sources[source] = True
        new = NewAnswer(self._organization_id, person_id, day, source_ref, at, lines)
        self._transaction.late.answers.append(new)
        return True

    def _is_there(self, source_ref: str) -> bool:
        there = exists().where(self._mine(answers), answers.c.source_ref == source_ref)
        return bool(self._transaction.scalar(select(there)))

    def by_source(self, source_ref: str) -> tuple[Answer, list[Done]] | None:
        query = (
            select(answers).where(self._mine(answers), answers.c.source_ref == source_ref).with_for_update()
        )
        row = self._transaction.execute(query).one_or_none()
        if row is None:
            return None
        answer = Answer(row.id, row.person_id, row.day, row.source_ref, row.revised_at)
        return answer, self._dones(dones.c.answer_id == answer.id)

    def revise(self, answer: Answer, revision: Revision, at: datetime) -> None:
        """Lines whose done is not one of the answer's, or has been deleted meanwhile, are left alone."""
        revised = update(answers).where(self._mine(answers), answers.c.id == answer.id)
        self._transaction.execute(revised.values(revised_at=at, day=answer.day))
        touched = [*(change.done_id for change in revision.changed), *revision.removed]
        old = self._locked(touched, dones.c.answer_id == answer.id)
        changed = [change for change in revision.changed if change.done_id in old]
        self._change(changed, answer.day)
        self._delete([done_id for done_id in revision.removed if done_id in old])
        added = self._add(answer, revision.added, at)
        after = [*_said(revision.added), *((change.line.text, change.team_ids) for change in changed)]
        self._search.count(((done.text, done.team_ids) for done in old.values()), after)
        self._search.feed([*old, *(done.id for done in added)])

    def day(self, person_id: int, day: date) -> list[Done]:
        return self._dones(dones.c.person_id == person_id, dones.c.day == day)

    def change(self, done_id: int, text: str | None) -> None:
        old = self._locked([done_id])
        for done in old.values():
            if text is None:
                self._delete([done.id])
            else:
                line = Line(done.kind, text, team_ids=done.team_ids if done.audience_chosen else None)
                self._change([LineChange(done.id, line, done.team_ids, done.position)], done.day)
            self._search.count([(done.text, done.team_ids)], [] if text is None else [(text, done.team_ids)])
        self._search.feed(list(old))

    def has_answered(self, person_id: int, day: date) -> bool:
        answered = exists().where(self._mine(answers), answers.c.person_id == person_id, answers.c.day == day)
        return bool(self._transaction.scalar(select(answered)))

    def readable(
        self, done_ids: Collection[int], person_id: int, team_ids: Collection[int]
    ) -> dict[int, Done]:
        seen = or_(dones.c.person_id == person_id, dones.c.team_ids.overlap(list(team_ids)))
        return {done.id: done for done in self._dones(dones.c.id.in_(done_ids), seen)}

    def _dones(self, *where: ColumnElement[bool]) -> list[Done]:
        """In the order written: day by day, message by message, line by line."""
        query = select_dones().where(self._mine(dones), *where)
        ordered = query.order_by(dones.c.day, dones.c.answer_id, dones.c.position, dones.c.id)
        return [done_of(row) for row in self._transaction.execute(ordered)]

    def _locked(self, done_ids: Sequence[int], *where: ColumnElement[bool]) -> dict[int, Done]:
        if not done_ids:
            return {}
        query = select_dones().where(self._mine(dones), dones.c.id.in_(done_ids), *where)
        rows = self._transaction.execute(query.order_by(dones.c.id).with_for_update())
        return {row.id: done_of(row) for row in rows}

    def _add(self, answer: Answer, placed: Sequence[Placed], at: datetime) -> list[Done]:
        if not placed:
            return []
        rows = [self._row(answer, position, line, teams, at) for position, line, teams in placed]
        new = insert(dones).returning(dones.c.id, dones.c.position)
        number = {row.position: row.id for row in self._transaction.execute(new, rows)}
        return [
            Done(
                number[position],
                answer.person_id,
                answer.day,
                line.kind,
                line.text,
                teams,
                position,
                line.audience_chosen,
            )
            for position, line, teams in placed
        ]

    def _row(
        self, answer: Answer, position: int, line: Line, teams: tuple[int, ...], at: datetime
    ) -> dict[str, Any]:
        return {
            "organization_id": self._organization_id,
            "person_id": answer.person_id,
            "answer_id": answer.id,
            "day": answer.day,
            "kind": int(line.kind),
            "text": line.text,
            "position": position,
            "team_ids": list(teams),
            "audience_chosen": line.audience_chosen,
            "created_at": at,
            "terms": search_vector(line.text),
        }

    def _change(self, changes: Sequence[LineChange], day: date) -> None:
        if not changes:
            return
        new = {
            "organization_id": self._organization_id,
            "day": day,
            "ids": [each.done_id for each in changes],
            "kinds": [int(each.line.kind) for each in changes],
            "texts": [each.line.text for each in changes],
            "positions": [each.position for each in changes],
            # An array of arrays must be rectangular; so each audience goes as the text of an array.
            "teams": [bare_array(each.team_ids) for each in changes],
            "chosen": [each.line.audience_chosen for each in changes],
            "terms": [search_vector(each.line.text) for each in changes],
        }
        self._transaction.execute(_CHANGE, new)

    def _delete(self, done_ids: Sequence[int]) -> None:
        if done_ids:
            self._transaction.execute(
                _DELETE, {"organization_id": self._organization_id, "ids": list(done_ids)}
            )


def _said(placed: Iterable[Placed]) -> list[Said]:
    return [(line.text, teams) for _, line, teams in placed]
