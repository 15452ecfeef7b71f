"""Mails by which a program says that its owner is away, and until when."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from adapters.email.automatic import Signs
from adapters.email.reading.language_files import words
from adapters.email.reading.words import fold

_VACATION_HEADERS = ("x-autoreply", "x-autorespond", "x-auto-response", "x-mail-autoreply", "x-vacation")
_NO_PERSONS = ("list-id", "list-unsubscribe", "x-failed-recipients", "feedback-id", "x-github-reason")
_LOOKED_AT = 2_000
_LONGEST = timedelta(days=200)
_ISO = re.compile(r"\b(20\d\d)-(\d\d)-(\d\d)\b")
_NUMBERS = re.compile(r"(?<![\d./-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(20\d\d|\d\d)?(?![\d/-])")
_SLASHED = re.compile(r"(?<![\d./-])(\d{1,2})/(\d{1,2})(?![\d/-])")
_EAST = re.compile(r"(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]")
_NUMBERED_MONTH = re.compile(r"\b(\d{1,2})\s(?:tháng|thg)\s(\d{1,2})(?:,?\s(?:năm\s)?(20\d\d))?")
_NAME = r"[^\W\d_][^\s\d_,;:()]{1,14}"
_WORDS = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th|er|\.|º|-?го|'?i|an)?(?:\s(?:de|of|di|ta))?\s({_NAME})[,،]?(?:\s(?:de\s)?(20\d\d))?"
)
_WORDS_FIRST = re.compile(rf"\b({_NAME})\s(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(20\d\d))?")
_ROUND_NAMES = ".,;:،。!?)'’\""
_ENDINGS = ("'", "’", "-")
"""Between a name and what some languages hang on it: `Ekim'de`, `október-ig`."""


def is_out_of_office(mail: Signs, reason: str) -> bool:
    """Whether a mail that counts as automatic for this reason is an out-of-office answer."""
    if not mail.headers.names.isdisjoint(_NO_PERSONS) or mail.headers.content_type == "multipart/report":
        return False
    submitted = mail.headers.line("auto-submitted").strip().lower()
    if submitted.startswith("auto-replied") or not mail.headers.names.isdisjoint(_VACATION_HEADERS):
        return True
    told = ("automatic: its subject", "automatic: its text begins", "automatic: X-Auto-Response-Suppress")
    return reason.startswith(told)


def back_on(text: str, today: date) -> date | None:
    """The last day of the next half year that it names; None when it names none."""
    looked_at = " ".join(fold(text[:_LOOKED_AT]).split())
    ahead = [day for day in _days(looked_at, today) if today < day <= today + _LONGEST]
    return max(ahead, default=None)


def _days(text: str, today: date) -> Iterator[date]:
    for year, month, day in _ISO.findall(text):
        yield from _day(year, month, day, today)
    for day, _, month, year in _NUMBERS.findall(text):
        yield from _either(year, month, day, today)
    for day, month in _SLASHED.findall(text):
        yield from _either("", month, day, today)
    for month, day in _EAST.findall(text):
        yield from _day("", month, day, today)
    for day, month, year in _NUMBERED_MONTH.findall(text):
        yield from _day(year, month, day, today)
    for day, word, year in _WORDS.findall(text):
        yield from _day(year, _month(word), day, today)
    for word, day, year in _WORDS_FIRST.findall(text):
        yield from _day(year, _month(word), day, today)


def _either(year: str, month: str, day: str, today: date) -> Iterator[date]:
    """Day before month, as most of the world has it, unless that is no date."""
    found = list(_day(year, month, day, today))
    yield from found or _day(year, day, month, today)


def _day(year: str, month: str, day: str, today: date) -> Iterator[date]:
    """The date; without a year the next one of that name."""
    full = int(year) + (2000 if len(year) == 2 else 0) if year else today.year  # noqa: PLR2004 -- 26
    for each in (full,) if year else (full, full + 1):
        try:
            found = date(each, int(month), int(day))
        except ValueError:
            continue
        if year or found > today:
            yield found
            return


def _month(word: str) -> str:
    """The number of a month from its name in any language there is a file for; 0 when it is none."""
    bare = word.strip(_ROUND_NAMES)
    for sign in _ENDINGS:
        bare = bare.partition(sign)[0]
    return str(words().attribution.months.get(bare, 0))
