"""Times, days and zones as people type them, and as they are said back."""

from datetime import date

import pytest

from domain.errors import Refusal
from domain.local_time import (
    WORKING_WEEK,
    parse_days,
    parse_minute,
    show_day,
    show_day_short,
    show_days,
    show_minute,
    show_zone,
    zone,
    zone_names,
)
from domain.places import also_called, find_zone, suggest_zones

# ---------------------------------------------------------------- times


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("17:30", "17:30"),
        ("17.30", "17:30"),
        ("5:30pm", "17:30"),
        ("5:30 PM", "17:30"),
        ("5pm", "17:00"),
        ("5 am", "05:00"),
        ("12pm", "12:00"),
        ("17", "17:00"),
        ("  9:05 ", "09:05"),
        ("4:00", "04:00"),
        ("23:45", "23:45"),
    ],
)
def test_a_time_is_read_as_people_write_it(typed: str, shown: str) -> None:
    assert show_minute(parse_minute(typed)) == shown


@pytest.mark.parametrize("typed", ["3:59", "23:46", "0:30", "12am", "00:00"])
def test_nobody_is_asked_in_the_small_hours(typed: str) -> None:
    with pytest.raises(Refusal, match="between 04:00 and 23:45"):
        parse_minute(typed)


@pytest.mark.parametrize(
    "typed", ["teatime", "", "25:00", "17:60", "17:", ":30", "1730", "-5", "5:30:00", "17h30", "1e1", "²:00"]
)
def test_what_is_no_time_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refusal, match="try `time 17:30`"):
        parse_minute(typed)


# ---------------------------------------------------------------- days


@pytest.mark.parametrize(
    ("typed", "mask"),
    [
        ("mon-fri", WORKING_WEEK),
        ("Monday to Friday", WORKING_WEEK),
        ("mon - fri", WORKING_WEEK),
        ("weekdays", WORKING_WEEK),
        ("every day", 0b1111111),
        ("daily", 0b1111111),
        ("mon, wed, fri", 0b0010101),
        ("mon wed fri", 0b0010101),
        ("sun-thu", 0b1001111),
        ("sat-mon", 0b1100001),
        ("tue", 0b0000010),
        ("Tues, Thurs", 0b0001010),
        ("mondays", 0b0000001),
        ("mon-wed, sat", 0b0100111),
    ],
)
def test_days_are_read_as_people_write_them(typed: str, mask: int) -> None:
    assert parse_days(typed) == mask


@pytest.mark.parametrize("typed", ["moonday", "", "off", "month", "sunny", "friends", "mon-", "mon-off", "-"])
def test_what_is_no_weekday_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refusal, match="days mon-fri"):
        parse_days(typed)


@pytest.mark.parametrize(
    ("mask", "shown"),
    [
        (WORKING_WEEK, "Mon-Fri"),
        (0b1111111, "every day"),
        (0b0000101, "Mon, Wed"),
        (0b0000011, "Mon, Tue"),
        (0b0000111, "Mon-Wed"),
        (0b1000000, "Sun"),
    ],
)
def test_days_are_said_in_short(mask: int, shown: str) -> None:
    assert show_days(mask) == shown


def test_what_is_said_can_be_typed_again() -> None:
    assert all(parse_days(show_days(mask)) == mask for mask in range(1, 128))
    assert all(parse_minute(show_minute(minute)) == minute for minute in range(240, 1426))


def test_a_date_is_said_with_its_weekday() -> None:
    assert show_day(date(2026, 11, 4)) == "Wednesday 4 November"
    assert show_day_short(date(2026, 11, 4)) == "Wed 4 Nov"


# ---------------------------------------------------------------- zones


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Madrid", "Europe/Madrid"),
        ("europe/madrid", "Europe/Madrid"),
        ("Madrid", "Europe/Madrid"),
        (" new york ", "America/New_York"),
        ("America/New York", "America/New_York"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
        ("kolkata", "Asia/Kolkata"),
        ("eastern", "Canada/Eastern"),
        ("Bangalore", "Asia/Kolkata"),
        ("boston", "America/New_York"),
        ("San Francisco", "America/Los_Angeles"),
        ("Rio de Janeiro", "America/Sao_Paulo"),
        ("Washington, DC", "America/New_York"),
        ("Berlin, Germany", "Europe/Berlin"),
        ("Germany", "Europe/Berlin"),
        ("PST", "America/Los_Angeles"),
    ],
)
def test_a_zone_is_found_by_its_name_or_its_city(typed: str, name: str) -> None:
    assert find_zone(typed) == name


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("Madird", "Europe/Madrid"),
        ("Europe/Berln", "Europe/Berlin"),
        ("Bangalor", "Did you mean Asia/Kolkata"),
        ("Gondor", "Try the nearest big city"),
        ("", "Try the nearest big city"),
    ],
)
def test_a_zone_that_there_is_not_is_refused_with_names_close_to_it(typed: str, hint: str) -> None:
    with pytest.raises(Refusal, match=hint):
        find_zone(typed)


def test_a_name_that_could_mean_two_different_clocks_is_refused_with_both() -> None:
    with pytest.raises(Refusal, match="Australia/West or Brazil/West"):
        find_zone("west")
    with pytest.raises(Refusal, match="could be Europe/Dublin, Asia/Jerusalem or Asia/Kolkata"):
        find_zone("IST")


@pytest.mark.parametrize("typed", ["USA", "Canada", "cest"])
def test_whoever_names_too_much_is_asked_which_part_of_it(typed: str) -> None:
    with pytest.raises(Refusal, match="Which one"):
        find_zone(typed)


def test_every_place_is_in_zones_that_there_are() -> None:
    assert len(also_called()) > 200
    assert zone_names().issuperset(name for names in also_called().values() for name in names)


def test_suggestions_are_few_and_exist() -> None:
    suggested = suggest_zones("san")
    assert len(suggested) <= 3
    assert set(suggest_zones("sao paulo")) <= zone_names()
    assert "America/Sao_Paulo" in suggest_zones("sao pualo")


def test_every_zone_there_is_can_be_meant_and_shown() -> None:
    assert len(zone_names()) > 590
    for name in zone_names():
        assert zone(name).key == name
        assert find_zone(name) == name
        assert show_zone(name)


def test_a_zone_is_shown_as_its_city() -> None:
    assert show_zone("America/Argentina/Buenos_Aires") == "Buenos Aires"
    assert show_zone("UTC") == "UTC"


@pytest.mark.parametrize("name", ["Factory", "localtime", "../etc/passwd", "/etc/localtime", "posix/UTC"])
def test_what_is_no_zone_of_people_is_refused(name: str) -> None:
    with pytest.raises(Refusal):
        zone(name)
