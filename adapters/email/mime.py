"""A raw message taken apart: its headers and its texts, within bounds that no honest mail reaches.

Python's own parser builds every part and recurses into nested ones; a mail made to hurt costs it seconds or
its stack.  Here the parts are cut by hand, and it is asked about what is not plain alone: parameters that are
encoded, bodies with a Content-Transfer-Encoding.
"""

import binascii
import re
from collections.abc import Callable, Iterator, KeysView
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from functools import cached_property, lru_cache, partial

from adapters.email.boundaries import split
from adapters.email.charsets import decode

MOST_HEADER_BYTES = 64 * 1024
LONGEST_HEADER = 4 * 1024
MOST_PARTS = 100
DEEPEST = 20
_LONGEST_KNOWN, _MOST_KNOWN = 200, 500
"""Octets of a part's headers that are remembered, and of how many parts: programs write the same again."""
LONGEST_TEXT = 256 * 1024
"""Octets of one text as it is sent, characters once it is decoded."""
_TEXTS = frozenset(["text/plain", "text/html"])
_LIKE_A_BOUNDARY = re.compile(rb"^--([!-~][ -~]{0,68}[!-~])[ \t]{0,9}\r?\n[Cc]ontent-", re.MULTILINE)
_LATE_HEADERS = re.compile(rb"[\r\n]{1,9}(?=[A-Za-z][\w-]{0,70}:)")
_SOMETHING = re.compile(rb"[^\r\n]")
_BLANK_LINE = re.compile(rb"\n\r?\n")
_END_OF_HEADER = re.compile(r"\n(?![ \t])")
"""A line that begins with white space goes on with the header above."""
_NO_HEADERS = ("From ", " ", "\t")
"""How lines begin that are passed over: the mark of a mail store, and what goes on with nothing."""
_PLAIN_TYPE = re.compile(r'[^;"=]*((?:;\s*[\w-]+=(?:[\w.+=/:-]+|"[\w.+=/:-]+")\s*)*)')
_PARAMETER = re.compile(r'([\w-]+)="?([\w.+=/:-]+)')
"""Of a Content-Type as nearly every mail has it."""
_AS_IT_IS = frozenset(["", "7bit", "8bit", "binary"])
"""Content-Transfer-Encodings that change nothing."""


_MARKUP = re.compile(
    r"\s{0,99}<(?:!doctype\s+html|(?:html|head|body)\b"
    r"|(?:div|p|span|table|font|meta|style)(?:\s+[a-z-]{1,30}=[^<>]{0,300})?>)",
    re.IGNORECASE,
)
_FEWEST_TAGS = 4


def is_markup(text: str) -> bool:
    """Whether a text that is said to be plain is HTML from its first tag to its last."""
    if _MARKUP.match(text) is None or not text.rstrip().endswith(">"):
        return False
    return text.count("<", 0, LONGEST_TEXT) >= _FEWEST_TAGS


class Texts:
    """The plain and the HTML text of a message; empty where there is none.

    Attributes:
        plain: decoded.
        flowed: it is format=flowed (RFC 3676): a line that ends in a space goes on in the next.
        delsp: and that space itself does not belong to the text.
    """

    def __init__(
        self, plain: str, html: Callable[[], str], *, flowed: bool = False, delsp: bool = False
    ) -> None:
        self.plain = plain
        self._html = html
        self.flowed = flowed
        self.delsp = delsp

    @cached_property
    def html(self) -> str:
        """Decoded once somebody asks: of most answers the plain text is enough."""
        return self._html()


class Head:
    """The headers of a message, or of one of its parts.

    Names are in lower case everywhere.

    Attributes:
        items: name and value of each as it came, with its line feeds; what is no ASCII is escaped as
            surrogates.
        names: of those that there are.
        content_type: in lower case; plain text where there is none or it is no such thing (RFC 2045, 5.2).
    """

    def __init__(self, items: list[tuple[str, str]]) -> None:
        self.items = items
        self._values: dict[str, list[str]] = {}
        for name, value in items:
            self._values.setdefault(name, []).append(value)
        self.names: KeysView[str] = self._values.keys()
        said = self.get("content-type")
        kind = said.partition(";")[0].strip().lower()
        self.content_type = kind if kind.count("/") == 1 else "text/plain"
        self._parameters = _plain_parameters(said)

    def get(self, name: str) -> str:
        """The first one of that name as it came, empty when there is none."""
        return self._values[name][0] if name in self._values else ""

    def line(self, name: str) -> str:
        """The first of `lines`, empty when there is none."""
        return _on_one_line(self._values[name][0]) if name in self._values else ""

    def lines(self, name: str) -> list[str]:
        """The value of each of that name, on one line, cut at 4 kB.

        Encoded words stay encoded: addresses must be taken apart before, or a name could pass for an address.
        """
        return [_on_one_line(raw) for raw in self._values.get(name, ())]

    def parameter(self, name: str) -> str:
        """A parameter of Content-Type, empty when there is none or it cannot be read."""
        return self._parameters.get(name, "") if self._parameters is not None else self._odd_parameter(name)

    def _odd_parameter(self, name: str) -> str:
        said = self.get("content-type")
        if name not in said.lower():
            return ""
        message = Message()
        message.set_raw("Content-Type", said)
        try:
            found = message.get_param(name, "")
        except (ValueError, TypeError, AttributeError, LookupError):  # malformed RFC 2231 parameters
            return ""
        return found[2] if isinstance(found, tuple) else str(found or "")


@dataclass(slots=True)
class _Budget:
    raw: bytes
    parts: int = MOST_PARTS
    texts: dict[str, list[tuple[Head, bytes]]] = field(default_factory=dict)


def read_headers(block: bytes) -> Head:
    """The headers in front of the first empty line; the rest is not looked at."""
    return _headers(_head(block, 0, len(block))[0])


def read_message(raw: bytes) -> tuple[Head, Texts]:
    """Headers and texts of a whole message; some stores keep empty lines in front of its headers."""
    begins = _LATE_HEADERS.match(raw)
    block, start = _head(raw, begins.end() if begins else 0, len(raw))
    head = _headers(block)
    budget = _Budget(raw)
    _walk(head, start, len(raw), budget, DEEPEST)
    if head.content_type.startswith("multipart/") and budget.parts == MOST_PARTS - 1:
        _keep_text("text/plain", head, start, len(raw), budget)  # it has no part: the body is all there is
    plain, html = budget.texts.get("text/plain", []), budget.texts.get("text/html", [])
    return head, Texts(
        _without_markup(plain),
        partial(_joined, html),
        flowed=bool(plain) and plain[0][0].parameter("format").lower() == "flowed",
        delsp=bool(plain) and plain[0][0].parameter("delsp").lower() == "yes",
    )


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


def _headers(block: bytes) -> Head:
    """As `email.parser.BytesHeaderParser` reads them, in a tenth of the time: most of a mail is headers."""
    items: list[tuple[str, str]] = []
    text = b"\n".join(block.splitlines()).decode("ascii", "surrogateescape")
    for header in _END_OF_HEADER.split(text):
        name, colon, value = header.partition(":")
        if colon and name.isascii() and name.isprintable() and " " not in name:
            if name:
                items.append((name.lower(), value.lstrip(" \t")))
        elif not header.startswith(_NO_HEADERS):
            break
    return Head(items)


_known_headers = lru_cache(_MOST_KNOWN)(_headers)


def _plain_parameters(content_type: str) -> dict[str, str] | None:
    """Those of a plain Content-Type, of two with one name the first; None when it is not plain."""
    plain = _PLAIN_TYPE.fullmatch(content_type)
    if plain is None:
        return None
    return {name.lower(): value for name, value in reversed(_PARAMETER.findall(plain[1]))}


def _on_one_line(raw: str) -> str:
    value = raw[:LONGEST_HEADER]
    if not value.isascii():
        value = decode(value.encode("utf-8", "surrogateescape"), "utf-8")
    return " ".join(value.split())


def _head(raw: bytes, start: int, end: int) -> tuple[bytes, int]:
    """The headers of the part from `start` up to `end`, and where its body begins."""
    if raw.startswith((b"\n", b"\r\n"), start):  # a part without headers
        found = _SOMETHING.search(raw, start, end)
        return b"", found.start() if found else end
    found = _BLANK_LINE.search(raw, start, end)
    last, body = (found.start() + 1, found.end()) if found else (end, end)
    return raw[start : min(last, start + MOST_HEADER_BYTES)], body


def _walk(part: Head, start: int, end: int, budget: _Budget, depth: int) -> None:
    """Find the texts of a part; by places in the raw message, so that nothing of 30 MB is copied."""
    budget.parts -= 1
    kind = part.content_type
    if kind.startswith("multipart/") and depth > 0:
        for first, last in _parts(part, budget.raw, start, end):
            if budget.parts <= 0:
                return
            block, body = _head(budget.raw, first, last)
            head = _known_headers(block) if len(block) <= _LONGEST_KNOWN else _headers(block)
            _walk(head, body, last, budget, depth - 1)
    elif kind in _TEXTS and not _is_attached(part):
        _keep_text(kind, part, start, end, budget)


def _keep_text(kind: str, part: Head, start: int, end: int, budget: _Budget) -> None:
    """Note a text that says something, as far as there is room for it."""
    if not _SOMETHING.search(budget.raw, start, end):
        return
    room, so_far = LONGEST_TEXT, budget.texts.setdefault(kind, [])
    if so_far:
        room = 0 if _has_name(part) else room - sum(len(text) for _, text in so_far)
    if room > 0:
        so_far.append((part, budget.raw[start : min(end, start + room)]))


def _parts(part: Head, raw: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The parts by the declared boundary, or by what looks like one where it is lost or wrong."""
    declared = part.parameter("boundary").encode("utf-8", "surrogateescape")
    if not declared or raw.find(b"--" + declared, start, end) < 0:
        found = _LIKE_A_BOUNDARY.search(raw, start, end)
        declared = found[1] if found else b""
    return split(raw, start, end, b"--" + declared) if declared else iter(())


def _has_name(part: Head) -> bool:
    """It is a file, though shown inside the mail."""
    return bool(part.parameter("name")) or "filename" in part.get("content-disposition")[:LONGEST_HEADER]


def _is_attached(part: Head) -> bool:
    disposition = part.get("content-disposition")[:LONGEST_HEADER].strip().lower()
    return disposition.startswith("attachment")


def _joined(parts: list[tuple[Head, bytes]]) -> str:
    """The texts of one kind in reading order: a picture in the middle of a mail cuts its text in two."""
    return "\n".join(_text(part, body) for part, body in parts)


def _without_markup(parts: list[tuple[Head, bytes]]) -> str:
    """Of the plain texts only those that are plain: the HTML of a mail may be said to be plain too."""
    texts = [_text(part, body) for part, body in parts]
    plain = [text for text in texts if not is_markup(text)] if len(texts) > 1 else texts
    return "\n".join(plain or texts)


def _text(part: Head, body: bytes) -> str:
    text = decode(_octets(part, body), part.parameter("charset"))
    return text.replace("\r\n", "\n").replace("\r", "\n")[:LONGEST_TEXT]


def _octets(part: Head, body: bytes) -> bytes:
    """The body without its Content-Transfer-Encoding."""
    encoding = part.get("content-transfer-encoding")
    if encoding.strip().lower() in _AS_IT_IS:
        return body
    if encoding.lower() == "quoted-printable":
        return binascii.a2b_qp(body)
    message = Message()
    message.set_raw("Content-Transfer-Encoding", encoding)
    message.set_payload(body.decode("ascii", "surrogateescape"))
    try:
        octets = message.get_payload(decode=True)
    except (ValueError, binascii.Error):  # uuencode that is none
        return body
    return octets if isinstance(octets, bytes) else body
