"""A stored post of Inbound Parse: its content type and its fields, from the raw octets.

https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from adapters.email.charsets import decode

WANTED = frozenset(
    [
        *["email", "headers", "text", "html", "from", "to", "cc", "subject"],
        *["envelope", "charsets", "dkim", "SPF", "dmarc"],
    ]
)
"""The fields that are read; attachments and spam reports are passed over.  `dmarc` is of our own doors."""
REPORT = "report"
"""Under this name the attachments are kept that are parts of a mail server's report."""
_REPORT_TYPES = frozenset(
    [b"message/delivery-status", b"message/feedback-report", b"text/rfc822-headers", b"message/rfc822"]
)
_MOST_PARTS = 1_000
_LONGEST_CONTENT_TYPE = 500


def pack(content_type: str, body: bytes) -> bytes:
    """What is stored of a post: a line with its content type, an empty one, the body as it came."""
    line = " ".join(content_type.split())[:_LONGEST_CONTENT_TYPE]
    return b"Content-Type: " + line.encode("latin-1", "replace") + b"\r\n\r\n" + body


def unpack(stored: bytes) -> tuple[str, bytes]:
    """Content type and body of what `pack` stored."""
    head, _, body = stored.partition(b"\r\n\r\n")
    return head.removeprefix(b"Content-Type: ").decode("latin-1"), body


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a post, each with every value it had."""

    values: Mapping[str, tuple[bytes, ...]]

    def octets(self, name: str) -> bytes | None:
        """The first value; a second one is somebody's attempt to add a field inside another."""
        found = self.values.get(name)
        return found[0] if found else None

    def report(self) -> bytes:
        """What SendGrid attached of a mail server's report, part below part."""
        return b"\n\n".join(self.values.get(REPORT, ()))

    def proof(self, name: str) -> str | None:
        """The value of a field that something is believed for; None when it is there twice."""
        found = self.values.get(name, ())
        return decode(found[0], "utf-8") if len(found) == 1 else None

    def text(self, name: str) -> str | None:
        """The first value, read in the charset that the field `charsets` gives for it."""
        found = self.octets(name)
        if found is None:
            return None
        declared = self.json("charsets").get(name)
        return decode(found, declared if isinstance(declared, str) else None)

    def json(self, name: str) -> dict[str, Any]:
        """The object in a field, empty when there is none."""
        try:
            found = json.loads(self.proof(name) or "{}")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


def read_form(content_type: str, body: bytes) -> Form:
    """The wanted fields; a broken or cut body gives those that came before the break, and never an error."""
    reader = _Reader()
    boundary = _boundary(content_type, body)
    if boundary:
        try:
            parser = MultipartParser(boundary, reader.callbacks())  # type: ignore[arg-type]
            parser.write(body)
        except (FormParserError, ValueError, _EnoughError):
            pass
        reader.end_part()
    return Form({name: tuple(values) for name, values in reader.values.items()})


def _boundary(content_type: str, body: bytes) -> bytes:
    found = parse_options_header(content_type)[1].get(b"boundary", b"")
    if found and b"--" + found in body:
        return found
    first_line = body[:200].lstrip(b"\r\n").partition(b"\r\n")[0]  # a proxy lost or rewrote the header
    return first_line[2:] if first_line.startswith(b"--") else found


class _EnoughError(Exception):
    """More parts than any mail has."""


@dataclass(slots=True)
class _Reader:
    """Collects the wanted fields while the parser runs."""

    values: dict[str, list[bytes]] = field(default_factory=dict)
    _parts: int = 0
    _name: bytes = b""
    _value: bytes = b""
    _disposition: bytes = b""
    _type: bytes = b""
    _chunks: list[bytes] | None = None
    _field: str = ""

    def callbacks(self) -> dict[str, Any]:
        return {
            "on_part_begin": self._begin,
            "on_header_begin": self._header_begin,
            "on_header_field": self._header_name,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_part_data": self._data,
            "on_part_end": self.end_part,
        }

    def end_part(self) -> None:
        if self._chunks is not None:
            self.values.setdefault(self._field, []).append(b"".join(self._chunks))
        self._chunks = None

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > _MOST_PARTS:
            raise _EnoughError
        self._disposition = self._type = b""

    def _header_begin(self) -> None:
        self._name = self._value = b""

    def _header_name(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._name.lower() == b"content-disposition":
            self._disposition = self._value
        elif self._name.lower() == b"content-type":
            self._type = self._value.partition(b";")[0].strip().lower()

    def _headers_finished(self) -> None:
        options = parse_options_header(self._disposition)[1]
        name = options.get(b"name", b"").decode("latin-1")
        if name in WANTED and b"filename" not in options:
            self._field, self._chunks = name, []
        elif name.startswith("attachment") and self._type in _REPORT_TYPES:
            self._field, self._chunks = REPORT, []

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._chunks is not None:
            self._chunks.append(data[start:end])
