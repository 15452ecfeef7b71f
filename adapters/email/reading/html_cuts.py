"""What the structure of an HTML mail tells: which elements are quotes, signatures or not shown."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from lxml import etree

from adapters.email.reading.html_answers import Signs, typed_inside
from adapters.email.reading.html_originals import behind, inside, is_beginning, opens, says_something
from adapters.email.reading.html_signatures import is_signature, names_of
from adapters.email.reading.html_typed import is_quote_of_yahoo, typed_below_outlook, typed_into

_QUOTE_CLASSES = frozenset(
    [
        *["gmail_quote", "gmail_attr", "gmail_extra", "moz-cite-prefix", "yahoo_quoted", "protonmail_quote"],
        *["zmail_extra", "zmail_extra_hr", "tutanota_quote", "ms-outlook-mobile-reference-message"],
        *["yahooquoted", "domino-section", "hmailquote", "cite-prefix", "mail_quote", "wordsection_quote"],
        *["newton_quote", "airmail_on", "ntes-mailmaster-quote", "lark-mail-quote", "history-quote-wrapper"],
        *["front-blockquote", "freshdesk_quote", "zendesk_quote", "mailrusigwrapper", "ymail_quoted"],
        *["quoted_message", "quotedtext", "bloop_original_html", "bluemail-quote", "k9mail_quote"],
        *["fairemail_quote", "mb_quote", "apple-mail-quote", "qt-quote", "x_gmail_quote"],
        *["x_moz-cite-prefix", "x_gmail_attr"],
    ]
)
_PREFIXES = frozenset(["moz-cite-prefix", "x_moz-cite-prefix", "cite-prefix"])
"""Thunderbird's attributions, each in an element."""
_WRAPPERS = frozenset(["gmail_extra", "protonmail_quote", "zmail_extra"])
"""What holds an attribution and, as an element of its own, the quote; who answers below types into it."""
_DEEPEST_WRAPPER = 20
_LONGEST_WRAPPER = 150
_LONGEST_PREFIX = 150
"""Of what is looked at there."""
_MOST_LOOKS = 200
"""How often something is looked into for where her words end; no honest mail has so many quotes."""
_QUOTE_IDS = frozenset(
    [
        *["olk_src_body_section", "mail-editor-reference-message-container", "reply-intro", "quoted-content"],
        *["isforwardcontent", "isreplycontent", "replyblockquote", "qt", "orig_message"],
    ]
)
_QUOTE_NAMES = frozenset(["quote", "quoted-content", "messageReplySection"])
"""GMX and web.de, and Spark."""
_REPLY_CITES = frozenset(["gmail_quote", "cite", "protonmail_quote"])
_HIDDEN = re.compile(
    r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden"
    r"|(?:font-size|max-height|opacity)\s*:\s*0(?:px|pt|em|%)?\s*(?:;|$|!)",
    re.IGNORECASE,
)
_LONGEST_STYLE = 400
"""Of what is looked at there."""
_BAR = re.compile(r"border-left(?:-style)?\s*:[^;]{0,40}solid", re.IGNORECASE)
_INDENT = re.compile(r"border\s*:\s*none", re.IGNORECASE)
"""How Gmail and others indent what somebody types: with a quote's element, and its bar taken away."""
_TELLING = etree.XPath(
    "//*[@class or @hidden or @id or @name or @type or @data-marker or @data-signature-widget"
    ' or @style[contains(., "none") or contains(., "NONE") or contains(., "hid") or contains(., "border")'
    ' or contains(., "size:0") or contains(., "size: 0") or contains(., "height:0")'
    ' or contains(., "height: 0") or contains(., "opacity") or contains(., "white-space")'
    ' or contains(., "WHITE-SPACE")]]'
)
"""Elements with something that may tell a quote, a signature, that they are not shown, or how lines break."""
_WHITE_SPACE = re.compile(r"(?:^|[;\s])white-space(?:-collapse)?\s*:\s*([a-z-]{3,16})", re.IGNORECASE)


@dataclass(slots=True)
class Cuts:
    """What the structure of a mail tells about its elements."""

    left_out: set[etree._Element] = field(default_factory=set)
    """Quotes, signatures, and what is not shown."""
    quotes: set[etree._Element] = field(default_factory=set)
    """Quotes without a mark of their own, which may also be something that she quotes herself."""
    indented: set[etree._Element] = field(default_factory=set)
    """What she indented, with a quote's element."""
    typed: set[etree._Element] = field(default_factory=set)
    """What she typed inside of those, or behind `last`."""
    breaks: dict[etree._Element, str] = field(default_factory=dict)
    """What CSS says about the line feeds and spaces in the text of some: `pre-wrap`, `normal`."""
    has_yahoo: bool = False
    """Yahoo quotes something."""
    last: etree._Element | None = None
    """From here on nothing else is hers."""
    _looks: int = _MOST_LOOKS

    def may_look(self) -> bool:
        """Whether something may still be looked into, which counts as having done so."""
        self._looks -= 1
        return self._looks >= 0


def cuts_of(tree: etree._Element, signs: Signs | None = None) -> Cuts:
    """By the marks of its program, in one pass.

    Args:
        tree: The mail.
        signs: By which something inside of an original is known as hers.
    """
    cuts = Cuts()
    cited = _around_cited(tree)
    told_by_text: set[etree._Element | None] = set()
    for element in _TELLING(tree):
        if element in told_by_text:
            continue
        _note_breaks(element, cuts)
        if is_signature(element) or _is_hidden(element):
            cuts.left_out.add(element)
        elif is_quote_of_yahoo(element):
            _cut_yahoo(element, cuts)
        elif _is_quote(element, cited):
            told_by_text.add(_cut_quote(element, cuts, cited))
        elif cuts.last is None and is_beginning(element):
            _cut_from_here_on(element, cuts)
        elif element.tag == "blockquote" and _INDENT.search(element.get("style", "")[:_LONGEST_STYLE]):
            cuts.indented.add(element)
        elif element.tag == "div" and _BAR.search(element.get("style", "")[:_LONGEST_STYLE]):
            cuts.quotes.add(element)
    _note_typed(cuts, signs)
    if signs is not None:
        _release(tree, cuts, cited, signs)
    return cuts


def _note_typed(cuts: Cuts, signs: Signs | None) -> None:
    """What is hers behind the beginning of an original."""
    if cuts.last is not None:
        cuts.typed.update(typed_below_outlook(cuts.last))
    if cuts.last is not None and signs is not None:
        cuts.typed.update(typed_inside(behind(cuts.last), signs))


def _release(
    tree: etree._Element, cuts: Cuts, cited: dict[etree._Element, etree._Element], signs: Signs
) -> None:
    """Read what she typed inside of quotes, and these as quotes."""
    seen: set[etree._Element] = set()
    for quote in tree.iter(etree.Element):
        if quote is cuts.last:
            return
        if quote in seen or quote not in cuts.left_out or not _is_quote(quote, cited):
            continue
        seen.update(quote.iter())
        typed = typed_inside(inside(quote), signs)
        cuts.typed.update(typed)
        around = {each for element in typed for each in islice(element.iterancestors(), _DEEPEST_WRAPPER)}
        read = around & seen & cuts.left_out
        cuts.left_out -= read
        cuts.quotes |= read


def _cut_quote(
    quote: etree._Element, cuts: Cuts, cited: dict[etree._Element, etree._Element]
) -> etree._Element | None:
    """Leave it out, unless she typed in it: then the text tells about the quote that is returned."""
    if _is_prefix(quote) and cuts.may_look() and _holds_more(quote):
        return quote.getnext()
    citation = _answered(quote, cited) if _is_wrapper(quote, cited) and cuts.may_look() else None
    if citation is None:
        cuts.left_out.add(quote)
    return citation


def _cut_yahoo(quote: etree._Element, cuts: Cuts) -> None:
    """Leave out what Yahoo quotes; in what is quoted itself others have typed."""
    is_outermost = cuts.last is None and not (cuts.has_yahoo or any(_quotes(quote, cuts)))
    typed = typed_into(quote) if is_outermost else []
    cuts.has_yahoo = True
    cuts.typed.update(typed)
    (cuts.quotes if typed else cuts.left_out).add(quote)


def _quotes(element: etree._Element, cuts: Cuts) -> Iterator[bool]:
    """Of what is around the element, the nearest first, whether it is a quote."""
    return (each.tag == "blockquote" or each in cuts.quotes for each in element.iterancestors())


def _cut_from_here_on(element: etree._Element, cuts: Cuts) -> None:
    """All that follows; where the element opens a quote, that alone."""
    quote = next(element.iterancestors("blockquote"), None)
    if quote is None or not (quote in cuts.left_out or (cuts.may_look() and opens(element, quote))):
        cuts.last = element
    else:
        cuts.left_out.add(quote)


def _note_breaks(element: etree._Element, cuts: Cuts) -> None:
    style = element.get("style")
    if style is not None and (found := _WHITE_SPACE.search(style[:_LONGEST_STYLE])):
        cuts.breaks[element] = found[1].lower()


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style")
    if style is not None and ":" in style and _HIDDEN.search(style[:_LONGEST_STYLE]) is not None:
        return True
    return element.get("hidden") is not None


def _is_quote(element: etree._Element, cited: dict[etree._Element, etree._Element]) -> bool:
    if (element.get("id", "")).lower() in _QUOTE_IDS or element.get("name") in _QUOTE_NAMES:
        return True
    names = names_of(element)
    if element.tag == "blockquote":
        return bool(names & _REPLY_CITES) or (element.get("type") or "").lower() == "cite"
    found = names & _QUOTE_CLASSES
    if not found:
        return False
    return found != {"gmail_quote"} or element not in cited


def _is_prefix(element: etree._Element) -> bool:
    return element.tag == "div" and not _PREFIXES.isdisjoint(names_of(element))


def _holds_more(prefix: etree._Element) -> bool:
    """She typed in front of the attribution, in its element: text and the quote's marks tell the quote."""
    has_text = has_line = False
    for event, element in islice(etree.iterwalk(prefix, events=("start", "end")), _LONGEST_PREFIX):
        if has_text and element.tag in {"br", "div", "p"}:
            has_line = True
        text = element.text if event == "start" else element.tail
        if text and text.strip() and (event == "start" or element is not prefix):
            if has_line:
                return True
            has_text = True
    return False


def _around_cited(tree: etree._Element) -> dict[etree._Element, etree._Element]:
    """What has a quote in it, each with the element towards the first.

    Gmail wraps quotes and the answers between them, and only the quotes go.
    """
    around: dict[etree._Element, etree._Element] = {}
    for quote in tree.iter("blockquote"):
        inner = quote
        for element in quote.iterancestors():
            if element in around:
                break
            around[element] = inner
            inner = element
    return around


def _is_wrapper(element: etree._Element, cited: dict[etree._Element, etree._Element]) -> bool:
    return element.tag != "blockquote" and element in cited and not _WRAPPERS.isdisjoint(names_of(element))


def _answered(wrapper: etree._Element, cited: dict[etree._Element, etree._Element]) -> etree._Element | None:
    """The first quote in it, if something stands below: hers, as a program writes its own words above."""
    path = [cited[wrapper]]
    while path[-1].tag != "blockquote" and len(path) < _DEEPEST_WRAPPER:
        path.append(cited[path[-1]])
    texts = islice((text for element in path for text in _texts_behind(element)), _LONGEST_WRAPPER)
    return path[-1] if any(map(says_something, texts)) and path[-1].tag == "blockquote" else None


def _texts_behind(element: etree._Element) -> Iterator[str | None]:
    yield element.tail
    for sibling in element.itersiblings():
        walk = etree.iterwalk(sibling, events=("start", "end"))
        for event, inner in walk:
            if event == "end":
                yield inner.tail
            elif inner.tag in {"blockquote", "style", "script"} or is_signature(inner):
                walk.skip_subtree()
            else:
                yield inner.text
