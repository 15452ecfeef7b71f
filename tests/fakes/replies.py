"""What replies leave behind, in memory."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta

from domain.deliveries import Kind
from domain.facts import Digest
from domain.ports.replies import DigestSent, NamedDone
from tests.fakes.rows import Absence, CommentRow, Tables


class FakeAbsences:
    """`domain.ports.replies.Absences`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def of(self, person_id: int, since: date) -> list[tuple[date, date | None]]:
        found = [each for each in self._hers(person_id).values() if each.covers(since, date.max)]
        return [(each.first_day, each.last_day) for each in sorted(found, key=lambda each: each.first_day)]

    def put(self, person_id: int, first_day: date, last_day: date | None) -> None:
        self._cut(person_id, first_day, last_day or date.max)
        self._tables.absences[next(self._tables.numbers)] = Absence(person_id, first_day, last_day)

    def end(self, person_id: int, day: date) -> int:
        return self._cut(person_id, day, date.max)

    def _hers(self, person_id: int) -> dict[int, Absence]:
        return {number: each for number, each in self._tables.absences.items() if each.person_id == person_id}

    def _cut(self, person_id: int, first: date, last: date) -> int:
        cut = {number: each for number, each in self._hers(person_id).items() if each.covers(first, last)}
        for number, each in cut.items():
            if each.first_day >= first:
                del self._tables.absences[number]
            else:
                self._tables.absences[number] = replace(each, last_day=first - timedelta(days=1))
        return len(cut)


class FakeSenders:
    """`domain.ports.replies.Senders`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def is_hers(self, person_id: int, email: str) -> bool | None:
        return self._tables.senders.get((person_id, email))

    def remember(self, person_id: int, email: str, now: datetime, *, hers: bool) -> None:  # noqa: ARG002 -- the port says so
        self._tables.senders[person_id, email] = hers


class FakeRemarks:
    """`domain.ports.replies.Remarks`."""

    def __init__(self, tables: Tables, organization_id: int) -> None:
        self._tables = tables
        self._organization_id = organization_id

    def digest(self, receipt: str, person_id: int) -> DigestSent | None:
        for row in self._tables.deliveries.values():
            key, facts = row.new.key, row.new.facts
            if (row.receipt, key.kind, key.target) == (receipt, Kind.DIGEST_MAIL, person_id):
                mine = row.new.organization_id == self._organization_id
                if mine and isinstance(facts, Digest):
                    return DigestSent(key.subject, facts.first_day, facts.last_day)
        return None

    def lines(self, digest: DigestSent) -> list[NamedDone]:
        found = [
            NamedDone(self._tables.people[row.done.person_id].name, row.done)
            for row in self._tables.dones.values()
            if not row.deleted
            and row.organization_id == self._organization_id
            and digest.team_id in row.done.team_ids
            and digest.first_day <= row.done.day <= digest.last_day
            and (digest.team_id, row.done.person_id) in self._tables.memberships
        ]
        return sorted(found, key=lambda each: (each.name, each.done.day, each.done.id))

    def comment(self, done_id: int, person_id: int, source_ref: str, at: datetime, text: str) -> bool:  # noqa: ARG002 -- the port says so
        key = (self._organization_id, source_ref)
        is_new = key not in self._tables.comments
        self._tables.comments.setdefault(key, CommentRow(done_id, person_id, text))
        return is_new

    def like(self, done_id: int, person_id: int, at: datetime) -> bool:
        is_new = (done_id, person_id) not in self._tables.likes
        self._tables.likes.setdefault((done_id, person_id), at)
        return is_new


class FakeLimits:
    """`domain.ports.limits.Limits`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def expect(self, names: Collection[str], now: datetime) -> None:
        """Nothing is read ahead here."""

    def count(self, name: str, now: datetime, window: timedelta) -> int:
        since, times = self._tables.limits.get(name, (now, 0))
        since, times = (now, 1) if since <= now - window else (since, times + 1)
        self._tables.limits[name] = (since, times)
        return times

    def allow(self, name: str, now: datetime, window: timedelta, most: int = 1) -> bool:
        return self.count(name, now, window) <= most

    def forget(self, before: datetime) -> int:
        over = [name for name, (since, _) in self._tables.limits.items() if since < before]
        for name in over:
            del self._tables.limits[name]
        return len(over)
