"""Where an original begins that its program puts behind an element, not into one, and where it ends."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml import etree

from adapters.email.reading.language_files import words
from adapters.email.reading.words import fold

_IDS = frozenset(
    [
        *["divrplyfwdmsg", "x_divrplyfwdmsg", "stopspelling", "replysplit"],
        *["stopspellcheck", "hr_replyforwarded", "_origmsg_", "zwchr", "reply-separator"],
    ]
)
"""Of such elements of Outlook on the web and others."""
_CLASSES = frozenset(["xm_mail_oringinal_describe", "__pbconvhr"])
"""QQ, which writes it so, and Postbox."""
_RULES = ("border:none;border-top:solid#e1e1e1", "border:none;border-top:solid#b5c4df")
"""The line that Outlook for Windows draws above an original's headers, and Foxmail after it."""
_LONGEST_RULE = 120
_OLD_HEADERS, _FEWEST_HEADERS, _MOST_HEADERS = "outlookmessageheader", 3, 12
"""The class of the headers that Outlook wrote until 2003, each with its name in bold."""
_MOST_TEXTS = 60
"""Of headers, and of the quote that they may open."""
_MOST_STEPS, _MOST_IN_HEADERS = 600, 100
"""Into elements and out of them that are taken for those texts; and of the elements in old headers."""
_LONGEST_SEEN = 300
"""Characters of a text in which it says something, or does not."""
_SAID = re.compile(r"[^\W_]")
_MOST_ELEMENTS = 3_000
"""Of an original, of those that are looked at for answers."""
_ENOUGH_HEADERS = 2
_BOLD = frozenset(["b", "strong"])


def is_beginning(element: etree._Element) -> bool:
    """Whether an original begins at an element, by its name, its line above or its class."""
    if (element.get("id") or "").lower() in _IDS:
        return True
    style = element.get("style") or ""
    if "border" in style and "".join(style[:_LONGEST_RULE].split()).lower().startswith(_RULES):
        return True
    names = (element.get("class") or "").lower().split()
    return not _CLASSES.isdisjoint(names) or (_OLD_HEADERS in names and _has_headers(element))


def opens(beginning: etree._Element, quote: etree._Element) -> bool:
    """Whether the quote holds the whole original: its words begin there, and it says more than that."""
    said, headers = _words_in(quote), _words_in(beginning)
    return len(said) > len(headers) and said[: len(headers)] == headers


def behind(start: etree._Element) -> Iterator[etree._Element]:
    """The elements of the original that begins there, in reading order, without what it quotes itself."""
    roots = (sibling for around in (start, *start.iterancestors()) for sibling in around.itersiblings())
    return _of_original(roots, depth=1)


def inside(quote: etree._Element) -> Iterator[etree._Element]:
    """The same of an original that its program has put into an element."""
    return _of_original([quote], depth=0)


def _of_original(roots: Iterable[etree._Element], depth: int) -> Iterator[etree._Element]:
    """What stands in an inner quote, or below headers further down, is of a mail before that one.

    Args:
        roots: What holds it.
        depth: How many quotes are around these.
    """
    headers, has_text, had_text = 0, False, False
    for element in islice(_level(roots, depth), _MOST_ELEMENTS):
        text = element.text or ""
        if _is_bold(element) and (name := text.strip()):
            is_header = fold(name).rstrip(": ：\xa0") in words().headers
            had_text = had_text if headers else has_text
            headers = headers + 1 if is_header else 0
        if had_text and headers >= _ENOUGH_HEADERS:
            return
        has_text = has_text or any(map(str.isalnum, text))
        if has_text and is_beginning(element):
            return
        yield element


def _is_bold(element: etree._Element) -> bool:
    around = element.getparent()
    return element.tag in _BOLD or (around is not None and around.tag in _BOLD)


def _level(roots: Iterable[etree._Element], depth: int) -> Iterator[etree._Element]:
    """All elements in reading order that have no more than one quote around them."""
    for root in roots:
        walk, quotes = etree.iterwalk(root, events=("start", "end")), depth
        for event, element in walk:
            is_quote = element.tag == "blockquote"
            if event == "end":
                quotes -= is_quote
            elif is_quote and quotes:
                walk.skip_subtree()
                quotes += 1
            elif isinstance(element.tag, str):
                quotes += is_quote
                yield element


def _has_headers(element: etree._Element) -> bool:
    """In whatever language: some wrote their own words inside of an element for headers."""
    bold = (each for each in islice(element.iter(), _MOST_IN_HEADERS) if each.tag in _BOLD)
    names: list[str] = [each.text or "" for each in islice(bold, _MOST_HEADERS)]
    return sum(name.rstrip().endswith((":", "：")) for name in names) >= _FEWEST_HEADERS


def _words_in(element: etree._Element) -> list[str]:
    walk = islice(etree.iterwalk(element, events=("start", "end")), _MOST_STEPS)
    texts = (
        inner.text if event == "start" else inner.tail
        for event, inner in walk
        if event == "start" or inner is not element
    )
    return [text for text in islice(filter(None, texts), _MOST_TEXTS) if says_something(text)]


def says_something(text: str | None) -> bool:
    """Whether there is a letter or a digit in it, near its beginning."""
    return text is not None and _SAID.search(text, 0, _LONGEST_SEEN) is not None
