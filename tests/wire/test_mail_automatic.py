"""What programs send makes no dones; what people send is never taken for a program's."""

import pytest

from adapters.email.one_mail import read_plain, read_raw
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


@pytest.mark.parametrize(
    "said",
    [
        "I was out of office in the morning; then fixed the importer",
        "shipped the importer\nI will be out of the office tomorrow",
        "Covered for Ben, who is on vacation; will reply to customers tomorrow",
        "On leave form filed; for urgent matters wrote the FAQ",
        "War bis mittags nicht im Büro, danach Kunden kontaktiert",
        "Absent ce matin (dentiste), devis envoyés l'après-midi",
        "Vacaciones del equipo planificadas, contacté con Marta",
        "- out of office note written\n- text says: for urgent matters call Ben",
    ],
)
def test_who_tells_that_she_was_away_is_no_program(said: str) -> None:
    assert read_plain(said).automatic == ""
