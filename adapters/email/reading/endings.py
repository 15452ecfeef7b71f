"""What stands below a person's own words: closing, name and signature."""

import re
from collections.abc import Sequence

from adapters.email.reading.cards import (
    is_card_line,
    is_item,
    mark_barred_card,
    mark_card,
    mark_dashed_card,
    mark_own_card,
    mark_spread_card,
    may_stand_on_card,
)
from adapters.email.reading.delimiters import POSTSCRIPT, SIGNED, mark_signature
from adapters.email.reading.frames import mark_frames
from adapters.email.reading.manners import (
    CONTACT,
    ends_as_closing,
    is_closing,
    is_name_like,
    is_own_name,
    is_short_name,
    is_titled_name,
)
from adapters.email.reading.notices import mark_legal
from adapters.email.reading.page import Page, Verdict, is_rule
from adapters.email.reading.words import Words, fold

_AMONG = (None, Verdict.DEVICE, Verdict.ARMOUR)
"""What may stand among the lines below a closing."""
_MOST_CLOSING_LINES = 8
_MOST_CARD_LINES, _FEWEST_WAYS = 16, 2
"""A company's visiting card is longer, and tells so many ways to reach somebody."""
_MOST_CLOSING_WORDS = 4


def mark_endings(page: Page, start: int, end: int, words: Words, names: frozenset[str]) -> None:
    """Signature, closing, legal text and list footers at the end of the lines from `start` up to `end`.

    What stands below a closing is hers too where it is a postscript.  A signature begins with the line of
    https://www.rfc-editor.org/rfc/rfc3676#section-4.3, or with what programs and people make of that.

    Args:
        page: The mail.
        start: Its lines that are looked at begin here.
        end: And end before this one.
        words: Of all languages.
        names: The parts of the sender's name, folded.
    """
    if (last := page.open_end(start, end)) <= 1:
        _trim_rules(page, start, last)
        return  # her first line is all there is: it ends nothing
    mark_frames(page, start, end, words, names)
    mark_legal(page, start, page.open_end(start, end), words)
    end = page.open_end(start, end)
    mark_signature(page, start, end, words)
    end = _trim_rules(page, start, page.open_end(start, end))
    after = _postscript(page, start, end)
    for first, behind in ((start, after), (after, end)):
        if first < behind:
            _mark_farewell(page, first, page.open_end(first, behind), words, names)


def _postscript(page: Page, start: int, end: int) -> int:
    """The line with which a postscript begins; `end` when there is none."""
    near = range(max(end - _MOST_CLOSING_LINES, start + 1), end)
    return next((each for each in near if POSTSCRIPT.match(page.said[each])), end)


def _mark_farewell(page: Page, start: int, end: int, words: Words, names: frozenset[str]) -> None:
    """Closing, name and visiting card below her words."""
    mark_dashed_card(page, start, end)
    mark_barred_card(page, start, page.open_end(start, end))
    end = page.open_end(start, end)
    _mark_signed(page, start, end, names)
    _mark_closing(page, start, page.open_end(start, end), words, names)
    end = page.open_end(start, end)
    mark_card(page, start, end, names)
    mark_own_card(page, start, end, names)
    mark_spread_card(page, start, end, names)
    end = page.open_end(start, end)
    _mark_name(page, start, end, names)
    _trim_rules(page, start, page.open_end(start, end))


def _trim_rules(page: Page, start: int, end: int) -> int:
    """Lines of dashes at the very end belong to nothing."""
    while end > start and (
        page.verdicts[end - 1] is not None or not page.said[end - 1] or is_rule(page.said[end - 1])
    ):
        if page.said[end - 1] and not page.said[end - 1].startswith("```"):
            page.mark(end - 1, end, Verdict.SIGNATURE, "a line of dashes at the end")
        end -= 1
    return end


def _mark_signed(page: Page, start: int, end: int, names: frozenset[str]) -> None:
    """A last line such as `-Ana López`, `/John` or `—Ryan`, apart from the rest."""
    last = end - 1
    if last <= start or not page.has_words(start, last):
        return
    found = SIGNED.fullmatch(page.said[last])
    if found is None:
        return
    dash, space, name = found.groups()
    parts = name.split()
    if not all(part[0].isupper() or fold(part) in names or dash == "~" for part in parts):
        return
    if names and names.issuperset(fold(part) for part in parts):
        page.mark(last, end, Verdict.SIGNATURE, "signed with the sender's name")
        return
    if len(names) > 1 and sorted(fold(name)) == sorted(each[0] for each in names):
        page.mark(last, end, Verdict.SIGNATURE, "signed with the sender's initials")
        return
    is_slashed = dash == "/" and len(parts) == 1 and not names  # as Scandinavians sign, right below
    is_list = dash in ("-", "–") and (space or (len(parts) == 1 and len(name) > 1))
    if is_list or (page.said[last - 1] and not is_slashed):
        return
    mark = page.said[last][: len(dash) + bool(space)]
    if not any(_begins_so(page.said[each], mark) for each in page.open_lines(start, last)):
        page.mark(last, end, Verdict.SIGNATURE, "signed with a name behind a dash")


def _begins_so(said: str, mark: str) -> bool:
    """With the same dash, and a space behind it or none."""
    behind = said[len(mark) : len(mark) + 1]
    return said.startswith(mark) and (mark.endswith(" ") or not behind.isspace())


def _mark_closing(page: Page, start: int, end: int, words: Words, names: frozenset[str]) -> None:
    """From the topmost closing below which there are only names and ways to reach somebody."""
    found, below, index = -1, 0, end
    below_lines: list[str] = []
    top = start if page.next_said(end - 1) < len(page) else 0  # below the last quote it ends the whole mail
    while index > start and below < _MOST_CARD_LINES:
        index -= 1
        said = page.said[index]
        if not said:
            continue
        if page.verdicts[index] not in _AMONG or not page.has_words(top, index):
            break
        if is_closing(said, words, names):
            if _fits_below(below_lines, names):
                found = index
            below_lines = []
        elif _closes_by_form(page, index, below_lines, words, names):
            found, below_lines = index, []
        elif page.verdicts[index] is None:
            if not (may_stand_on_card(said) or words.manners.formulas.at(fold(said))) or (
                is_item(page.raw[index]) and not is_rule(said)
            ):
                break
            below_lines.append(said)
        below += 1
    if found >= 0:
        page.mark(found, found + 1, Verdict.CLOSING, "a closing")
        page.mark(found + 1, end, Verdict.SIGNATURE, "below a closing")


def _closes_by_form(
    page: Page, index: int, lines: Sequence[str], words: Words, names: frozenset[str]
) -> bool:
    """A few words and a comma, apart from the rest and above a name: so closings look in every language.

    The name must be the sender's; where hers is not told, ways to reach her must stand below it.  A formula
    or a word that closings end with says enough without.
    """
    said = page.said[index]
    if words.manners.formulas.at(fold(said)) and _fits_below(lines, names):
        return True
    is_apart, is_hers = not page.said[index - 1], _names_her(lines, names)
    if (is_apart or is_hers) and lines and ends_as_closing(said, words) and _fits_below(lines, names):
        return True
    if not said.endswith((",", "،", "，", "՝")) or len(said.split()) > _MOST_CLOSING_WORDS or not lines:
        return False
    if any(map(str.isdigit, said)) or not (is_apart or is_hers) or not _fits_below(lines, names):
        return False
    return is_hers or (not names and any(map(CONTACT.search, lines[:-1])))


def _names_her(lines: Sequence[str], names: frozenset[str]) -> bool:
    return bool(lines) and not names.isdisjoint(re.findall(r"\w+", fold(lines[-1])))


def _fits_below(lines: Sequence[str], names: frozenset[str]) -> bool:
    """The lines below a closing, nearest last: a name first, then whatever tells who she is."""
    if not lines:
        return True
    first = lines[-1]
    rest = lines[:-1]
    ways = sum(CONTACT.search(line) is not None for line in rest)
    if len(lines) > _MOST_CLOSING_LINES and ways < _FEWEST_WAYS:
        return False
    is_name = is_name_like(first, names) or is_titled_name(first)
    return is_name and all(is_card_line(line) for line in rest)


def _mark_name(page: Page, start: int, end: int, names: frozenset[str]) -> None:
    """The sender's own name alone in the last line."""
    last = end - 1
    if last <= start or not names or is_item(page.raw[last]):
        return
    is_apart = not page.said[last - 1]
    if page.has_words(start, last) and (
        is_own_name(page.said[last], names) or (is_apart and is_short_name(page.said[last], names))
    ):
        page.mark(last, end, Verdict.NAME, "the sender's name")
