"""The teams of one organization, in memory."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from domain.errors import Refusal
from domain.people import Channel, Person
from domain.teams import DigestTarget, Place, Role, Team
from tests.fakes.people import fold
from tests.fakes.rows import Tables


class FakeTeams:
    """`domain.ports.tenant.Teams`."""

    def __init__(self, tables: Tables, organization_id: int) -> None:
        self._tables = tables
        self._organization_id = organization_id

    def get(self, team_id: int) -> Team | None:
        return next((team for team in self.everything() if team.id == team_id), None)

    def named(self, name: str) -> Team | None:
        return next((team for team in self.everything() if team.name.casefold() == name.casefold()), None)

    def add(self, name: str, zone: str, now: datetime) -> Team:  # noqa: ARG002 -- the port says so
        if self.named(name) is not None:
            raise _taken(name)
        team = Team(self._organization_id, next(self._tables.numbers), name, zone)
        self._tables.teams[team.id] = team
        return team

    def save(self, team: Team) -> None:
        other = self.named(team.name)
        if other is not None and other.id != team.id:
            raise _taken(team.name)
        if self.get(team.id) is not None:
            self._tables.teams[team.id] = team

    def of(self, person_id: int) -> list[tuple[Team, Role]]:
        mine = [each for each in self._tables.roles_of(person_id) if self._mine(each[0])]
        return sorted(mine, key=lambda each: each[0].name.casefold())

    def members(self, team_id: int) -> list[tuple[Person, Role]]:
        if self.get(team_id) is None:
            return []
        found = [
            (self._tables.people[person_id], role)
            for (team, person_id), role in self._tables.memberships.items()
            if team == team_id and self._tables.people[person_id].active
        ]
        return sorted(found, key=lambda each: (fold(each[0].name), each[0].id))

    def managers(self) -> list[Person]:
        members = [each for team in self.everything() for each in self.members(team.id)]
        managing = {person.id: person for person, role in members if role is Role.MANAGER}
        return sorted(managing.values(), key=lambda each: (fold(each.name), each.id))

    def join(self, team_id: int, person_id: int, role: Role, now: datetime) -> bool:
        old = self._tables.memberships.get((team_id, person_id))
        if old is not None and not (old is Role.INVITED and role is not Role.INVITED):
            return False
        self._tables.memberships[team_id, person_id] = role
        self._tables.joined[team_id, person_id] = now
        return True

    def leave(self, team_id: int, person_id: int) -> None:
        if self.get(team_id) is not None:
            self._tables.memberships.pop((team_id, person_id), None)

    def add_target(self, team_id: int, place: Place) -> DigestTarget:
        workspace = self._tables.workspaces.get((place.channel, place.workspace))
        if workspace is None or workspace.organization_id != self._organization_id:
            raise Refusal("The workspace or server of that channel is not connected here.")
        there = (
            each.id
            for each in self._targets()
            if each.team_id == team_id and replace(each.place, name="") == replace(place, name="")
        )
        number = next(there, None) or next(self._tables.numbers)
        target = DigestTarget(number, team_id, place)
        self._tables.targets[number] = target
        return target

    def at(self, place: Place) -> list[Team]:
        nameless = replace(place, name="")
        return self._posting(each for each in self._targets() if replace(each.place, name="") == nameless)

    def in_workspace(self, channel: Channel, workspace: str) -> list[Team]:
        wanted = (channel, workspace)
        return self._posting(
            each for each in self._targets() if (each.place.channel, each.place.workspace) == wanted
        )

    def everything(self) -> list[Team]:
        mine = (team for team in self._tables.teams.values() if self._mine(team))
        return sorted(mine, key=lambda team: team.name.casefold())

    def _targets(self) -> list[DigestTarget]:
        return [
            each for each in self._tables.targets.values() if self._mine(self._tables.teams[each.team_id])
        ]

    def _posting(self, targets: Iterable[DigestTarget]) -> list[Team]:
        team_ids = {each.team_id for each in targets}
        return [team for team in self.everything() if team.id in team_ids]

    def _mine(self, team: Team) -> bool:
        return team.organization_id == self._organization_id


def _taken(name: str) -> Refusal:
    return Refusal(f"There is a team called “{name}” already.")
