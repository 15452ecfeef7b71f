"""What mail servers' reports tell: a mail of ours did not arrive, or somebody calls it spam."""

import json

import pytest

from domain import replies as r
from domain.commands import Request
from tests.mail_world import form, item, letter, raw_item, read_here

OURS = "<d.20261124-17.1@in.example.com>"


def asked(*headers: str, body: str = "") -> Request | None:
    return read_here(raw_item(letter("From: Ana <a@example.com>", *headers, body=body), sender="")).request


def report(*fields: str, about: str = OURS) -> r.Undelivered | None:
    body = "\r\n".join(
        (
            *("--x", "Content-Type: text/plain", "", "I could not deliver your mail.", ""),
            *("--x", "Content-Type: message/delivery-status", "", "Reporting-MTA: dns; mx.example.com", ""),
            *(*fields, ""),
            *("--x", "Content-Type: text/rfc822-headers", "", f"Message-ID: {about}", "--x--"),
        )
    )
    request = asked("Content-Type: multipart/report; report-type=delivery-status; boundary=x", body=body)
    return request.command if request is not None and isinstance(request.command, r.Undelivered) else None


@pytest.mark.parametrize(
    ("status", "what"),
    [
        ("5.1.1", "bounced"),
        ("5.1.10", "bounced"),
        ("5.1.2", "bounced"),
        ("5.2.1", "bounced"),
        ("5.2.2", "blocked"),
        ("5.7.1", "blocked"),
        ("5.0.0", "blocked"),
    ],
)
def test_a_report_tells_whether_the_address_is_dead(status: str, what: str) -> None:
    found = report("Final-Recipient: rfc822; Ana@Example.com", "Action: failed", f"Status: {status}")
    assert found == r.Undelivered(OURS, what, "ana@example.com", status)


@pytest.mark.parametrize(
    "fields",
    [
        ("Action: delayed", "Status: 4.4.1"),
        ("Action: failed", "Status: 4.2.2"),
        ("Action: delivered", "Status: 2.0.0"),
        ("Action: relayed", "Status: 2.0.0"),
        (),
    ],
)
def test_what_will_pass_or_went_well_is_no_bounce(fields: tuple[str, ...]) -> None:
    assert report("Final-Recipient: rfc822; ana@example.com", *fields) is None


def test_a_report_on_a_mail_that_is_none_of_ours_tells_nothing() -> None:
    for about in (
        "<CA+x@mail.example.com>",
        "<d.20261124-17.1@elsewhere.example>",
        "<d.20261124-17.99@in.example.com>",
    ):
        assert report("Action: failed", "Status: 5.1.1", about=about) is None


def test_a_complaint_is_known() -> None:
    parts = ("Content-Type: message/feedback-report", "", "Feedback-Type: abuse", "")
    body = "\r\n".join(("--x", *parts, "--x", "", f"Message-ID: {OURS}", "--x--"))
    request = asked("Content-Type: multipart/report; report-type=feedback-report; boundary=x", body=body)
    assert request is not None
    assert isinstance(request.command, r.Undelivered)
    assert request.command.what == "complained"


def test_a_read_receipt_is_nothing() -> None:
    body = f"Disposition: manual-action/MDN-sent-manually; displayed\r\nOriginal-Message-ID: {OURS}"
    assert (
        asked("Content-Type: multipart/report; report-type=disposition-notification; boundary=x", body=body)
        is None
    )


def test_a_report_to_her_own_address_says_whose_it_is() -> None:
    request = asked(
        "Content-Type: multipart/report; boundary=x",
        body=f"Action: failed\r\nStatus: 5.1.1\r\nMessage-ID: {OURS}",
    )
    assert request is not None
    assert (request.origin.organization_id, request.origin.person_id, request.origin.claimed_by_token) == (
        1,
        7,
        True,
    )


# ------------------------------------------------ reports that SendGrid has taken apart

HEADERS = (
    "From: Mail Delivery Subsystem <mailer-daemon@mx.example.com>\n"
    "Subject: Delivery Status Notification (Failure)\n"
    f"In-Reply-To: {OURS}\n"
    "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n"
)
STATUS = "Reporting-MTA: dns; mx.example.com\n\nFinal-Recipient: rfc822; ana@example.com\n{}\n"


def taken_apart(
    headers: str = HEADERS, text: str = "", sender: str = "", **parts: str
) -> r.Undelivered | None:
    """By its fields; `parts` are attachments by what they are, with `_` for `/` and `-`."""
    envelope = json.dumps({"to": ["done+1.7.sig@in.example.com"], "from": sender})
    fields = {"headers": headers, "text": text, "envelope": envelope, "charsets": "{}"}
    types = {f"attachment{place}": kind for place, kind in enumerate(parts, start=1)}
    stored = item(*form(fields | dict(zip(types, parts.values(), strict=True)), types=types))
    request = read_here(stored).request
    return request.command if request is not None and isinstance(request.command, r.Undelivered) else None


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ("Action: failed\nStatus: 5.1.1", "bounced"),
        ("Action: failed\nStatus: 5.7.1", "blocked"),
        ("Action: delayed\nStatus: 4.4.1", None),
    ],
)
def test_its_part_for_programs_is_read(fields: str, what: str | None) -> None:
    found = taken_apart(**{"message/delivery-status": STATUS.format(fields)})
    assert (found.what if found else None) == what


def test_which_mail_it_is_about_may_stand_in_any_part() -> None:
    headers = HEADERS.replace(f"In-Reply-To: {OURS}\n", "")
    status = {"message/delivery-status": STATUS.format("Action: failed\nStatus: 5.1.1")}
    assert taken_apart(headers, **status) is None
    found = taken_apart(headers, **status, **{"text/rfc822-headers": f"Message-ID: {OURS}\n"})
    assert found == r.Undelivered(OURS, "bounced", "ana@example.com", "5.1.1")
    found = taken_apart(headers, **status, **{"message/rfc822": f"Message-ID: {OURS}\n\nWhat did you do?"})
    assert found == r.Undelivered(OURS, "bounced", "ana@example.com", "5.1.1")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("The response was:\n550 5.1.1 The email account that you tried to reach does not exist.", "bounced"),
        ("<ana@example.com>: host mx said: 550-5.1.1 User unknown (in reply to RCPT TO)", "bounced"),
        ("Sorry, no mailbox here by that name. (#5.1.1)", "bounced"),
        ("Remote server returned '554 5.7.1 Message rejected as spam'", "blocked"),
        ("451 4.3.0 Temporary trouble, will try again for 4 days", None),
        ("There was a problem, and this does not say which.", None),
    ],
)
def test_where_that_part_is_missing_its_words_tell(text: str, what: str | None) -> None:
    found = taken_apart(text=text)
    assert (found.what if found else None) == what


def test_a_person_s_mail_with_such_words_is_no_report() -> None:
    headers = f"From: Ana <ana@example.com>\nSubject: Re: today\nIn-Reply-To: {OURS}\n"
    assert (
        taken_apart(headers, "found out why mails bounce: 550 5.1.1 user unknown", "ana@example.com") is None
    )
    answering = headers.replace("Re: today", "Automatic reply: today")
    assert taken_apart(answering, "I am away. 550 5.1.1 was fixed.", "ana@example.com") is None


def test_a_warning_that_it_takes_long_is_no_bounce() -> None:
    failed = HEADERS + "X-Failed-Recipients: ana@example.com\n"
    found = taken_apart(failed, "It did not work.")
    assert found == r.Undelivered(OURS, "bounced", "ana@example.com", "bounced")
    assert taken_apart(failed.replace("(Failure)", "(Delay)"), "It did not work yet.") is None
