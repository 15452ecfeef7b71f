"""Answers and dones of one organization, and what it sends, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from domain.deliveries import CANCELLABLE_STATES, Kind, NewDelivery, Recipient, State
from domain.dones import Answer, Done, Line
from domain.people import Channel
from domain.ports.tenant import Revision, SentDelivery
from tests.fakes.rows import AnswerRow, DeliveryRow, DoneRow, FeedRow, Tables
from tests.fakes.writing import add_deliveries


class FakeLog:
    """`domain.ports.tenant.Log`."""

    def __init__(self, tables: Tables, organization_id: int, *, feeds: bool) -> None:
        self._tables = tables
        self._organization_id = organization_id
        self._feeds = feeds

    def record(
        self,
        person_id: int,
        day: date,
        source_ref: str,
        at: datetime,
        lines: Sequence[tuple[Line, tuple[int, ...]]],
    ) -> bool:
        if self._answer(source_ref) is not None:
            return False
        answer = Answer(next(self._tables.numbers), person_id, day, source_ref, at)
        self._tables.answers[answer.id] = AnswerRow(self._organization_id, answer)
        for position, (line, team_ids) in enumerate(lines):
            self._add(answer, position, line, team_ids)
        return True

    def by_source(self, source_ref: str) -> tuple[Answer, list[Done]] | None:
        answer = self._answer(source_ref)
        if answer is None:
            return None
        return answer, [row.done for row in self._rows(answer.person_id) if row.answer_id == answer.id]

    def revise(self, answer: Answer, revision: Revision, at: datetime) -> None:
        self._tables.answers[answer.id] = AnswerRow(self._organization_id, replace(answer, revised_at=at))
        for change in revision.changed:
            row = self._row(change.done_id)
            if row is not None and row.answer_id == answer.id:
                changed = replace(
                    row.done,
                    day=answer.day,
                    kind=change.line.kind,
                    text=change.line.text,
                    team_ids=change.team_ids,
                    position=change.position,
                    audience_chosen=change.line.audience_chosen,
                )
                self._put(replace(row, done=changed))
        for done_id in revision.removed:
            row = self._row(done_id)
            if row is not None and row.answer_id == answer.id:
                self._put(replace(row, deleted=True))
        for position, line, team_ids in revision.added:
            self._add(answer, position, line, team_ids)

    def day(self, person_id: int, day: date) -> list[Done]:
        return [row.done for row in self._rows(person_id) if row.done.day == day]

    def change(self, done_id: int, text: str | None) -> None:
        row = self._row(done_id)
        if row is not None:
            done = row.done if text is None else replace(row.done, text=text)
            self._put(replace(row, done=done, deleted=text is None))

    def has_answered(self, person_id: int, day: date) -> bool:
        return any(
            row.organization_id == self._organization_id
            and (row.answer.person_id, row.answer.day) == (person_id, day)
            for row in self._tables.answers.values()
        )

    def readable(
        self, done_ids: Collection[int], person_id: int, team_ids: Collection[int]
    ) -> dict[int, Done]:
        rows = (row for done_id in done_ids if (row := self._row(done_id)) is not None)
        seen = (
            row.done for row in rows if row.done.person_id == person_id or {*team_ids} & {*row.done.team_ids}
        )
        return {done.id: done for done in seen}

    def _answer(self, source_ref: str) -> Answer | None:
        rows = (row for row in self._tables.answers.values() if row.organization_id == self._organization_id)
        return next((row.answer for row in rows if row.answer.source_ref == source_ref), None)

    def _rows(self, person_id: int) -> list[DoneRow]:
        rows = self._tables.dones_of(person_id)
        return [row for row in rows if row.organization_id == self._organization_id]

    def _row(self, done_id: int) -> DoneRow | None:
        row = self._tables.dones.get(done_id)
        return None if row is None or row.deleted or row.organization_id != self._organization_id else row

    def _add(self, answer: Answer, position: int, line: Line, team_ids: tuple[int, ...]) -> Done:
        number = next(self._tables.numbers)
        said = (line.kind, line.text, team_ids, position, line.audience_chosen)
        done = Done(number, answer.person_id, answer.day, *said)
        self._put(DoneRow(self._organization_id, answer.id, done, revision=0))
        return done

    def _put(self, row: DoneRow) -> None:
        revision = row.revision + 1
        self._tables.dones[row.done.id] = replace(row, revision=revision)
        if self._feeds:
            old = self._tables.feed.get(row.done.id)
            self._tables.feed[row.done.id] = FeedRow(revision, old.claimed_until if old else None)


class FakeOutbox:
    """`domain.ports.tenant.Outbox`."""

    def __init__(self, tables: Tables, organization_id: int) -> None:
        self._tables = tables
        self._organization_id = organization_id

    def add(self, deliveries: Sequence[NewDelivery]) -> None:
        strange = {each.organization_id for each in deliveries} - {self._organization_id}
        if strange:
            raise ValueError(f"deliveries of {strange} in a transaction of {self._organization_id}")
        add_deliveries(self._tables, deliveries)

    def cancel_prompt(self, person_id: int, day: date | None) -> None:
        for row in self._unsent(person_id):
            if row.new.key.kind is Kind.PROMPT and day in {None, row.new.key.day}:
                self._tables.change_delivery(row.ref, state=State.CANCELLED)

    def renew_prompt(self, person_id: int, day: date, now: datetime) -> None:
        for row in self._mine():
            key, ends = row.new.key, row.new.not_after
            if (key.kind, key.subject, key.day) != (Kind.PROMPT, person_id, day) or row.reason:
                continue
            if row.state is State.CANCELLED and row.attempt == 0 and ends is not None and ends > now:
                self._tables.change_delivery(row.ref, state=State.READY)

    def reroute(self, person_id: int, recipient: Recipient) -> None:
        for row in self._unsent(person_id):
            if row.new.key.kind is Kind.PROMPT and row.state is State.READY and row.attempt == 0:
                self._tables.change_delivery(row.ref, new=replace(row.new, recipient=recipient))

    def find(self, channel: Channel, receipt: str) -> SentDelivery | None:
        found = [
            row
            for row in self._mine()
            if row.receipt == receipt and row.new.recipient.address.channel is channel
        ]
        last = max(found, key=lambda row: row.ref.day, default=None)
        return None if last is None else SentDelivery(last.ref, last.ref.day, last.new.person_id)

    def _mine(self) -> list[DeliveryRow]:
        rows = self._tables.deliveries.values()
        return [row for row in rows if row.new.organization_id == self._organization_id]

    def _unsent(self, person_id: int) -> list[DeliveryRow]:
        hers = (row for row in self._mine() if row.new.person_id == person_id)
        return [row for row in hers if row.state in CANCELLABLE_STATES]
