"""What programs send makes no dones; what people send is never taken for a program's."""

import pytest

from adapters.email.one_mail import read_plain, read_raw
from tests.mail_automatic import AutomaticMail, automatic_mails, mails_of_people
from tests.mail_world import letter, raw_item, read_here

MAILS = list(automatic_mails())


def test_there_are_many_kinds_in_many_languages() -> None:
    assert len(MAILS) >= 80
    assert len({mail.language for mail in MAILS}) >= 12


@pytest.mark.parametrize("mail", MAILS, ids=[f"{mail.language}: {mail.name}" for mail in MAILS])
def test_what_a_program_sends_makes_no_dones(mail: AutomaticMail) -> None:
    read = read_raw(mail.raw)
    assert read.automatic.startswith("automatic:")
    assert read.dones() == []
    reading = read_here(raw_item(mail.raw))
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
        "Hi, automatic gearbox replaced. This took all day",
        "Automated the tests. The mail says: this is an automated message",
        "Hello, your request page rebuilt",
    ],
)
def test_who_tells_that_she_was_away_is_no_program(said: str) -> None:
    assert read_plain(said).automatic == ""


_LIST = ["List-Id: <crew.lists.example.org>", "List-Post: <mailto:crew@lists.example.org>"]
_GROUP = [
    "List-ID: <done.in.example.com>",
    "List-Post: <https://groups.example.com/done>, <mailto:done@in.example.com>",
]
_US, _BOUNCES = "done+1.7.sig@in.example.com", "crew-bounces@lists.example.org"


def note_on(*headers: str, sender: str = "ana@example.com") -> str:
    raw = letter(*headers, "Subject: scaffolding", body="scaffolding is up")
    return read_here(raw_item(raw, to=_US, sender=sender)).note


@pytest.mark.parametrize(
    "headers",
    [
        ["From: ana@example.com", f"To: crew@lists.example.org, {_US}", *_LIST],
        ["From: Ana <ana@example.com>", "To: Crew <crew@lists.example.org>", f"Cc: donelog <{_US}>", *_LIST],
    ],
)
def test_who_writes_to_a_list_and_to_us_is_no_list(headers: list[str]) -> None:
    assert note_on(*headers) == ""


def test_what_people_write_to_a_group_that_is_our_own_mailbox_is_read() -> None:
    headers = [
        "From: ana@example.com",
        f"To: donelog <{_US}>",
        *_GROUP,
        "List-Unsubscribe: <mailto:x@example.com>",
    ]
    assert note_on(*headers, sender="done+bnc7@in.example.com") == ""


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        (_BOUNCES, ["From: ana@example.com", f"To: {_US}", "Cc: crew@lists.example.org", *_LIST]),
        (_BOUNCES, ["From: ana@example.com", "To: crew@lists.example.org", *_LIST]),
        ("ana@example.com", ["From: ana@example.com", "To: crew@lists.example.org", *_LIST]),
        ("ana@example.com", ["From: ana@example.com", f"To: {_US}", *_LIST]),
        (
            "crew@lists.example.org",
            ["From: crew@lists.example.org", f"To: crew@lists.example.org, {_US}", *_LIST],
        ),
        ("news@example.com", ["From: news@example.com", f"To: {_US}", "List-Id: <news.example.com>"]),
        (
            "news@example.com",
            ["From: news@example.com", f"To: {_US}", "List-Unsubscribe: <https://example.com/u>"],
        ),
        ("done@in.example.com", ["From: done@in.example.com", f"To: {_US}", *_GROUP]),
        ("x@in.example.com", ["From: ana@example.com", "To: done@in.example.com", *_GROUP]),
    ],
)
def test_what_a_list_sends_us_is_a_program_s(sender: str, headers: list[str]) -> None:
    assert note_on(*headers, sender=sender).startswith("automatic: it has the header list-")
