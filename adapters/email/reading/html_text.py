"""The text of an HTML mail, without what its program marks as quoted.

Every widely used program marks quotes, each in its own way; they are cut by their structure.  What stands
between two quotes is hers and stays.  Quotes without a mark of their own keep one: `> ` in front of each line.
"""

import re
from collections.abc import Iterator

from lxml import etree, html  # type: ignore[import-untyped]

_QUOTE_CLASSES = frozenset(
    [
        *["gmail_quote", "gmail_attr", "gmail_extra", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote"],
        *["zmail_extra", "zmail_extra_hr", "tutanota_quote", "ms-outlook-mobile-reference-message", "yahooquoted"],
        *["hmailquote", "cite-prefix", "mail_quote", "wordsection_quote", "newton_quote", "airmail_on"],
        *["front-blockquote", "freshdesk_quote", "zendesk_quote", "mailrusigwrapper", "ymail_quoted"],
        *["quoted_message", "quotedtext", "bloop_original_html", "bluemail-quote", "k9mail_quote"],
        *["mb_quote", "apple-mail-quote", "qt-quote", "x_gmail_quote", "x_moz-cite-prefix", "x_gmail_attr"],
    ]
)
_SIGNATURE_CLASSES = frozenset(
    [
        *["gmail_signature", "gmail_signature_prefix", "moz-signature", "protonmail_signature_block"],
        *["x_gmail_signature", "ms-outlook-mobile-signature", "yahoo-signature", "bloop_sign", "k9mail-signature"],
    ]
)
_QUOTE_IDS = frozenset(
    [
        *["olk_src_body_section", "mail-editor-reference-message-container", "reply-intro", "quoted-content"],
        *["isforwardcontent", "isreplycontent", "replyblockquote", "qt", "orig_message"],
    ]
)
_SIGNATURE_IDS = frozenset(
    ["signature", "x_signature", "ms-outlook-mobile-signature", "applemailsignature", "ymail_signature"]
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
        *["address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2"],
        *["h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"],
    ]
)
_PARAGRAPHS = frozenset(["p", "pre", "h1", "h2", "h3", "h4", "h5", "h6"])
_LONGEST = 1024 * 1024
_DEEPEST = 200
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden", re.IGNORECASE)
_SPACES = re.compile(r"[ \t\r\n\f]+")


def visible_text(markup: str) -> str:
    """Lines of text; list entries begin with `- `, paragraphs are apart by an empty line."""
    tree = _parse(markup)
    if tree is None:
        return ""
    _cut(tree)
    text = "".join(_Pieces(tree))
    lines = [line.replace("\xa0", " ").rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _parse(markup: str) -> etree._Element | None:
    kept = markup[:_LONGEST].replace("\x00", "").encode("utf-8", "replace")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return html.document_fromstring(kept, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _cut(tree: etree._Element) -> None:
    """Take quotes and signatures out; one pass finds them, the second takes them away."""
    doomed: list[etree._Element] = []
    rest: list[etree._Element] = []
    for element in tree.iter(etree.Element):
        attributes = element.attrib
        if not attributes:
            continue
        if _is_quote(element) or _is_signature(element):
            doomed.append(element)
        elif _is_from_here_on(element):
            rest.append(element)
    for element in rest[:1]:
        _drop_from(element)
    for element in doomed:
        _drop(element)


def _names(element: etree._Element) -> set[str]:
    return set((element.get("class") or "").lower().split())


def _is_quote(element: etree._Element) -> bool:
    if (element.get("id") or "").lower() in _QUOTE_IDS:
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
    return bool(names & _SIGNATURE_CLASSES) or (element.get("id") or "").lower() in _SIGNATURE_IDS


def _is_from_here_on(element: etree._Element) -> bool:
    if (element.get("id") or "").lower() in _FROM_HERE_ON_IDS:
        return True
    style = element.get("style")
    return bool(style) and "".join(style[:120].split()).lower().startswith(_RULE_STYLES)


def _drop_from(element: etree._Element) -> None:
    """The element and everything behind it, up to the end of the body."""
    element.tail = None
    for each in (element, *element.iterancestors()):
        if each.tag in ("body", "html"):
            break
        for later in list(each.itersiblings()):
            _drop(later)
        each.tail = None
    _drop(element)


def _drop(element: etree._Element) -> None:
    if element.getparent() is not None:
        element.drop_tree()


class _Pieces:
    """The text in reading order; a stack of our own, because mails are nested without shame."""

    def __init__(self, tree: etree._Element) -> None:
        self._tree = tree
        self._unseen = 0
        self._quotes = 0
        self._pre = 0
        self._at_start = True

    def __iter__(self) -> Iterator[str]:
        for event, element in etree.iterwalk(self._tree, events=("start", "end")):
            tag = element.tag if isinstance(element.tag, str) else ""
            yield from self._start(tag, element) if event == "start" else self._end(tag, element)

    def _start(self, tag: str, element: etree._Element) -> Iterator[str]:
        if self._is_unseen(tag, element):
            self._unseen += 1
        if self._unseen:
            return
        self._quotes += tag == "blockquote"
        self._pre += tag == "pre"
        if tag == "br":
            yield "\n"
            self._at_start = True
        elif tag in _LINES:
            yield from self._break()
        elif tag in {"td", "th"}:
            yield " "
        if tag == "hr":
            yield from self._text("---")
            yield from self._break()
        if tag == "li":
            yield from self._text("- ")
            self._at_start = True
        yield from self._text(element.text)

    def _end(self, tag: str, element: etree._Element) -> Iterator[str]:
        if self._unseen == 0:
            self._quotes -= tag == "blockquote"
            self._pre -= tag == "pre"
            if tag in _LINES and (tag in _PARAGRAPHS or not self._at_start):
                yield from self._break()
                if tag in _PARAGRAPHS:
                    yield "\n"
        if self._is_unseen(tag, element):
            self._unseen -= 1
        if self._unseen == 0:
            yield from self._text(element.tail)

    def _is_unseen(self, tag: str, element: etree._Element) -> bool:
        if tag in _UNSEEN:
            return True
        style = element.get("style") if element.attrib else None
        return bool(style) and _HIDDEN.search(style[:400]) is not None

    def _break(self) -> Iterator[str]:
        if not self._at_start:
            yield "\n"
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
