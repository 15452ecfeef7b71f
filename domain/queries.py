"""What is typed after `search`, read: words, phrases and filters."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from domain.errors import Refusal
from domain.local_time import read_weekday

MOST_WORDS = 10
"""Meilisearch looks at ten words of a query and no more; the other engine does the same."""
_TOKEN = re.compile(
    r'(?:(?P<filter>from|on|after|before):)?(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))', re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Query:
    """Names and days as typed; days are log days of the asker."""

    words: tuple[str, ...]
    from_name: str = ""
    first_day: date | None = None
    last_day: date | None = None


def read_query(typed: str, today: date) -> Query:
    """Words and the filters `from: on: after: before:`.

    Raises:
        Refusal: a filter names no day, or nothing is left to look for.
    """
    words: list[str] = []
    from_name = ""
    first: date | None = None
    last: date | None = None
    for token in _TOKEN.finditer(typed):
        value = token["phrase"] if token["phrase"] is not None else token["word"]
        match (token["filter"] or "").casefold():
            case "":
                words.extend(value.split())
            case "from":
                from_name = value
            case "on":
                first = last = read_day(value, today)
            case "after":
                first = read_day(value, today) + timedelta(days=1)
            case _:
                last = read_day(value, today) - timedelta(days=1)
    if not words and not from_name and first is None and last is None:
        raise Refusal("What shall I look for? Try `search invoices from:ana after:2026-11-01`.")
    return Query(tuple(words[:MOST_WORDS]), from_name, first, last)


def read_day(typed: str, today: date) -> date:
    """A day from `today`, `yesterday`, `friday` (the last one) or `2026-11-20`.

    Raises:
        Refusal: it is none of these.
    """
    word = typed.casefold()
    if word in {"today", "yesterday"}:
        return today - timedelta(days=word == "yesterday")
    weekday = read_weekday(word)
    if weekday is not None:
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        day = date.max
    if not date.min < day < date.max:  # the day before and the day after are looked at
        raise Refusal(f"I could not read “{typed}” as a day; try `friday` or `2026-11-20`.")
    return day
