"""Is everybody asked exactly once on every log day?  The whole of zoneinfo against an oracle.

python -m tests.person_days             # 2020-2030, every zone, a random prompt time each
python -m tests.person_days --seed 7    # the same with other times

The oracle knows nothing of log days, gaps or folds.  It walks along UTC, asks zoneinfo what the clock on the
wall shows, and says: the question of a day comes at the first instant at which that clock has reached the
prompt time of that date.  Against it a virtual clock is stepped at random, up to three hours at a time, and
what `domain.local_time` says to be due is written down once for each log day, as the ledger does.
"""

import argparse
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, reset_tzpath

from domain.local_time import EARLIEST_MINUTE, LATEST_MINUTE, due_cohorts, zone_names

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
MOST_MINUTES_BETWEEN_TICKS = 180
"""Less than a prompt lives: it is at most 23:45, and its day ends at 04:00, with an hour lost in between."""
FIRST_DAY, LAST_DAY = date(2020, 1, 1), date(2030, 12, 31)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which the clock on the wall is neither put forward nor back; ends where the next begins."""

    start: datetime
    end: datetime
    ahead: timedelta
    """How far the wall is ahead of UTC."""


def stretches(zone_name: str, first: date, last: date) -> list[Stretch]:
    """The stretches from two days before `first` to two days after `last`, found by looking at the clock."""
    zone = ZoneInfo(zone_name)
    now = datetime(first.year, first.month, first.day, tzinfo=UTC) - timedelta(days=2)
    stop = datetime(last.year, last.month, last.day, tzinfo=UTC) + timedelta(days=2)
    found: list[Stretch] = []
    start, ahead = now, _ahead(now, zone)
    while now < stop:
        now += HOUR
        if _ahead(now, zone) != ahead:
            changed = now - HOUR
            while _ahead(changed, zone) == ahead:
                changed += MINUTE
            found.append(Stretch(start, changed, ahead))
            start, ahead = changed, _ahead(changed, zone)
    return [*found, Stretch(start, stop, ahead)]


def _ahead(instant: datetime, zone: ZoneInfo) -> timedelta:
    return instant.astimezone(zone).replace(tzinfo=UTC) - instant


def questions(
    walls: Sequence[Stretch], minute: int, first: date, last: date
) -> Iterator[tuple[datetime, date]]:
    """The oracle: when the question of each day comes, in order."""
    position = 0
    day = first
    while day <= last:
        wanted = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
        while wanted - walls[position].ahead >= walls[position].end:
            position += 1
        yield max(wanted - walls[position].ahead, walls[position].start), day
        day += timedelta(days=1)


def differences(
    zone_name: str, walls: Sequence[Stretch], minute: int, days: tuple[date, date], dice: random.Random
) -> list[str]:
    """Step a clock through these days as a person of that zone and prompt time lives them."""
    expected = list(questions(walls, minute, *days))
    asked: dict[date, datetime] = {}
    wrong: list[str] = []
    come = 0
    now = expected[0][0] - HOUR
    while now < expected[-1][0] + 2 * HOUR:
        new = [each for each in due_cohorts(now, [(zone_name, minute)]) if each.day >= days[0]]
        for cohort in new:
            asked.setdefault(cohort.day, cohort.due_at)
        while come < len(expected) and expected[come][0] <= now:
            instant, day = expected[come]
            come += 1
            if asked.get(day) != instant:
                wrong.append(f"{zone_name} {minute // 60:02}:{minute % 60:02} {day}: {asked.get(day)}")
        if len(asked) != come:
            wrong.append(f"{zone_name} {minute // 60:02}:{minute % 60:02} at {now}: {len(asked)} for {come}")
            return wrong
        now += MINUTE * dice.randint(1, MOST_MINUTES_BETWEEN_TICKS)
    return wrong


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.person_days", description="Everybody, exactly once, on every log day."
    )
    parser.add_argument("--seed", type=int, default=2, help="of the prompt times and of the clock's steps")
    seed = parser.parse_args(arguments).seed
    reset_tzpath(to=[])
    dice = random.Random(seed)  # noqa: S311 -- the same run for the same seed
    begun = time.monotonic()
    names = sorted(zone_names())
    person_days, wrong = 0, 0
    for number, zone_name in enumerate(names, 1):
        walls = stretches(zone_name, FIRST_DAY, LAST_DAY)
        minute = dice.randint(EARLIEST_MINUTE, LATEST_MINUTE)
        found = differences(zone_name, walls, minute, (FIRST_DAY, LAST_DAY), dice)
        person_days += (LAST_DAY - FIRST_DAY).days + 1
        wrong += len(found)
        for line in found:
            _say(f"\n{line}")
        _say(f"\r{number}/{len(names)} zones, {person_days:,} person-days, differences {wrong}")
    _say(f"\nseed {seed}, {time.monotonic() - begun:.0f} s\n")
    return int(wrong > 0)


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
