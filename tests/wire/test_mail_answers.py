"""A labelled set of answers as people write them, in many languages: each is split into exactly its dones."""

import pytest

from adapters.email.one_mail import read_raw
from tests.mail_answers import LabelledMail, labelled_mails

MAILS = list(labelled_mails())


def test_the_set_is_large_and_of_many_languages() -> None:
    assert len(MAILS) >= 150
    assert len({mail.language for mail in MAILS}) >= 20


@pytest.mark.parametrize("mail", MAILS, ids=[f"{mail.language}: {mail.name}" for mail in MAILS])
def test_an_answer_is_split_into_its_dones(mail: LabelledMail) -> None:
    read = read_raw(mail.raw)
    assert read.automatic == ""
    assert read.dones() == mail.dones
