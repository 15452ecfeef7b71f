"""A raw message taken apart: its headers and its texts, within bounds that no honest mail reaches.

Python's own parser builds every part and recurses into nested ones; a mail made to hurt costs it seconds or
its stack.  Here the parts are cut by hand and each part's own headers alone are given to it.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser

from adapters.email.charsets import decode

MOST_HEADER_BYTES = 64 * 1024
LONGEST_HEADER = 4 * 1024
MOST_PARTS = 100
DEEPEST = 20
LONGEST_TEXT = 256 * 1024
"""Octets of one text as it is sent, characters once it is decoded."""
_TEXTS = frozenset(["text/plain", "text/html"])
_LIKE_A_BOUNDARY = re.compile(rb"^--([!-~][ -~]{0,68}[!-~])[ \t]{0,9}\r?\n[Cc]ontent-", re.MULTILINE)
_LINE_FEED = 10
_LONGEST_BOUNDARY_END = 80
"""What may follow a boundary on its line: `--` and white space."""
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Texts:
    """The plain and the HTML text of a message, decoded; empty where there is none."""

    plain: str = ""
    html: str = ""
    flowed: bool = False
    """format=flowed (RFC 3676): a line that ends in a space goes on in the next."""
    delsp: bool = False
    """And that space itself does not belong to the text."""


@dataclass(slots=True)
class _Budget:
    parts: int = MOST_PARTS
    texts: dict[str, list[tuple[Message, bytes]]] = field(default_factory=dict)


def read_headers(block: bytes) -> Message:
    """The headers in front of the first empty line; the rest is not looked at."""
    return BytesHeaderParser().parsebytes(_head_and_body(block)[0])


def read_message(raw: bytes) -> tuple[Message, Texts]:
    """Headers and texts of a whole message."""
    head, body = _head_and_body(raw)
    message = BytesHeaderParser().parsebytes(head)
    budget = _Budget()
    _walk(message, body, budget, DEEPEST)
    plain, html = budget.texts.get("text/plain", []), budget.texts.get("text/html", [])
    return message, Texts(
        _joined(plain),
        _joined(html),
        flowed=bool(plain) and _parameter(plain[0][0], "format") == "flowed",
        delsp=bool(plain) and _parameter(plain[0][0], "delsp") == "yes",
    )


def header_values(message: Message) -> Iterator[tuple[str, str]]:
    """Every header with its name in lower case and its value on one line, cut at 4 kB.

    Encoded words stay encoded: addresses must be taken apart before, or a name could pass for an address.
    """
    for name, raw in message.raw_items():
        value = str(raw)[:LONGEST_HEADER]
        if not value.isascii():
            value = decode(value.encode("utf-8", "surrogateescape"), "utf-8")
        yield name.lower(), " ".join(value.split())


def decoded_words(value: str) -> str:
    """A header's value with its encoded words (RFC 2047) decoded, on one line."""
    if "=?" not in value:
        return value
    try:
        pieces = decode_header(value)
    except (HeaderParseError, binascii.Error, ValueError):
        return value
    words = "".join(
        piece if isinstance(piece, str) else decode(piece, charset or "utf-8") for piece, charset in pieces
    )
    return " ".join(words.split())


def _head_and_body(raw: bytes) -> tuple[bytes, bytes]:
    found = _BLANK_LINE.search(raw, 0, MOST_HEADER_BYTES)
    if raw.startswith((b"\n", b"\r\n")):  # a part without headers
        return b"", raw.lstrip(b"\r\n")
    if found is None and len(raw) > MOST_HEADER_BYTES:
        found = _BLANK_LINE.search(raw)
    if found is None:
        return raw[:MOST_HEADER_BYTES], b""
    return raw[: min(found.start(), MOST_HEADER_BYTES)] + b"\n", raw[found.end() :]


def _walk(part: Message, body: bytes, budget: _Budget, depth: int) -> None:
    budget.parts -= 1
    kind = part.get_content_type()
    if kind.startswith("multipart/") and depth > 0:
        for inner in _parts(part, body):
            if budget.parts <= 0:
                return
            head, rest = _head_and_body(inner)
            _walk(BytesHeaderParser().parsebytes(head), rest, budget, depth - 1)
    elif kind in _TEXTS and body.strip() and not _is_attached(part):
        so_far = budget.texts.setdefault(kind, [])
        room = LONGEST_TEXT - sum(len(text) for _, text in so_far)
        if room > 0 and not (so_far and _has_name(part)):
            so_far.append((part, body[:room]))


def _parts(part: Message, body: bytes) -> Iterator[bytes]:
    """The parts by the declared boundary, or by what looks like one where it is lost or wrong."""
    declared = _parameter(part, "boundary", keep_case=True)
    if not declared or b"--" + declared.encode("utf-8", "surrogateescape") not in body:
        found = _LIKE_A_BOUNDARY.search(body)
        declared = found[1].decode("ascii") if found else ""
    yield from _split(body, declared)


def _split(body: bytes, boundary: str) -> Iterator[bytes]:
    """The parts of a multipart; a missing last boundary ends the last part with the body."""
    if not boundary:
        return
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    start: int | None = None
    at = body.find(mark)
    while at >= 0:
        end = body.find(b"\n", at)
        end = len(body) if end < 0 else end
        rest = body[at + len(mark) : min(end, at + len(mark) + _LONGEST_BOUNDARY_END)].strip()
        if (at == 0 or body[at - 1] == _LINE_FEED) and rest in (b"", b"--"):
            if start is not None:
                yield _without_last_break(body[start:at])
            if rest:
                return
            start = end + 1
        at = body.find(mark, at + len(mark))
    if start is not None:
        yield body[start:]


def _without_last_break(part: bytes) -> bytes:
    """The line feed in front of a boundary belongs to the boundary (RFC 2046, 5.1.1)."""
    return part[:-2] if part.endswith(b"\r\n") else part.removesuffix(b"\n")


def _has_name(part: Message) -> bool:
    """It is a file, though shown inside the mail."""
    return (
        bool(_parameter(part, "name"))
        or "filename" in str(part.get("Content-Disposition", ""))[:LONGEST_HEADER]
    )


def _is_attached(part: Message) -> bool:
    disposition = str(part.get("Content-Disposition", ""))[:LONGEST_HEADER].strip().lower()
    return disposition.startswith("attachment")


def _parameter(part: Message, name: str, *, keep_case: bool = False) -> str:
    """A parameter of Content-Type, empty when there is none or it cannot be read."""
    if name not in str(part.get("content-type", "")).lower():
        return ""
    try:
        found = part.get_param(name, "")
    except (ValueError, TypeError, AttributeError, LookupError):  # malformed RFC 2231 parameters
        return ""
    value = found[2] if isinstance(found, tuple) else str(found or "")
    return value if keep_case else value.lower()


def _joined(parts: list[tuple[Message, bytes]]) -> str:
    """The texts of one kind in reading order: a picture in the middle of a mail cuts its text in two."""
    return "\n".join(_text(part, body) for part, body in parts)


def _text(part: Message, body: bytes) -> str:
    part.set_payload(body.decode("ascii", "surrogateescape"))
    try:
        octets = part.get_payload(decode=True)
    except (ValueError, binascii.Error):  # uuencode that is none
        octets = body
    text = decode(octets if isinstance(octets, bytes) else body, _parameter(part, "charset"))
    return text.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST_TEXT]
