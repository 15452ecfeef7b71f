"""Who somebody is: identities, invitations, codes for workspaces."""

from dataclasses import dataclass
from datetime import datetime

from domain import facts as f
from domain.commands import Connect, Invite, Origin, Surface
from domain.deliveries import Key, Kind, NewDelivery, Recipient
from domain.errors import ProfileWanted, Refusal
from domain.people import Address, Channel, Identity, Person, Profile, mailbox, name_in, untagged
from domain.ports.directory import OrganizationIdentity
from domain.ports.front import Tokens
from domain.ports.storage import UnitOfWork
from domain.ports.tenant import Tenant
from domain.teams import Role, Team


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody in an organization, and the identity she came by."""

    tenant: Tenant
    person: Person
    identity: Identity
    weak: bool = False
    """Known by her reply address alone: neither DKIM nor SPF proves the sender, as with forwarded mail."""
    is_new: bool = False
    """She was nobody here until now."""


@dataclass(frozen=True, slots=True)
class Held:
    """Nobody can say who it is; what arrived is kept for a person to decide."""

    reason: str
    facts: f.Facts | None = None
    """What the sender is told, if anything."""
    organization_id: int | None = None
    """The organization that speaks to the sender."""
    owner_id: int | None = None
    """The person of that organization who may have sent it, and is asked."""


_NO_TOKEN = Held("no token for this workspace", f.TokenMissing(kept=True))


def identify(uow: UnitOfWork, origin: Origin, now: datetime) -> Known | Held:  # noqa: PLR0911 -- a rule a line
    """The person a request is from, made when a linked workspace vouches for her.

    The organization is that of the signed token, else of the guild or workspace, else of the only active
    identity at the address, else of the last prompt that went there.

    Raises:
        ProfileWanted: she is new and the channel has not yet said who she is.
    """
    if origin.vouched or origin.surface is Surface.WEB:
        return _herself(uow, origin)
    if origin.claimed_by_token:
        return _by_mail_token(uow, origin)
    if origin.address.channel is Channel.EMAIL and not origin.aligned:
        return _unproved(uow, origin)
    organization_id = _organization(uow, origin)
    if organization_id is not None:
        return _in_organization(uow, organization_id, origin, now)
    identities = _identities_at(uow, origin)
    if len(identities) > 1:
        return _several(origin, [(each.organization_id, each.organization_name) for each in identities])
    if identities:
        return _in_organization(uow, identities[0].organization_id, origin, now)
    if origin.guild and origin.speechless:
        return _NO_TOKEN
    if origin.guild:
        return Held("workspace or guild not connected", f.NotConnected())
    if origin.profile is None and origin.address.channel is not Channel.EMAIL:
        raise ProfileWanted
    host = uow.directory.organizations()[0].id  # she has none; the installation's own speaks
    return Held("nobody is known at that address", f.Stranger(), host)


def _identities_at(uow: UnitOfWork, origin: Origin) -> list[OrganizationIdentity]:
    """Those of the address, else those of its mailbox."""
    at = uow.directory.identities_at
    return at(origin.address) or at(untagged(origin.address))


def _unproved(uow: UnitOfWork, origin: Origin) -> Held:
    """An unproved From is never believed; the person whose address it shows may be asked."""
    identities = _identities_at(uow, origin)
    reason = "mail without a reply address of ours, and nobody vouches for its sender"
    if not identities:
        return Held(reason)
    return Held(
        reason, organization_id=identities[0].organization_id, owner_id=identities[0].identity.person_id
    )


def _organization(uow: UnitOfWork, origin: Origin) -> int | None:
    if origin.organization_id is not None:
        return origin.organization_id
    guild = origin.guild or (origin.profile.guild if origin.profile else "")
    found = uow.directory.organization_of(origin.address.channel, guild) if guild else None
    identities = uow.directory.identities_at(origin.address) if found is None and not origin.guild else []
    return uow.directory.last_prompted(origin.address) if len(identities) > 1 else found


def _several(origin: Origin, choices: list[tuple[int, str]]) -> Held:
    if origin.inbox is None:
        return Held("could be meant for several organizations")
    facts = f.WhichOrganization(tuple(choices), origin.inbox.day, origin.inbox.id)
    return Held("could be meant for several organizations", facts, choices[0][0])


def _by_mail_token(uow: UnitOfWork, origin: Origin) -> Known | Held:  # noqa: PLR0911 -- a rule a line
    """A mail to somebody's own address; whoever it was forwarded to knows that address too."""
    if origin.organization_id is None or origin.person_id is None:
        return Held("reply address without a person")
    tenant = uow.tenant(origin.organization_id)
    if tenant.people.address_version(origin.person_id) != origin.address_version:
        return Held("written to an address that has been renewed")
    person = tenant.people.get(origin.person_id)
    if not person.active:
        return Held("written to the address of somebody who has left")
    identity, is_hers = _mail_identity(tenant, person, origin)
    if is_hers is False:
        return Held("written to somebody's own address by somebody else, as she says")
    if identity is None:
        return _maybe_of(person, "written to somebody's own address by somebody else")
    if origin.aligned is False:
        return _maybe_of(person, "the sender's domain disowns the mail")
    return Known(tenant, person, identity, weak=origin.aligned is None)


def _maybe_of(person: Person, reason: str) -> Held:
    return Held(reason, organization_id=person.organization_id, owner_id=person.id)


def _mail_identity(tenant: Tenant, person: Person, origin: Origin) -> tuple[Identity | None, bool | None]:
    """Her identity behind the sender's address, and what she has said of an address that is none of hers."""
    identities = tenant.people.identities(person.id)
    mails = [each for each in identities if each.address.channel is Channel.EMAIL]
    for each in mails:
        if each.address == origin.address:
            return each, True
    email = mailbox(origin.address.external_id)
    for each in mails:
        if mailbox(each.address.external_id) == email:
            return each, True
    is_hers = tenant.senders.is_hers(person.id, email)
    return (next(iter([*mails, *identities]), None) if is_hers else None), is_hers


def _herself(uow: UnitOfWork, origin: Origin) -> Known | Held:
    """Who she is by a signed token made for one person, or by her own word for an item that was held."""
    if origin.organization_id is None or origin.person_id is None:
        return Held("a link that names nobody")
    tenant = uow.tenant(origin.organization_id)
    if tenant.people.address_version(origin.person_id) is None:
        return Held("a link of somebody who is gone")
    person = tenant.people.get(origin.person_id)
    identities = tenant.people.identities(person.id)
    if not identities or not person.active:
        return Held("a link of somebody who is gone")
    of_channel = [each for each in identities if each.address.channel is origin.address.channel]
    return Known(tenant, person, (of_channel or identities)[0])


def _in_organization(uow: UnitOfWork, organization_id: int, origin: Origin, now: datetime) -> Known | Held:
    tenant = uow.tenant(organization_id)
    found = tenant.people.at(origin.address) or tenant.people.at(untagged(origin.address))
    if found is not None:
        return Known(tenant, *found)
    if origin.address.channel is Channel.EMAIL:
        return Held("nobody is known at that address")
    if origin.profile is None and origin.speechless:
        return _NO_TOKEN
    if origin.profile is None:
        raise ProfileWanted
    new = tenant.people.add(origin.profile, origin.address, origin.direct, now)
    return Known(tenant, *new, is_new=True)


def keep_direct(known: Known, origin: Origin) -> None:
    """Remember the direct-message channel that she wrote in."""
    if origin.direct and known.identity.direct != origin.direct:
        known.tenant.people.keep_direct(known.identity.id, origin.direct)


def accept_invitations(known: Known, now: datetime) -> bool:
    """Whoever answers is a member of the teams she was invited to, and gets mail again; whether she was."""
    invited = [team for team, role in known.tenant.teams.of(known.person.id) if role is Role.INVITED]
    for team in invited:
        known.tenant.teams.join(team.id, known.person.id, Role.MEMBER, now)
    if known.identity.stopped:
        known.tenant.people.resume_mail(known.identity.id)
    return bool(invited)


def connect(uow: UnitOfWork, tokens: Tokens, command: Connect, origin: Origin, now: datetime) -> f.Facts:
    """Link the workspace or guild that this was typed in.

    Raises:
        Refusal: the code is wrong or too old, or it was not typed in a workspace or guild.
    """
    organization_id = tokens.read_connect_code(command.code, now.date())
    if organization_id is None:
        raise Refusal(
            "That code is wrong or too old. Whoever runs donelog makes one: `donelog workspace code`."
        )
    if not origin.guild:
        raise Refusal("Type it in a channel of the workspace or server that you want to connect.")
    if origin.speechless:
        return f.TokenMissing(kept=False)
    name = origin.place.name if origin.place else ""
    uow.directory.link(organization_id, origin.address.channel, origin.guild, name)
    return f.Connected("")


def invite(tenant: Tenant, inviter: Person, team: Team, command: Invite, now: datetime) -> f.Facts:
    """Write to somebody who takes part by mail; her answer makes her a member."""
    address = Address(Channel.EMAIL, command.email.strip().casefold())
    profile = Profile(name_in(address.external_id), team.zone)
    person, identity = tenant.people.at(address) or tenant.people.add(profile, address, None, now)
    if not tenant.teams.join(team.id, person.id, Role.INVITED, now):
        return f.Invited(address.external_id, team.name, already=True)
    facts = f.Invitation(inviter.name, team.name, person.prompt_minute, person.zone, team.work_days)
    key = Key(now.date(), Kind.INVITATION, person.id, team.id)
    recipient = Recipient(address, identity_id=identity.id)
    tenant.outbox.add([NewDelivery(key, tenant.organization_id, recipient, now, person.id, facts=facts)])
    return f.Invited(address.external_id, team.name, already=False)
