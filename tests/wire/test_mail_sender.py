"""What SendGrid is asked to send, and what is made of its answers."""

from datetime import date, timedelta

import aiohttp
import pytest

from adapters.email.addresses import MailNames
from adapters.email.allowance import LATER
from adapters.email.sender import MailSender
from domain.deliveries import Kind, Later, Never, Sent
from domain.limit_reports import CallSpacing
from simulators.base import Fault
from simulators.sendgrid import SendGridSimulator
from simulators.sendgrid.inbound import Envelope, Mode, Verdict, form
from simulators.sendgrid.replies import reply_to
from tests.mail_world import NAMES, NOW, READER, TUESDAY, FakeClock, FakeTokens, delivery, item
from tests.sender_world import URL, sender_to


async def test_a_hundred_people_asked_the_same_are_one_request(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    outcomes = await sender.send([delivery(number) for number in range(1, 101)])
    assert outcomes == [Sent(f"<d.20261124-{number}.1@in.example.com>") for number in range(1, 101)]
    assert len(sendgrid.journal.calls) == 1
    assert [mail.to for mail in sendgrid.outbox] == [f"p{number}@example.com" for number in range(1, 101)]
    assert sendgrid.journal.problems == []


async def test_the_calls_that_are_left_are_spread_over_the_rest_of_the_window(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    """As SendGrid asks for: `X-RateLimit-Remaining` and `X-RateLimit-Reset` of its answers."""
    sendgrid.api.rate_limit = 4
    told: list[Later | CallSpacing] = []
    for number in range(1, 5):
        await sender.send([delivery(number)], lambda _, heard: told.append(heard))
    assert told == [CallSpacing((timedelta(seconds=60) + LATER) / left) for left in (4, 3, 2, 1)]
    [unsent] = await sender.send([delivery(5)], lambda _, heard: told.append(heard))
    assert isinstance(unsent, Later)
    assert len(sendgrid.journal.calls) == 4, "nothing is left, so nothing is tried"


async def test_where_plenty_of_calls_are_left_none_has_to_wait(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    told: list[Later | CallSpacing] = []
    await sender.send([delivery(1)], lambda _, heard: told.append(heard))
    assert told == []
    sendgrid.api.rate_limit = 10
    sendgrid.api.window = timedelta(0)
    await sender.send([delivery(2)], lambda _, heard: told.append(heard))
    assert told == [], "a window that has ended says nothing"


async def test_each_gets_her_own_sender_links_and_handles(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    await sender.send([delivery(7), delivery(8)])
    mail = sendgrid.outbox[1]
    assert mail.subject == "What'd you get done today? (Tue 24 Nov)"
    assert str(mail.message["From"]) == "donelog <done+1.8.sig@in.example.com>"
    assert mail.custom_args == {"delivery": "20261124-8", "attempt": "1"}
    for shown in (mail.text, mail.html):
        assert shown is not None
        assert "https://done.example/do/1.8.nothing.sig" in shown
        assert "https://done.example/unsubscribe/1.8.stop108.sig" in shown
        assert "%" not in shown.replace("100%", "")
    tracking = mail.request["tracking_settings"]
    assert not tracking["click_tracking"]["enable"]
    assert not tracking["open_tracking"]["enable"]


async def test_a_prompt_has_the_headers_of_an_automatic_regular_mail(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    await sender.send([delivery(7)])
    headers = sendgrid.outbox[0].headers
    assert headers["Message-ID"] == "<d.20261124-7.1@in.example.com>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["List-Id"] == "donelog <prompts.in.example.com>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"] == (
        "<https://done.example/unsubscribe/1.7.stop107.sig>,"
        " <mailto:donelog@in.example.com?subject=unsubscribe%201.7.stop107.sig>"
    )
    assert headers["References"].startswith("<day.20261124.")


async def test_two_prompts_of_one_day_are_a_thread_and_other_days_and_people_are_not(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    other_day = delivery(9, person_id=7, day=date(2026, 11, 25), recipient=delivery(7).recipient)
    await sender.send([delivery(7)])
    await sender.send([delivery(8, person_id=7, recipient=delivery(7).recipient)])
    await sender.send([other_day])
    await sender.send([delivery(8)])
    threads = [mail.headers["References"] for mail in sendgrid.outbox]
    assert threads[0] == threads[1]
    assert len(set(threads)) == 3


async def test_an_answer_names_what_it_answers_and_offers_no_way_to_stop(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    await sender.send(
        [delivery(7, kind=Kind.REPLY, answers="<CAGx7t=9v+1kQ@mail.gmail.com>", unsubscribe=False)]
    )
    headers = sendgrid.outbox[0].headers
    assert headers["In-Reply-To"] == headers["References"] == "<CAGx7t=9v+1kQ@mail.gmail.com>"
    assert headers["Auto-Submitted"] == "auto-replied"
    assert "List-Unsubscribe" not in headers
    assert "List-Id" not in headers


async def test_without_pages_mail_itself_is_the_way_to_stop(
    session: aiohttp.ClientSession, sendgrid: SendGridSimulator
) -> None:
    await sender_to(sendgrid.url, session, sendgrid.api_key, pages=None).send([delivery(7)])
    mail = sendgrid.outbox[0]
    assert mail.headers["List-Unsubscribe"].startswith("<mailto:donelog@in.example.com?")
    assert "List-Unsubscribe-Post" not in mail.headers
    assert mail.text is not None
    assert "mailto:donelog@in.example.com?subject=unsubscribe%201.7.stop107.sig" in mail.text
    assert "http" not in mail.text


async def test_without_a_domain_of_ours_everything_is_from_the_one_sender(
    session: aiohttp.ClientSession, sendgrid: SendGridSimulator
) -> None:
    names = MailNames(None, "Done Log <log@example.org>")
    outcomes = await sender_to(sendgrid.url, session, sendgrid.api_key, names).send([delivery(7)])
    assert outcomes == [Sent("<d.20261124-7.1@example.org>")]
    assert str(sendgrid.outbox[0].message["From"]) == "Done Log <log@example.org>"


async def test_one_address_in_two_organizations_gets_both_mails(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    twice = [delivery(7, "ana@example.com"), delivery(8, "ana@example.com", organization_id=2)]
    outcomes = await sender.send(twice)
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(sendgrid.journal.calls) == 2


async def test_what_cannot_be_sent_harms_nobody_else(sender: MailSender, sendgrid: SendGridSimulator) -> None:
    outcomes = await sender.send(
        [delivery(1), delivery(2, "not an address"), delivery(3, message=None), delivery(4)]
    )
    assert [type(outcome) for outcome in outcomes] == [Sent, Never, Never, Sent]
    assert len(sendgrid.journal.calls) == 1


class LongTokens(FakeTokens):
    """Gives person 5 an address that no mail can be sent from."""

    def mail_local_part(self, organization_id: int, person_id: int, version: int = 0) -> str:
        given = super().mail_local_part(organization_id, person_id, version)
        return given + "x" * 64 if person_id == 5 else given


async def test_one_bad_letter_is_found_and_the_others_go(
    sendgrid: SendGridSimulator, session: aiohttp.ClientSession
) -> None:
    sender = MailSender(session, sendgrid.api_key, NAMES, URL, LongTokens(), FakeClock(), sendgrid.url)
    outcomes = await sender.send([delivery(number) for number in range(1, 10)])
    assert [isinstance(outcome, Sent) for outcome in outcomes] == [number != 5 for number in range(1, 10)]
    assert isinstance(outcomes[4], Never)
    assert "from email" in outcomes[4].reason
    assert sorted(mail.to for mail in sendgrid.outbox) == [
        f"p{n}@example.com" for n in range(1, 10) if n != 5
    ]
    assert len(sendgrid.journal.calls) == 3


@pytest.mark.parametrize("body", ["", "not JSON", "[]", '{"errors": 5}', '{"errors": [5, {"field": 7}]}'])
async def test_a_refusal_that_names_nobody_is_narrowed_down_by_halves(
    sendgrid: SendGridSimulator, sender: MailSender, body: str
) -> None:
    sendgrid.journal.fail("mail/send", Fault(status=400, body=body), times=1)
    outcomes = await sender.send([delivery(number) for number in range(1, 10)])
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(sendgrid.journal.calls) == 3


@pytest.mark.parametrize("mode", ["raw", "parsed"])
@pytest.mark.parametrize(
    "typed", ["shipped the importer\n\n- [] pair with Ben\n- “quoted” – läuft", "nothing"]
)
async def test_an_answer_to_a_prompt_finds_its_way_back(
    sender: MailSender, sendgrid: SendGridSimulator, typed: str, mode: Mode
) -> None:
    await sender.send([delivery(7, "ana@example.com")])
    (mail,) = sendgrid.outbox
    answer = reply_to(mail, "Ana <ana@example.com>", typed, None, NOW, quote=True).as_bytes()
    posted = form(answer, Envelope("ana@example.com", (mail.sender,)), mode, Verdict("pass", "none"))
    reading = await READER.read(item(*posted))
    assert reading.request is not None
    assert reading.request.text == typed
    origin = reading.request.origin
    assert (origin.organization_id, origin.person_id, origin.prompt_day) == (1, 7, TUESDAY)
    assert origin.answers == "<d.20261124-7.1@in.example.com>"
    assert origin.aligned
