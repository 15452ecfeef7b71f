"""From what people type to lines, and from an edited message to the same dones."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.dones import MOST_LINES, Line, LineKind, clean_text, match_lines, read_lines

TEAMS = {"Platform": 7, "Customer Care": 8}
ANYTHING = st.text(st.characters(codec="utf-16", exclude_categories=[]) | st.sampled_from("\n\r -*!>[]x:1."))


def texts(raw: str) -> list[str]:
    return [line.text for line in read_lines(raw, TEAMS)]


# ---------------------------------------------------------------- what can be stored


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\x00b", "ab"),
        ("bell\x07 and escape\x1b[31m", "bell and escape[31m"),
        ("tab\tstays", "tab\tstays"),
        ("a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"),
        ("half \ud83d a face", "half \ufffd a face"),
        ("half a face\udc4d", "half a face\ufffd"),
        ("\ud83d\udc4d", "👍"),
        ("non\ufffe\uffffcharacter", "noncharacter"),
        ("\u202eright to left\u200d", "\u202eright to left\u200d"),
        ("Zo\u0308e", "Zo\u0308e"),
        ("z" + "\u0300" * 50, "z" + "\u0300" * 8),
    ],
)
def test_what_cannot_be_stored_is_taken_out_and_nothing_else(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@given(ANYTHING)
def test_cleaned_text_can_be_stored_whatever_it_was(raw: str) -> None:
    clean = clean_text(raw)
    clean.encode("utf-8")
    assert not {"\x00", "\r", "\u2028"} & {*clean}
    assert clean_text(clean) == clean


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_letters_numbers_and_signs_are_never_lost(raw: str) -> None:
    assert clean_text(raw) == raw


# ---------------------------------------------------------------- lines


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        ("shipped it", ["shipped it"]),
        ("shipped it\n\n  lunch  \n", ["shipped it", "lunch"]),
        ("- a\n* b\n• c\n+ d\n– e", ["a", "b", "c", "d", "e"]),
        ("1. a\n2) b\n(3) c", ["a", "b", "c"]),
        ("✅ a\n- [x] b\n[X] c\n✔ d", ["a", "b", "c", "d"]),
        ("3 bugs fixed", ["3 bugs fixed"]),
        ("1.5 hours of review", ["1.5 hours of review"]),
        ("-5 % load", ["-5 % load"]),
        ("*bold* move", ["*bold* move"]),
        ("2026: plan made", ["2026: plan made"]),
        ("---\n***\n\n...", []),
        ("👍", ["👍"]),
        ("-", []),
        ("日本語の行", ["日本語の行"]),
        ("met #ana re: https://example.com/a:b", ["met #ana re: https://example.com/a:b"]),
    ],
)
def test_every_line_is_a_done_without_what_marks_it_as_one(raw: str, lines: list[str]) -> None:
    assert texts(raw) == lines


@pytest.mark.parametrize(
    ("raw", "kind", "text"),
    [
        ("[] plan the move", LineKind.GOAL, "plan the move"),
        ("[ ] plan the move", LineKind.GOAL, "plan the move"),
        ("- [ ] plan the move", LineKind.GOAL, "plan the move"),
        ("☐ plan the move", LineKind.GOAL, "plan the move"),
        ("[x] planned the move", LineKind.DONE, "planned the move"),
        ("! no DNS access", LineKind.BLOCKER, "no DNS access"),
        ("- ! no DNS access", LineKind.BLOCKER, "no DNS access"),
        ("!no DNS access", LineKind.BLOCKER, "no DNS access"),
        ("!!! shipped", LineKind.DONE, "!!! shipped"),
        ("!= is fixed in the parser", LineKind.DONE, "!= is fixed in the parser"),
        ("wow! shipped", LineKind.DONE, "wow! shipped"),
    ],
)
def test_a_sign_in_front_says_what_kind_of_line_it_is(raw: str, kind: LineKind, text: str) -> None:
    assert read_lines(raw, TEAMS) == [Line(kind, text)]


@pytest.mark.parametrize(
    "raw",
    [
        "private: told Ana about it",
        "Private: told Ana about it",
        "- private: told Ana about it",
        "private : told Ana about it",
        "private:told Ana about it",
        "private：told Ana about it",
    ],
)
def test_private_keeps_a_line_to_oneself_however_it_is_spaced(raw: str) -> None:
    assert read_lines(raw, TEAMS) == [Line(LineKind.DONE, "told Ana about it", private=True)]


def test_private_goes_with_any_kind() -> None:
    assert read_lines("private: ! burnt out\n[ ] private: look for help", TEAMS) == [
        Line(LineKind.BLOCKER, "burnt out", private=True),
        Line(LineKind.GOAL, "look for help", private=True),
    ]


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("platform: shipped", Line(LineKind.DONE, "shipped", team_ids=(7,))),
        ("- Customer care: shipped", Line(LineKind.DONE, "shipped", team_ids=(8,))),
        ("Platform: ! stuck", Line(LineKind.BLOCKER, "stuck", team_ids=(7,))),
        ("platforms: shipped", Line(LineKind.DONE, "platforms: shipped")),
        ("TODO: shipped", Line(LineKind.DONE, "TODO: shipped")),
        ("platform:shipped", Line(LineKind.DONE, "platform:shipped")),
    ],
)
def test_only_the_exact_name_of_a_team_of_hers_sends_a_line_there(raw: str, line: Line) -> None:
    assert read_lines(raw, TEAMS) == [line]


def test_a_message_of_very_many_lines_loses_none_of_their_words() -> None:
    raw = "\n".join(f"- line{number}" for number in range(2_000))
    lines = read_lines(raw, TEAMS)
    assert len(lines) == MOST_LINES
    assert [word for line in lines for word in line.text.split() if word != "/"] == [
        f"line{number}" for number in range(2_000)
    ]


def test_lines_put_together_never_tell_others_what_was_private_or_for_another_team() -> None:
    raw = "\n".join(
        [f"line {number}" for number in range(MOST_LINES)] + ["private: secret", "platform: ops", "end"]
    )
    lines = read_lines(raw, TEAMS)
    secret = [line for line in lines if "secret" in line.text]
    ops = [line for line in lines if "ops" in line.text]
    assert all(line.private for line in secret)
    assert all(line.team_ids == (7,) for line in ops)
    assert any("end" in line.text and not line.private and line.team_ids is None for line in lines)


@given(st.lists(st.text(st.characters(categories=["L", "N"]), min_size=1), max_size=20))
def test_no_word_is_lost(words: list[str]) -> None:
    raw = "\n".join(words)
    assert "".join(texts(raw)) == "".join(clean_text(raw).split())


@given(ANYTHING)
def test_whatever_is_typed_becomes_lines_with_something_in_them(raw: str) -> None:
    for line in read_lines(raw, TEAMS):
        assert line.text
        assert line.text == line.text.strip()
        assert "\n" not in line.text


@given(ANYTHING)
def test_every_character_that_says_something_is_kept(raw: str) -> None:
    def said(text: str) -> list[str]:
        return [each for each in text if unicodedata.category(each)[0] == "L"]

    prefixes = ("x", "X", "private", "platform")
    if not any(prefix.casefold() in raw.casefold() for prefix in prefixes):
        assert [each for line in texts(raw) for each in said(line)] == said(clean_text(raw))


# ---------------------------------------------------------------- edits


@pytest.mark.parametrize(
    ("old", "new", "matched"),
    [
        (["a b c"], ["a b c"], [0]),
        (["shiped it"], ["shipped it"], [0]),
        (["first thing", "second item"], ["second item", "first thing"], [1, 0]),
        (["wrote the docs"], ["lunch"], [None]),
        (["wrote the docs", "fixed a bug"], ["fixed a bug in CI"], [1]),
        (["wrote the docs"], ["new line on top", "wrote the docs"], [None, 0]),
        (["same", "same"], ["same", "same"], [0, 1]),
        ([], ["new"], [None]),
        (["gone"], [], []),
    ],
)
def test_an_edited_line_continues_the_done_it_is_most_like(
    old: list[str], new: list[str], matched: list[int | None]
) -> None:
    assert match_lines(old, new) == matched


@given(st.lists(st.text(max_size=12), max_size=8), st.lists(st.text(max_size=12), max_size=8))
def test_no_done_is_continued_twice(old: list[str], new: list[str]) -> None:
    matched = [index for index in match_lines(old, new) if index is not None]
    assert len(matched) == len({*matched})


@given(st.permutations(["wrote docs", "fixed the build", "reviewed PR 41", "lunch with Ben"]))
def test_lines_in_another_order_are_the_same_lines(new: list[str]) -> None:
    old = ["wrote docs", "fixed the build", "reviewed PR 41", "lunch with Ben"]
    assert [old[index] for index in match_lines(old, new) if index is not None] == new


def test_an_edit_of_the_longest_message_is_matched_while_one_waits() -> None:
    """The database row is locked meanwhile."""
    old = [f"{number} rewrote module {number * 7919} of the importer" * 3 for number in range(MOST_LINES)]
    new = [line.replace("rewrote", "rewrote and tested") for line in reversed(old)]
    begun = time.process_time()
    matched = match_lines(old, new)
    assert time.process_time() - begun < 5
    assert [index for index in matched if index is not None]
