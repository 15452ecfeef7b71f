"""What SendGrid is asked to send, and what is made of its answers."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import aiohttp
import pytest

from adapters.email.addresses import MailNames
from adapters.email.allowance import LATER
from adapters.email.reader import MailReader
from adapters.email.sender import SILENCE_TELLS, MailSender
from domain.deliveries import Kind, Later, Never, Sent, Unknown
from domain.doubts import Doubt, Evidence, Unclear
from domain.heard import Spread
from simulators.base import Fault, How, When
from simulators.sendgrid import SendGridSimulator
from simulators.sendgrid.inbound import Envelope, Mode, Verdict, form
from simulators.sendgrid.replies import reply_to
from tests.mail_world import NAMES, NOW, TUESDAY, FakeClock, FakeTokens, item, parcel

DESCRIPTION = Path(__file__).parents[2].parent / "shared" / "specs" / "sendgrid-mail-v3-openapi.json"
URL = "https://done.example"


@pytest.fixture
async def sendgrid() -> AsyncIterator[SendGridSimulator]:
    simulator = SendGridSimulator(
        now=lambda: NOW, specification=DESCRIPTION if DESCRIPTION.exists() else None
    )
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(trust_env=False) as made:
        yield made


@pytest.fixture
def sender(sendgrid: SendGridSimulator, session: aiohttp.ClientSession) -> MailSender:
    return sender_to(sendgrid.url, session, sendgrid.api_key)


def sender_to(
    url: str,
    session: aiohttp.ClientSession,
    key: str = "SG.x",
    names: MailNames = NAMES,
    pages: str | None = URL,
) -> MailSender:
    return MailSender(session, key, names, pages, FakeTokens(), FakeClock(), url)


async def test_a_hundred_people_asked_the_same_are_one_request(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    outcomes = await sender.send([parcel(number) for number in range(1, 101)])
    assert outcomes == [Sent(f"<d.20261124-{number}.1@in.example.com>") for number in range(1, 101)]
    assert len(sendgrid.journal.calls) == 1
    assert [mail.to for mail in sendgrid.outbox] == [f"p{number}@example.com" for number in range(1, 101)]
    assert sendgrid.journal.problems == []


async def test_the_calls_that_are_left_are_spread_over_the_rest_of_the_window(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    """As SendGrid asks for: `X-RateLimit-Remaining` and `X-RateLimit-Reset` of its answers."""
    sendgrid.api.rate_limit = 4
    told: list[Later | Spread] = []
    for number in range(1, 5):
        await sender.send([parcel(number)], lambda _, heard: told.append(heard))
    assert told == [Spread((timedelta(seconds=60) + LATER) / left) for left in (4, 3, 2, 1)]
    [unsent] = await sender.send([parcel(5)], lambda _, heard: told.append(heard))
    assert isinstance(unsent, Later)
    assert len(sendgrid.journal.calls) == 4, "nothing is left, so nothing is tried"


async def test_where_plenty_of_calls_are_left_none_has_to_wait(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    told: list[Later | Spread] = []
    await sender.send([parcel(1)], lambda _, heard: told.append(heard))
    assert told == []
    sendgrid.api.rate_limit = 10
    sendgrid.api.window = timedelta(0)
    await sender.send([parcel(2)], lambda _, heard: told.append(heard))
    assert told == [], "a window that has ended says nothing"


async def test_each_gets_her_own_sender_links_and_handles(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    await sender.send([parcel(7), parcel(8)])
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
    await sender.send([parcel(7)])
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
    other_day = parcel(9, person_id=7, day=date(2026, 11, 25), recipient=parcel(7).recipient)
    await sender.send([parcel(7)])
    await sender.send([parcel(8, person_id=7, recipient=parcel(7).recipient)])
    await sender.send([other_day])
    await sender.send([parcel(8)])
    threads = [mail.headers["References"] for mail in sendgrid.outbox]
    assert threads[0] == threads[1]
    assert len(set(threads)) == 3


async def test_an_answer_names_what_it_answers_and_offers_no_way_to_stop(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    await sender.send(
        [parcel(7, kind=Kind.REPLY, answers="<CAGx7t=9v+1kQ@mail.gmail.com>", unsubscribe=False)]
    )
    headers = sendgrid.outbox[0].headers
    assert headers["In-Reply-To"] == headers["References"] == "<CAGx7t=9v+1kQ@mail.gmail.com>"
    assert headers["Auto-Submitted"] == "auto-replied"
    assert "List-Unsubscribe" not in headers
    assert "List-Id" not in headers


async def test_without_pages_mail_itself_is_the_way_to_stop(
    session: aiohttp.ClientSession, sendgrid: SendGridSimulator
) -> None:
    await sender_to(sendgrid.url, session, sendgrid.api_key, pages=None).send([parcel(7)])
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
    outcomes = await sender_to(sendgrid.url, session, sendgrid.api_key, names).send([parcel(7)])
    assert outcomes == [Sent("<d.20261124-7.1@example.org>")]
    assert str(sendgrid.outbox[0].message["From"]) == "Done Log <log@example.org>"


async def test_one_address_in_two_organizations_gets_both_mails(
    sender: MailSender, sendgrid: SendGridSimulator
) -> None:
    twice = [parcel(7, "ana@example.com"), parcel(8, "ana@example.com", organization_id=2)]
    outcomes = await sender.send(twice)
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(sendgrid.journal.calls) == 2


async def test_what_cannot_be_sent_harms_nobody_else(sender: MailSender, sendgrid: SendGridSimulator) -> None:
    outcomes = await sender.send([parcel(1), parcel(2, "not an address"), parcel(3, message=None), parcel(4)])
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
    outcomes = await sender.send([parcel(number) for number in range(1, 10)])
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
    outcomes = await sender.send([parcel(number) for number in range(1, 10)])
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(sendgrid.journal.calls) == 3


async def test_a_full_window_is_waited_for(sendgrid: SendGridSimulator, sender: MailSender) -> None:
    sendgrid.api.rate_limit = 0
    (outcome,) = await sender.send([parcel(1)])
    assert isinstance(outcome, Later)
    assert outcome.after == timedelta(seconds=60)


async def test_a_key_that_is_refused_is_said_loudly_and_nothing_is_lost(
    session: aiohttp.ClientSession, sendgrid: SendGridSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    (outcome,) = await sender_to(sendgrid.url, session, "SG.wrong-canary").send([parcel(1)])
    assert isinstance(outcome, Later)
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert "SENDGRID_API_KEY" in record.getMessage()
    assert "canary" not in caplog.text


async def test_nobody_there_means_later() -> None:
    """Fault 22."""
    async with aiohttp.ClientSession(trust_env=False) as session:
        (outcome,) = await sender_to("http://127.0.0.1:9", session).send([parcel(1)])
    assert isinstance(outcome, Later)


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_fault_of_theirs_leaves_it_open_whether_it_was_sent(
    sendgrid: SendGridSimulator, sender: MailSender, status: int
) -> None:
    """Fault 21."""
    sendgrid.journal.fail("mail/send", Fault(status=status, when=When.AFTER))
    assert isinstance((await sender.send([parcel(1)]))[0], Unknown)


async def test_a_connection_cut_after_the_request_leaves_it_open(
    sendgrid: SendGridSimulator, sender: MailSender
) -> None:
    """Fault 23."""
    sendgrid.journal.fail("mail/send", Fault(how=How.RESET, when=When.AFTER))
    assert isinstance((await sender.send([parcel(1)]))[0], Unknown)
    assert len(sendgrid.outbox) == 1


async def test_an_answer_that_never_ends_is_not_waited_for(
    sendgrid: SendGridSimulator, sender: MailSender
) -> None:
    """The pump gives the whole batch up; a cancelled call must end at once."""
    sendgrid.journal.fail("mail/send", Fault(how=How.HANG, when=When.AFTER))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await sender.send([parcel(1)])


@pytest.mark.parametrize("mode", ["raw", "parsed"])
@pytest.mark.parametrize(
    "typed", ["shipped the importer\n\n- [] pair with Ben\n- “quoted” – läuft", "nothing"]
)
async def test_an_answer_to_a_prompt_finds_its_way_back(
    sender: MailSender, sendgrid: SendGridSimulator, typed: str, mode: Mode
) -> None:
    await sender.send([parcel(7, "ana@example.com")])
    (mail,) = sendgrid.outbox
    answer = reply_to(mail, "Ana <ana@example.com>", typed, None, NOW, quote=True).as_bytes()
    posted = form(answer, Envelope("ana@example.com", (mail.sender,)), mode, Verdict("pass", "none"))
    reading = MailReader(FakeTokens(), NAMES).read_now(item(*posted))
    assert reading.request is not None
    assert reading.request.text == typed
    origin = reading.request.origin
    assert (origin.organization_id, origin.person_id, origin.prompt_day) == (1, 7, TUESDAY)
    assert origin.answers == "<d.20261124-7.1@in.example.com>"
    assert origin.aligned


# ---------------------------------------------------------------- mails in doubt


async def looked(sender: MailSender, age: timedelta, *, heard: bool) -> Evidence:
    (evidence,) = await sender.look([Doubt(parcel(7), NOW - age, age, age, heard=heard)])
    return evidence


async def test_for_a_quarter_of_an_hour_silence_tells_nothing(sender: MailSender) -> None:
    evidence = await looked(sender, timedelta(minutes=10), heard=True)
    assert evidence == Unclear("too early to tell", timedelta(minutes=5))


async def test_silence_about_one_mail_alone_is_as_much_as_can_be_found_out(sender: MailSender) -> None:
    evidence = await looked(sender, SILENCE_TELLS, heard=True)
    assert isinstance(evidence, Unclear)
    assert evidence.after is None


async def test_silence_about_all_mails_tells_of_the_webhook_and_is_waited_out(sender: MailSender) -> None:
    evidence = await looked(sender, SILENCE_TELLS, heard=False)
    assert isinstance(evidence, Unclear)
    assert evidence.after is not None


@pytest.mark.parametrize(
    "fault",
    [
        Fault(How.DRIP, When.AFTER),
        Fault(status=200, when=When.AFTER, headers={"Content-Type": "text/html"}, body="<html>"),
        Fault(status=200, headers={"Content-Type": "application/json"}, body="{" + "x" * 2_000_000),
    ],
    ids=lambda fault: fault.how.value + fault.body[:6],
)
async def test_what_sendgrid_never_says_leaves_it_open_at_once(
    sender: MailSender, sendgrid: SendGridSimulator, fault: Fault
) -> None:
    """Faults 24 and 25: a page, a torrent or a trickle in place of 202; nothing of it is waited for."""
    sendgrid.journal.fail("mail/send", fault)
    assert isinstance((await sender.send([parcel(1)]))[0], Unknown)
