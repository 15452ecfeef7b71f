"""What mails of programs tell: somebody is away; and remarks on lines of a digest."""

from datetime import date

import pytest

from adapters.email.absence import back_on
from domain import replies as r
from domain.commands import Request
from tests.mail_world import letter, raw_item, read_here

OURS = "<d.20261124-17.1@in.example.com>"
TUESDAY = date(2026, 11, 24)


def asked(*headers: str, body: str = "", sender: str = "") -> Request | None:
    return read_here(
        raw_item(letter("From: Ana <a@example.com>", *headers, body=body), sender=sender)
    ).request


# ---------------------------------------------------------------- absences


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("I am out of the office until Monday, 30 November 2026.", date(2026, 11, 30)),
        ("I'll be back on December 7th.", date(2026, 12, 7)),
        ("Ich bin bis zum 4.12.2026 nicht im Büro.", date(2026, 12, 4)),
        ("Ich bin vom 20.11. bis 30.11. im Urlaub.", date(2026, 11, 30)),
        ("Je suis absente jusqu'au 7 décembre inclus.", date(2026, 12, 7)),
        ("Estoy fuera hasta el 30 de noviembre.", date(2026, 11, 30)),
        ("Volto em 3 de dezembro.", date(2026, 12, 3)),
        ("Sono in ferie fino al 4 gennaio 2027.", date(2027, 1, 4)),
        ("Ik ben afwezig tot 2 januari.", date(2027, 1, 2)),
        ("Меня не будет до 5 декабря.", date(2026, 12, 5)),
        ("11月30日まで休暇をいただいております。", date(2026, 11, 30)),
        ("Back on 2026-12-01.", date(2026, 12, 1)),
        ("Jsem na dovolené do 4. prosince.", date(2026, 12, 4)),
        ("Som na dovolenke do 4. decembra 2026.", date(2026, 12, 4)),
        ("Jeg er på ferie til den 4. december.", date(2026, 12, 4)),
        ("Jag är tillbaka 4 december", date(2026, 12, 4)),
        ("Olen lomalla 4. joulukuuta asti.", date(2026, 12, 4)),
        ("Είμαι εκτός γραφείου μέχρι τις 4 Δεκεμβρίου.", date(2026, 12, 4)),
        ("אני בחופשה עד 4 בדצמבר.", date(2026, 12, 4)),
        ("أنا في إجازة حتى 4 ديسمبر 2026", date(2026, 12, 4)),
        ("December 4-ig szabadságon vagyok.", date(2026, 12, 4)),
        ("Szabadságon vagyok 2026. december 4-ig.", date(2026, 12, 4)),
        ("12월 4일까지 휴가입니다.", date(2026, 12, 4)),
        ("我在12月4日之前休假。", date(2026, 12, 4)),
        ("Przebywam na urlopie do 4 grudnia.", date(2026, 12, 4)),
        ("Sunt în concediu până pe 4 decembrie.", date(2026, 12, 4)),
        ("4 Aralık'a kadar izindeyim.", date(2026, 12, 4)),
        ("Я у відпустці до 4 грудня.", date(2026, 12, 4)),
        ("Tôi nghỉ phép đến ngày 4 tháng 12.", date(2026, 12, 4)),
        ("Estic de vacances fins al 4 de desembre.", date(2026, 12, 4)),
        ("Na godišnjem odmoru sam do 4. prosinca.", date(2026, 12, 4)),
        ("Na dopustu sem do 4. decembra.", date(2026, 12, 4)),
        ("На одмору сам до 4. децембра.", date(2026, 12, 4)),
        ("В отпуск съм до 4 декември.", date(2026, 12, 4)),
        ("Atostogauju iki gruodžio 4 d.", date(2026, 12, 4)),
        ("Esmu atvaļinājumā līdz 4. decembrim.", date(2026, 12, 4)),
        ("Olen puhkusel kuni 4. detsembrini.", date(2026, 12, 4)),
        ("Ég er í fríi til 4. desember.", date(2026, 12, 4)),
        ("Estou de vacacións ata o 4 de decembro.", date(2026, 12, 4)),
        ("Ek is met verlof tot 4 Desember.", date(2026, 12, 4)),
        ("Saya sedang cuti sampai 4 Desember 2026.", date(2026, 12, 4)),
        ("Saya bercuti sehingga 4 Disember.", date(2026, 12, 4)),
        ("ลาพักร้อนถึงวันที่ 4 ธันวาคม", date(2026, 12, 4)),
        ("मैं 4 दिसंबर तक छुट्टी पर हूँ।", date(2026, 12, 4)),
        ("تا ۴ دسامبر در مرخصی هستم", date(2026, 12, 4)),
        ("Jeg er tilbake 4. desember.", date(2026, 12, 4)),
        ("Ik ben terug op 4 december.", date(2026, 12, 4)),
        ("12月4日まで休暇", date(2026, 12, 4)),
        ("I may be away for 3 months. Call 5 people.", None),
        ("Ich habe 3 Dezernate.", None),
        ("I am away. For urgent matters call 555-12-34.", None),
        ("I was away until 20 November 2026.", None),
        ("Wir sind umgezogen: Hauptstr. 12.3.", None),
    ],
)
def test_the_day_she_is_back_is_read_in_many_languages(said: str, day: date | None) -> None:
    if "12.3." in said:
        assert back_on(said, TUESDAY) == date(2027, 3, 12), (
            "what looks like a day is taken for one: she is asked"
        )
    else:
        assert back_on(said, TUESDAY) == day


@pytest.mark.parametrize(
    "headers",
    [
        ("Auto-Submitted: auto-replied", "Subject: Re: What'd you get done today?"),
        ("Subject: Out of Office: What'd you get done today?",),
        ("Subject: Automatische Antwort: hallo",),
        ("X-Autoreply: yes", "Subject: away"),
    ],
)
def test_a_program_that_answers_for_somebody_says_she_is_away(headers: tuple[str, ...]) -> None:
    request = asked(*headers, body="I am back on 2026-11-30.", sender="a@example.com")
    assert request is not None
    assert request.command == r.OutOfOffice(date(2026, 11, 30))
    assert request.text == ""


@pytest.mark.parametrize(
    "headers",
    [
        ("Auto-Submitted: auto-generated", "Subject: Build failed"),
        ("List-Id: <news.example.com>", "Subject: Out of Office: news"),
        ("Auto-Submitted: auto-replied", "List-Unsubscribe: <mailto:x@example.com>"),
    ],
)
def test_a_program_that_is_nobodys_says_nothing(headers: tuple[str, ...]) -> None:
    assert asked(*headers, body="back on 2026-11-30", sender="a@example.com") is None


# ---------------------------------------------------------------- remarks

DIGEST = "<d.20261125-4.3@in.example.com>"
PROMPT = "<d.20261124-17.1@in.example.com>"
ANSWER = """Morning!
signed the lease

On Wed, 25 Nov 2026 at 09:00 donelog <done+1.7.sig@in.example.com> wrote:
> Tuesday 24 November
>
> Ada
> - shipped the invoice importer

at last,
thank you

> - goal: pair with Ben on the flaky test
+1
>
> Not for you?

Best,
Ana
"""


def test_words_under_lines_of_a_digest_are_kept_apart() -> None:
    request = asked(f"In-Reply-To: {DIGEST}", body=ANSWER, sender="a@example.com")
    assert request is not None
    assert request.text == "signed the lease"
    first, second = request.remarks
    assert first.quoted[-1] == "- shipped the invoice importer"
    assert "Ada" in first.quoted
    assert first.text.split() == ["at", "last,", "thank", "you"]
    assert second.quoted[-1] == "- goal: pair with Ben on the flaky test"
    assert second.text == "+1"


def test_thanks_alone_under_a_line_are_no_end_of_the_mail() -> None:
    body = "> Ada\n> - shipped it\nThanks!\n\nBest,\nAna\n"
    request = asked(f"In-Reply-To: {DIGEST}", body=body, sender="a@example.com")
    assert request is not None
    assert [each.text for each in request.remarks] == ["Thanks!"]


def test_under_the_question_of_the_day_they_are_dones_as_always() -> None:
    request = asked(f"In-Reply-To: {PROMPT}", body=ANSWER, sender="a@example.com")
    assert request is not None
    assert request.remarks == ()
    assert "signed the lease" in request.text
