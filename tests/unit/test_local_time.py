"""When a day begins, and when it is 18:00."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.local_time import (
    EARLIEST_MINUTE,
    LATEST_MINUTE,
    cohort,
    day_end,
    due_cohorts,
    first_instant,
    log_day,
    moment,
    require_aware,
    zone,
    zone_names,
)
from tests.person_days import differences, stretches

SIX = 18 * 60
NEW_YORK = "America/New_York"


def wall(instant: datetime | None, zone_name: str) -> str:
    assert instant is not None
    return f"{instant.astimezone(zone(zone_name)):%Y-%m-%d %H:%M}"


# ---------------------------------------------------------------- the log day


@pytest.mark.parametrize(
    ("local", "day"),
    [
        (datetime(2026, 11, 24, 4, 0), date(2026, 11, 24)),
        (datetime(2026, 11, 24, 23, 59), date(2026, 11, 24)),
        (datetime(2026, 11, 25, 0, 0), date(2026, 11, 24)),
        (datetime(2026, 11, 25, 3, 59, 59), date(2026, 11, 24)),
        (datetime(2026, 11, 25, 4, 0), date(2026, 11, 25)),
    ],
)
def test_a_log_day_runs_from_four_to_four(local: datetime, day: date) -> None:
    for zone_name in ("Europe/Madrid", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kathmandu"):
        assert log_day(local.replace(tzinfo=zone(zone_name)), zone_name) == day


def test_a_log_day_ends_where_the_next_begins() -> None:
    end = day_end(date(2026, 11, 24), "Europe/Madrid")
    assert end == datetime(2026, 11, 25, 3, tzinfo=UTC)
    assert log_day(end - timedelta(microseconds=1), "Europe/Madrid") == date(2026, 11, 24)
    assert log_day(end, "Europe/Madrid") == date(2026, 11, 25)


def test_an_instant_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 24, 18)
    with pytest.raises(ValueError, match="no time zone"):
        require_aware(naive)
    with pytest.raises(ValueError, match="no time zone"):
        log_day(naive, "Europe/Madrid")


# ---------------------------------------------------------------- clocks that jump


@pytest.mark.parametrize(
    ("zone_name", "day", "minute", "shown"),
    [
        # 02:00 becomes 03:00, at an hour when nobody can be asked
        (NEW_YORK, date(2026, 3, 8), SIX, "2026-03-08 18:00"),
        # 24:00 becomes 01:00 in Cairo, Beirut and Santiago: the last prompt of that evening comes in time
        ("Africa/Cairo", date(2026, 4, 23), LATEST_MINUTE, "2026-04-23 23:45"),
        ("Asia/Beirut", date(2026, 3, 28), LATEST_MINUTE, "2026-03-28 23:45"),
        ("America/Santiago", date(2026, 9, 5), LATEST_MINUTE, "2026-09-05 23:45"),
        # 22:00 becomes 23:00 in Nuuk: whoever wants to be asked in between is asked at 23:00.
        ("America/Nuuk", date(2023, 3, 25), 22 * 60 + 30, "2023-03-25 23:00"),
        # half an hour at Lord Howe
        ("Australia/Lord_Howe", date(2026, 10, 4), EARLIEST_MINUTE, "2026-10-04 04:00"),
    ],
)
def test_a_time_that_does_not_exist_is_the_first_instant_after_the_gap(
    zone_name: str, day: date, minute: int, shown: str
) -> None:
    """Fault 7."""
    assert wall(moment(day, minute, zone_name), zone_name) == shown


@pytest.mark.parametrize(
    ("zone_name", "gap", "first_after"),
    [
        (NEW_YORK, datetime(2026, 3, 8, 2, 30), datetime(2026, 3, 8, 7, tzinfo=UTC)),
        ("Africa/Cairo", datetime(2026, 4, 24, 0, 30), datetime(2026, 4, 23, 22, tzinfo=UTC)),
        ("Asia/Beirut", datetime(2026, 3, 29, 0, 15), datetime(2026, 3, 28, 22, tzinfo=UTC)),
        ("America/Santiago", datetime(2026, 9, 6, 0, 0), datetime(2026, 9, 6, 4, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 10), datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 12, 30, 18, 0), datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ],
)
def test_the_first_instant_after_a_gap_is_found_to_the_second(
    zone_name: str, gap: datetime, first_after: datetime
) -> None:
    assert first_instant(gap, zone(zone_name)) == first_after


@pytest.mark.parametrize(
    ("zone_name", "twice", "first"),
    [
        (NEW_YORK, datetime(2026, 11, 1, 1, 30), datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        ("Africa/Cairo", datetime(2026, 10, 29, 23, 30), datetime(2026, 10, 29, 20, 30, tzinfo=UTC)),
        ("Australia/Lord_Howe", datetime(2026, 4, 5, 1, 45), datetime(2026, 4, 4, 14, 45, tzinfo=UTC)),
    ],
)
def test_a_time_that_exists_twice_is_the_first_of_them(
    zone_name: str, twice: datetime, first: datetime
) -> None:
    """Fault 8."""
    assert first_instant(twice, zone(zone_name)) == first


def test_in_cairo_the_evening_of_the_hour_lived_twice_has_one_prompt() -> None:
    """At 24:00 of 29 October 2026 it is 23:00 again there; 23:30 comes twice."""
    asked = set()
    now = datetime(2026, 10, 29, 18, tzinfo=UTC)
    for _ in range(8 * 60):
        asked |= {(each.day, each.due_at) for each in due_cohorts(now, [("Africa/Cairo", 23 * 60 + 30)])}
        now += timedelta(minutes=1)
    assert asked == {(date(2026, 10, 29), datetime(2026, 10, 29, 20, 30, tzinfo=UTC))}


def test_a_day_that_does_not_exist_has_no_moment() -> None:
    """Fault 9: Samoa went from Thursday 29 to Saturday 31 December 2011."""
    for minute in (EARLIEST_MINUTE, SIX, LATEST_MINUTE):
        assert moment(date(2011, 12, 30), minute, "Pacific/Apia") is None
        assert moment(date(2011, 12, 29), minute, "Pacific/Apia") is not None
        assert moment(date(2011, 12, 31), minute, "Pacific/Apia") is not None


def test_nobody_in_apia_is_asked_about_the_friday_that_never_was() -> None:
    asked = set()
    now = datetime(2011, 12, 29, 12, tzinfo=UTC)
    for _ in range(3 * 24 * 4):
        asked |= {each.day for each in due_cohorts(now, [("Pacific/Apia", SIX)])}
        now += timedelta(minutes=15)
    assert asked == {date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)}


# ---------------------------------------------------------------- who is due


def test_a_cohort_is_due_from_its_hour_for_six_hours() -> None:
    """Faults 13 and 14: a restart at the hour loses nobody, an outage of the evening asks nobody at night."""
    due = datetime(2026, 11, 24, 17, tzinfo=UTC)
    assert cohort(due - timedelta(seconds=1), "Europe/Madrid", SIX) is None
    found = cohort(due, "Europe/Madrid", SIX)
    assert found is not None
    assert (found.day, found.due_at, found.weekday_bit) == (date(2026, 11, 24), due, 0b0000010)
    assert found.not_after == due + timedelta(hours=6)
    assert cohort(found.not_after - timedelta(seconds=1), "Europe/Madrid", SIX) == found
    assert cohort(found.not_after, "Europe/Madrid", SIX) is None


def test_a_late_prompt_lives_no_longer_than_its_day() -> None:
    found = cohort(datetime(2026, 11, 24, 23, tzinfo=UTC), "Europe/Madrid", LATEST_MINUTE)
    assert found is not None
    assert found.not_after == datetime(2026, 11, 25, 3, tzinfo=UTC)


def test_after_midnight_it_is_still_the_evening_before() -> None:
    found = cohort(datetime(2026, 11, 24, 23, 30, tzinfo=UTC), "Europe/Madrid", 22 * 60)
    assert found is not None
    assert found.day == date(2026, 11, 24)


def test_only_the_clocks_that_are_due_are_found() -> None:
    now = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    clocks = [("Europe/Madrid", SIX), ("Europe/London", SIX), (NEW_YORK, SIX), ("Europe/Madrid", 17 * 60)]
    found = [(each.zone, each.minute) for each in due_cohorts(now, clocks)]
    assert found == [("Europe/Madrid", SIX), ("Europe/Madrid", 17 * 60)]


# ---------------------------------------------------------------- once a day, everywhere


def test_everybody_is_asked_exactly_once_on_every_log_day() -> None:
    """A sample; `python -m tests.person_days` looks at all zones and eleven years."""
    dice = random.Random(2026)  # noqa: S311 -- the same sample each time
    person_days = 0
    for zone_name in dice.sample(sorted(zone_names()), 150):
        start = date(2020, 1, 1) + timedelta(days=dice.randrange(3_900))
        days = (start, start + timedelta(days=40))
        minute = dice.randint(EARLIEST_MINUTE, LATEST_MINUTE)
        walls = stretches(zone_name, *days)
        assert differences(zone_name, walls, minute, days, dice) == []
        person_days += 41
    assert person_days > 6_000


@pytest.mark.parametrize(
    ("zone_name", "around"),
    [
        (NEW_YORK, date(2026, 3, 8)),
        (NEW_YORK, date(2026, 11, 1)),
        ("Africa/Cairo", date(2026, 4, 24)),
        ("Africa/Cairo", date(2026, 10, 29)),
        ("Asia/Beirut", date(2026, 3, 29)),
        ("America/Santiago", date(2026, 9, 6)),
        ("America/Nuuk", date(2023, 3, 25)),
        ("Australia/Lord_Howe", date(2026, 10, 4)),
        ("Antarctica/Casey", date(2023, 3, 9)),
        ("Antarctica/Troll", date(2026, 3, 29)),
        ("Africa/Casablanca", date(2026, 2, 15)),
    ],
)
def test_a_change_of_clocks_takes_nobodys_prompt_and_doubles_none(zone_name: str, around: date) -> None:
    dice = random.Random(7)  # noqa: S311 -- the same steps each time
    days = (around - timedelta(days=3), around + timedelta(days=3))
    walls = stretches(zone_name, *days)
    assert len(walls) > 1
    for minute in range(EARLIEST_MINUTE, LATEST_MINUTE + 1, 15):
        assert differences(zone_name, walls, minute, days, dice) == []
