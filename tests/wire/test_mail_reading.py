"""What a mail means: whose it is, which day it is for, what it says."""

import json
from datetime import UTC, date, datetime

import pytest

from adapters.email.inbound import read_mail
from adapters.email.reader import day_in_subject
from domain.commands import Origin, Request, StopMail, Surface
from domain.people import Address, Channel
from domain.ports.front import Reading
from domain.replies import OutOfOffice
from tests.mail_world import INBOX, READER, form, item, letter, mail_file, raw_item, read_here

TUESDAY = date(2026, 11, 24)


async def request_of(name: str) -> Request:
    reading = await READER.read(raw_item(mail_file(name)))
    assert reading.request is not None, reading.note
    return reading.request


def origin_of(
    raw: str,
    to: str = "done+1.7.sig@in.example.com",
    sender: str = "ana@example.com",
    spf: str = "pass",
    dkim: str = "none",
) -> Origin:
    reading = read_here(raw_item(raw, to=to, sender=sender, spf=spf, dkim=dkim))
    assert reading.request is not None, reading.note
    return reading.request.origin


async def test_a_top_posted_answer_is_the_lines_above_the_quote() -> None:
    request = await request_of("gmail_top_reply.eml")
    assert request.command is None
    assert request.text.split("\n") == [
        "- shipped the invoice importer – finally",
        "- [] pair with Ben on the flaky test",
        "! waiting for DNS access",
    ]


async def test_an_answer_is_from_the_person_of_its_reply_address_and_for_the_day_of_its_question() -> None:
    origin = (await request_of("gmail_top_reply.eml")).origin
    assert origin.address == Address(Channel.EMAIL, "ana@example.com")
    assert (origin.organization_id, origin.person_id, origin.claimed_by_token) == (1, 7, True)
    assert origin.aligned is True
    assert origin.prompt_day == TUESDAY
    assert origin.answers == "<d.20261124-17.1@in.example.com>"
    assert origin.answer_to == "<CAGx7t=9v+1kQ@mail.gmail.com>"
    assert origin.surface is Surface.MAIL
    assert origin.inbox == INBOX
    assert origin.profile is not None
    assert origin.profile.name == "Ana López"


async def test_a_mail_arrived_when_the_last_server_took_it_not_when_it_was_handed_to_us() -> None:
    origin = (await request_of("gmail_top_reply.eml")).origin
    assert origin.at == datetime(2026, 11, 24, 23, 4, 51, tzinfo=UTC)


def test_a_server_that_does_not_tell_its_zone_tells_the_time_in_utc() -> None:
    """RFC 5322, 3.3: `-0000`."""
    received = "Received: by mx.example.com; Tue, 24 Nov 2026 17:05:01 %s"
    for zone, hour in (("-0000", 17), ("+0000", 17), ("-0030", 17), ("+0130", 15)):
        at = origin_of(letter("From: ana@example.com", received % zone)).at
        assert (at.astimezone(UTC).hour, at.minute % 30) == (hour, 5), zone


async def test_a_phone_wrapped_line_is_one_line_and_greeting_and_signature_go() -> None:
    assert (await request_of("apple_mail_german.eml")).text.split("\n") == [
        "14 alte Tickets geschlossen, darunter das mit dem Drucker im dritten Stock",
        "Release-Notizen geschrieben",
    ]


async def test_where_no_id_of_ours_came_back_the_date_in_our_subject_tells_the_day() -> None:
    origin = (await request_of("apple_mail_german.eml")).origin
    assert (origin.answers, origin.prompt_day) == ("", TUESDAY)


async def test_what_is_typed_inside_of_yahoos_quote_is_read_and_the_question_around_it_is_not() -> None:
    lines = [line for line in (await request_of("yahoo_inside_the_quote.eml")).text.split("\n") if line]
    assert lines == ["cleared the attic", "sold the old kiln", "glaze test 14 fired"]


async def test_a_mail_that_is_html_alone_is_read_without_quote_and_signature() -> None:
    lines = [line for line in (await request_of("outlook_html_only.eml")).text.split("\n") if line]
    assert lines == ["signé le bail du nouveau bureau", "- appelé la banque", "- répondu à l’assureur"]


async def test_japanese_in_its_old_encoding_is_read() -> None:
    request = await request_of("japanese_iso2022.eml")
    assert request.text == "請求書の取り込みを公開しました"
    assert request.origin.profile is not None
    assert request.origin.profile.name == "山田"


async def test_lines_below_a_quote_are_hers_and_none_is_taken_for_a_header_or_a_command() -> None:
    assert (await request_of("bottom_posted.eml")).text.split("\n") == [
        "signed the lease for the new office, after three rounds with the landlord's lawyer",
        "From the vendor: got the quote",
        "Search index rebuilt",
    ]


def says_nothing(reading: Reading) -> bool:
    """No text of it is taken for anybody's; that she is away is no answer of hers."""
    return reading.request is None or (
        isinstance(reading.request.command, OutOfOffice) and not reading.request.text
    )


@pytest.mark.parametrize("name", ["out_of_office_dutch.eml", "bounce.eml"])
async def test_what_a_program_wrote_asks_nothing(name: str) -> None:
    reading = await READER.read(raw_item(mail_file(name)))
    assert says_nothing(reading)
    assert reading.note.startswith("automatic:")


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-generated",
        "X-Autoreply: yes",
        "Precedence: auto_reply",
        "Subject: Out of Office: back on Monday",
        "Subject: =?utf-8?q?R=C3=A9ponse_automatique=C2=A0=3A_absence?=",
        "Content-Type: multipart/report; boundary=x",
        "X-Auto-Response-Suppress: All",
    ],
)
def test_each_sign_of_a_program_is_enough(header: str) -> None:
    reading = read_here(raw_item(letter("From: dirk@example.com", header)))
    assert says_nothing(reading)


def test_a_mail_without_sender_in_its_envelope_is_a_report() -> None:
    assert read_here(raw_item(letter("From: a@example.com"), sender="")).request is None


@pytest.mark.parametrize("header", ["Precedence: bulk", "Precedence: list", "Auto-Submitted: no"])
def test_what_proves_nothing_loses_no_answer(header: str) -> None:
    assert read_here(raw_item(letter("From: ana@example.com", header))).request is not None


def test_a_mail_from_an_address_of_ours_asks_nothing() -> None:
    reading = read_here(raw_item(letter("From: donelog <done+1.7.sig@in.example.com>")))
    assert reading.request is None


def test_the_envelope_knows_the_reply_address_better_than_the_headers() -> None:
    raw = letter("From: ana@example.com", "To: done+1.99.sig@in.example.com")
    assert origin_of(raw, to="DONE+1.7.SIG@in.example.com").person_id == 7
    assert origin_of(raw, to="team@in.example.com").person_id == 99
    assert origin_of(letter("From: ana@example.com"), to="done+1.7.forged@in.example.com").person_id is None


@pytest.mark.parametrize(
    ("sender", "spf", "dkim", "aligned"),
    [
        ("ana@example.com", "pass", "none", True),
        ("ana@example.com", "PASS", "none", True),
        ("bounce@mail.example.com", "pass", "none", True),
        ("x@evil.example", "pass", "none", None),
        ("x@evil.example", "pass", "{@evil.example : pass}", None),
        ("x@evil.example", "fail", "{@example.com : pass}", True),
        ("ana@example.com", "fail", "{@list.example : pass, @example.com : pass}", True),
        ("ana@example.com", "fail", "{@example.com : fail}", False),
        ("ana@example.com", "softfail", "{@example.com : fail}", None),
        ("ana@com", "pass", "{@com : pass}", None),
        ("ana@notexample.com", "pass", "{@notexample.com : pass}", None),
    ],
)
def test_a_sender_is_vouched_for_by_her_own_domain_alone(
    sender: str, spf: str, dkim: str, *, aligned: bool | None
) -> None:
    assert (
        origin_of(letter("From: Ana <ana@example.com>"), sender=sender, spf=spf, dkim=dkim).aligned is aligned
    )


@pytest.mark.parametrize(
    "headers",
    [
        ("From: ana@example.com, ben@example.com",),
        ("From: ana@example.com", "From: ben@example.com"),
        ("From: =?utf-8?q?=3Cana=40example=2Ecom=3E_=28?= <ben@example.com>)",),
        ("From: ana@example.com <ben@example.com>",),
        ("From: " + "(" * 1000,),
        ("From: " + "a(b)" * 5000,),
        ("From: ",),
        (),
    ],
)
def test_a_doubtful_sender_is_never_taken_for_ana(headers: tuple[str, ...]) -> None:
    assert origin_of(letter(*headers, "Subject: x")).address.external_id != "ana@example.com"


def test_a_proof_that_is_there_twice_proves_nothing() -> None:
    """The border between fields is known beforehand, so a mail can try to bring fields along."""
    content_type, body = form({"email": letter("From: ana@example.com"), "dkim": "{@example.com : pass}"})
    injected = (
        b'--xYzZY\r\nContent-Disposition: form-data; name="dkim"\r\n\r\n{@evil.example : pass}\r\n' + body
    )
    mail = read_mail(item(content_type, injected).raw)
    assert mail is not None
    assert mail.dkim == {}


def test_the_parsed_form_is_read_in_the_charsets_that_it_names() -> None:
    fields: dict[str, bytes | str] = {
        "headers": "From: Ana <ana@example.com>\nSubject: Re: What'd you get done today? (Tue 24 Nov)\n",
        "text": "請求書".encode("shift_jis"),
        "charsets": json.dumps({"text": "Shift_JIS"}),
        "envelope": json.dumps({"to": ["done+1.7.sig@in.example.com"], "from": "ana@example.com"}),
    }
    reading = read_here(item(*form(fields)))
    assert reading.request is not None
    assert reading.request.text == "請求書"
    assert reading.request.origin.person_id == 7


def test_the_same_mail_has_the_same_source_and_another_text_another_one() -> None:
    headers = ("From: ana@example.com", "Message-ID: <1@x>")
    first = origin_of(letter(*headers)).source_ref
    assert first == origin_of(letter(*headers, "X-Spam: no"), spf="none").source_ref
    assert first != origin_of(letter(*headers, body="something else")).source_ref
    assert first != origin_of(letter(*headers), to="done+1.8.sig@in.example.com").source_ref


def test_a_mail_program_that_unsubscribes_by_mail_stops_that_address() -> None:
    raw = letter(
        "From: ana@example.com", "Subject: unsubscribe 1.7.stop31.sig", "Auto-Submitted: auto-generated"
    )
    reading = read_here(raw_item(raw, to="donelog@in.example.com"))
    assert reading.request is not None
    assert reading.request.command == StopMail(31)
    assert reading.request.origin.surface is Surface.WEB
    forged = read_here(raw_item(letter("From: a@b.example", "Subject: unsubscribe 1.7.stop31.forged")))
    assert forged.request is not None
    assert forged.request.command is None


@pytest.mark.parametrize(
    ("subject", "near", "day"),
    [
        ("Re: What'd you get done today? (Tue 24 Nov)", date(2026, 11, 25), date(2026, 11, 24)),
        ("AW: WG: What'd you get done today? (thu 31 dec)", date(2027, 1, 2), date(2026, 12, 31)),
        ("Re: (Fri 1 Jan)", date(2026, 12, 31), date(2027, 1, 1)),
        ("Re: (Wed 24 Nov)", date(2026, 11, 25), None),
        ("Re: (Tue 31 Feb)", date(2026, 3, 1), None),
        ("dinner on Tue 24 Novembre", date(2026, 11, 25), None),
        ("hello", date(2026, 11, 25), None),
    ],
)
def test_a_subject_names_the_nearest_such_day(subject: str, near: date, day: date | None) -> None:
    assert day_in_subject(subject, near) == day


def test_the_day_of_a_question_further_up_the_thread_counts() -> None:
    raw = letter(
        "From: ana@example.com",
        "In-Reply-To: <d.20261125-40.4@in.example.com>",
        "References: <d.20261123-9.1@in.example.com> <own@example.com> <d.20261125-40.4@in.example.com>",
    )
    origin = origin_of(raw)
    assert origin.answers == "<d.20261125-40.4@in.example.com>"
    assert origin.prompt_day == date(2026, 11, 23)


def test_ids_of_another_installation_tell_nothing() -> None:
    origin = origin_of(letter("From: ana@example.com", "In-Reply-To: <d.20261123-9.1@other.example>"))
    assert (origin.answers, origin.prompt_day) == ("", None)


async def test_an_address_nobody_knows_gets_a_name_from_its_letters() -> None:
    profile = await READER.profile(Address(Channel.EMAIL, "ana.lopez+work@example.com"))
    assert profile.name == "Ana Lopez"
