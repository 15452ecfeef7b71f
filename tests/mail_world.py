"""What tests of mail stand on: readable tokens, a core that writes down what it is told, and posts."""

# ruff: noqa: ARG002 -- a stand-in passes over what no test looks at

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from starlette.routing import Route

from adapters.email.addresses import MailNames
from adapters.email.forms import pack
from adapters.email.reader import MailReader
from adapters.email.signatures import SIGNATURE_HEADER, TIMESTAMP_HEADER
from adapters.email.understanding import Question, Understood, understand
from domain import facts as f
from domain.commands import Command, Help, InboxRef, NothingToday, Origin, Request, Search, StopMail
from domain.deliveries import Delivery, Kind, Recipient, Ref
from domain.delivery_events import DeliveryEvent
from domain.messages import Message, Nothing, Reply
from domain.people import Address, Channel
from domain.ports.front import MailClaim, Reading, SignedCommand, StorageDown
from domain.ports.inbox import Arrival, InboxItem, Lane, Source
from domain.wording import word

TUESDAY = date(2026, 11, 24)
PROMPT = word(f.PromptAsked(TUESDAY, explain=False), Channel.EMAIL)
NOW = datetime(2026, 11, 24, 23, 10, tzinfo=UTC)
NAMES = MailNames("in.example.com", "donelog <donelog@example.com>")
FIXTURES = Path(__file__).parent / "fixtures"
INBOX = InboxRef(date(2026, 11, 24), 9)


class FakeClock:
    def now(self) -> datetime:
        return NOW

    def real(self) -> datetime:
        return NOW


class FakeTokens:
    """Tokens that tell what they hold; a forged one does not end in `sig`."""

    def mail_local_part(self, organization_id: int, person_id: int, version: int = 0) -> str:
        numbers = [organization_id, person_id, *([version] if version else [])]
        return f"done+{'.'.join(map(str, numbers))}.sig"

    def read_mail_local_part(self, local_part: str) -> MailClaim | None:
        start, plus, token = local_part.lower().partition("+")
        *numbers, end = token.split(".")
        if start != "done" or not plus or len(numbers) not in {2, 3} or end != "sig":
            return None
        return MailClaim(*map(int, numbers)) if all(each.isdecimal() for each in numbers) else None

    def sign_command(self, organization_id: int, person_id: int | None, command: Command) -> str:
        match command:
            case StopMail(identity_id):
                what = f"stop{identity_id}"
            case NothingToday():
                what = "nothing"
            case Search(query) if len(query) > 40:
                raise ValueError("Search does not fit into a button")
            case _:
                what = type(command).__name__.lower()
        return f"{organization_id}.{person_id or 0}.{what}.sig"

    def read_command(self, token: str) -> SignedCommand | None:
        parts = token.split(".")
        if len(parts) != 4 or parts[3] != "sig":
            return None
        command: Command = Help()
        if parts[2].startswith("stop"):
            command = StopMail(int(parts[2].removeprefix("stop")))
        elif parts[2] == "nothing":
            command = NothingToday(date(2026, 11, 24))
        return SignedCommand(int(parts[0]), int(parts[1]) or None, command)

    def digest_of(self, credential: str) -> str:
        return f"digest {len(credential)}"

    def connect_code(self, organization_id: int, expires: date) -> str:
        return f"{organization_id}"

    def read_connect_code(self, code: str, today: date) -> int | None:
        return None


async def _understand_here(questions: Sequence[Question]) -> Sequence[Understood | None]:
    return [understand(*each) for each in questions]


READER = MailReader(FakeTokens(), NAMES, _understand_here)
"""Reads mails in this process."""


def read_here(item: InboxItem) -> Reading:
    """What `READER` makes of it, for whoever has no event loop."""
    return asyncio.run(READER.read(item))


@dataclass
class FakeFront:
    down: bool = False
    heard: list[Arrival] = field(default_factory=list)
    noted: list[DeliveryEvent] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    reply: Reply = field(default_factory=lambda: Nothing("nothing to say"))

    async def hear(self, arrival: Arrival) -> None:
        if self.down:
            raise StorageDown
        self.heard.append(arrival)

    async def ask(self, arrival: Arrival, request: Request) -> Reply:
        if self.down:
            raise StorageDown
        self.heard.append(arrival)
        self.asked.append(request)
        return self.reply

    async def note(self, events: Sequence[DeliveryEvent]) -> None:
        if self.down:
            raise StorageDown
        self.noted.extend(events)

    async def suggest(self, origin: Origin, field: str, typed: str) -> list[str]:
        return []

    async def workspace_found(
        self, channel: Channel, workspace: str, name: str, *, belongs: bool = True
    ) -> None:
        return None


class Key:
    """A key pair as SendGrid has one."""

    def __init__(self) -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())

    @property
    def public(self) -> str:
        der = self._private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64.b64encode(der).decode()

    def headers(self, body: bytes, timestamp: str | int = int(NOW.timestamp())) -> dict[str, str]:
        signature = self._private.sign(str(timestamp).encode() + body, ec.ECDSA(SHA256()))
        return {SIGNATURE_HEADER: base64.b64encode(signature).decode(), TIMESTAMP_HEADER: str(timestamp)}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


async def call(  # noqa: PLR0913 -- a request has so many parts
    routes: Sequence[Route],
    method: str,
    path: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    query: str = "",
    broken_off: bool = False,
    never_ends: bool = False,
) -> Answer:
    """One request to an application of these routes alone, without a socket."""
    sent: list[dict[str, Any]] = []
    chunks = [body[start : start + 65536] for start in range(0, len(body), 65536)] or [b""]

    async def receive() -> dict[str, Any]:
        if chunks:
            more = len(chunks) > 1 or broken_off or never_ends
            return {"type": "http.request", "body": chunks.pop(0), "more_body": more}
        if never_ends:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(dict(message))

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "scheme": "http",
        "query_string": query.encode(),
        "headers": [
            (name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()
        ],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await Starlette(routes=list(routes))(scope, receive, send)
    start = next(each for each in sent if each["type"] == "http.response.start")
    answered = {name.decode(): value.decode("latin-1") for name, value in start["headers"]}
    content = b"".join(each.get("body", b"") for each in sent if each["type"] == "http.response.body")
    return Answer(start["status"], answered, content)


def form(
    fields: Mapping[str, bytes | str], boundary: str = "xYzZY", types: Mapping[str, str] | None = None
) -> tuple[str, bytes]:
    """Content type and body of a form as SendGrid posts it; fields with a type in `types` are files."""
    parts = []
    for name, value in fields.items():
        octets = value if isinstance(value, bytes) else value.encode()
        kind = (types or {}).get(name)
        file = f'; filename="{name}"\r\nContent-Type: {kind}' if kind else ""
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n'.encode()
        parts.append(head + octets + b"\r\n")
    return f"multipart/form-data; boundary={boundary}", b"".join(parts) + f"--{boundary}--\r\n".encode()


def item(content_type: str, body: bytes, at: datetime = NOW) -> InboxItem:
    return InboxItem(INBOX, Source.MAIL_RAW, Lane.SAID, pack(content_type, body), at, tries=0)


def raw_item(
    raw: bytes | str,
    *,
    to: str = "done+1.7.sig@in.example.com",
    sender: str = "ana@example.com",
    spf: str = "pass",
    dkim: str = "{@example.com : pass}",
    at: datetime = NOW,
) -> InboxItem:
    """An inbox item with a whole message, as raw mode posts it."""
    envelope = json.dumps({"to": [to], "from": sender})
    fields = {"email": raw, "dkim": dkim, "SPF": spf, "envelope": envelope, "charsets": "{}"}
    return item(*form(fields), at)


def mail_file(name: str) -> bytes:
    """A message of `tests/fixtures/mail/`, with the line ends of the wire."""
    return (FIXTURES / "mail" / name).read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def letter(*headers: str, body: str = "shipped it") -> str:
    """A message with these header lines."""
    return "\r\n".join((*headers, "", body, ""))


def delivery(number: int, address: str = "", message: Message | None = PROMPT, **changed: Any) -> Delivery:
    """The question of the day on its way to person `number`."""
    fields: dict[str, Any] = {
        "ref": Ref(TUESDAY, number),
        "attempt": 1,
        "kind": Kind.PROMPT,
        "organization_id": 1,
        "person_id": number,
        "recipient": Recipient(
            Address(Channel.EMAIL, address or f"p{number}@example.com"), identity_id=100 + number
        ),
        "message": message,
        "day": TUESDAY,
        "unsubscribe": True,
    }
    return Delivery(**{**fields, **changed})
