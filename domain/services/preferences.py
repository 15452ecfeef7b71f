"""When, where and on which days somebody is asked."""

from dataclasses import replace

from domain import facts as f
from domain.commands import SetChannel, SetDays, SetTime, SetZone
from domain.deliveries import Recipient
from domain.errors import Refusal
from domain.local_time import DEFAULT_ZONE, parse_days, parse_minute
from domain.people import Channel, Identity, Person, preferred_identity
from domain.places import find_zone
from domain.ports.tenant import Tenant
from domain.teams import Role, Team, asked_days

_CHANNEL_WORDS = {"slack": Channel.SLACK, "discord": Channel.DISCORD}


def show(tenant: Tenant, person: Person, changed: str = "") -> f.SettingsShown:
    memberships = tenant.teams.of(person.id)
    team_days = (team.work_days for team, role in memberships if role.writes)
    identities = _usable(tenant, person)
    preferred = preferred_identity(person, identities)
    return f.SettingsShown(
        minute=person.prompt_minute,
        zone=person.zone,
        days=asked_days(person.own_days, team_days),
        days_are_teams=person.own_days is None,
        channel=preferred.address.channel if preferred else None,
        channels=tuple(sorted({identity.address.channel for identity in identities})),
        teams=tuple(team.name for team, role in memberships if role.reads),
        changed=changed,
    )


def _usable(tenant: Tenant, person: Person) -> list[Identity]:
    return [each for each in tenant.people.identities(person.id) if not each.stopped]


def change(
    tenant: Tenant, person: Person, command: SetTime | SetZone | SetDays | SetChannel
) -> f.SettingsShown:
    """Store one setting and show what is true now.

    Raises:
        Refusal: it cannot be read, or she has no address on that channel.
    """
    match command:
        case SetTime():
            return _save(
                tenant, replace(person, prompt_minute=parse_minute(command.text), minute_chosen=True), "time"
            )
        case SetZone():
            return _set_zone(tenant, person, find_zone(command.text))
        case SetDays():
            days = None if command.text.casefold() == "team" else parse_days(command.text)
            return _save(tenant, replace(person, own_days=days), "days")
        case SetChannel():
            return _set_channel(tenant, person, _CHANNEL_WORDS.get(command.text.casefold(), Channel.EMAIL))


def _set_zone(tenant: Tenant, person: Person, zone: str) -> f.SettingsShown:
    """Set her zone, and that of each team she made while hers was unknown, as it always is on Discord."""
    moving = [
        team
        for team, role in tenant.teams.of(person.id)
        if role is Role.MANAGER and team.zone == DEFAULT_ZONE != zone and not person.zone_chosen
    ]
    for team in moving:
        move_team(tenant, team, zone)
    shown = _save(tenant, replace(person, zone=zone, zone_chosen=True), "zone")
    return replace(shown, moved=tuple(team.name for team in moving))


def move_team(tenant: Tenant, team: Team, zone: str) -> Team:
    """Move a team to another zone, and with it the members who have the team's zone and chose none."""
    moved = replace(team, zone=zone)
    tenant.teams.save(moved)
    for member, _ in tenant.teams.members(team.id):
        if member.zone == team.zone and not member.zone_chosen:
            tenant.people.save(replace(member, zone=zone))
    return moved


def _set_channel(tenant: Tenant, person: Person, channel: Channel) -> f.SettingsShown:
    on_channel = (each for each in _usable(tenant, person) if each.address.channel is channel)
    identity = next(on_channel, None)
    if identity is None:
        raise Refusal(
            f"I cannot reach you {channel.by} yet. "
            "Whoever runs donelog can add that with `donelog member link`."
        )
    tenant.outbox.reroute(person.id, Recipient.at(identity))
    return _save(tenant, replace(person, preferred=channel), "channel")


def _save(tenant: Tenant, person: Person, changed: str) -> f.SettingsShown:
    tenant.people.save(person)
    return show(tenant, person, changed)
