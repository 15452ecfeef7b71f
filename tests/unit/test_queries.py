"""What is typed after `search`."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.queries import MOST_WORDS, Query, read_day, read_query

TUESDAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("invoices", Query(("invoices",))),
        ("invoice importer", Query(("invoice", "importer"))),
        ('"invoice importer" done', Query(("invoice", "importer", "done"))),
        ("invoices from:ana", Query(("invoices",), from_name="ana")),
        ('from:"Ana Lopez" invoices', Query(("invoices",), from_name="Ana Lopez")),
        ("FROM:me", Query((), from_name="me")),
        ("x on:2026-11-20", Query(("x",), first_day=date(2026, 11, 20), last_day=date(2026, 11, 20))),
        ("x after:2026-11-01", Query(("x",), first_day=date(2026, 11, 2))),
        ("x before:2026-11-20", Query(("x",), last_day=date(2026, 11, 19))),
        (
            "x after:2026-11-01 before:friday",
            Query(("x",), first_day=date(2026, 11, 2), last_day=date(2026, 11, 19)),
        ),
        ("on:yesterday", Query((), first_day=date(2026, 11, 23), last_day=date(2026, 11, 23))),
        ("re:invent", Query(("re:invent",))),
        ('an "open quote', Query(("an", '"open', "quote"))),
    ],
)
def test_words_and_filters_are_told_apart(typed: str, query: Query) -> None:
    assert read_query(typed, TUESDAY) == query


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("today", TUESDAY),
        ("Yesterday", date(2026, 11, 23)),
        ("monday", date(2026, 11, 23)),
        ("Fri", date(2026, 11, 20)),
        ("wednesday", date(2026, 11, 18)),
        ("tuesday", date(2026, 11, 17)),
        ("2026-02-28", date(2026, 2, 28)),
    ],
)
def test_a_weekday_is_the_last_one(typed: str, day: date) -> None:
    assert read_day(typed, TUESDAY) == day


@pytest.mark.parametrize("typed", ["on:2026-02-30", "after:soon", "before:month", "on:9", 'on:""'])
def test_what_is_no_day_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(Refusal, match="try `friday` or `2026-11-20`"):
        read_query(f"x {typed}", TUESDAY)


@pytest.mark.parametrize("typed", ["after:9999-12-31", "before:0001-01-01"])
def test_the_ends_of_the_calendar_are_refused_like_any_other_day_that_is_none(typed: str) -> None:
    with pytest.raises(Refusal):
        read_query(typed, TUESDAY)


@pytest.mark.parametrize("typed", ["", "   ", '""', 'from:""'])
def test_nothing_to_look_for_is_said_so(typed: str) -> None:
    with pytest.raises(Refusal, match="What shall I look for"):
        read_query(typed, TUESDAY)


def test_no_more_words_are_looked_for_than_every_engine_takes() -> None:
    assert len(read_query(" ".join("abcdefghijklmnop"), TUESDAY).words) == MOST_WORDS


@given(st.text())
def test_whatever_is_typed_is_read_or_refused(typed: str) -> None:
    try:
        query = read_query(typed, TUESDAY)
    except Refusal:
        return
    assert query.words or query.from_name or query.first_day or query.last_day
    assert all(word and not word.isspace() for word in query.words)
