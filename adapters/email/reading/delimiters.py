"""The line with which a signature begins: `-- `, or what programs and people make of it."""

import re
from collections.abc import Sequence
from functools import lru_cache

from adapters.email.reading.cards import is_card_line, is_item
from adapters.email.reading.manners import CONTACT, is_name_like, is_titled_name
from adapters.email.reading.page import Page, Verdict, is_rule
from adapters.email.reading.words import Words, fold

_DELIMITERS = frozenset(["--", "—", "–", "―"])
_MOST_SIGNATURE_LINES = 16
_MOST_ASKED_AGAIN = 2 * _MOST_SIGNATURE_LINES
"""Lines of which it is remembered what they tell: each is asked again for every line of dashes above it."""
_LONGEST_SIGNATURE_LINE = 100
_MOST_NAME_WORDS = 4
_WIDE = 60
"""Characters of a line of dashes above all that lists put below a mail, whatever lines are in between."""
_MAILING_LIST = re.compile(
    r"mailing.?list\s--|listinfo|groups\.google|groups\.io|-users|@lists?\."
    r"|unsubscribe (?:from|send|via|here|at|by)|unsubscribe: |teams\.microsoft\.com/",
    re.IGNORECASE,
)
_NAMED_LIST = re.compile(r"mailing.?list\W*$", re.IGNORECASE)
"""A list's name, if its address or its page stands alone on another line; else hers may end so too."""
POSTSCRIPT = re.compile(
    r"(?:p\.?\s?[sd]|n\.?b|追伸)\.?\s?[:：.–-]|P\.?S\.?\s|\[(?:\d{1,2}|\*)\][:\s]", re.IGNORECASE
)
"""It, or a note to what she said above: `[1] https://example.com`."""
SIGNED = re.compile(r"(--?|[—–~]|//?)(\s?)([^\W\d_][\w.'’-]*(?:\s[^\W\d_][\w.'’-]*){0,2})[.,]?$")


def mark_signature(page: Page, start: int, end: int, words: Words) -> None:
    """From the line `-- ` or one that looks like it, if what follows looks like a signature.

    Args:
        page: The mail.
        start: Its lines that are looked at begin here.
        end: And end before this one.
        words: Of all languages.
    """
    if not any(map(is_rule, page.said[start:end])):
        return
    after: list[str] = []
    delimiter, since = -1, 0
    first = next((each for each in page.open_lines(start, end) if not is_rule(page.said[each])), end)
    for index in range(end - 1, start - 1, -1):
        said = page.said[index]
        if not said or page.verdicts[index] is not None:
            continue
        if not is_rule(said):
            after.append(said)
        elif after and (
            _is_by_a_list(after[0 if len(said) >= _WIDE else since :])
            or _is_delimiter(page, index, after[since:], words, is_below_quote=start > 0 and index <= first)
        ):
            delimiter, since = index, len(after)
        if len(after) > _MOST_SIGNATURE_LINES or (is_item(page.raw[index]) and not is_rule(said)):
            break
    if delimiter >= 0 and (
        start > 0 or page.has_words(0, delimiter) or _is_all_card(page.raw[delimiter], after[:since])
    ):
        page.mark(delimiter, end, Verdict.SIGNATURE, "below a line that begins a signature")


def _is_all_card(delimiter: str, lines: Sequence[str]) -> bool:
    """Her program put her card below `-- `, and she said nothing above it."""
    if delimiter != "-- " or not lines:
        return False
    names = lines[-1].split()
    return (
        1 < len(names) <= _MOST_NAME_WORDS
        and all(each[0].isupper() for each in names)
        and all(map(is_card_line, lines))
        and any(map(CONTACT.search, lines[:-1]))
    )


def _is_by_a_list(lines: Sequence[str]) -> bool:
    if any(map(_tells_of_a_list, lines)):
        return True
    return any(map(_names_a_list, lines)) and any(" " not in line and _tells_a_way(line) for line in lines)


@lru_cache(_MOST_ASKED_AGAIN)
def _tells_of_a_list(line: str) -> bool:
    return _MAILING_LIST.search(line) is not None


@lru_cache(_MOST_ASKED_AGAIN)
def _names_a_list(line: str) -> bool:
    return _NAMED_LIST.search(line) is not None


@lru_cache(_MOST_ASKED_AGAIN)
def _tells_a_way(line: str) -> bool:
    """To reach somebody."""
    return CONTACT.search(line) is not None


def _is_delimiter(
    page: Page, index: int, after: Sequence[str], words: Words, *, is_below_quote: bool
) -> bool:
    """Whether the lines `after` it, nearest last, are a signature; `-- ` with its space needs no proof."""
    raw, said = page.raw[index], page.said[index]
    if not after or POSTSCRIPT.match(after[-1]) or max(map(len, after)) > _LONGEST_SIGNATURE_LINE:
        return False
    if raw.startswith("-- ") or said.startswith("_____"):
        return True
    tells = any(map(_tells_a_way, after)) or bool(words.manners.closings.at(fold(after[-1])))
    is_name = is_name_like(after[-1]) or is_titled_name(after[-1])
    if said in _DELIMITERS:
        return tells or is_name or is_below_quote or _ends_signed(page, index)
    return len(said) > 1 and "|" not in said and tells and is_name and not any(map(_is_in_a_sentence, after))


def _is_in_a_sentence(line: str) -> bool:
    """It begins small, and with no way to reach somebody: so no line of a visiting card does."""
    return line[0].islower() and CONTACT.match(line) is None and "@" not in line.split(None, 1)[0]


def _ends_signed(page: Page, index: int) -> bool:
    """She signed right above a line of dashes, `-Ana`: what is below it belongs to that."""
    above = next((each for each in range(index - 1, -1, -1) if page.said[each]), -1)
    return above > 0 and not page.said[above - 1] and SIGNED.fullmatch(page.said[above]) is not None
