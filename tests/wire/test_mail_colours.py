"""Answers typed inside of an original in a colour of their own, or behind their writer's name."""

from collections.abc import Callable

import pytest

from adapters.email.mime import Texts
from adapters.email.reading.answer import read_text, read_texts

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


def gmail(said: str, *original: str) -> str:
    above = f'<div dir="ltr">{said}</div><br>'
    attribution = (
        '<div dir="ltr" class="gmail_attr">On Tue, Nov 24, 2026 donelog &lt;d@x.com&gt; wrote:<br></div>'
    )
    quote = f'<blockquote class="gmail_quote">{"".join(original)}</blockquote>'
    return f'{above}<div class="gmail_quote gmail_quote_container">{attribution}{quote}</div>'


def apple(said: str, *original: str) -> str:
    attribution = "<div>On 24 Nov 2026, at 18:00, donelog &lt;d@in.example.com&gt; wrote:</div><br>"
    quote = f'<blockquote type="cite">{attribution}<div>{"".join(original)}</div></blockquote>'
    return f"<html><body>{said}<div><br>{quote}</div></body></html>"


def proton(said: str, *original: str) -> str:
    quote = f'<blockquote class="protonmail_quote" type="cite">{"".join(original)}</blockquote>'
    wrapper = f'<div class="protonmail_quote">On Tuesday, donelog wrote:<br>{quote}</div>'
    return f"<div>{said}</div>{wrapper}"


def lines_of(markup: str, plain: str = "", sender_name: str = "") -> list[str]:
    texts = Texts(plain, lambda: markup)
    return [line for line in read_texts(texts, sender_name).reply.split("\n") if line]


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


@pytest.mark.parametrize("program", [outlook, gmail, apple, proton])
def test_it_is_found_inside_of_the_quotes_of_all_programs(program: Callable[..., str]) -> None:
    markup = program("answers in red", QUESTION, coloured("hung both doors"), GOALS, coloured("ordered"))
    assert lines_of(markup) == ["answers in red", "hung both doors", "ordered"]


def test_it_is_looked_for_where_the_plain_text_has_a_quote() -> None:
    plain = (
        "answers in red\n\nOn Tue, Nov 24, 2026 donelog wrote:\n> What'd you get done?\n> hung both doors\n"
    )
    markup = gmail("answers in red", QUESTION, coloured("hung both doors"))
    assert lines_of(markup, plain) == ["answers in red", "hung both doors"]


@pytest.mark.parametrize("program", [outlook, gmail, apple, proton])
@pytest.mark.parametrize("said", ["See below.", "Answers inline", "Antworten im Text", "См. ниже", ""])
def test_who_says_no_more_than_that_she_answers_inside_needs_no_name_of_the_colour(
    program: Callable[..., str], said: str
) -> None:
    purple = coloured("hung both doors", "#7030A0"), coloured("ordered", "rgb(112, 48, 160)")
    markup = program(said, QUESTION, purple[0], GOALS, purple[1], BUTTON)
    assert lines_of(markup) == [*filter(None, [said]), "hung both doors", "ordered"]


@pytest.mark.parametrize(
    ("said", "original"),
    [
        ("See below", [QUESTION, coloured("Sale", "red"), GOALS, coloured("Today only", "green")]),
        ("See below", [QUESTION, GOALS, BUTTON, coloured("stop", "#5f6368")]),
        ("hung both doors", [QUESTION, coloured("Sale", "red"), GOALS]),
    ],
)
@pytest.mark.parametrize("program", [outlook, gmail, apple])
def test_without_its_name_a_colour_must_be_the_only_one(
    program: Callable[..., str], said: str, original: list[str]
) -> None:
    assert lines_of(program(said, *original)) == [said]


COLLEAGUE = coloured("the paint is ordered")
EARLIER = {
    "a quote in it": f"<blockquote type='cite'><p>Who paints?</p>{COLLEAGUE}</blockquote>",
    "headers in it": "<p><b>From:</b> Bo<br><b>Sent:</b> Monday<br><b>To:</b> Ivo</p><p>So</p>" + COLLEAGUE,
    "spans in headers": "<p><b><span>Von:</span></b> Bo<br><b><span>An:</span></b> Ivo</p>" + COLLEAGUE,
    "the program's line": f"{LINE}<p>Bo, Monday</p></div>{COLLEAGUE}",
}


@pytest.mark.parametrize("earlier", EARLIER.values(), ids=EARLIER)
@pytest.mark.parametrize("program", [outlook, gmail, apple])
def test_what_a_colleague_wrote_in_that_colour_further_down_is_not_hers(
    program: Callable[..., str], earlier: str
) -> None:
    markup = program("in red", QUESTION, coloured("hung both doors"), earlier)
    assert lines_of(markup) == ["in red", "hung both doors"]


def test_the_pieces_of_a_line_stay_one() -> None:
    line = "<p><span style='color:red'>hung </span><b><span style='color:red'>both</span></b></p>"
    assert lines_of(gmail("in red", QUESTION, line)) == ["in red", "hung both"]


@pytest.mark.parametrize("program", [outlook, gmail, apple])
@pytest.mark.parametrize("mark", ["[Ivo]", "[IB]", "[Ivo Brandt]", "[Ivo:]"])
def test_what_begins_with_her_name_in_brackets_is_hers(program: Callable[..., str], mark: str) -> None:
    hung, ordered = f"<p><b>{mark} hung both doors</b></p>", f"<div><b>{mark}</b> ordered</div>"
    markup = program("Hi", QUESTION, hung, GOALS, ordered, "<p>[Bo] paints</p>", "<p>Ivo: paints</p>")
    assert lines_of(markup, "", "Ivo Brandt") == ["Hi", f"{mark} hung both doors", f"{mark} ordered"]


OUTLOOK_TEXT = "Hi\n\nFrom: donelog\nSent: Tuesday\nTo: Ivo\nSubject: What\n\nWhat'd you get done today?\n"
QUOTED_TEXT = "Hi\n\nOn Tue, Nov 24, 2026 donelog wrote:\n> What'd you get done today?\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (OUTLOOK_TEXT + "[IB] hung both doors\n[Bo] paints\nOpen goals: hinges\n[ivo] ordered\n", True),
        (
            QUOTED_TEXT + "> [IB] hung both doors\n> [Bo] paints\n> Open goals: hinges\n> [ivo] ordered\n",
            True,
        ),
        (QUOTED_TEXT + "> On Mon, Nov 23, 2026 Ivo wrote:\n>> [IB] hung both doors\n", False),
        (OUTLOOK_TEXT + "From: Bo\nSent: Monday\nTo: Ivo\n\n[IB] hung both doors\n", False),
        (OUTLOOK_TEXT + "On Mon, Nov 23, 2026 Bo wrote:\n[IB] hung both doors\n", False),
    ],
)
def test_in_a_text_too_but_for_mails_before_the_one_that_she_answers(text: str, *, said: bool) -> None:
    inside = ["[IB] hung both doors", "[ivo] ordered"] if said else []
    assert [line for line in read_text(text, "Ivo Brandt").reply.split("\n") if line] == ["Hi", *inside]
