"""Where an original begins that its program marks with a heading or with its headers, not with `>`."""

import re
from dataclasses import dataclass

from adapters.email.reading.evidence import has_address, has_date_or_time
from adapters.email.reading.page import Page, is_rule
from adapters.email.reading.words import Words, fold

_ORNAMENT = "-_=*‐—–―─━═~#+ \t<>[]"
_MOST_HEADERS = 16
_MOST_CONTINUATIONS = 3
_LONGEST_NAME = 28
_LONGEST_MARK = 120
_ENOUGH = 5
_FEWEST = 3
_NAME_IN_A_ROW = re.compile(r"(?:^|\s)\*?([^\s:*]{1,20})\s?:")
_UNKNOWN_NAME = re.compile(r"[^\W\d][\w .'’()-]{1,26}\s?$")


@dataclass(frozen=True, slots=True)
class Original:
    start: int
    """The line at which it begins, with the line of dashes above it."""
    body: int
    """The first line behind its headers."""
    is_forward: bool
    rule: str


def original_at(page: Page, index: int, words: Words) -> Original | None:
    """The original that begins at a line, if one does."""
    said = page.said[index]
    if is_rule(said):
        return None
    if ":" in said[: _LONGEST_NAME + 6] and _role(said, words) and page.may_weigh():
        block = _header_block(page, index, words) or _headers_in_a_row(page, index, words)
        if block is not None:
            return Original(above_rules(page, index), block, is_forward=False, rule="headers of an original")
    return _marked(page, index, words)


def is_reply_above(text: str, words: Words) -> bool:
    """Whether a line, or any in a text, asks to answer above it, as ticket systems write."""
    folded = fold(text)
    return any(phrase in folded for phrase in words.reply_above)


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
        return None
    core = said.strip(_ORNAMENT)
    folded = fold(core.rstrip(": "))
    kind = _kind_of_mark(folded, words)
    dashes = len(said) - len(core)
    is_framed = (
        bool(core) and said[0] in "-=_" and said.startswith(said[0] * 3) and said.endswith(said[0] * 3)
    )
    if (kind is None and not is_framed) or not page.may_weigh():
        return None
    after = page.next_said(index)
    block = _header_block(page, after, words, marked=True) if after < len(page) else None
    if kind is None:
        if block is None:
            return None
    elif not _is_whole_mark(folded, kind, dashes) and not _is_bare_mark(page, index, block):
        return None
    return Original(
        above_rules(page, index),
        block if block is not None else index + 1,
        is_forward=kind == "forward",
        rule="heading of an original",
    )


def _kind_of_mark(folded: str, words: Words) -> str | None:
    if words.forwards.at(folded):
        return "forward"
    return "original" if words.originals.at(folded) else None


def _is_whole_mark(folded: str, kind: str, dashes: int) -> bool:
    """Between dashes it may go on (`Forwarded by Ana on ...`); without them it must say that it begins."""
    fewest = 4
    return dashes >= fewest or (kind == "forward" and dashes >= 1 and len(folded.split()) <= fewest)


def _is_bare_mark(page: Page, index: int, block: int | None) -> bool:
    """Without dashes headers must follow, or a quote stand right above."""
    if block is not None and page.said[index].endswith(":"):
        return True
    above = index - 1
    while above >= 0 and not page.said[above]:
        above -= 1
    return above >= 0 and page.is_quoted(above)


def _header_block(page: Page, index: int, words: Words, *, marked: bool = False) -> int | None:
    """The line behind a block of headers; None when the lines are none.

    Three of sender, date, recipient and subject, and something that people do not write in a list of their
    own: a subject, an address, stars around the names or a line of dashes above.
    """
    found: dict[str, str] = {}
    unknown, continued, place, end = 0, 0, index, index
    while place < min(len(page), index + _MOST_HEADERS):
        said = page.said[place]
        role = _role(said, words) if said else ""
        if role:
            found.setdefault(role, said)
            continued, end = 0, place + 1
        elif said and _is_unknown_header(said, words) and continued == 0:
            unknown, end = unknown + 1, place + 1
        elif said:
            continued += 1
            if continued > _MOST_CONTINUATIONS:
                break
        elif not _goes_on(page, place, words):
            break
        place += 1
    above = is_rule(page.said[index - 1]) if index > 0 else False
    return end if _is_block(found, unknown, words, marked=marked or above) else None


def _headers_in_a_row(page: Page, index: int, words: Words) -> int | None:
    """Headers that a program put on one line: `From: ... Sent: ... To: ... Subject: ...`."""
    end = min(index + _MOST_CONTINUATIONS, len(page))
    while end > index + 1 and "" in page.said[index:end]:
        end -= 1
    text = " ".join(page.said[index:end])
    roles = {words.headers.get(fold(name), "") for name in _NAME_IN_A_ROW.findall(text)}
    is_whole = {"from", "date"} <= roles and bool(roles & {"to", "subject"}) and has_address(text)
    return end if is_whole else None


def _goes_on(page: Page, place: int, words: Words) -> bool:
    """An empty line between headers, or one inside them."""
    later = page.next_said(place)
    return later < len(page) and later - place <= 2 and bool(_role(page.said[later], words))  # noqa: PLR2004 -- lines


def _are_whole(found: dict[str, str], words: Words) -> bool:
    """A sender's address and a date that only a program writes with it."""
    return (
        has_address(found.get("from", ""))
        and "date" in found
        and has_date_or_time(found["date"].partition(":")[2][:120], words)
    )


def _is_block(found: dict[str, str], unknown: int, words: Words, *, marked: bool) -> bool:
    addressed = sum(has_address(value) for value in found.values())
    starred = any(value.startswith("*") for value in found.values())
    weight = (
        2 * ("from" in found)
        + 2 * ("subject" in found)
        + ("date" in found)
        + ("to" in found)
        + ("cc" in found)
        + min(addressed, 2)
        + starred
        + 2 * marked
        + unknown
    )
    solid = "subject" in found or addressed or starred or marked
    count = len(found) + unknown
    central = "from" in found or {"subject", "to", "date"} <= set(found)
    if count == 2 and _are_whole(found, words):  # noqa: PLR2004 -- two that say it all
        return True
    if marked and count >= 2 and weight >= _ENOUGH:  # noqa: PLR2004 -- under a heading two are enough
        return True
    return bool(solid) and central and count >= _FEWEST and weight >= _ENOUGH


def _role(said: str, words: Words) -> str:
    """What a header says, by its name in any language; empty for a line that is no header."""
    name, colon, _ = said[: _LONGEST_NAME + 8].partition(":")
    if not colon:
        return ""
    return words.headers.get(fold(name.strip(" *_\t|>-")), "")


def _is_unknown_header(said: str, words: Words) -> bool:
    """A header of a language that there is no file for: a short name, then an address or a date."""
    name, colon, value = said.partition(":")
    if not colon or len(name) > _LONGEST_NAME or not _UNKNOWN_NAME.match(name.strip(" *_")):
        return False
    return has_address(value) or has_date_or_time(value[:120], words)
