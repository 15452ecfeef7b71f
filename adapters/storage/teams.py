"""The teams of one organization."""

from datetime import datetime
from functools import partial

from sqlalchemy import ColumnElement, and_, delete, exists, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.storage.rows import of_organization, person_of, select_teams, team_of
from adapters.storage.tables import digest_targets, memberships, people, teams, workspaces
from adapters.storage.transaction import Transaction
from domain.errors import Refusal
from domain.local_time import DEFAULT_DIGEST_MINUTE, WORKING_WEEK
from domain.people import Channel, Person
from domain.teams import DigestTarget, Place, Role, Team


class PostgresTeams:
    """`domain.ports.tenant.Teams`."""

    def __init__(self, transaction: Transaction, organization_id: int) -> None:
        self._connection = transaction.connection
        self._remembered = transaction.remembered
        self._organization_id = organization_id
        self._mine = partial(of_organization, organization_id)

    def get(self, team_id: int) -> Team | None:
        return self._one(teams.c.id == team_id)

    def named(self, name: str) -> Team | None:
        return self._one(teams.c.folded_name == name.casefold())

    def add(self, name: str, zone: str, now: datetime) -> Team:
        new = insert(teams).values(
            organization_id=self._organization_id,
            name=name,
            folded_name=name.casefold(),
            zone=zone,
            digest_minute=DEFAULT_DIGEST_MINUTE,
            work_days=WORKING_WEEK,
            created_at=now,
        )
        once = new.on_conflict_do_nothing(index_elements=["organization_id", "folded_name"])
        row = self._connection.execute(once.returning(teams)).one_or_none()
        if row is None:
            raise _taken(name)
        return team_of(row)

    def save(self, team: Team) -> None:
        other = self.named(team.name)
        if other is not None and other.id != team.id:
            raise _taken(team.name)
        values = {
            "name": team.name,
            "folded_name": team.name.casefold(),
            "zone": team.zone,
            "digest_minute": team.digest_minute,
            "work_days": team.work_days,
        }
        self._remembered.forget()
        self._connection.execute(update(teams).where(self._mine(teams), teams.c.id == team.id).values(values))

    def of(self, person_id: int) -> list[tuple[Team, Role]]:
        hers = (self._organization_id, person_id)
        if hers not in self._remembered.teams:
            self._remembered.teams[hers] = self._of(person_id)
        return self._remembered.teams[hers]

    def _of(self, person_id: int) -> list[tuple[Team, Role]]:
        query = (
            select(teams, memberships.c.role)
            .join(memberships, memberships.c.team_id == teams.c.id)
            .where(self._mine(memberships), memberships.c.person_id == person_id)
            .order_by(teams.c.folded_name)
        )
        return [(team_of(row), Role(row.role)) for row in self._connection.execute(query)]

    def members(self, team_id: int) -> list[tuple[Person, Role]]:
        query = (
            select(people, memberships.c.role)
            .join(memberships, memberships.c.person_id == people.c.id)
            .where(self._mine(memberships), memberships.c.team_id == team_id, people.c.active)
            .order_by(people.c.folded_name, people.c.id)
        )
        return [(person_of(row), Role(row.role)) for row in self._connection.execute(query)]

    def managers(self) -> list[Person]:
        manages = exists().where(
            self._mine(memberships),
            memberships.c.person_id == people.c.id,
            memberships.c.role == Role.MANAGER,
        )
        query = select(people).where(self._mine(people), people.c.active, manages)
        rows = self._connection.execute(query.order_by(people.c.folded_name, people.c.id))
        return [person_of(row) for row in rows]

    def join(self, team_id: int, person_id: int, role: Role, now: datetime) -> bool:
        """Somebody who was only invited becomes what `role` says, and counts as new."""
        new = insert(memberships).values(
            organization_id=self._organization_id,
            team_id=team_id,
            person_id=person_id,
            role=role,
            joined_at=now,
        )
        joined = new.on_conflict_do_update(
            index_elements=["organization_id", "team_id", "person_id"],
            set_={"role": new.excluded.role, "joined_at": new.excluded.joined_at},
            where=and_(memberships.c.role == Role.INVITED, new.excluded.role != Role.INVITED),
        )
        self._remembered.forget()
        return self._connection.execute(joined.returning(memberships.c.role)).one_or_none() is not None

    def leave(self, team_id: int, person_id: int) -> None:
        self._remembered.forget()
        self._connection.execute(
            delete(memberships).where(
                self._mine(memberships),
                memberships.c.team_id == team_id,
                memberships.c.person_id == person_id,
            )
        )

    def add_target(self, team_id: int, place: Place) -> DigestTarget:
        """Post the team's digest there; nothing changes where it is posted there already.

        Raises:
            Refusal: the place is in no workspace or guild of this organization.
        """
        linked = select(
            literal(self._organization_id),
            literal(team_id),
            workspaces.c.channel,
            workspaces.c.external_id,
            literal(place.external_id),
            literal(place.name),
        ).where(
            self._mine(workspaces),
            workspaces.c.channel == place.channel,
            workspaces.c.external_id == place.workspace,
        )
        columns = ["organization_id", "team_id", "channel", "workspace", "external_id", "name"]
        new = insert(digest_targets).from_select(columns, linked)
        kept = new.on_conflict_do_update(index_elements=columns[:-1], set_={"name": new.excluded.name})
        number = self._connection.scalar(kept.returning(digest_targets.c.id))
        if number is None:
            raise Refusal("The workspace or server of that channel is not connected here.")
        return DigestTarget(number, team_id, place)

    def at(self, place: Place) -> list[Team]:
        return self._posting(
            digest_targets.c.channel == place.channel,
            digest_targets.c.workspace == place.workspace,
            digest_targets.c.external_id == place.external_id,
        )

    def in_workspace(self, channel: Channel, workspace: str) -> list[Team]:
        return self._posting(digest_targets.c.channel == channel, digest_targets.c.workspace == workspace)

    def everything(self) -> list[Team]:
        return self._all()

    def _posting(self, *where: ColumnElement[bool]) -> list[Team]:
        posting = select(digest_targets.c.team_id).where(self._mine(digest_targets), *where)
        return self._all(teams.c.id.in_(posting))

    def _all(self, *where: ColumnElement[bool]) -> list[Team]:
        query = select_teams().where(self._mine(teams), *where).order_by(teams.c.folded_name)
        return [team_of(row) for row in self._connection.execute(query)]

    def _one(self, where: ColumnElement[bool]) -> Team | None:
        found = self._all(where)
        return found[0] if found else None


def _taken(name: str) -> Refusal:
    return Refusal(f"There is a team called “{name}” already.")
