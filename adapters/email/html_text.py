"""The visible text of an HTML mail, without what its program quotes.

Quotes are cut by their structure: every widely used program marks them, each in its own way.  What stands
between two quotes is hers and stays.
"""

import re
from collections.abc import Iterator

from lxml import etree, html  # type: ignore[import-untyped]

_QUOTES = (
    '//blockquote[contains(concat(" ", @class, " "), " gmail_quote ")]',
    '//div[contains(concat(" ", @class, " "), " gmail_quote ") and not(.//blockquote)]',
    '//*[contains(concat(" ", @class, " "), " gmail_attr ")]',
    '//blockquote[@type="cite"]',
    '//*[contains(concat(" ", @class, " "), " moz-cite-prefix ")]',
    '//*[contains(concat(" ", @class, " "), " yahoo_quoted ")]',
    '//*[contains(concat(" ", @class, " "), " protonmail_quote ")]',
    '//*[contains(concat(" ", @class, " "), " zmail_extra ")]',
    '//*[@id="OLK_SRC_BODY_SECTION" or @id="mail-editor-reference-message-container"]',
)
_FROM_HERE_ON = (
    '//*[@id="divRplyFwdMsg" or @id="appendonsend" or @id="x_divRplyFwdMsg"]',
    '//div[starts-with(translate(@style, " ", ""), "border:none;border-top:solid#E1E1E11.0pt")]',
    '//div[starts-with(translate(@style, " ", ""), "border:none;border-top:solid#B5C4DF1.0pt")]',
)
"""Outlook puts the original behind this element, not into one."""
_SIGNATURES = ('//*[contains(concat(" ", @class, " "), " gmail_signature ")]', '//*[@id="Signature"]')
_UNSEEN = frozenset(["script", "style", "head", "title", "template", "noscript"])
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


def visible_text(markup: str) -> str:
    """Lines of text; list entries begin with `- `, paragraphs are apart by an empty line."""
    tree = _parse(markup)
    if tree is None:
        return ""
    _cut(tree)
    text = "".join(_pieces(tree))
    lines = [" ".join(line.split(" ")).strip() for line in text.replace("\xa0", " ").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _parse(markup: str) -> etree._Element | None:
    kept = markup[:_LONGEST].replace("\x00", "").encode("utf-8", "replace")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        return html.document_fromstring(kept, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _cut(tree: etree._Element) -> None:
    for path in (*_QUOTES, *_SIGNATURES):
        for each in tree.xpath(path):
            _drop(each)
    for path in _FROM_HERE_ON:
        for each in tree.xpath(path)[:1]:
            for later in list(each.itersiblings()):
                _drop(later)
            each.tail = None
            _drop(each)


def _drop(element: etree._Element) -> None:
    if element.getparent() is not None:
        element.drop_tree()


def _pieces(tree: etree._Element) -> Iterator[str]:
    """The text in reading order; a stack of our own, because mails are nested without shame."""
    unseen = 0
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            unseen += tag in _UNSEEN
            if unseen == 0:
                yield _before(tag)
                yield _flat(element.text, element)
        else:
            if unseen == 0:
                yield _after(tag)
            unseen -= tag in _UNSEEN
            if unseen == 0:
                yield _flat(element.tail, element.getparent())


def _before(tag: str) -> str:
    if tag == "br":
        return "\n"
    start = "\n" if tag in _LINES else " " if tag in {"td", "th"} else ""
    return start + ("- " if tag == "li" else "")


def _after(tag: str) -> str:
    return "\n\n" if tag in _PARAGRAPHS else "\n" if tag in _LINES else ""


def _flat(text: str | None, around: etree._Element | None) -> str:
    if not text:
        return ""
    if around is not None and around.tag == "pre":
        return str(text)
    return " ".join(text.replace("\n", " ").replace("\t", " ").split(" "))
