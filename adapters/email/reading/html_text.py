"""The text of an HTML mail, without what its program marks as quoted.

Every widely used program marks quotes, each in its own way; they are cut by their structure.  What stands
between two quotes is hers and stays.  Quotes without a mark of their own get one: `> ` before each line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree, html

from adapters.email.reading.page import MOST_LINES

_QUOTE_CLASSES = frozenset(
    [
        *["gmail_quote", "gmail_attr", "gmail_extra", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote"],
        *[
            "zmail_extra",
            "zmail_extra_hr",
            "tutanota_quote",
            "ms-outlook-mobile-reference-message",
            "yahooquoted",
        ],
        *["hmailquote", "cite-prefix", "mail_quote", "wordsection_quote", "newton_quote", "airmail_on"],
        *["front-blockquote", "freshdesk_quote", "zendesk_quote", "mailrusigwrapper", "ymail_quoted"],
        *["quoted_message", "quotedtext", "bloop_original_html", "bluemail-quote", "k9mail_quote"],
        *["mb_quote", "apple-mail-quote", "qt-quote", "x_gmail_quote", "x_moz-cite-prefix", "x_gmail_attr"],
    ]
)
_SIGNATURE_CLASSES = frozenset(
    [
        *["gmail_signature", "gmail_signature_prefix", "moz-signature", "protonmail_signature_block"],
        *[
            "x_gmail_signature",
            "ms-outlook-mobile-signature",
            "yahoo-signature",
            "bloop_sign",
            "k9mail-signature",
        ],
    ]
)
_QUOTE_IDS = frozenset(
    [
        *["olk_src_body_section", "mail-editor-reference-message-container", "reply-intro", "quoted-content"],
        *["isforwardcontent", "isreplycontent", "replyblockquote", "qt", "orig_message"],
    ]
)
_QUOTE_NAMES = frozenset(["quote", "quoted-content", "messageReplySection"])
"""GMX and web.de, and Spark."""
_SIGNATURE_IDS = frozenset(
    [
        "signature",
        "x_signature",
        "composer_signature",
        "ms-outlook-mobile-signature",
        "applemailsignature",
        "ymail_signature",
    ]
)
_FROM_HERE_ON_IDS = frozenset(
    [
        *["divrplyfwdmsg", "x_divrplyfwdmsg", "appendonsend", "x_appendonsend", "stopspelling", "replysplit"],
        *["stopspellcheck", "hr_replyforwarded", "_origmsg_", "zwchr", "reply-separator"],
    ]
)
"""Outlook on the web and others put the original behind this element, not into one."""
_RULE_STYLES = ("border:none;border-top:solid#e1e1e1", "border:none;border-top:solid#b5c4df")
"""The line that Outlook for Windows draws above an original's headers."""
_REPLY_CITES = frozenset(["gmail_quote", "cite", "protonmail_quote"])
_UNSEEN = frozenset(["script", "style", "head", "title", "template", "noscript", "svg", "object"])
_LINES = frozenset(
    [
        *[
            "address",
            "article",
            "blockquote",
            "center",
            "dd",
            "div",
            "dl",
            "dt",
            "footer",
            "form",
            "h1",
            "h2",
        ],
        *["h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"],
    ]
)
_PARAGRAPHS = frozenset(["p", "pre", "h1", "h2", "h3", "h4", "h5", "h6"])
_LONGEST = 1024 * 1024
_DEEPEST = 200
_MOST_ELEMENTS = 15_000
"""Outside of quotes; no answer has so many."""
_HIDDEN = re.compile(
    r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden"
    r"|(?:font-size|max-height|opacity)\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$|!)",
    re.IGNORECASE,
)
_BAR = re.compile(r"border-left(?:-style)?\s*:[^;]{0,40}solid", re.IGNORECASE)
_TELLING = etree.XPath(
    "//*[@class or @id or @name or @type"
    ' or @style[contains(., "none") or contains(., "NONE") or contains(., "hid") or contains(., "border")'
    ' or contains(., "size:0") or contains(., "size: 0") or contains(., "height:0")'
    ' or contains(., "height: 0") or contains(., "opacity")]]'
)
"""Elements with something that may tell a quote, a signature or that they are not shown."""
_SPACES = re.compile(r"[ \t\r\n\f]+")


def visible_text(markup: str) -> str:
    """Lines of text; list entries begin with `- ` or their number, paragraphs are apart by an empty line."""
    tree = _parse(markup)
    if tree is None:
        return ""
    text = "".join(_Pieces(tree, _cuts(tree)))
    lines = [line.replace("\xa0", " ").rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _parse(markup: str) -> etree._Element | None:
    kept = markup[:_LONGEST].replace("\x00", "").encode("utf-8", "replace")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return html.document_fromstring(kept, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


@dataclass(slots=True)
class _Cuts:
    """What the structure of a mail tells about its elements."""

    left_out: set[etree._Element] = field(default_factory=set)
    """Quotes, signatures, and what is not shown."""
    quotes: set[etree._Element] = field(default_factory=set)
    """Quotes without a mark of their own, which may also be something that she quotes herself."""
    last: etree._Element | None = None
    """From here on nothing is hers."""


def _cuts(tree: etree._Element) -> _Cuts:
    cuts = _Cuts()
    for element in _TELLING(tree):
        if _is_quote(element) or _is_signature(element) or _is_hidden(element):
            cuts.left_out.add(element)
        elif cuts.last is None and _is_from_here_on(element):
            cuts.last = element
        elif element.tag == "div" and _BAR.search(element.get("style", "")[:400]):
            cuts.quotes.add(element)
    return cuts


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style")
    return style is not None and ":" in style and _HIDDEN.search(style[:400]) is not None


def _names(element: etree._Element) -> set[str]:
    names = element.get("class")
    return set(names.lower().split()) if names else set()


def _is_quote(element: etree._Element) -> bool:
    if (element.get("id", "")).lower() in _QUOTE_IDS or element.get("name") in _QUOTE_NAMES:
        return True
    names = _names(element)
    if element.tag == "blockquote":
        return bool(names & _REPLY_CITES) or (element.get("type") or "").lower() == "cite"
    found = names & _QUOTE_CLASSES
    if not found:
        return False
    return found != {"gmail_quote"} or not _has_cited(element)


def _has_cited(element: etree._Element) -> bool:
    """Gmail wraps quotes and the answers between them in one more element: only the quotes go."""
    return next(element.iter("blockquote"), None) is not None


def _is_signature(element: etree._Element) -> bool:
    names = _names(element)
    if element.get("name") == "messageSignatureSection":  # Spark
        return True
    return bool(names & _SIGNATURE_CLASSES) or (element.get("id") or "").lower() in _SIGNATURE_IDS


def _is_from_here_on(element: etree._Element) -> bool:
    if (element.get("id") or "").lower() in _FROM_HERE_ON_IDS:
        return True
    style = element.get("style") or ""
    return "border" in style and "".join(style[:120].split()).lower().startswith(_RULE_STYLES)


class _Pieces:
    """The text in reading order; a stack of our own, because mails are nested without shame."""

    def __init__(self, tree: etree._Element, cuts: _Cuts) -> None:
        self._tree = tree
        self._cuts = cuts
        self._quotes = 0
        self._pre = 0
        self._numbers: list[int] = []
        """Of each list around: the last number given, or -1 where entries have none."""
        self._at_start = True
        self._lines = 0
        self._elements = 0

    def __iter__(self) -> Iterator[str]:
        walk = etree.iterwalk(self._tree, events=("start", "end"))
        for event, element in walk:
            if element is self._cuts.last or self._lines > MOST_LINES or self._elements > _MOST_ELEMENTS:
                return
            tag = element.tag if isinstance(element.tag, str) else ""
            is_left_out = tag in _UNSEEN or element in self._cuts.left_out
            if event == "start" and is_left_out:
                walk.skip_subtree()
            elif event == "start":
                yield from self._start(tag, element)
            elif is_left_out:
                yield from self._text(element.tail)
            else:
                yield from self._end(tag, element)

    def _start(self, tag: str, element: etree._Element) -> Iterator[str]:
        self._elements += 1
        self._quotes += tag == "blockquote" or element in self._cuts.quotes
        self._pre += tag == "pre"
        if tag == "br":
            yield "\n"
            self._lines += 1
            self._at_start = True
        elif tag in _LINES:
            yield from self._break()
        elif tag in {"td", "th"} and not self._at_start:
            yield " "
        if tag == "hr":
            yield from self._text("---")
            yield from self._break()
        if tag in {"ol", "ul"}:
            self._numbers.append(0 if tag == "ol" else -1)
        if tag == "li":
            yield from self._text(self._entry())
            self._at_start = True
        yield from self._text(element.text)

    def _end(self, tag: str, element: etree._Element) -> Iterator[str]:
        self._quotes -= tag == "blockquote" or element in self._cuts.quotes
        self._pre -= tag == "pre"
        if tag in {"ol", "ul"} and self._numbers:
            self._numbers.pop()
        if tag in _LINES and (tag in _PARAGRAPHS or not self._at_start):
            yield from self._break()
            if tag in _PARAGRAPHS:
                yield "\n"
        yield from self._text(element.tail)

    def _entry(self) -> str:
        """What an entry of the innermost list begins with."""
        if not self._numbers or self._numbers[-1] < 0:
            return "- "
        self._numbers[-1] += 1
        return f"{self._numbers[-1]}. "

    def _break(self) -> Iterator[str]:
        if not self._at_start:
            yield "\n"
            self._lines += 1
        self._at_start = True

    def _text(self, text: str | None) -> Iterator[str]:
        if not text:
            return
        if self._pre:
            yield text.replace("\n", "\n" + self._marks) if self._quotes else text
            self._at_start = text.endswith("\n")
            return
        flat = _SPACES.sub(" ", text)
        if self._at_start:
            flat = flat.lstrip(" ")
            if flat and self._quotes:
                yield self._marks
        if flat:
            yield flat
            self._at_start = False

    @property
    def _marks(self) -> str:
        return "> " * min(self._quotes, _DEEPEST)
