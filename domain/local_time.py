"""Zones, log days, and the instants at which something is due.

A log day runs from 04:00 to 04:00 of the next date on the person's own clock.  A wall time that does not
exist (spring) means the first instant after the gap, one that exists twice (autumn) means the first of them.
All instants are aware UTC; naive ones are refused.
"""

import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.errors import Refusal

DAY_STARTS = time(4)
EARLIEST_MINUTE = 4 * 60
LATEST_MINUTE = 23 * 60 + 45
DEFAULT_PROMPT_MINUTE = 18 * 60
DEFAULT_DIGEST_MINUTE = 9 * 60
DEFAULT_ZONE = "UTC"
PROMPT_LIVES = timedelta(hours=6)
BETWEEN_PROMPTS = timedelta(hours=12)
WORKING_WEEK = 0b0011111
"""Monday to Friday; bit n stands for weekday n, Monday 0."""
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_IN_FULL = ("mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays")


@lru_cache(maxsize=1024)
def zone(name: str) -> ZoneInfo:
    """The zone of that exact IANA name.

    Raises:
        Refusal: there is none.
    """
    if name not in zone_names():
        raise Refusal(f"I do not know the time zone “{name}”. Try a city, as in `Europe/Madrid`.")
    return ZoneInfo(name)


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    return frozenset(
        name
        for name in zoneinfo.available_timezones()
        if not name.startswith(("posix", "right")) and name not in {"Factory", "localtime"}
    )


def require_aware(instant: datetime) -> datetime:
    """The same instant.

    Raises:
        ValueError: it has no time zone, so it is no instant.
    """
    if instant.utcoffset() is None:
        raise ValueError(f"{instant!r} has no time zone")
    return instant


@lru_cache(maxsize=1024)
def log_day(instant: datetime, zone_name: str) -> date:
    """The log day that `instant` falls into on a clock in that zone."""
    local = require_aware(instant).astimezone(zone(zone_name))
    return local.date() if local.hour >= DAY_STARTS.hour else local.date() - timedelta(days=1)


def first_instant(wall: datetime, tz: ZoneInfo) -> datetime:
    """The first existing instant at or after the naive wall time `wall`."""
    early = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if early.astimezone(tz).replace(tzinfo=None) == wall:
        return early
    before, after = wall.replace(tzinfo=tz, fold=1).astimezone(UTC), early
    offset = after.astimezone(tz).utcoffset()
    while after - before > timedelta(seconds=1):  # the clock jumps somewhere between the two readings
        middle = before + (after - before) // 2
        if middle.astimezone(tz).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after.replace(microsecond=0)


def moment(day: date, minute: int, zone_name: str) -> datetime | None:
    """When the clock shows `minute` (minutes after midnight, 240 to 1425) on that log day.

    None where that day does not exist in the zone (Apia, 30 December 2011).
    """
    tz = zone(zone_name)
    instant = first_instant(datetime.combine(day, time(minute // 60, minute % 60)), tz)
    if instant.astimezone(tz).date() != day:  # put off beyond midnight by a gap: did the day even begin?
        begins = first_instant(datetime.combine(day, DAY_STARTS), tz)
        return instant if begins.astimezone(tz).date() == day and log_day(instant, zone_name) == day else None
    return instant


def day_end(day: date, zone_name: str) -> datetime:
    """The first instant that no longer belongs to that log day."""
    return first_instant(datetime.combine(day + timedelta(days=1), DAY_STARTS), zone(zone_name))


@dataclass(frozen=True, slots=True)
class Cohort:
    """Everybody who has this zone and prompt time, on one log day."""

    zone: str
    minute: int
    day: date
    due_at: datetime
    not_after: datetime

    @property
    def weekday_bit(self) -> int:
        return weekday_bit(self.day)


def weekday_bit(day: date) -> int:
    return 1 << day.weekday()


def due_cohorts(now: datetime, clocks: Iterable[tuple[str, int]]) -> list[Cohort]:
    """The cohorts among `clocks` (zone, minute) that are due at `now` and not yet too late to ask."""
    found = (cohort(now, zone_name, minute) for zone_name, minute in clocks)
    return [each for each in found if each is not None]


def cohort(now: datetime, zone_name: str, minute: int) -> Cohort | None:
    day = log_day(now, zone_name)
    due_at = moment(day, minute, zone_name)
    if due_at is None or due_at > now:
        return None
    not_after = min(due_at + PROMPT_LIVES, day_end(day, zone_name))
    return Cohort(zone_name, minute, day, due_at, not_after) if now < not_after else None


def due_digests(now: datetime, clocks: Iterable[tuple[str, int]]) -> list[Cohort]:
    """The cohorts among `clocks` (team zone, digest minute) whose digest is due at `now`.

    A digest may come late, but only on its own log day: the next one covers what a lost one would have told.
    """
    found: list[Cohort] = []
    for zone_name, minute in clocks:
        day = log_day(now, zone_name)
        due_at = moment(day, minute, zone_name)
        if due_at is not None and due_at <= now:
            found.append(Cohort(zone_name, minute, day, due_at, day_end(day, zone_name)))
    return found


def parse_minute(text: str) -> int:
    """Minutes after midnight from `17:30`, `5:30pm`, `17`, `5pm`.

    Raises:
        Refusal: it is no time, or outside 04:00 to 23:45.
    """
    found = _read_clock(text)
    if found is None:
        raise Refusal(f"I could not read “{text.strip()}” as a time; try `time 17:30`.")
    if not EARLIEST_MINUTE <= found <= LATEST_MINUTE:
        raise Refusal("I can ask between 04:00 and 23:45; try `time 17:30`.")
    return found


def _read_clock(text: str) -> int | None:
    digits = text.strip().casefold().replace(".", ":").replace(" ", "")
    shift = 0
    if digits.endswith(("am", "pm")):
        shift = 12 if digits.endswith("pm") else 0
        digits = digits[:-2]
    hour, _, minute = digits.partition(":")
    if not (hour.isdecimal() and (minute.isdecimal() or ":" not in digits)) or len(hour) > 2:  # noqa: PLR2004 -- HH
        return None
    hours, minutes = int(hour), int(minute or 0)
    if shift or text.strip().casefold().endswith("am"):
        hours = hours % 12 + shift
    return hours * 60 + minutes if hours < 24 and minutes < 60 else None  # noqa: PLR2004 -- a clock's face


def parse_days(text: str) -> int:
    """A bit mask of weekdays from `mon-fri`, `mon, wed, fri`, `every day`, `weekdays`.

    Raises:
        Refusal: a word is no weekday.
    """
    words = text.casefold().replace(" to ", "-").replace(" - ", "-").replace(",", " ").split()
    if " ".join(words) in {"every day", "everyday", "daily", "all"}:
        return 0b1111111
    if words in (["weekdays"], ["workdays"]):
        return WORKING_WEEK
    mask = 0
    for word in words:
        first, dash, last = word.partition("-")
        start, stop = _weekday(first), _weekday(last if dash else first)
        for step in range((stop - start) % 7 + 1):
            mask |= 1 << (start + step) % 7
    if not mask:
        raise Refusal("Tell me the days, as in `days mon-fri` or `days mon, wed`.")
    return mask


def _weekday(word: str) -> int:
    found = read_weekday(word)
    if found is None:
        raise Refusal(f"I could not read “{word}” as a weekday; try `days mon-fri`.")
    return found


def read_weekday(word: str) -> int | None:
    """The number of a weekday from three letters of it or more; Monday is 0."""
    lowered = word.casefold()
    if len(lowered) < len(WEEKDAYS[0]):
        return None
    return next((number for number, full in enumerate(_IN_FULL) if full.startswith(lowered)), None)


def show_days(mask: int) -> str:
    """`Mon-Fri`, `Mon, Wed`, `every day`."""
    if mask == 0b1111111:  # noqa: PLR2004 -- all seven
        return "every day"
    days = [index for index in range(7) if mask >> index & 1]
    names = [WEEKDAYS[index].capitalize() for index in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:  # noqa: PLR2004 -- a range starts at three
        return f"{names[0]}-{names[-1]}"
    return ", ".join(names)


def show_minute(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def show_zone(name: str) -> str:
    """The place, as people say it: `Buenos Aires` for `America/Argentina/Buenos_Aires`."""
    return name.rpartition("/")[2].replace("_", " ")


def show_day(day: date) -> str:
    """`Tuesday 24 November`."""
    return f"{day:%A} {day.day} {day:%B}"


def show_day_short(day: date) -> str:
    """`Tue 24 Nov`."""
    return f"{day:%a} {day.day} {day:%b}"
