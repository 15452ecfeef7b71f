"""The headers that Lotus Notes and Domino write above an original: in columns, and mostly without colons.

The sender and the time stand on the left, the other headers on the right; as plain text this comes as one
cell below the other, as lines with a header behind a gap, or in a frame of dashes and bars.
"""

import re

from adapters.email.reading.evidence import has_address, has_date_or_time, is_stamp
from adapters.email.reading.page import Page
from adapters.email.reading.words import Words, fold

_LONGEST_LABEL = 16
_MOST_ABOVE, _MOST_BELOW = 8, 14
"""Lines from the recipient's label up to the time, and down to the subject's label."""
_MOST_SENDER_LINES = 4
_INDENT = "      "
_BEHIND_GAP = re.compile(r"(?:^|\s{2})([^\W\d_][^\s:]{0,14})\s?:(?:\s|$)")
_FRAME_ABOVE = re.compile(r"\|-{3,60}\+-{3,60}>")


def columns_at(page: Page, index: int, words: Words) -> tuple[int, int] | None:
    """The first line of such headers around a line, and the one behind them; None when there are none.

    Below something of hers, or above what is quoted: else nothing tells where such an original ends.
    """
    said = page.said[index]
    if not said or index == 0:
        return None
    found = None
    if len(said) <= _LONGEST_LABEL and words.headers.get(fold(said.rstrip(": "))) == "to":
        found = _below_each_other(page, index, words)
    elif said[0] == "|" and _FRAME_ABOVE.fullmatch(said):
        found = _framed(page, index, words)
    elif ":" in said and "  " in said:
        found = _behind_a_gap(page, index, words)
    if found is None:
        return None
    start, end = found
    return found if page.has_words(0, start) or page.is_quoted(page.next_said(end - 1)) else None


def _below_each_other(page: Page, index: int, words: Words) -> tuple[int, int] | None:
    """`Bo <bo@example.com>`, `24/11/2026 18:00`, `To`, an address, `Subject`: a cell in each line."""
    subject = _label(page, range(index + 1, index + _MOST_BELOW), "subject", words)
    if subject < 0 or not page.may_weigh():
        return None
    near = range(index - 1, max(index - _MOST_ABOVE, 0) - 1, -1)
    stamp = next((each for each in near if page.said[each] and is_stamp(page.said[each], words)), -1)
    if stamp < 0 or _label(page, range(stamp, index), "from", words) >= 0:
        return None
    start = _sender(page, stamp)
    is_told = any(has_address(page.said[each]) for each in range(start, subject))
    return (start, page.next_said(subject) + 1) if is_told else None


def _label(page: Page, near: range, role: str, words: Words) -> int:
    """The line with nothing but such a header's name; -1 where none is."""
    for each in near:
        said = page.said[each] if each < len(page) else ""
        if 0 < len(said) <= _LONGEST_LABEL and words.headers.get(fold(said.rstrip(": "))) == role:
            return each
    return -1


def _sender(page: Page, stamp: int) -> int:
    """The line above the time at which the sender is told: with an address, or a name that stands apart."""
    start = stamp
    for each in range(stamp - 1, max(stamp - _MOST_SENDER_LINES, 0) - 1, -1):
        if not page.said[each]:
            return each + 1 if each == stamp - 2 else start
        start = each if has_address(page.said[each]) else start
    return start


def _indented(page: Page, index: int) -> int:
    """The first of the few lines above a line that are indented as it is."""
    start = index
    while start > max(index - _MOST_SENDER_LINES, 0) and page.raw[start - 1].startswith(_INDENT):
        start -= 1
    return start


def _behind_a_gap(page: Page, index: int, words: Words) -> tuple[int, int] | None:
    """`<bo@example.com>     To:  ana@example.com`, and below it the date beside `cc:` and `Subject:`."""
    if _role_behind_gap(page.said[index], words) != "to" or not page.may_weigh():
        return None
    end = index + 1
    while end < min(len(page), index + _MOST_BELOW) and page.said[end] and not page.is_quoted(end):
        end += 1
    roles = {_role_behind_gap(page.said[each], words) for each in range(index + 1, end)}
    start = _indented(page, index)
    whole = " ".join(page.said[start:end])[:600]
    is_told = has_address(whole) and has_date_or_time(whole, words)
    return (start, end) if "subject" in roles and is_told else None


def _role_behind_gap(said: str, words: Words) -> str:
    found = _BEHIND_GAP.search(said)
    return words.headers.get(fold(found[1]), "") if found else ""


def _framed(page: Page, index: int, words: Words) -> tuple[int, int] | None:
    """`|-------+------------->`, the sender in bars, and below it a frame with the other headers."""
    if not page.may_weigh():
        return None
    end, roles = index + 1, set[str]()
    while end < min(len(page), index + 2 * _MOST_BELOW) and page.said[end][:1] in ("|", ">"):
        roles.add(_role_behind_gap(page.said[end].strip("|> "), words))
        end += 1
    return (index, end) if {"to", "subject"} <= roles else None
