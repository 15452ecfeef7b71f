"""What a piece of text tells about when it was written and by whom: dates, times, addresses, verbs.

Every pattern here looks at a bounded number of characters and none can go back on itself.
"""

import re
from typing import NamedTuple

from adapters.email.reading.words import Words, fold

_TIME = re.compile(r"\d(?<![\d.,/]\d)(?<!\d-\d)\d?\s?[:.hH時时시点點]\s?\d{2}(?!\d|[./-]\d)")
_DATE = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d\s?[-/.年년]\s?\d{1,2}(?:\s?[-/.月월]|\b)"
    r"|\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:\d{4}|\d{2})(?!\d)"
    r"|\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]"
    r"|\d{1,2}-[^\W\d_]{3,12}(?:-\d\d|,?[-\s](?:19|20)\d\d))"
)
_ANY_MONTH = re.compile(
    r"(?<!\d)\d{1,2}[.,]?\s(?:de\s|di\s)?[^\s\d]{2,14},?\s(?:de\s|del\s)?\d{4}(?!\d)"
    r"|(?<!\w)[^\s\d]{3,14}\s\d{1,2},\s(?:19|20)\d\d(?!\d)"
    r"|(?<!\d)(?:19|20)\d\d[.,]?\s(?:[^\s\d]{1,2}\.\s)?[^\s\d]{3,14}\s\d{1,2}(?!\d)"
)
"""A day, a word and a year, in any of the orders that languages have: the word will be a month."""
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_ADDRESS = re.compile(r"[^\s<>@\"',;:()\[\]]@[^\s<>@\"',;:()\[\]]{3}")
_ZONE = re.compile(r"\b(?:GMT|UTC)\b|[+-]\d{2}:?\d{2}(?!\d)")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_DAY_NUMBERS = frozenset(str(number) for number in range(1, 32)) | frozenset(f"{n:02}" for n in range(1, 10))
_BETWEEN = frozenset(["de", "di", "of", "tháng", "den", "del", "the"])
_NEAR_END = 3
"""Words that may follow the verb at the end of an attribution."""


class Evidence(NamedTuple):
    """What is found in a text, wherever in it: each a yes or no but `verb_said`."""

    date: bool
    """A day of a month, as `has_date` finds it."""
    weekday: bool
    time: bool
    zone: bool
    """The difference from UTC, or `GMT`."""
    address: bool
    verb: bool
    """One of those by which programs say that somebody wrote, in any language."""
    verb_ends: bool
    """The verb is the last word, or nearly."""
    verb_opens: bool
    """Its words come first, and are such as only programs say: `Wiadomość napisana przez ...`."""
    verb_said: str
    """The verb, folded; empty without one, and where its script has no words."""
    first_person: bool
    """The verb is the sender's own: `I wrote`."""


def weigh(text: str, words: Words) -> Evidence:
    """What `text` tells; it should be no longer than a few hundred characters."""
    folded = fold(text)
    tokens = _WORD.findall(folded)
    place, length = _verb(tokens, words)
    verb_ends = place >= 0 and place + length >= len(tokens) - _NEAR_END
    is_ascii = text.isascii()
    unspaced = not is_ascii and any(verb in folded for verb in words.attribution.unspaced_verbs)
    return Evidence(
        date=has_date(text, tokens, words),
        weekday=not words.attribution.weekdays.isdisjoint(tokens)
        or (not is_ascii and any(day in text for day in _CJK_DAYS)),
        time=_TIME.search(text) is not None,
        zone=_may_have_zone(text) and _ZONE.search(text) is not None,
        address=has_address(text),
        verb=place >= 0 or unspaced,
        verb_ends=verb_ends or unspaced,
        verb_opens=place == 0 and length > 2,  # noqa: PLR2004 -- words
        verb_said=" ".join(tokens[place : place + length]) if place >= 0 else "",
        first_person=place >= 0 and _is_own(tokens, place, length, words),
    )


def _may_have_zone(text: str) -> bool:
    """Asked first, for the pattern tries each of its forms at each character."""
    return "+" in text or "-" in text or "GMT" in text or "UTC" in text


_CJK_DAYS = ("曜日", "(月)", "(火)", "(水)", "(木)", "(金)", "(土)", "(日)", "星期", "周", "週", "요일")


def has_date(text: str, tokens: list[str], words: Words) -> bool:
    """A day of a month, in digits or with the month's name in any language.

    Args:
        text: As it stands there.
        tokens: Its words, folded.
        words: Of all languages.
    """
    months = words.attribution.months
    if not months.keys().isdisjoint(tokens):
        for place, token in enumerate(tokens):
            if token in months and _has_day_beside(tokens, place):
                return True
    return _DATE.search(text) is not None or _ANY_MONTH.search(text) is not None


def opens_with_date(text: str) -> bool:
    """Its first number is a day, and no bullet: `24. 11. 2026`, `24. Nov. 2026`."""
    bare = text.lstrip()
    return _DATE.match(bare) is not None or _ANY_MONTH.match(bare) is not None


def has_date_or_time(text: str, words: Words) -> bool:
    """A day of a month, as `has_date` finds it, or hours and minutes."""
    return _TIME.search(text) is not None or has_date(text, _WORD.findall(fold(text)), words)


def is_stamp(text: str, words: Words) -> bool:
    """A time, and a date or at least its year."""
    if _TIME.search(text) is None:
        return False
    return _YEAR.search(text) is not None or has_date(text, _WORD.findall(fold(text)), words)


def has_address(text: str) -> bool:
    """Something that looks like a mail address, in brackets or not."""
    return "@" in text and _ADDRESS.search(text) is not None


def _has_day_beside(tokens: list[str], place: int) -> bool:
    for step in (-1, 1):
        beside = place + step
        if 0 <= beside < len(tokens) and tokens[beside] in _BETWEEN:
            beside += step
        if 0 <= beside < len(tokens) and (tokens[beside] in _DAY_NUMBERS or _is_ordinal(tokens[beside])):
            return True
    return False


def _is_ordinal(token: str) -> bool:
    return token[:1].isdigit() and token.endswith(("st", "nd", "rd", "th", "a")) and len(token) <= len("31st")


def _verb(tokens: list[str], words: Words) -> tuple[int, int]:
    """Place and length of the last verb of writing; (-1, 0) when there is none."""
    verbs = words.attribution.verbs
    if verbs.keys().isdisjoint(tokens):
        return -1, 0
    for place in range(len(tokens) - 1, -1, -1):
        for verb in verbs.get(tokens[place], ()):
            if tuple(tokens[place : place + len(verb)]) == verb:
                return place, len(verb)
    return -1, 0


def _is_own(tokens: list[str], place: int, length: int, words: Words) -> bool:
    own = words.attribution.first_person.get(tokens[place])
    beside = tokens[max(place - 1, 0) : place] + tokens[place + length : place + length + 1]
    return own is not None and not own.isdisjoint(beside)
