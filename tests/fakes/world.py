"""`tests.worlds.World` over the tables in memory, so that random people can live in either storage."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from domain.deliveries import Key, NewDelivery, Recipient, State
from domain.dones import Answer, Done, LineKind
from domain.people import Address, Channel, Identity, Person
from domain.teams import DigestTarget, Place, Role, Team
from tests.fakes.rows import Absence, AnswerRow, DoneRow, OrganizationRow, Tables, WorkspaceRow
from tests.fakes.writing import add_deliveries
from tests.worlds import LONG_AGO, World


class FakeWorld(World):
    """Makes rows with plain defaults and gives back their ids."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def _number(self) -> int:
        return next(self._tables.numbers)

    def organization(self, holiday_country: str | None = None) -> int:
        made = OrganizationRow(self._number(), "Acme", "UTC", holiday_country=holiday_country)
        self._tables.organizations[made.id] = made
        return made.id

    def person(self, organization_id: int, name: str = "Ada", **more: Any) -> int:
        country = more.pop("holiday_country", None)
        preferred = more.pop("preferred", None)
        fields = {"zone": "Europe/Madrid", "preferred": None if preferred is None else Channel(preferred)}
        made = Person(organization_id, self._number(), name, **(fields | more))
        self._tables.people[made.id] = made
        if country is not None:
            self._tables.holiday_countries[made.id] = country
        return made.id

    def identity(self, organization_id: int, person_id: int, channel: Channel, **more: Any) -> int:  # noqa: ARG002 -- as in World
        number = self._number()
        address = Address(
            channel, more.get("external_id", f"a{number}@example.org"), more.get("workspace", "")
        )
        self._tables.identities[number] = Identity(
            number,
            person_id,
            address,
            more.get("direct"),
            more.get("active", True),
            more.get("mail_stopped_at") is not None,
        )
        return number

    def team(self, organization_id: int, name: str | None = None, **more: Any) -> int:
        number = self._number()
        fields = {"zone": "Europe/Madrid"} | more
        self._tables.teams[number] = Team(organization_id, number, name or f"Team {number}", **fields)
        return number

    def member(
        self,
        organization_id: int,  # noqa: ARG002 -- as in World
        team_id: int,
        person_id: int,
        role: Role = Role.MEMBER,
        joined_at: datetime | None = None,
    ) -> None:
        self._tables.memberships[team_id, person_id] = role
        if joined_at is not None:
            self._tables.joined[team_id, person_id] = joined_at

    def target(self, organization_id: int, team_id: int, channel: Channel, workspace: str) -> int:
        number = self._number()
        self._tables.workspaces.setdefault((channel, workspace), WorkspaceRow(organization_id, ""))
        self._tables.targets[number] = DigestTarget(number, team_id, Place(channel, workspace, f"C{number}"))
        return number

    def absence(self, organization_id: int, person_id: int, first: date, last: date | None) -> None:  # noqa: ARG002 -- as in World
        self._tables.absences[self._number()] = Absence(person_id, first, last)

    def holiday(self, organization_id: int, country: str, day: date) -> None:
        self._tables.holidays[organization_id, country, day] = "a holiday"

    def answer(self, organization_id: int, person_id: int, day: date) -> int:
        number = self._number()
        answer = Answer(number, person_id, day, f"source {number}", LONG_AGO)
        self._tables.answers[number] = AnswerRow(organization_id, answer)
        return number

    def done(
        self,
        organization_id: int,
        person_id: int,
        day: date,
        text: str,
        team_ids: Sequence[int] = (),
        kind: LineKind = LineKind.DONE,
        **more: Any,
    ) -> int:
        answer_id = more.get("answer_id") or self.answer(organization_id, person_id, day)
        number = self._number()
        done = Done(number, person_id, day, kind, text, tuple(team_ids), more.get("position", 0))
        self._tables.dones[number] = DoneRow(organization_id, answer_id, done)
        return number

    def delivery(self, organization_id: int, key: Key, due_at: datetime, **more: Any) -> int:
        new = NewDelivery(
            key=key,
            organization_id=organization_id,
            recipient=Recipient(Address(Channel.EMAIL, "ada@example.org")),
            due_at=due_at,
            person_id=more.get("person_id"),
        )
        add_deliveries(self._tables, [new], State(more.get("state", State.READY)))
        ref = next(row.ref for row in self._tables.deliveries.values() if row.new.key == key)
        self._tables.change_delivery(ref, receipt=more.get("receipt", ""))
        return ref.id
