"""What servers put below a mail between two lines of stars, and the list that a program made of its links."""

import re

from adapters.email.reading.manners import is_closing
from adapters.email.reading.page import Page, Verdict, is_rule
from adapters.email.reading.words import Words

_MOST_FRAMES = 3
_WIDE, _NARROW = 20, 8
"""Characters of a frame's edge: of one that is a frame for that alone, and of one around a legal text."""
_MOST_INSIDE, _MOST_ABOVE = 30, 12
"""Lines inside a frame, and lines with words between it and the closing above it."""
_LINK = re.compile(r"\d{1,3}\. [a-z]{3,8}:\S+$")
_LINKS = ("Visible links", "Visible links:")
_MOST_LINKS = 300


def mark_frames(page: Page, start: int, end: int, words: Words, names: frozenset[str]) -> None:
    """Frames at the end of the lines from `start` up to `end`, below a closing, and a list of links."""
    _mark_links(page, start, end)
    for _ in range(_MOST_FRAMES):
        last = page.open_end(start + 1, end) - 1
        top = frame_top(page, last, start, end, shortest=_WIDE) if is_rule(page.said[last]) else last
        if top == last or not _is_below_closing(page, top, start, words, names):
            return
        page.mark(top, end, Verdict.FOOTER, "in a frame below a closing")


def frame_top(page: Page, index: int, start: int, end: int, *, shortest: int = _NARROW) -> int:
    """The upper edge of the frame in which a line is, or that it ends; the line itself when it is in none."""
    for edge in range(index - 1, max(index - _MOST_INSIDE, start) - 1, -1):
        said = page.said[edge]
        if len(said) >= shortest and is_rule(said) and page.verdicts[edge] is None:
            return edge if said in page.said[index : min(end, index + _MOST_INSIDE)] else index
    return index


def _is_below_closing(page: Page, index: int, start: int, words: Words, names: frozenset[str]) -> bool:
    above = [each for each in range(max(index - 2 * _MOST_ABOVE, start), index) if page.said[each]]
    return any(
        page.verdicts[each] is Verdict.FOOTER or is_closing(page.said[each], words, names)
        for each in above[-_MOST_ABOVE:]
    ) and page.has_words(start, index)


def _mark_links(page: Page, start: int, end: int) -> None:
    """`Visible links` and a number for each, which some programs put below the text of an HTML mail."""
    index = end - 1
    while index > max(start, end - _MOST_LINKS) and (not page.said[index] or _LINK.match(page.said[index])):
        index -= 1
    if page.said[index] not in _LINKS or not page.has_words(start, index):
        return
    above = next((each for each in range(index - 1, start, -1) if page.said[each]), index)
    top = above if page.said[above] == "References" else index
    page.mark(top, end, Verdict.FOOTER, "a list of the links in a mail")
