"""Making, joining and leaving teams."""

from dataclasses import replace
from datetime import datetime

from domain import facts as f
from domain.commands import Invite, Join, Leave, Origin, TeamHere
from domain.errors import Refusal
from domain.people import CHATS, Person
from domain.ports.tenant import Tenant
from domain.teams import Place, Role, Team


def team_here(
    tenant: Tenant, person: Person, origin: Origin, command: TeamHere, now: datetime
) -> f.TeamMade | f.JoinOffered:
    """A team whose digest is posted where this was typed; the caller is its manager.

    Where a team of hers already has that name, its digest comes here too.

    Raises:
        Refusal: it was not typed in a channel, she is in the team of that channel already, or the name
            belongs to a team that she is not in.
    """
    if origin.place is None:
        raise Refusal("Type `/done team here` in the channel where the team should read what got done.")
    here = tenant.teams.at(origin.place)
    mine = {team.id for team in _teams(tenant, person)}
    if here and mine.issuperset(team.id for team in here):
        names = " and ".join(team.name for team in here)
        raise Refusal(
            f"{_shown(origin.place)} already reads what {names} got done. "
            "`/done team here` in another channel makes another team."
        )
    if here:
        return f.JoinOffered(tuple((team.id, team.name) for team in here))
    name = command.name or origin.place.name or "team"
    known = tenant.teams.named(name)
    if known is not None and known.id not in mine:
        raise Refusal(
            f"There is already a team called {known.name}. `/done join {known.name}` makes you part of it; "
            "`/done team here another-name` makes one of your own."
        )
    team = known or tenant.teams.add(name, person.zone, now)
    tenant.teams.add_target(team.id, origin.place)
    if known is None:
        tenant.teams.join(team.id, person.id, Role.MANAGER, now)
    place = f"#{origin.place.name}" if origin.place.name else ""
    return f.TeamMade(team.id, team.name, team.zone, team.digest_minute, place, known is not None)


def _shown(place: Place) -> str:
    return f"#{place.name}" if place.name else "This channel"


def join(
    tenant: Tenant, person: Person, origin: Origin, command: Join, now: datetime
) -> f.Joined | f.JoinOffered:
    """Become a member; where several teams could be meant, they are offered.

    Raises:
        Refusal: there is no team of that name.
    """
    teams = _meant(tenant, origin, command)
    if len(teams) != 1:
        return f.JoinOffered(tuple((team.id, team.name) for team in teams))
    return _join_one(tenant, person, teams[0], now)


def _join_one(tenant: Tenant, person: Person, team: Team, now: datetime) -> f.Joined:
    first = not any(role.reads for _, role in tenant.teams.of(person.id))
    if first and not person.zone_chosen and person.zone != team.zone:
        person = replace(person, zone=team.zone)
        tenant.people.save(person)
    new = tenant.teams.join(team.id, person.id, Role.MEMBER, now)
    days = team.work_days if person.own_days is None else person.own_days
    return f.Joined(team.name, already=not new, minute=person.prompt_minute, zone=person.zone, days=days)


def _meant(tenant: Tenant, origin: Origin, command: Join) -> list[Team]:
    if command.team_id is not None:
        team = tenant.teams.get(command.team_id)
        return [team] if team else []
    if command.name:
        return [named(tenant, command.name)]
    return joinable(tenant, origin)


def joinable(tenant: Tenant, origin: Origin) -> list[Team]:
    """The teams of this channel, else of this workspace or guild."""
    here = tenant.teams.at(origin.place) if origin.place else []
    if here or origin.address.channel not in CHATS:
        return here
    return tenant.teams.in_workspace(origin.address.channel, origin.guild) if origin.guild else []


def named(tenant: Tenant, name: str) -> Team:
    """The team of that name.

    Raises:
        Refusal: there is none.
    """
    team = tenant.teams.named(name.strip().lstrip("#"))
    if team is None:
        raise Refusal(f"There is no team called “{name}”. `/done join` shows the ones there are.")
    return team


def leave(tenant: Tenant, person: Person, command: Leave) -> f.Left:
    """Leave a team; what was written stays, and one word brings her back as a member.

    Raises:
        Refusal: she is in none, or in several and named none of them; or she is more or less than a member,
            which no word would bring back, and did not name the team.
    """
    team = _own(tenant, person, command.name, "leave")
    if not command.name:
        _refuse_what_is_not_undone(tenant, person, team)
    tenant.teams.leave(team.id, person.id)
    if not any(role.writes for _, role in tenant.teams.of(person.id)):
        tenant.outbox.cancel_prompt(person.id, None)  # nobody would read the answer
    return f.Left(team.name, team.id)


def _refuse_what_is_not_undone(tenant: Tenant, person: Person, team: Team) -> None:
    role = next(role for each, role in tenant.teams.of(person.id) if each.id == team.id)
    if role is not Role.MEMBER:
        is_now = "manage" if role is Role.MANAGER else "only read"
        raise Refusal(
            f"You {is_now} {team.name}, and would come back as somebody who is asked. "
            f"If you mean it, write `/done leave {team.name}`."
        )


def team_to_invite_to(tenant: Tenant, person: Person, origin: Origin, command: Invite) -> Team:
    """The team somebody is invited to: the named one, that of this channel, or her only one.

    Raises:
        Refusal: she is not in it, or it is not clear which.
    """
    here = tenant.teams.at(origin.place) if origin.place and not command.team_name else []
    mine = {team.id for team in _teams(tenant, person)}
    meant = [team for team in here if team.id in mine]
    return meant[0] if len(meant) == 1 else _own(tenant, person, command.team_name, "invite to")


def _own(tenant: Tenant, person: Person, name: str, verb: str) -> Team:
    mine = _teams(tenant, person)
    wanted = name.strip().lstrip("#").casefold()
    meant = [team for team in mine if not wanted or team.name.casefold() == wanted]
    if len(meant) == 1:
        return meant[0]
    if not mine:
        raise Refusal("You are not in a team yet. `/done join` shows the ones there are.")
    names = ", ".join(team.name for team in mine)
    raise Refusal(f"Which team to {verb}? You are in: {names}.")


def _teams(tenant: Tenant, person: Person) -> list[Team]:
    return [team for team, role in tenant.teams.of(person.id) if role.reads]
