"""Lines that look like a program's and are hers, and lines that look like hers and are a program's."""

import pytest

from adapters.email.reading.answer import read_text
from adapters.email.reading.page import Verdict
from tests.mail_answers import FOLDER

QUOTED = "\n\nOn Tue, Nov 24, 2026 at 6:00 PM donelog <d@example.com> wrote:\n> What?"


def _lines(name: str) -> list[str]:
    text = (FOLDER.parent / f"{name}.txt").read_text(encoding="utf-8")
    return [line.replace("||", "\n\n").replace("|", "\n") for line in text.splitlines()]


@pytest.mark.parametrize("words", _lines("own_words"))
@pytest.mark.parametrize(
    ("before", "after"),
    [("", ""), ("did one thing\n\n", ""), ("", "\n\ndid another thing"), ("a\n", "\nb"), ("", QUOTED)],
    ids=["alone", "last", "first", "between", "quoted"],
)
def test_no_word_of_hers_is_lost(words: str, before: str, after: str) -> None:
    assert words in read_text(before + words + after).reply


@pytest.mark.parametrize("line", _lines("devices"))
@pytest.mark.parametrize("after", ["", QUOTED], ids=["alone", "quoted"])
def test_what_a_phone_adds_goes(line: str, after: str) -> None:
    assert read_text(f"shipped it\n\n{line}{after}").reply == "shipped it"


def test_what_a_phone_adds_in_the_middle_goes_alone() -> None:
    assert read_text("one\n\nSent from my iPhone\n\ntwo").text == "one\n\ntwo"


@pytest.mark.parametrize("ending", _lines("endings"))
def test_closings_signatures_and_legal_texts_go(ending: str) -> None:
    typed = "shipped the new importer today\n- fixed login"
    assert read_text(f"{typed}\n\n{ending}").reply == typed


def test_a_closing_that_is_all_she_wrote_stays() -> None:
    assert read_text("Thank you very much.").text == "Thank you very much."


def test_every_line_has_a_verdict_and_a_rule() -> None:
    lines = read_text(f"Hi,\nshipped it\n\nThanks,\nAna\n-- \nAna López{QUOTED}", "Ana López").lines
    assert [line.verdict for line in lines if line.text] == [
        *[Verdict.GREETING, Verdict.KEPT, Verdict.CLOSING, Verdict.SIGNATURE],
        *[Verdict.SIGNATURE, Verdict.SIGNATURE, Verdict.ATTRIBUTION, Verdict.QUOTE],
    ]
    assert all(line.rule for line in lines if line.text.strip())
