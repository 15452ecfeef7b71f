"""A labelled set of answers as people write them, in many languages: each is split into exactly its dones."""

import textwrap
from itertools import product

import pytest

from adapters.email.one_mail import read_raw
from adapters.email.reading.answer import read_text
from tests.mail_answers import LabelledMail, attributions, labelled_mails

MAILS = list(labelled_mails())


def test_the_set_is_large_and_of_many_languages() -> None:
    assert len(MAILS) >= 150
    assert len({mail.language for mail in MAILS}) >= 20


@pytest.mark.parametrize("mail", MAILS, ids=[f"{mail.language}: {mail.name}" for mail in MAILS])
def test_an_answer_is_split_into_its_dones(mail: LabelledMail) -> None:
    read = read_raw(mail.raw)
    assert read.automatic == ""
    assert read.dones() == mail.dones


QUESTION = "What'd you get done today?\nReply with a line for each thing."
STEP = 61
"""All answers with all attributions are more than 30,000 mails; every one of both is among each 61st."""


def test_every_answer_is_the_same_above_whatever_a_program_puts_below() -> None:
    typed = [mail for mail in MAILS if not mail.typed.lstrip().startswith("<")]
    quoted = textwrap.indent(QUESTION, "> ")
    for mail, attribution in list(product(typed, attributions()))[::STEP]:
        alone = read_text(mail.typed, mail.sender).text
        for question in (quoted, QUESTION):
            below = f"{mail.typed}\n\n{attribution}\n\n{question}\n"
            assert read_text(below, mail.sender).text == alone, below


ABOVE_AN_ANSWER = [
    each for each in attributions() if "eitergeleitete" not in each and "above this" not in each
]


@pytest.mark.parametrize("attribution", ABOVE_AN_ANSWER)
def test_an_answer_below_what_is_quoted_is_hers(attribution: str) -> None:
    text = f"{attribution}\n{textwrap.indent(QUESTION, '> ')}\n\nshipped the importer\n- fixed login\n"
    assert read_text(text).text == "shipped the importer\n- fixed login"
