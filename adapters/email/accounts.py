"""Mail accounts, and where our own mail server listens, as their settings write them.

`smtp://` and `imap://` go over to TLS before anything is said, unless the server is this machine itself.
`smtps://` and `imaps://` are TLS from the first octet.
"""

import enum
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

OUT = "an account such as smtps://user:password@smtp.example.com or smtp://user:password@host:587"
IN = "a mailbox such as imaps://user:password@imap.example.com or imap://user:password@host:143/Folder"
LISTEN = (
    "an address to listen on, such as smtp://0.0.0.0:25?cert=/etc/mail.pem&key=/etc/mail.key, "
    "or behind another mail server smtp://127.0.0.1:2525?authserv=mx.example.com"
)
_OPTIONS = "the options after ? are plus=yes and authserv=NAME"
_YES = {"yes": True, "no": False}


class Security(enum.Enum):
    """How a connection is encrypted."""

    TLS = "tls"
    STARTTLS = "starttls"
    NONE = "none"
    """It does not leave this machine."""


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    security: Security
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A folder of a mail account, with what is known of its provider."""

    server: Server
    folder: str = "INBOX"
    plus: bool = False
    """Mail to `user+anything@domain` arrives in it."""
    authserv: str = ""
    """The name in the provider's own `Authentication-Results`; empty: none of them is believed."""


@dataclass(frozen=True, slots=True)
class Listen:
    host: str
    port: int
    certificate: Path | None = None
    """With both files STARTTLS is offered."""
    key: Path | None = None
    authserv: str = ""
    """The name in `Authentication-Results` of the one server that hands mail over; empty: none counts."""


def read_smtp(text: str) -> Server:
    """The account that mail is sent through.

    Raises:
        ValueError: it is none; the message says what it should be.
    """
    parts = _split(text, ("smtp", "smtps"), OUT)
    if parts.path.strip("/") or parts.query:
        raise ValueError(OUT)
    return _server(parts, {"smtp": 587, "smtps": 465}, OUT)


def read_imap(text: str) -> Mailbox:
    """The mailbox that answers arrive in.

    Raises:
        ValueError: it is none; the message says what it should be.
    """
    parts = _split(text, ("imap", "imaps"), IN)
    server = _server(parts, {"imap": 143, "imaps": 993}, IN)
    if not server.user:
        raise ValueError(f"{IN}: it lacks the user")
    options = _options(parts, {"plus", "authserv"}, f"{IN}; {_OPTIONS}")
    plus = _YES.get(options.get("plus", "no"))
    if plus is None:
        raise ValueError(f"{IN}; {_OPTIONS}")
    folder = unquote(parts.path.removeprefix("/")) or "INBOX"
    return Mailbox(server, folder, plus, options.get("authserv", "").lower())


def read_listen(text: str) -> Listen:
    """Where our own mail server listens.

    Raises:
        ValueError: it is none; the message says what it should be.
    """
    parts = _split(text, ("smtp",), LISTEN)
    options = _options(parts, {"cert", "key", "authserv"}, LISTEN)
    authserv = options.pop("authserv", "").lower()
    if parts.username or parts.path.strip("/") or len(options) == 1:
        raise ValueError(LISTEN)
    files = {name: Path(value) for name, value in options.items()}
    port = _port(parts, LISTEN, 25)
    return Listen(parts.hostname or "", port, files.get("cert"), files.get("key"), authserv)


def _split(text: str, schemes: tuple[str, ...], wanted: str) -> SplitResult:
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise ValueError(wanted) from error
    if parts.scheme not in schemes or not parts.hostname or parts.fragment:
        raise ValueError(f"{wanted}; in a password write %23 %2F %3F %40 %25 for # / ? @ %")
    return parts


def _server(parts: SplitResult, ports: Mapping[str, int], wanted: str) -> Server:
    host = parts.hostname or ""
    security = Security.TLS if parts.scheme.endswith("s") else Security.STARTTLS
    if security is Security.STARTTLS and _is_this_machine(host):
        security = Security.NONE
    if bool(parts.username) is not bool(parts.password):
        raise ValueError(f"{wanted}, with both user and password")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(host, _port(parts, wanted, ports[parts.scheme]), security, user, password)


def _port(parts: SplitResult, wanted: str, usual: int) -> int:
    try:
        return usual if parts.port is None else parts.port
    except ValueError as error:
        raise ValueError(wanted) from error


def _options(parts: SplitResult, known: set[str], wanted: str) -> dict[str, str]:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not options.keys() <= known or not all(options.values()):
        raise ValueError(wanted)
    return options


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
