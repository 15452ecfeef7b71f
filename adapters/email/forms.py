"""A stored post of Inbound Parse: its content type and its fields, from the raw octets.

https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from python_multipart.multipart import parse_options_header

from adapters.email.boundaries import split
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
"""More than any mail has."""
_LONGEST_PART_HEAD = 16 * 1024
_PLAIN_BOUNDARY = re.compile(r'multipart/form-data; boundary=("?)([\w=./-]+)\1', re.ASCII)
"""The content type of a post as SendGrid, or our own door, writes it."""
_PLAIN_FIELD = re.compile(rb'Content-Disposition: form-data; name="(\w+)"\r\n\r\n')
"""The headers of a part as SendGrid writes them."""
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

    values: Mapping[str, Sequence[bytes]]

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
    values: dict[str, list[bytes]] = {}
    boundary = _boundary(content_type, body)
    if boundary:
        for start, end in islice(split(body, 0, len(body), b"--" + boundary), _MOST_PARTS):
            name, begins = _field(body, start, end)
            if name:
                values.setdefault(name, []).append(body[begins:end])
    return Form(values)


def _boundary(content_type: str, body: bytes) -> bytes:
    plain = _PLAIN_BOUNDARY.fullmatch(content_type)
    if plain is not None:
        found = plain[2].encode()
    else:
        found = parse_options_header(content_type)[1].get(b"boundary", b"")
    if found and b"--" + found in body:
        return found
    first_line = body[:200].lstrip(b"\r\n").partition(b"\r\n")[0]  # a proxy lost or rewrote the header
    return first_line[2:] if first_line.startswith(b"--") else found


def _field(body: bytes, start: int, end: int) -> tuple[str, int]:
    """Under which name the part is kept, empty when it is not wanted, and where its value begins."""
    if (plain := _PLAIN_FIELD.match(body, start, end)) is not None:
        name = plain[1].decode("ascii")
        return (name, plain.end()) if name in WANTED else ("", end)
    blank = body.find(b"\r\n\r\n", start, min(end, start + _LONGEST_PART_HEAD))
    return (_odd_field(body[start:blank]), blank + 4) if blank >= 0 else ("", end)


def _odd_field(head: bytes) -> str:
    """The name of a part whose headers are not as SendGrid writes those of a field."""
    headers = [line.partition(b":") for line in head.split(b"\r\n")]
    said = {name.lower(): value.strip() for name, _, value in headers}
    options = parse_options_header(said.get(b"content-disposition", b""))[1]
    name = options.get(b"name", b"").decode("latin-1")
    if name in WANTED and b"filename" not in options:
        return name
    type_ = said.get(b"content-type", b"").partition(b";")[0].strip().lower()
    return REPORT if name.startswith("attachment") and type_ in _REPORT_TYPES else ""
