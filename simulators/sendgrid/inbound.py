"""Inbound Parse: a received mail as the form that SendGrid posts.

https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/inbound-email
"""

import json
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from typing import Literal

_IP = "203.0.113.9"


Mode = Literal["raw", "parsed"]
"""`raw`: the whole message in the field `email` ("POST the raw, full MIME message").  `parsed`: its texts and
attachments in fields of their own, each text in the charset that the mail has it in."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What SendGrid says about who sent it."""

    spf: str
    """`pass`, `fail`, `softfail`, `neutral`, `none`, ... for the envelope's sender."""
    dkim: str
    """`{@example.com : pass}`, several separated by commas, or `none`; not JSON."""


@dataclass(frozen=True, slots=True)
class Envelope:
    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    value: bytes
    filename: str | None = None
    kind: str | None = None


def form(raw: bytes, envelope: Envelope, mode: Mode, verdict: Verdict) -> tuple[str, bytes]:
    """The content type and the octets of the form for the mail `raw`."""
    message = message_from_bytes(raw)
    if mode == "raw":
        charsets: dict[str, str] = {}
        fields = [_Field("email", raw)]
    else:
        charsets, fields = _parsed(message, raw)
    fields += _common(message, envelope, verdict, charsets)
    return _multipart(fields)


def _common(
    message: Message, envelope: Envelope, verdict: Verdict, charsets: dict[str, str]
) -> Iterator[_Field]:
    for name in ("to", "cc", "from", "subject"):
        if name in message:
            charsets[name] = "UTF-8"
            yield _field(name, _readable(message, name))
    yield _field("dkim", verdict.dkim)
    yield _field("SPF", verdict.spf)
    yield _field("sender_ip", _IP)
    yield _field("spam_score", "0.011")
    yield _field("spam_report", "Spam detection software has looked at this message.\n")
    yield _field("envelope", json.dumps({"to": list(envelope.recipients), "from": envelope.sender}))
    yield _field("charsets", json.dumps(charsets))


def _parsed(message: Message, raw: bytes) -> tuple[dict[str, str], list[_Field]]:
    charsets: dict[str, str] = {}
    fields = [_Field("headers", raw.replace(b"\r\n", b"\n").partition(b"\n\n")[0] + b"\n")]
    attached = []
    for part in message.walk():
        kind = part.get_content_type()
        name = {"text/plain": "text", "text/html": "html"}.get(kind)
        if part.is_multipart():
            continue
        if name is None or name in charsets or part.get_content_disposition() == "attachment":
            attached.append(part)
        else:
            charsets[name] = part.get_content_charset("us-ascii")
            fields.append(_Field(name, _octets(part).replace(b"\r\n", b"\n")))
    return charsets, fields + _attachments(attached)


def _attachments(parts: Sequence[Message]) -> list[_Field]:
    named = {f"attachment{place}": part for place, part in enumerate(parts, start=1)}
    about = {
        name: {
            "filename": part.get_filename(name),
            "name": part.get_filename(name),
            "type": part.get_content_type(),
        }
        for name, part in named.items()
    }
    files = [
        _Field(name, _octets(part), part.get_filename(name), part.get_content_type())
        for name, part in named.items()
    ]
    counted = _field("attachments", str(len(parts)))
    return [counted, _field("attachment-info", json.dumps(about)), *files] if files else [counted]


def _octets(part: Message) -> bytes:
    """The part's content with only the transfer encoding undone."""
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""


def _readable(message: Message, name: str) -> str:
    try:
        return str(make_header(decode_header(str(message[name]))))
    except (LookupError, UnicodeDecodeError, ValueError):
        return str(message[name])


def _field(name: str, text: str) -> _Field:
    return _Field(name, text.encode("utf-8", "replace"))


def _multipart(fields: Sequence[_Field]) -> tuple[str, bytes]:
    boundary = b"xYzZY"
    while any(b"--" + boundary in field.value for field in fields):
        boundary = secrets.token_hex(12).encode()
    parts = [
        b"--" + boundary + b"\r\n" + _head(field) + b"\r\n\r\n" + field.value + b"\r\n" for field in fields
    ]
    body = b"".join([*parts, b"--" + boundary + b"--\r\n"])
    return f"multipart/form-data; boundary={boundary.decode()}", body


def _head(field: _Field) -> bytes:
    head = f'Content-Disposition: form-data; name="{field.name}"'
    if field.filename is not None:
        filename = field.filename.replace('"', "%22").replace("\r", "").replace("\n", "")
        head += f'; filename="{filename}"\r\nContent-Type: {field.kind}'
    return head.encode("utf-8", "replace")
