"""What is made of SendGrid's answers, of none, and of its silence."""

import asyncio
import logging
from datetime import timedelta

import aiohttp
import pytest

from adapters.email.sender import SILENCE_TELLS, MailSender
from domain.deliveries import Later, Unknown
from domain.doubts import Doubt, Evidence, Unclear
from simulators.base import Fault, How, When
from simulators.sendgrid import SendGridSimulator
from tests.mail_world import NOW, delivery
from tests.sender_world import sender_to


async def test_a_full_window_is_waited_for(sendgrid: SendGridSimulator, sender: MailSender) -> None:
    sendgrid.api.rate_limit = 0
    (outcome,) = await sender.send([delivery(1)])
    assert isinstance(outcome, Later)
    assert outcome.after == timedelta(seconds=60)


async def test_a_key_that_is_refused_is_said_loudly_and_nothing_is_lost(
    session: aiohttp.ClientSession, sendgrid: SendGridSimulator, caplog: pytest.LogCaptureFixture
) -> None:
    (outcome,) = await sender_to(sendgrid.url, session, "SG.wrong-canary").send([delivery(1)])
    assert isinstance(outcome, Later)
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert "SENDGRID_API_KEY" in record.getMessage()
    assert "canary" not in caplog.text


async def test_nobody_there_means_later() -> None:
    """Fault 22."""
    async with aiohttp.ClientSession(trust_env=False) as session:
        (outcome,) = await sender_to("http://127.0.0.1:9", session).send([delivery(1)])
    assert isinstance(outcome, Later)


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_fault_of_theirs_leaves_it_open_whether_it_was_sent(
    sendgrid: SendGridSimulator, sender: MailSender, status: int
) -> None:
    """Fault 21."""
    sendgrid.journal.fail("mail/send", Fault(status=status, when=When.AFTER))
    assert isinstance((await sender.send([delivery(1)]))[0], Unknown)


async def test_a_connection_cut_after_the_request_leaves_it_open(
    sendgrid: SendGridSimulator, sender: MailSender
) -> None:
    """Fault 23."""
    sendgrid.journal.fail("mail/send", Fault(how=How.RESET, when=When.AFTER))
    assert isinstance((await sender.send([delivery(1)]))[0], Unknown)
    assert len(sendgrid.outbox) == 1


async def test_an_answer_that_never_ends_is_not_waited_for(
    sendgrid: SendGridSimulator, sender: MailSender
) -> None:
    """The pump gives the whole batch up; a cancelled call must end at once."""
    sendgrid.journal.fail("mail/send", Fault(how=How.HANG, when=When.AFTER))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await sender.send([delivery(1)])


# ---------------------------------------------------------------- mails in doubt


async def looked(sender: MailSender, age: timedelta, *, heard: bool) -> Evidence:
    (evidence,) = await sender.look([Doubt(delivery(7), NOW - age, age, age, provider_tells=heard)])
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
    assert isinstance((await sender.send([delivery(1)]))[0], Unknown)
