"""HTML mails of many programs: the quote is cut by its structure, what is hers stays."""

import tomllib
from typing import Any

import pytest

from adapters.email.mime import Texts
from adapters.email.reading.answer import read_text, read_texts
from adapters.email.reading.html_text import visible_text
from tests.mail_answers import FOLDER

MARKUPS = tomllib.loads((FOLDER.parent / "markups.toml").read_text(encoding="utf-8"))
TYPED = tomllib.loads((FOLDER.parent / "typed_markups.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("markup", MARKUPS.values(), ids=MARKUPS.keys())
def test_what_she_typed_is_read_and_nothing_else(markup: str) -> None:
    things = read_text(visible_text(markup), "Ana").text.split("\n")
    assert [each for each in things if each] == ["shipped the importer", "- fixed login"]


@pytest.mark.parametrize("case", TYPED.values(), ids=TYPED.keys())
def test_what_she_typed_is_read_in_her_language(case: dict[str, Any]) -> None:
    reply = read_text(visible_text(case["markup"])).reply
    assert [line for line in reply.split("\n") if line] == case["typed"]


def test_a_numbered_list_keeps_its_numbers() -> None:
    assert visible_text("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>") == "1. a\n- b\n2. c"


def test_a_list_may_begin_with_any_number() -> None:
    assert (
        visible_text('<ol start="3"><li>a</li><li>b</li></ol><ol start="x"><li>c</li></ol>')
        == "3. a\n4. b\n1. c"
    )


def test_what_is_hidden_is_not_read() -> None:
    assert visible_text('<div style="display: none">x</div><style>p{}</style><p>y</p>') == "y"
    assert visible_text("<div hidden>x</div><p>y</p>") == "y"


def test_an_unmarked_quote_keeps_a_mark() -> None:
    assert visible_text("<p>a</p><blockquote>b<br>c</blockquote>") == "a\n\n> b\n> c"


def test_an_empty_line_stays_one() -> None:
    assert visible_text("a<br><br>b<div><br></div>c") == "a\n\nb\n\nc"


def test_what_stands_deep_inside_of_elements_is_read() -> None:
    assert visible_text("<div>" * 1_000 + "shipped" + "</div>" * 1_000) == "shipped"


OUTLOOK = (
    '<div id="appendonsend"></div><hr tabindex="-1"><div id="divRplyFwdMsg"><b>From:</b> donelog<br>'
    "<b>Sent:</b> Tue<br><b>To:</b> Ana</div>"
    '<div dir="ltr"><p class="x_q">What did you do?</p>%s<p class="x_q">Any blockers?</p>'
    '<div class="x_elementToProof">the paint</div>%s</div>'
)


@pytest.mark.parametrize("above", ["", '<div class="elementToProof">Hi</div>'])
def test_what_is_typed_inside_of_an_original_in_outlook_on_the_web_is_hers(above: str) -> None:
    pump = '<div class="elementToProof" style="color: rgb(0, 0, 0);">fixed the pump</div>'
    markup = above + OUTLOOK % (pump, '<div class="elementToProof">none</div>')
    said = ["Hi", "fixed the pump", "none"] if above else ["fixed the pump", "none"]
    plain = "Hi\n\nFrom: donelog\nSent: Tue\nTo: Ana\nSubject: x\n\nWhat did you do?\nfixed the pump\n"
    for texts in (Texts("", lambda: markup), Texts(plain if above else "", lambda: markup)):
        assert [line for line in read_texts(texts).reply.split("\n") if line] == said


def test_the_same_names_in_an_original_that_another_program_quotes_tell_nothing() -> None:
    markup = "<div>Hi</div>" + OUTLOOK.replace("appendonsend", "x_appendonsend") % (
        '<div class="elementToProof">fixed the pump</div>',
        "",
    )
    assert read_text(visible_text(markup)).reply == "Hi"
