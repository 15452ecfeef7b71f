"""`donelog member ...`, `donelog invite` and `donelog search`."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from bot.console import agreed, around, fail, opened, say, say_json, say_table, strong
from domain.errors import Refusal

if TYPE_CHECKING:  # only for the checker: commands load lazily
    from datetime import datetime

    from domain.people import Address, Person
    from domain.ports.tenant import Tenant
    from domain.teams import Role, Team

Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
WHO = "A name, a number of `member list`, or an address."

member_app = typer.Typer(
    help="People: list them, add to a team, link or renew an address.", no_args_is_help=True
)


@member_app.command("list")
def list_members(
    context: typer.Context,
    team: Annotated[str, typer.Option(help="Only those in that team.")] = "",
    *,
    as_json: Json = False,
) -> None:
    """Everybody, with all their addresses."""
    from bot import naming

    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        tenant = uow.tenant(core.organization_id)
        people = _people(tenant, naming.team(tenant, team) if team else None)
        rows = [_member(tenant, person) for person in people]
    if as_json:
        say_json([row._asdict() for row in rows])
    elif rows:
        shown = [
            (
                str(row.number),
                row.name,
                f"{row.asked} {row.zone}",
                ", ".join(row.teams),
                " ".join(row.addresses),
            )
            for row in rows
        ]
        say_table(["number", "name", "asked", "teams", "addresses"], shown)
    else:
        say("Nobody yet. Whoever joins a team appears here.")


def _people(tenant: "Tenant", team: "Team | None") -> "list[Person]":
    if team is None:
        return [person for person in tenant.people.everybody() if person.active]
    return [person for person, _ in tenant.teams.members(team.id)]


class _Member(NamedTuple):
    """A line of `donelog member list`; programs get it by these names."""

    number: int
    name: str
    zone: str
    asked: str
    """The time of her prompt, `18:00`."""
    teams: list[str]
    addresses: list[str]


def _member(tenant: "Tenant", person: "Person") -> _Member:
    from bot import naming
    from domain.local_time import show_minute

    return _Member(
        number=person.id,
        name=person.name,
        zone=person.zone,
        asked=show_minute(person.prompt_minute),
        teams=[team.name for team, _ in tenant.teams.of(person.id)],
        addresses=[naming.show_address(each.address) for each in tenant.people.identities(person.id)],
    )


@member_app.command("add")
def add_members(
    context: typer.Context,
    team: Annotated[str, typer.Argument(help="The team's name.")],
    people: Annotated[
        list[str], typer.Argument(help="Mail addresses, also as 'Ana Lopez <ana@example.com>', or names.")
    ],
    role: Annotated[str, typer.Option(help="member, manager or observer.")] = "member",
) -> None:
    """Put people into a team.  An address that nobody has makes a new person, who is asked by mail."""
    from bot import naming

    meant = _role(role)
    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        tenant = uow.tenant(core.organization_id)
        joined = naming.team(tenant, team)
        lines = [_add(tenant, joined, each, meant, core.database.time()) for each in people]
        uow.commit()
    for line in lines:
        say(line)


def _role(word: str) -> "Role":
    from domain.teams import Role

    roles = {each.name.lower(): each for each in (Role.MEMBER, Role.MANAGER, Role.OBSERVER)}
    if word.lower() not in roles:
        raise Refusal(f"“{word}” is no role; say {', '.join(roles)}.")
    return roles[word.lower()]


def _add(tenant: "Tenant", team: "Team", who: str, role: "Role", now: "datetime") -> str:
    from bot import naming
    from domain.people import Profile

    if "@" in who:
        profile = Profile(naming.name_at(who))
        person, _ = tenant.people.add(profile, naming.read_address(who), None, now)
    else:
        person = _somebody_here(tenant, who)
    if not person.zone_chosen and not tenant.teams.of(person.id):  # as when she joins her first team herself
        tenant.people.save(replace(person, zone=team.zone))
    new = tenant.teams.join(team.id, person.id, role, now)
    return f"{person.name} is {'now' if new else 'already'} in {team.name}."


def _somebody_here(tenant: "Tenant", who: str) -> "Person":
    from bot import naming

    try:
        return naming.person(tenant, who)
    except naming.NobodyError as nobody:
        raise Refusal(f"{nobody} Somebody new needs a mail address, such as ana@example.com.") from nobody


@member_app.command("link")
def link_member(
    context: typer.Context,
    who: Annotated[str, typer.Argument(help=WHO)],
    address: Annotated[str, typer.Argument(help="ana@example.com, slack:T123/U456 or discord:123.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Merge without asking.")] = False,
) -> None:
    """Give a person one more address.  Where somebody else has it, the two become one person."""
    from bot import naming

    meant = naming.read_address(address)
    shown = naming.show_address(meant)
    with opened(around(context).settings()) as core:
        with core.database.storage.begin() as uow:
            tenant = uow.tenant(core.organization_id)
            person, found = naming.person(tenant, who), tenant.people.at(meant)
        other = found[0] if found and found[0].id != person.id else None
        if other is not None and not yes:  # asked outside a transaction: people take their time
            say(f"{shown} is {other.name} ({other.id}). All that is theirs goes to {person.name}.")
            if not agreed("Are they the same person?"):
                fail("nothing was changed.")
        with core.database.storage.begin() as uow:
            _link(uow.tenant(core.organization_id), person, other, meant)
            uow.commit()
    say(f"{shown} is {person.name}.")


def _link(tenant: "Tenant", person: "Person", other: "Person | None", address: "Address") -> None:
    if other is None:
        tenant.people.add_identity(person.id, address)
    else:
        tenant.people.merge(person.id, other.id)


@member_app.command("renew-address")
def renew_address(
    context: typer.Context,
    who: Annotated[str, typer.Argument(help=WHO)],
) -> None:
    """Give a person a new mail address here.  The old one, that others may have seen, stops working."""
    from bot import naming

    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        tenant = uow.tenant(core.organization_id)
        person = naming.person(tenant, who)
        tenant.people.renew_address(person.id)
        uow.commit()
    say(f"{person.name} gets mail from a new address now; what is sent to the old one counts for nothing.")


def invite(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="Who is invited.")],
    team: Annotated[str, typer.Argument(help="The team's name.")],
    by: Annotated[str, typer.Option("--as", help=f"Who invites: {WHO} The team's manager by default.")] = "",
) -> None:
    """Invite somebody by mail; a reply makes them a member."""
    from bot import naming
    from domain.commands import Invite
    from domain.services import linking

    settings = around(context).settings()
    if not settings.sends_mail:
        raise Refusal("Mail is not set up, so nobody can be invited by mail: ./donelog setup email")
    address = naming.read_address(email).external_id
    with opened(settings) as core, core.database.storage.begin() as uow:
        tenant = uow.tenant(core.organization_id)
        joined = naming.team(tenant, team)
        inviter = naming.person(tenant, by) if by else _manager(tenant, joined)
        linking.invite(tenant, inviter, joined, Invite(address, joined.name), core.database.time())
        uow.commit()
    say(f"{inviter.name} invites {address} to {joined.name}; the mail goes out while donelog runs.")


def _manager(tenant: "Tenant", team: "Team") -> "Person":
    from domain.teams import Role

    members = tenant.teams.members(team.id)
    people = [person for person, role in members if role is Role.MANAGER]
    people = people or [person for person, role in members if role is Role.MEMBER]
    if len(people) != 1:
        raise Refusal(f"Who is inviting to {team.name}? Say who: --as PERSON, such as --as ana@example.com")
    return people[0]


def search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help="Words, and from: on: after: before:.")],
    by: Annotated[str, typer.Option("--as", help=f"Who asks: {WHO}")] = "",
    page: Annotated[int, typer.Option(min=1, help="Which page; each has ten lines.")] = 1,
    *,
    as_json: Json = False,
) -> None:
    """Search what got done, as one person would see it.  Where there is only one, that is who asks."""
    from domain.commands import Search
    from domain.engines import Engines
    from domain.services import searching

    with opened(around(context).settings()) as core, core.database.storage.begin() as uow:
        tenant = uow.tenant(core.organization_id)
        asker = _asker(tenant, by)
        engines = [each for each in (core.indexer, core.database.search) if each is not None]
        command = Search(" ".join(words), page)
        shown = searching.search(tenant, asker, command, Engines(engines), core.database.time())
    if as_json:
        hits = [
            {"name": hit.name, "day": hit.day, "kind": hit.kind.name.lower(), "text": hit.text}
            for hit in shown.hits
        ]
        say_json({"total": shown.total, "page": shown.page, "pages": shown.pages, "hits": hits})
        return
    for hit in shown.hits:
        say(f"{hit.day:%a %d %b %Y}  {hit.name}  {_bold(hit.text, hit.matches)}")
    more = f"; the next: --page {shown.page + 1}" if shown.page < shown.pages else ""
    say(f"{shown.total or 'Nothing'} found, as {asker.name} sees it{more}.")


def _asker(tenant: "Tenant", who: str) -> "Person":
    from bot import naming

    if who:
        return naming.person(tenant, who)
    people = [person for person in tenant.people.everybody() if person.active]
    if len(people) != 1:
        raise Refusal(
            "What a search finds depends on who asks. Say who: --as PERSON, such as --as ana@example.com"
        )
    return people[0]


def _bold(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with these spans of it in bold."""
    pieces: list[str] = []
    done = 0
    for start, end in spans:
        pieces += [text[done:start], strong(text[start:end])]
        done = end
    return "".join([*pieces, text[done:]])
