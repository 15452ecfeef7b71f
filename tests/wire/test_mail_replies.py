"""What of a text is the person's own."""

import json

import pytest

from adapters.email.reading.answer import read_text
from tests.mail_answers import FOLDER


def visible_reply(text: str, sender_name: str) -> str:
    return read_text(text, sender_name).text


KINDS = [json.loads(line) for line in (FOLDER.parent / "kinds.jsonl").read_text().splitlines()]
KEPT = [
    "On Monday I fixed the importer",
    "On Monday I wrote:",
    "From: the vendor, a quote",
    "Sent from staging to production: 14 fixes",
    "Sent the invoices from my desk",
    "Thanks to Ben the DNS works",
    "-- moved the office",
    "Hi-res logo drawn",
    "Best practice page written",
    "To: do list emptied\nSubject: taxes done",
    "1. one\n2. two",
    "paid 1 @ 3:00, see mail to ana@example.com:",
    "The meeting:\n- agenda",
]
QUESTION = "What'd you get done?"
ADDRESS = "donelog <done+x@in.example.com>"
ADDED = {
    "gmail": f"On Tue, Nov 24, 2026 at 6:00 PM donelog <\ndone+x@in.example.com> wrote:\n\n> {QUESTION}",
    "german": "Am 24.11.26 um 18:00 schrieb donelog:\n> Was hast du geschafft?",
    "japanese": f"2026年11月24日(火) 18:00 {ADDRESS}:\n\n> 今日は",
    "polish unquoted": f"W dniu 2026-11-24 18:00 {ADDRESS} napisał(a):\n{QUESTION}",
    "outlook": f"{'_' * 32}\nFrom: {ADDRESS}\nSent: 18:00\nTo: Ana\nSubject: {QUESTION}\n\n{QUESTION}",
    "outlook french": f"De : donelog\nEnvoyé : mardi 24\nÀ : Ana\nObjet : {QUESTION}\n\n{QUESTION}",
    "original message": f"-----Original Message-----\nFrom: donelog\n\n{QUESTION}",
    "signature": "-- \nAna López\nAcme, Madrid",
    "iphone": "Sent from my iPhone",
    "german phone": "Von meinem Samsung Galaxy gesendet",
    "spanish phone": "Enviado desde mi iPhone",
    "outlook for android": "Get Outlook for Android<https://aka.ms/ghei36>",
    "japanese phone": "iPhoneから送信",
    "closing": "Thanks,\nAna",
    "name": "Ana López",
}


@pytest.mark.parametrize("case", KINDS, ids=[case["text"][:60] for case in KINDS])
def test_what_she_typed_is_found_in_mails_of_all_kinds(case: dict[str, str]) -> None:
    assert read_text(case["text"]).reply == case["reply"]


@pytest.mark.parametrize("text", KEPT)
def test_no_word_of_hers_is_lost(text: str) -> None:
    assert visible_reply(text, "Ana López") == text


@pytest.mark.parametrize("added", ADDED.values(), ids=ADDED.keys())
@pytest.mark.parametrize("typed", ["shipped the importer", "- one\n- two\n\n! waiting for DNS"])
def test_what_programs_add_is_cut(typed: str, added: str) -> None:
    assert visible_reply(f"{typed}\n\n{added}\n", "Ana López") == typed


def test_a_greeting_is_no_line() -> None:
    assert visible_reply("Hi team,\n\nshipped it", "") == "shipped it"


def test_an_answer_of_a_greeting_alone_is_kept() -> None:
    assert visible_reply("Hello", "") == "Hello"


def test_answers_between_quotes_are_kept() -> None:
    text = "> first question\nfirst answer\n\n> second question\nsecond answer"
    assert visible_reply(text, "") == "first answer\n\nsecond answer"


def test_lines_that_a_program_broke_are_put_together() -> None:
    text = (
        "- rewrote the importer so that it takes the files of the old system and\n"
        "  the new one\n"
        "- short\n"
        "went through the list of invoices with the accountant and found the three\n"
        "that were missing"
    )
    assert visible_reply(text, "").split("\n") == [
        "- rewrote the importer so that it takes the files of the old system and the new one",
        "- short",
        "went through the list of invoices with the accountant and found the three that were missing",
    ]


def test_lines_of_equal_length_that_a_person_ended_stay_apart() -> None:
    text = "Closed fourteen stale tickets\nAnswered the auditors\nWrote the plan"
    assert visible_reply(text, "") == text


@pytest.mark.parametrize(
    "text",
    ["On \n" * 60_000, "On Mon, a wrote\n" * 20_000, "\n" * 250_000, "On a " + "a " * 120_000, ">" * 100_000],
)
def test_no_text_takes_long(text: str) -> None:
    visible_reply(text, "Ana")
