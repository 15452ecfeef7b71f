"""What mail programs put above an original, in the languages that they speak: none of it is hers."""

import textwrap

import pytest

from adapters.email.reading.answer import read_text
from tests.mail_answers import attributions

ATTRIBUTIONS = attributions()
TYPED = "shipped the importer\n- fixed login"
ORIGINAL = "What'd you get done today?\nReply with a line for each thing."
ONE_LINE = [each for each in ATTRIBUTIONS if "\n" not in each and "lietotājs" not in each]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_above_a_quote_it_goes_with_it(attribution: str) -> None:
    quoted = textwrap.indent(ORIGINAL, "> ")
    assert read_text(f"{TYPED}\n\n{attribution}\n{quoted}\n").reply == TYPED


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
@pytest.mark.parametrize("gap", ["\n", "\n\n"], ids=["close", "apart"])
def test_what_follows_it_unquoted_goes_too(attribution: str, gap: str) -> None:
    assert read_text(f"{TYPED}{gap}{attribution}\n\n{ORIGINAL}\n").reply == TYPED


@pytest.mark.parametrize("attribution", ONE_LINE)
@pytest.mark.parametrize("mark", ["> ", ""], ids=["quoted", "unquoted"])
def test_it_may_be_broken_over_lines(attribution: str, mark: str) -> None:
    wrapped = textwrap.fill(attribution, 48, break_long_words=False, break_on_hyphens=False)
    assert read_text(f"{TYPED}\n\n{wrapped}\n\n{textwrap.indent(ORIGINAL, mark)}\n").reply == TYPED


BROKEN_BY_NAME = [
    "Maria Elena Roe-Papado\n<maria@x.example> ezt írta (időpont: 2026. nov. 24., K,\n18:00):",
    "Maria Elena Roe-Papado\n(<maria@x.example>) kirjutas kuupäeval T, 24. november\n2026 kell 18:00:",
    "Maria Elena Roe-Papado\n<maria@x.example> escreveu (terça, 24/11/2026 à(s)\n18:00):",
    "Maria Elena Roe-Papado\n<maria@x.example> 於\n2026年11月24日 週二 下午6:00寫道：",
    "Maria Elena Roe-Papado\n<maria@x.example> (2026.\nnov. 24. dátummal, 18:00 időpontban) írta:",
    "Maria Elena Roe-Papado\n<maria@x.example> a écrit :",
    "Maria Elena Roe-Papado <maria@x.example> (2026. nov. 24. dátummal, 18:00 időpontban) írta:",
]


@pytest.mark.parametrize("attribution", BROKEN_BY_NAME)
@pytest.mark.parametrize("mark", ["> ", ""], ids=["quoted", "unquoted"])
def test_a_long_name_may_stand_in_a_line_of_its_own(attribution: str, mark: str) -> None:
    text = f"{TYPED}\n\n{attribution}\n\n{textwrap.indent(ORIGINAL, mark)}\n"
    assert read_text(text).reply == TYPED


@pytest.mark.parametrize("answer", ["Done", "Office moved\n\ncalled Ann", "See below.\n\n- Docs"])
def test_a_short_answer_above_an_address_is_no_name(answer: str) -> None:
    text = f"{answer}\n\n<bo@example.com> schrieb am Di., 24. Nov. 2026 um 18:00 Uhr:\n\n> Was?\n"
    assert read_text(text).reply == answer


def test_a_frame_that_lotus_notes_draws_around_the_sender_begins_an_original() -> None:
    rows = [
        "|-------+-------------->",
        "| | donelog <d@x.com> |",
        "| | 24/11/2026 18:00 |",
        "|-------+-------------->",
    ]
    box = [">-----------|", "| To: Ana <a@x.com> |", "| Subject: What |", ">-----------|"]
    assert read_text("\n".join([TYPED, "", *rows, *box, "", ORIGINAL])).reply == TYPED


def test_a_table_of_hers_is_no_frame_of_lotus_notes() -> None:
    table = "|-------+------->\n| a | b |\n>-------|\n| To: do | Subject |"
    assert read_text(f"{TYPED}\n\n{table}\nthat was it").reply.endswith("that was it")


def test_a_reply_may_share_its_line_with_the_attribution() -> None:
    text = "Shipped it. On Tue, Nov 24, 2026 at 6:00 PM donelog <d@example.com> wrote: What'd you get done?"
    assert read_text(text).reply == "Shipped it."


def test_what_she_typed_in_front_of_it_stays_as_she_typed_it() -> None:
    text = "۱۲ قرارداد امضا شد. On Tue, Nov 24, 2026 at 6:00 PM donelog <d@example.com> wrote: What'd you get"
    assert read_text(text).reply == "۱۲ قرارداد امضا شد."
    assert read_text(text.replace("۱۲ قرارداد امضا شد", "12 calls made")).reply == "12 calls made."


def test_what_stands_below_a_quote_is_hers() -> None:
    text = "On Tue, Nov 24, 2026 at 6:00 PM donelog <d@example.com> wrote:\n> What?\n\nthis\n> And?\n\nthat"
    assert read_text(text).text == "this\n\nthat"


def test_a_mail_passed_on_without_a_word_is_kept_without_its_headers() -> None:
    text = (
        "---------- Forwarded message ---------\nFrom: Bo <b@example.com>\nDate: x\nSubject: y\n\nthe words"
    )
    assert read_text(text).reply == "the words"


def test_quoted_printable_that_nobody_decoded_is_decoded() -> None:
    text = "shipped it, caf=C3=A9 and th=\ne rest\nand=20more wo=\nrds, t=C3=A9l=C3=A9phone to=\no"
    assert read_text(text).text.split("\n")[0] == "shipped it, café and the rest"
