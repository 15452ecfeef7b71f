"""Signed tokens: addresses, buttons, links and codes that somebody could send back.

One key for each purpose, derived from the installation's secret; the first secret signs, all verify.
Integers are packed tightly: a mail's local part holds 64 octets, a Discord button's id 100 characters.
"""

import base64
from collections.abc import Iterator, Sequence
from datetime import date
from hmac import compare_digest

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.commands import Command, Join, NothingToday, PickOrganization, Search, StopMail
from domain.ports.front import MailClaim, SignedCommand
from domain.replies import Away, Back, ClaimMail

_MAC = 16
"""Octets of a signature: 128 bits."""
_PREFIX = "done+"
_MOST_OCTETS = 75
"""What 100 characters of base64 hold."""


class SignedTokens:
    """`domain.ports.front.Tokens` by HMAC; nothing is stored.

    Args:
        secrets: the first signs, all verify; changing a secret is putting a new one in front.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        purposes = ("mail", "command", "connect", "credential")
        self._macs = {each: [_mac_for(secret, each) for secret in secrets] for each in purposes}

    # ------------------------------------------------------------ mail addresses

    def mail_local_part(self, organization_id: int, person_id: int, version: int = 0) -> str:
        """The first version is not written down, so that addresses of before there were others are one."""
        numbers = (organization_id, person_id, version) if version else (organization_id, person_id)
        signed = self._sign("mail", _pack(numbers))
        return _PREFIX + base64.b32encode(signed).decode().rstrip("=").lower()

    def read_mail_local_part(self, local_part: str) -> MailClaim | None:
        lowered = local_part.lower()
        if not lowered.startswith(_PREFIX):
            return None
        try:
            raw = base64.b32decode(_padded(lowered[len(_PREFIX) :].upper(), 8))
            organization_id, person_id, *version = _unpack_all(self._verify("mail", raw))
        except ValueError:
            return None
        return MailClaim(organization_id, person_id, version[0] if version else 0)

    # ------------------------------------------------------------ buttons and links

    def sign_command(self, organization_id: int, person_id: int | None, command: Command) -> str:
        body = _pack((organization_id, 0 if person_id is None else person_id)) + _pack_command(command)
        signed = self._sign("command", body)
        if len(signed) > _MOST_OCTETS:
            raise ValueError(f"{type(command).__name__} does not fit into a button")
        return base64.urlsafe_b64encode(signed).decode().rstrip("=")

    def read_command(self, token: str) -> SignedCommand | None:
        try:
            body = self._verify("command", base64.urlsafe_b64decode(_padded(token, 4).encode("ascii")))
            organization_id, person_id, code, *_ = _unpack(body, 3)
            command = _unpack_command(code, body[_length(body, 3) :])
        except (ValueError, OverflowError):
            return None
        return SignedCommand(organization_id, person_id or None, command)

    # ------------------------------------------------------------ what we log in with

    def digest_of(self, credential: str) -> str:
        return _mac(self._macs["credential"][0], credential.encode()).hex()

    # ------------------------------------------------------------ codes for workspaces

    def connect_code(self, organization_id: int, expires: date) -> str:
        signed = self._sign("connect", _pack((organization_id, expires.toordinal())))
        return base64.b32encode(signed).decode().rstrip("=").lower()

    def read_connect_code(self, code: str, today: date) -> int | None:
        try:
            raw = base64.b32decode(_padded(code.strip().upper(), 8))
            organization_id, expires = _unpack(self._verify("connect", raw), 2)
        except ValueError:
            return None
        return organization_id if today.toordinal() <= expires else None

    # ------------------------------------------------------------ signatures

    def _sign(self, purpose: str, body: bytes) -> bytes:
        return body + _mac(self._macs[purpose][0], body)

    def _verify(self, purpose: str, signed: bytes) -> bytes:
        body, mac = signed[:-_MAC], signed[-_MAC:]
        matches = [compare_digest(_mac(keyed, body), mac) for keyed in self._macs[purpose]]
        if not body or not any(matches):
            raise ValueError("not signed by this installation")
        return body


def _mac_for(secret: str, purpose: str) -> HMAC:
    """An HMAC with the key taken in, to be copied for each signature: the key is most of what one costs."""
    key = HKDF(SHA256(), 32, salt=None, info=f"donelog {purpose}".encode()).derive(secret.encode())
    return HMAC(key, SHA256())


def _mac(keyed: HMAC, body: bytes) -> bytes:
    mac = keyed.copy()
    mac.update(body)
    return mac.finalize()[:_MAC]


def _padded(text: str, to: int) -> str:
    return text + "=" * (-len(text) % to)


# ---------------------------------------------------------------- integers and texts, packed


def _pack(values: Sequence[int | str]) -> bytes:
    """A number seven bits an octet, lowest first, the eighth set if more follow; a text behind its length."""
    packed = bytearray()
    for value in values:
        if isinstance(value, str):
            encoded = value.encode()
            packed += _pack((len(encoded),)) + encoded
            continue
        rest = value
        while rest >= 0x80:  # noqa: PLR2004 -- seven bits
            packed.append(rest & 0x7F | 0x80)
            rest >>= 7
        packed.append(rest)
    return bytes(packed)


def _varints(packed: bytes) -> Iterator[tuple[int, int]]:
    """Each number with the place where it ends."""
    value = shift = 0
    for place, octet in enumerate(packed, 1):
        value |= (octet & 0x7F) << shift
        shift += 7
        if octet < 0x80:  # noqa: PLR2004 -- the last octet of a number
            yield value, place
            value = shift = 0


def _unpack(packed: bytes, count: int) -> list[int]:
    found = [value for value, _ in _varints(packed)][:count]
    if len(found) < count:
        raise ValueError("too short")
    return found


def _unpack_all(packed: bytes) -> list[int]:
    return [value for value, _ in _varints(packed)]


def _length(packed: bytes, count: int) -> int:
    """How many octets the first `count` numbers take."""
    return [place for _, place in _varints(packed)][count - 1]


def _pack_command(command: Command) -> bytes:  # noqa: PLR0911 -- an arm a command
    match command:
        case NothingToday(day):
            return _pack((1, day.toordinal() if day else 0))
        case Join(team_id) if team_id is not None:
            return _pack((2, team_id))
        case Search(query, page):
            return _pack((3, page, query))
        case StopMail(identity_id):
            return _pack((4, identity_id))
        case PickOrganization(organization_id, day, inbox_id):
            return _pack((5, organization_id, day.toordinal(), inbox_id))
        case ClaimMail(day, inbox_id, hers):
            return _pack((6, day.toordinal(), inbox_id, int(hers)))
        case Away(period):
            return _pack((7, period))
        case Back():
            return _pack((8,))
        case _:
            raise ValueError(f"no button carries {type(command).__name__}")


def _unpack_command(code: int, rest: bytes) -> Command:  # noqa: PLR0911 -- an arm a command
    match code:
        case 1:
            ordinal = _unpack(rest, 1)[0]
            return NothingToday(date.fromordinal(ordinal) if ordinal else None)
        case 2:
            return Join(_unpack(rest, 1)[0])
        case 3:
            page, size = _unpack(rest, 2)
            start = _length(rest, 2)
            return Search(rest[start : start + size].decode(), page)
        case 4:
            return StopMail(_unpack(rest, 1)[0])
        case 5:
            organization_id, ordinal, inbox_id = _unpack(rest, 3)
            return PickOrganization(organization_id, date.fromordinal(ordinal), inbox_id)
        case 6:
            ordinal, inbox_id, hers = _unpack(rest, 3)
            return ClaimMail(date.fromordinal(ordinal), inbox_id, hers=bool(hers))
        case 7:
            size, start = _unpack(rest, 1)[0], _length(rest, 1)
            return Away(rest[start : start + size].decode())
        case 8:
            return Back()
        case _:
            raise ValueError("unknown button")
