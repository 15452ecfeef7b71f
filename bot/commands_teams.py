"""`donelog team ...` and `donelog workspace ...`."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from bot.console import around, opened, say, say_json, say_table

if TYPE_CHECKING:  # only for the checker: commands load lazily
    from bot.core import Core

CODE_LIVES = timedelta(days=7)
"""How long a code for a workspace can be typed."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]

team_app = typer.Typer(help="Teams: list, make, show, change.", no_args_is_help=True)
workspace_app = typer.Typer(
    help="Slack workspaces and Discord servers that belong here.", no_args_is_help=True
)


@team_app.command("list")
def list_teams(context: typer.Context, *, as_json: Json = False) -> None:
    """Every team."""
    from domain.local_time import show_days, show_minute

    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        tenant = uow.tenant(core.organization_id)
        found = [(team, tenant.teams.members(team.id)) for team in tenant.teams.everything()]
    if as_json:
        say_json([{"name": team.name, "zone": team.zone, "people": len(people)} for team, people in found])
    elif not found:
        say("No team yet. `/done team here` in a channel makes one, or: ./donelog team make NAME")
    else:
        rows = [
            (
                team.name,
                str(len(people)),
                f"{show_minute(team.digest_minute)} {team.zone}",
                show_days(team.work_days),
            )
            for team, people in found
        ]
        say_table(["team", "people", "digest", "works"], rows)


@team_app.command("make")
def make_team(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What people call it.")],
    zone: Annotated[str, typer.Option(help="Time zone of its digest, such as Europe/Madrid.")] = "UTC",
) -> None:
    """Make a team.  Without a channel of its own its digest goes out by mail."""
    from domain.places import find_zone

    meant = find_zone(zone)
    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        team = uow.tenant(core.organization_id).teams.add(name.strip(), meant, core.database.time())
        uow.commit()
    say(f"Made the team {team.name} in {team.zone}. Next: ./donelog member add '{team.name}' EMAIL")


@team_app.command("show")
def show_team(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The team's name.")],
    *,
    as_json: Json = False,
) -> None:
    """Who is in a team, and when each is asked."""
    from bot import naming
    from domain.local_time import show_minute

    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        tenant = uow.tenant(core.organization_id)
        team = naming.team(tenant, name)
        members = tenant.teams.members(team.id)
    people = [
        {
            "number": person.id,
            "name": person.name,
            "role": role.name.lower(),
            "asked": show_minute(person.prompt_minute),
            "zone": person.zone,
        }
        for person, role in members
    ]
    digest = show_minute(team.digest_minute)
    if as_json:
        say_json({"name": team.name, "zone": team.zone, "digest": digest, "people": people})
        return
    say(f"{team.name}: digest at {digest} {team.zone}.")
    if people:
        say_table(list(people[0]), [[str(value) for value in each.values()] for each in people])


@team_app.command("change")
def change_team(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The team's name.")],
    zone: Annotated[str, typer.Option(help="Another time zone, such as Europe/Madrid.")] = "",
    digest: Annotated[str, typer.Option(help="When its digest comes, such as 8:30.")] = "",
    days: Annotated[str, typer.Option(help="The days it works, such as mon-thu.")] = "",
) -> None:
    """Change when a team's digest comes, and the days it works."""
    from bot import naming
    from domain.local_time import parse_days, show_days, show_minute
    from domain.places import find_zone
    from domain.services.preferences import move_team

    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        tenant = uow.tenant(core.organization_id)
        team = naming.team(tenant, name)
        if zone:
            team = move_team(tenant, team, find_zone(zone))
        minute = naming.digest_minute(digest) if digest else team.digest_minute
        works = parse_days(days) if days else team.work_days
        tenant.teams.save(replace(team, digest_minute=minute, work_days=works))
        uow.commit()
    say(f"{team.name}: digest at {show_minute(minute)} {team.zone}, {show_days(works)}.")


@workspace_app.command("list")
def list_workspaces(context: typer.Context, *, as_json: Json = False) -> None:
    """Every workspace and server that belongs here."""
    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        found = uow.directory.workspaces(core.organization_id)
    rows = [(channel.name.lower(), external_id, name) for channel, external_id, name in found]
    if as_json:
        say_json([dict(zip(("channel", "id", "name"), row, strict=True)) for row in rows])
    elif rows:
        say_table(["channel", "id", "name"], rows)
    else:
        say("None yet. ./donelog setup slack (or discord) connects the first one.")


@workspace_app.command("code")
def workspace_code(context: typer.Context) -> None:
    """A code that connects one more workspace or server.  It is typed there."""
    with opened(around(context).settings()) as core:
        say(connect_code(core))


@workspace_app.command("add")
def add_workspace(
    context: typer.Context,
    channel: Annotated[str, typer.Argument(help="slack or discord.")],
    external_id: Annotated[str, typer.Argument(help="The workspace's id (T...) or the server's (a number).")],
    name: Annotated[str, typer.Argument(help="What people call it.")] = "",
) -> None:
    """Connect a workspace or server by its id."""
    from bot import naming

    meant = naming.channel(channel)
    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        uow.directory.link(core.organization_id, meant, external_id, name or external_id)
        uow.commit()
    say(f"{name or external_id} is connected.")


def connect_code(core: "Core") -> str:
    """What to type, and until when."""
    last = core.database.time().date() + CODE_LIVES
    code = core.tokens.connect_code(core.organization_id, last)
    return f"/done connect {code}\n(typed in a channel there, until {last:%d %B %Y})"
