"""Visiting cards: a name, and below it a title, a company and ways to reach somebody."""

import re

from adapters.email.reading.manners import (
    CONTACT,
    LONGEST_CLOSING_LINE,
    PRONOUNS,
    is_name_like,
    is_title,
    is_titled_name,
)
from adapters.email.reading.page import Page, Verdict, is_bullet
from adapters.email.reading.words import fold

_MOST_LINES = 8
_AREA_CODE = re.compile(r"\s*\(\d{2,3}\)\s?\d")
_ENOUGH_WAYS = 2
_LONGEST_UNCASED_NAME = 5
"""Of a name in Chinese, Japanese or Korean, with a space in it."""
_FEWEST_LINES = 3
_BARS = frozenset("| ")
_FEWEST_BARS = 2
_LONGEST_LINE = 160
_REGISTER = re.compile(
    r"\bHR[AB]\s?\d{2,6}\b|\b[Rr]egistered (?:in|at|[Oo]ffice|[Nn]o|[Nn]umber)\b"
    r"|\bUSt-?Id|\b(?:SIREN|SIRET|RCS|K[vV]K|KRS|CNPJ|BTW|IBAN|BIC|CVR|REGON)\b|\bP\.? ?IVA\b"
    r"|\b(?:Org|Company)\.? ?(?:nr|no)\b"
)
"""What tells that a line is about a company in a register, as the law asks in many countries."""
_STREET = re.compile(r"[^\W\d_](?:[^\W\d_]|[.' -]){2,30} \d{1,4}[a-zA-Z]?, [\w .,-]{2,50}")
"""`Mill Lane 2, 4694 EG Millham`."""
_DASHED = re.compile(r"(?:--|—)\s+(?=\S)")
_HANGING = "  "
_COMPANY = re.compile(
    r"\b(?:inc|ltd|ltda|corp|co|şti|bhd|pty|zrt|kft|nyrt)\.$|(?:^|\s)(?:[^\W\d_]{1,2}\.\s?){2,4}$"
    r"|^[^\W\d_]{2,20} [^\W\d_]{2,20} \d{1,3}\.$",
    re.IGNORECASE,
)
"""A company's kind or a house's number, whose dot ends no sentence: `Acme S.p.A.`, `Fő utca 1.`."""


def mark_card(page: Page, start: int, end: int, names: frozenset[str]) -> None:
    """A last paragraph that is a visiting card: her name, then her title and ways to reach her."""
    top = end
    while top > start and page.said[top - 1] and page.verdicts[top - 1] is None:
        top -= 1
    lines = page.said[top:end]
    if not 1 < len(lines) <= _MOST_LINES:
        return
    is_last = page.next_said(end - 1) >= len(page)
    is_below = page.has_words(0 if is_last else start, top)  # below the last quote it ends the whole mail
    if (top == start and not is_last) or not is_below:
        return
    if any(not may_stand_on_card(line) or is_item(line) for line in lines):
        return
    first = PRONOUNS.sub("", lines[0])
    parts = [fold(part) for part in re.findall(r"\w+", first)]
    reached = sum(CONTACT.search(line) is not None for line in lines[1:])
    ways = sum(map(_is_way_to_reach, lines[1:]))
    if ":" in lines[0]:
        return
    is_hers = len(parts) > 1 and len(names) > 1 and names.issuperset(parts)
    is_uncased = lines[0].upper() == lines[0].lower() and len(lines[0]) <= _LONGEST_UNCASED_NAME
    may_be_hers = not names or not names.isdisjoint(parts)
    is_card = (
        may_be_hers
        and len(lines) >= _FEWEST_LINES
        and (2 * reached >= len(lines) - 1 or ways >= _ENOUGH_WAYS)
        and (ways > 0 or bool(names))  # `Called +1 555 0100` below `Visited Acme Corp` may be what she did
        and 1 < len(parts) <= _FEWEST_LINES
        and is_name_like(first)
    )
    if is_hers or is_card or (is_uncased and may_be_hers and all(map(_is_contact_alone, lines[1:]))):
        page.mark(top, end, Verdict.SIGNATURE, "a visiting card")


def mark_own_card(page: Page, start: int, end: int, names: frozenset[str]) -> None:
    """A card whose lines stand apart, as cells of a table do: her whole name, below it a way to reach her."""
    if len(names) < 2:  # noqa: PLR2004 -- a first and a last name
        return
    below: list[str] = []
    for index in range(end - 1, start, -1):
        said = page.said[index]
        if not said:
            continue
        if page.verdicts[index] is not None or len(below) > _MOST_LINES or is_item(page.raw[index]):
            return
        if names == frozenset(re.findall(r"\w+", fold(said))):
            if any(map(CONTACT.search, below)) and page.has_words(start, index):
                page.mark(index, end, Verdict.SIGNATURE, "a visiting card")
            return
        if not is_card_line(said):
            return
        below.append(said)


def mark_barred_card(page: Page, start: int, end: int) -> None:
    """A card in a table of which a program left the bars, as NetEase's do: below `| |` name and address."""
    top, said = end, page.said
    while top > start and said[top - 1] and page.verdicts[top - 1] is None:
        top -= 1
    if end - top <= _FEWEST_BARS:
        return
    bars = [each for each in range(top, end) if _BARS.issuperset(said[each])]
    if len(bars) < _FEWEST_BARS or not page.has_words(start, bars[0]):
        return
    inside = [line.strip("| ") for line in said[bars[0] : end] if not _BARS.issuperset(line)]
    is_card = 0 < len(inside) <= _MOST_LINES and all(map(is_card_line, inside))
    if is_card and any(map(CONTACT.search, inside)):
        page.mark(bars[0], end, Verdict.SIGNATURE, "a visiting card between bars")


def mark_spread_card(page: Page, start: int, end: int, names: frozenset[str]) -> None:
    """A card of several paragraphs, with pictures between them: it begins `Ana Roe | Owner`.

    Below it stand only ways to reach somebody, streets and numbers in registers.
    """
    below: list[str] = []
    for index in range(end - 1, start, -1):
        said = page.said[index].strip("* ")
        if not said or page.verdicts[index] is not None:
            continue
        if is_titled_name(said):
            parts = frozenset(re.findall(r"\w+", fold(said)))
            is_hers = not names or not names.isdisjoint(parts)
            if is_hers and len(below) >= _FEWEST_LINES and any(map(CONTACT.search, below)):
                page.mark(index, end, Verdict.SIGNATURE, "a visiting card")
            return
        is_reach = CONTACT.search(said) or _REGISTER.search(said) or _STREET.fullmatch(said)
        if not is_reach or len(said) > _LONGEST_LINE or len(below) > _MOST_LINES or is_item(page.raw[index]):
            return
        below.append(said)


def mark_dashed_card(page: Page, start: int, end: int) -> None:
    """`-- Ana López, M.Sc.`, and below it, indented as far, what else tells who she is."""
    top = end - 1
    while top > start and page.raw[top].startswith(_HANGING) and page.verdicts[top] is None:
        top -= 1
    found = _DASHED.match(page.said[top])
    if found is None or not 0 < end - top - 1 <= _MOST_LINES or page.verdicts[top] is not None:
        return
    name = page.said[top][found.end() :].partition(",")[0]
    is_card = len(name.split()) > 1 and is_name_like(name) and all(map(may_stand_on_card, page.said[top:end]))
    if is_card and page.has_words(0, top) and not any(map(is_item, page.said[top + 1 : end])):
        page.mark(top, end, Verdict.SIGNATURE, "a visiting card")


def is_card_line(line: str) -> bool:
    """A title, a company, a number: short and no sentence."""
    is_sentence = line.endswith((".", "!", "?")) and " | " not in line and not _COMPANY.search(line)
    is_short = len(line) <= LONGEST_CLOSING_LINE and not is_sentence
    return is_short or "@" in line or _is_long_card_line(line) or is_title(line)


def may_stand_on_card(line: str) -> bool:
    """Whether a line is short enough for a visiting card, or long as lines of cards are."""
    return len(line) <= LONGEST_CLOSING_LINE or _is_long_card_line(line) or is_title(line)


def _is_long_card_line(line: str) -> bool:
    """Where a company is registered, or several ways to reach somebody side by side."""
    if len(line) > _LONGEST_LINE:
        return False
    return _REGISTER.search(line) is not None or (
        CONTACT.search(line) is not None and any(sign in line for sign in ("|", "•", " · "))
    )


def _is_way_to_reach(line: str) -> bool:
    """It begins with a number, an address or their label; `Called +1 555 0100` does not."""
    return CONTACT.match(line.lstrip("(")) is not None or "@" in line.split(None, 1)[0]


def _is_contact_alone(line: str) -> bool:
    return len(line.split()) == 1 and CONTACT.search(line) is not None


def is_about_registers(line: str) -> bool:
    """It tells two things or more that only registers of companies tell: its court, its number for taxes."""
    return len(set(_REGISTER.findall(line))) >= _ENOUGH_WAYS


def is_item(line: str) -> bool:
    """A line of a list; `(555) 010-0199` is none."""
    return is_bullet(line) and not _AREA_CODE.match(line)
