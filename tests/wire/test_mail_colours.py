"""Answers typed inside of an original in a colour of their own, which their writer names above it."""

import pytest

from adapters.email.mime import Texts
from adapters.email.reading.answer import read_texts

LINE = '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
HEADERS = (
    "<p class=MsoNormal><b>From:</b> donelog &lt;d@in.example.com&gt;<br><b>Sent:</b> Tuesday, November 24, "
    "2026 6:00 PM<br><b>To:</b> Ivo Brandt<br><b>Subject:</b> What'd you get done today?<o:p></o:p></p>"
)
QUESTION = "<p class=MsoNormal>What'd you get done today?<o:p></o:p></p>"
GOALS = "<p class=MsoNormal>Open goals: order the hinges<o:p></o:p></p>"
BUTTON = '<p><a href="https://in.example.com/x"><span style="color:#1A56B0">Away today</span></a></p>'


def outlook(said: str, *original: str, header: str = f"<div>{LINE}{HEADERS}</div></div>") -> str:
    above = f"<p class=MsoNormal>{said}<o:p></o:p></p>"
    return f"<html><body><div class=WordSection1>{above}{header}{''.join(original)}</div></body></html>"


def coloured(text: str, colour: str = "red") -> str:
    return f"<p class=MsoNormal><span style='color:{colour}'>{text}<o:p></o:p></span></p>"


def lines_of(markup: str, plain: str = "") -> list[str]:
    return [line for line in read_texts(Texts(plain, lambda: markup)).reply.split("\n") if line]


@pytest.mark.parametrize(
    ("said", "colour"),
    [
        ("Hi, see my answers in red below.", "red"),
        ("Answers in red", "#C00000"),
        ("my comments in blue", "rgb(0, 112, 192)"),
        ("Antworten unten in Rot", "#FF0000"),
        ("Siehe unten, in Grün", "#00B050"),
        ("Mes réponses en bleu ci-dessous", "#0070C0"),
        ("Zie mijn antwoorden in het rood", "red"),
        ("Le mie risposte in rosso", "darkred"),
        ("下に赤字で書きました", "#ff0000"),
    ],
)
def test_what_has_the_colour_that_she_names_is_hers(said: str, colour: str) -> None:
    hung, ordered = coloured("hung both doors", colour), coloured("hinges ordered", colour)
    markup = outlook(said, QUESTION, hung, GOALS, ordered, BUTTON)
    assert lines_of(markup) == [said, "hung both doors", "hinges ordered"]


def test_it_is_looked_for_where_the_plain_text_has_an_original_without_marks() -> None:
    plain = (
        "answers in red\n\nFrom: donelog <d@in.example.com>\nSent: Tuesday, November 24, 2026 6:00 PM\n"
        "To: Ivo\nSubject: What'd you get done today?\n\nWhat'd you get done today?\nhung both doors\n"
    )
    markup = outlook("answers in red", QUESTION, coloured("hung both doors"))
    assert lines_of(markup, plain) == ["answers in red", "hung both doors"]


def test_it_may_stand_behind_the_question_on_its_line() -> None:
    line = "<p>Open goals: order the hinges <font color='#ff0000'>ordered, here on Friday</font></p>"
    assert lines_of(outlook("in red", QUESTION, line)) == ["in red", "ordered, here on Friday"]


@pytest.mark.parametrize(
    ("said", "original"),
    [
        ("hung both doors", [QUESTION, coloured("hung both doors")]),
        ("painted the gate in blue", [QUESTION, coloured("hung both doors", "red")]),
        ("painted the gate in blue", [QUESTION, GOALS, BUTTON]),
        ("the new site in redesign", [QUESTION, coloured("hung both doors")]),
        ("all in red", [coloured("What'd you get done today?"), coloured("Open goals: order the hinges")]),
        ("all in red", [QUESTION, f"<div style='color:red'>{GOALS * 12}</div>"]),
        ("in red", [QUESTION, coloured("Open goals", "#5f6368"), coloured("stop", "#202124")]),
    ],
)
def test_a_question_never_becomes_hers(said: str, original: list[str]) -> None:
    assert lines_of(outlook(said, *original)) == [said]


def test_a_whole_original_in_the_colour_is_no_answer() -> None:
    original = (coloured("What'd you get done today?"), coloured("Open goals: order the hinges"))
    assert lines_of(outlook("all in red", *original, header='<hr id="stopSpelling">')) == ["all in red"]
