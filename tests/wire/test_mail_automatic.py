"""What programs send makes no dones; what people send is never taken for a program's."""

import pytest

from adapters.email.one_mail import read_raw
from adapters.email.reader import MailReader
from tests.mail_automatic import AutomaticMail, automatic_mails, mails_of_people
from tests.mail_world import NAMES, FakeTokens, raw_item

MAILS = list(automatic_mails())
READER = MailReader(FakeTokens(), NAMES)


def test_there_are_many_kinds_in_many_languages() -> None:
    assert len(MAILS) >= 80
    assert len({mail.language for mail in MAILS}) >= 12


@pytest.mark.parametrize("mail", MAILS, ids=[f"{mail.language}: {mail.name}" for mail in MAILS])
def test_what_a_program_sends_makes_no_dones(mail: AutomaticMail) -> None:
    read = read_raw(mail.raw)
    assert read.automatic.startswith("automatic:")
    assert read.dones() == []
    reading = READER.read_now(raw_item(mail.raw))
    assert reading.request is None or (reading.request.text == "" and reading.request.command is not None)
    assert reading.note.startswith("automatic:")


def test_hardly_any_answer_of_a_person_is_taken_for_a_program_s() -> None:
    mistaken = [raw for raw in mails_of_people(600) if read_raw(raw).automatic]
    assert len(mistaken) <= 1
