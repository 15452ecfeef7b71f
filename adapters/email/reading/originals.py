"""Where an original begins that its program marks with a heading or with its headers, not with `>`."""

import re
from typing import NamedTuple

from adapters.email.reading.columns import columns_at
from adapters.email.reading.headers import framed_block, header_block, headers_at
from adapters.email.reading.page import Page, is_bullet, is_rule
from adapters.email.reading.words import Words, fold

_ORNAMENT = "-_=*‐—–―─━═~#+ \t<>[]"
HEADERS = "headers of an original"
"""The rule for one that nothing but its headers marks."""
_LONGEST_MARK = 120
_NOTES = re.compile(r"[^-:]{2,60}\s---\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\s\d{1,2}:\d\d(?::\d\d)?(?:\s[AP]M)?---")
"""`Ann Weber ---24/11/2026 18:00:12---How far are you?`, as Lotus Notes writes."""
_ZENDESK = "##- "
"""With it a ticket system begins such a request in every language."""
_TELLING_WORDS = 4
"""A phrase of so many words is a program's, whatever follows: `Original message processed by ...`."""


class Original(NamedTuple):
    """Where in a page an original begins; it goes on to the end of the page, unless something tells where."""

    start: int
    """The line at which it begins, with the line of dashes above it."""
    body: int
    """The first line behind its headers."""
    is_forward: bool
    """Its heading says that it was passed on, not answered."""
    rule: str
    """By what it was known, for whoever looks at the verdicts."""


def original_at(page: Page, index: int, words: Words) -> Original | None:
    """The original that begins at a line, if one does."""
    said = page.said[index]
    if is_rule(said):
        return None
    headers = headers_at(page, index, words) or columns_at(page, index, words)
    if headers is not None:
        start, end = headers
        return Original(above_rules(page, start), end, is_forward=False, rule=HEADERS)
    if "---" in said and _NOTES.match(said):
        return Original(above_rules(page, index), index + 1, is_forward=False, rule=HEADERS)
    return _marked(page, index, words)


def is_reply_above(text: str, words: Words) -> bool:
    """Whether a line, or any in a text, asks to answer above it, as ticket systems write."""
    return _ZENDESK in text or words.separators.reply_above.are_in(fold(text))


def above_rules(page: Page, index: int) -> int:
    """The lines of dashes above an original, and the empty ones between, belong to it."""
    start = above = index
    while above > 0 and (not page.said[above - 1] or is_rule(page.said[above - 1])):
        above -= 1
        if page.said[above]:
            start = above
    return start


def _marked(page: Page, index: int, words: Words) -> Original | None:
    """`-----Original Message-----`, `Begin forwarded message:` and their like."""
    said = page.said[index]
    if len(said) > _LONGEST_MARK:
        if said[0] not in "-=_" and not words.separators.original.at(fold(said[:_LONGEST_MARK])):
            return None
        said = said[:_LONGEST_MARK]
    core = said.strip(_ORNAMENT)
    folded = fold(core.rstrip(": "))
    kind = _kind_of_mark(folded, words)
    dashes = len(said) - len(core)
    is_framed = said[0] in "-=_" and bool(core) and said[:3] == said[-3:] == said[0] * 3
    if (kind is None and not is_framed) or not page.may_weigh():
        return None
    after = page.next_said(index)
    block = header_block(page, after, words, marked=True) if after < len(page) else None
    if block is None and is_framed:
        block = framed_block(page, after, words)
    if kind is None:
        if block is None:
            return None
    elif not (
        _is_whole_mark(said, folded, kind, dashes)
        or _is_bare_mark(page, index, block, folded, words)
        or (page.is_quoted(after) and said.endswith(":") and folded == words.separators.forwarded.at(folded))
    ):
        return None
    return Original(
        above_rules(page, index),
        block if block is not None else index + 1,
        is_forward=kind == "forward",
        rule="heading of an original",
    )


def _kind_of_mark(folded: str, words: Words) -> str | None:
    if words.separators.forwarded.at(folded):
        return "forward"
    return "original" if words.separators.original.at(folded) else None


def _is_whole_mark(said: str, folded: str, kind: str, dashes: int) -> bool:
    """Between dashes it may go on (`Forwarded by Ana on ...`); without them it must say that it begins.

    One dash in front alone is a bullet: `- Forwarded email to Bo`.
    """
    fewest = 4
    if dashes >= fewest:
        return True
    is_item = is_bullet(said) and said[-1] not in _ORNAMENT
    return kind == "forward" and dashes >= 1 and len(folded.split()) <= fewest and not is_item


def _is_bare_mark(page: Page, index: int, block: int | None, folded: str, words: Words) -> bool:
    """Without dashes headers must follow, or a quote stand right above it, and it is a phrase and no more."""
    if block is not None and (page.said[index].endswith(":") or _is_telling(folded, words)):
        return True
    above = index - 1
    while above >= 0 and not page.said[above]:
        above -= 1
    phrase = words.separators.original.at(folded) or words.separators.forwarded.at(folded)
    is_item = is_bullet(page.said[index])
    says_enough = not is_item and (folded == phrase or _is_telling(folded, words))
    return says_enough and above >= 0 and page.is_quoted(above)


def _is_telling(folded: str, words: Words) -> bool:
    phrase = words.separators.original.at(folded) or words.separators.forwarded.at(folded)
    return len(phrase.split()) >= _TELLING_WORDS
