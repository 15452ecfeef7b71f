"""How people, teams and addresses are named on the command line."""

from email.utils import parseaddr

from domain.errors import Refusal
from domain.local_time import parse_minute
from domain.people import Address, Channel, Person, name_in
from domain.ports.tenant import Tenant
from domain.teams import Team

_ADDRESSES = "`ana@example.com`, `slack:T123/U456` or `discord:123`"


class NobodyError(Refusal):
    """There is no person of that name."""


def read_address(text: str) -> Address:
    """An address from `ana@example.com`, `slack:T123/U456` or `discord:123`.

    Raises:
        Refusal: it is none of these.
    """
    kind, colon, rest = text.strip().partition(":")
    workspace, slash, user = rest.partition("/")
    if kind.casefold() == "slack" and workspace and slash and user:
        return Address(Channel.SLACK, user, workspace)
    if kind.casefold() == "discord" and rest.isdecimal():
        return Address(Channel.DISCORD, rest)
    mail = parseaddr(text)[1].casefold()
    if not colon and mail.count("@") == 1 and "." in mail.partition("@")[2]:
        return Address(Channel.EMAIL, mail)
    raise Refusal(f"“{text}” is no address; it should be {_ADDRESSES}.")


def show_address(address: Address) -> str:
    """The form that `read_address` reads."""
    match address.channel:
        case Channel.SLACK:
            return f"slack:{address.workspace}/{address.external_id}"
        case Channel.DISCORD:
            return f"discord:{address.external_id}"
        case Channel.EMAIL:
            return address.external_id


def name_at(text: str) -> str:
    """`Ana Lopez` from `Ana Lopez <ana@example.com>` or `ana.lopez@example.com`."""
    name, address = parseaddr(text)
    return name or name_in(address)


def is_address(text: str) -> bool:
    return "@" in text or text.casefold().startswith(("slack:", "discord:"))


def person(tenant: Tenant, text: str) -> Person:
    """The one person meant by an address, a number of `donelog member list`, or a name.

    Raises:
        Refusal: nobody is, or several are.
    """
    if is_address(text):
        found = tenant.people.at(read_address(text))
        if found is None:
            raise Refusal(f"I know nobody at {text}. `donelog member list` shows everybody.")
        return found[0]
    if text.isdecimal():
        return _numbered(tenant, int(text))
    return _only_one(tenant, text)


def _numbered(tenant: Tenant, number: int) -> Person:
    try:
        return tenant.people.get(number)
    except LookupError:
        raise Refusal(f"There is nobody numbered {number}. `donelog member list` shows everybody.") from None


def _only_one(tenant: Tenant, name: str) -> Person:
    named = [each for each in tenant.people.named(name) if each.active]
    exactly = [each for each in named if each.name.casefold() == name.casefold()]
    meant = exactly or named
    if not meant:
        raise NobodyError(f"I know nobody called “{name}”. `donelog member list` shows everybody.")
    if len(meant) > 1:
        listed = ", ".join(f"{each.name} ({each.id})" for each in meant[:10])
        raise Refusal(f"“{name}” could be several people: {listed}. Give the number.")
    return meant[0]


def team(tenant: Tenant, name: str) -> Team:
    """The team of that name.

    Raises:
        Refusal: there is none.
    """
    found = tenant.teams.named(name.strip().lstrip("#"))
    if found is None:
        raise Refusal(f"There is no team called “{name}”. `donelog team list` shows all of them.")
    return found


def channel(word: str) -> Channel:
    """The chat channel of that name.

    Raises:
        Refusal: there is none that has workspaces.
    """
    chats = {"slack": Channel.SLACK, "discord": Channel.DISCORD}
    if word.casefold() not in chats:
        raise Refusal(f"“{word}” has no workspaces; say `slack` or `discord`.")
    return chats[word.casefold()]


def digest_minute(text: str) -> int:
    """Minutes after midnight from a time as people write it.

    Raises:
        Refusal: it is none, or outside of the hours of a digest.
    """
    try:
        return parse_minute(text)
    except Refusal as refusal:
        raise Refusal(f"“{text}” is no time from 04:00 to 23:45, such as 08:30.") from refusal
