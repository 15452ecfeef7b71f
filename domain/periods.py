"""From `until monday`, `3 days` or `24 Dec to 2 Jan` to days."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from domain.errors import Refusal
from domain.local_time import read_weekday

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_WEEKDAY = (
    r"(?:next )?(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?"
    r"|sat(?:urday)?|sun(?:day)?)"
)
DAY = (
    rf"(?:today|tomorrow|{_WEEKDAY}|\d{{4}}-\d{{2}}-\d{{2}}"
    rf"|\d{{1,2}}\.? {_MONTH}(?: \d{{4}})?|{_MONTH} \d{{1,2}}(?:,? \d{{4}})?)"
)
"""A day as people type it, for patterns that ignore case."""
PERIOD = (
    rf"(?:(?:until|till) {DAY}|\d{{1,3}} (?:days?|weeks?)|next week"
    rf"|(?:from )?{DAY}(?: ?(?:to|through|-|–) ?{DAY})?)"
)
"""What `read_period` reads."""
_DAY_AND_MONTH = re.compile(rf"(\d{{1,2}})\.? ({_MONTH})(?: (\d{{4}}))?", re.IGNORECASE)
_MONTH_AND_DAY = re.compile(rf"({_MONTH}) (\d{{1,2}})(?:,? (\d{{4}}))?", re.IGNORECASE)
_FROM_TO = re.compile(rf"(?:from )?({DAY}) ?(?:to|through|-|–) ?({DAY})", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Period:
    first_day: date
    last_day: date | None
    """Included; None: until further notice."""


def read_period(typed: str, today: date) -> Period:
    """The days that somebody is away; `until` names the day on which she is back.

    Args:
        typed: What fits `PERIOD`, or nothing: until further notice.
        today: Her log day.

    Raises:
        Refusal: a day does not exist, or the period is over before it begins.
    """
    words = " ".join(typed.casefold().split())
    if not words:
        return Period(today, None)
    start, _, rest = words.partition(" ")
    if start in {"until", "till"}:
        return _checked(today, _day(rest, today, later=True) - timedelta(days=1), today)
    if words == "next week":
        monday = today + timedelta(days=7 - today.weekday())
        return Period(monday, monday + timedelta(days=6))
    if re.fullmatch(r"\d{1,3} (?:days?|weeks?)", words):
        count = int(start) * (7 if rest.startswith("week") else 1)
        return _checked(today, today + timedelta(days=count - 1), today)
    between = _FROM_TO.fullmatch(words)
    if between is not None:
        first = _day(between[1], today)
        return _checked(first, _day(between[2], first), today)
    day = _day(words.removeprefix("from "), today)
    return _checked(day, None if words.startswith("from ") else day, today)


def _checked(first: date, last: date | None, today: date) -> Period:
    if last is not None and (last < first or last < today):
        raise Refusal("That is over before it begins. Try `vacation until monday` or `away 3 days`.")
    return Period(max(first, today), last)


def _day(typed: str, near: date, *, later: bool = False) -> date:
    """The day that is meant, `near` or after it; a weekday is `near` itself unless it must be later."""
    words = typed.removeprefix("next ")
    if words in {"today", "tomorrow"}:
        return near + timedelta(days=words == "tomorrow")
    weekday = read_weekday(words)
    if weekday is not None:
        ahead = (weekday - near.weekday()) % 7
        return near + timedelta(days=7 if ahead == 0 and (later or typed != words) else ahead)
    return _dated(words, near)


def _dated(words: str, near: date) -> date:
    if found := _DAY_AND_MONTH.fullmatch(words):
        return _of_month(int(found[1]), found[2], found[3], near)
    if found := _MONTH_AND_DAY.fullmatch(words):
        return _of_month(int(found[2]), found[1], found[3], near)
    return _existing(lambda: date.fromisoformat(words), words)


def _of_month(day: int, month: str, year: str | None, near: date) -> date:
    number = _MONTHS.index(month[:3]) + 1
    if year is not None:
        return _existing(lambda: date(int(year), number, day), f"{day} {month} {year}")
    this = _existing(lambda: date(near.year, number, day), f"{day} {month}")
    return this if this >= near else _existing(lambda: date(near.year + 1, number, day), f"{day} {month}")


def _existing(make: Callable[[], date], typed: str) -> date:
    try:
        day = make()
    except ValueError:
        day = date.max
    if not date(2000, 1, 1) < day < date(2200, 1, 1):
        raise Refusal(f"I could not read “{typed}” as a day; try `vacation until 2026-11-30`.")
    return day
