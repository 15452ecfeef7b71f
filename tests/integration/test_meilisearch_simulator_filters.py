"""Filter expressions mean to the stand-in for Meilisearch what they mean to the real server."""

import pytest

from simulators.meilisearch.filters import FilterError, parse

DONES: list[dict[str, object]] = [
    {"id": 1, "teams": [3], "at": 10, "person": "Ana", "likes": None},
    {"id": 2, "teams": [3, 5], "at": 30, "person": "Bø", "likes": {"total": 2}},
    {"id": 3, "teams": [5], "at": 20, "person": "Ana"},
    {"id": 4, "teams": [], "at": 40, "person": 'A" OR teams = "3'},
]


def chosen(expression: object) -> list[object]:
    test = parse(expression).test
    return [done["id"] for done in DONES if test(done)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("teams = 3", [1, 2]),
        ("teams IN [5, 9]", [2, 3]),
        ("teams IN []", []),
        ("teams NOT IN [5]", [1, 4]),
        ("teams != 3 AND at < 40", [3]),
        ("teams = 3 OR teams = 5 AND at = 20", [1, 2, 3]),
        ("NOT (teams = 3 OR at >= 40)", [3]),
        ("at 20 TO 30", [2, 3]),
        ("person = bø", [2]),
        ("person = 'ana' AND teams = 5", [3]),
        ("likes EXISTS", [1, 2]),
        ("likes NOT EXISTS", [3, 4]),
        ("likes IS NULL", [1]),
        ("likes.total = 2", [2]),
        ("teams IS EMPTY", [4]),
        ("person STARTS WITH an", [1, 3]),
        ("", [1, 2, 3, 4]),
        ([["teams = 3", "teams = 5"], "at > 10"], [2, 3]),
        (["teams = 3", "at = 10 OR at = 20"], [1]),
    ],
)
def test_a_filter_chooses_the_documents_that_fit_it(expression: object, expected: list[object]) -> None:
    assert chosen(expression) == expected


def test_a_quote_in_a_value_is_escaped_by_a_backslash_and_nothing_else_is() -> None:
    assert chosen('person = "A\\" OR teams = \\"3"') == [4]
    assert chosen('person = "A" OR teams = "3"') == [1, 2]
    assert parse('person = "a\\\\"').test({"person": "a\\\\"})


@pytest.mark.parametrize(
    "expression",
    [
        *["teams", "teams =", "= 3", "teams = 3 OR", "(teams = 3", "teams = 3)", "teams = OR"],
        *["teams ~ 3", "teams = 3 at = 4", 'person = "a" b', 'person = "a', "teams IN 3", "at 20 TO"],
        *[7, {"teams": 3}, [["teams = 3", ["at = 1"]]], f"person = {'x' * 500}"],
    ],
)
def test_what_is_no_expression_is_refused(expression: object) -> None:
    with pytest.raises(FilterError):
        parse(expression)
