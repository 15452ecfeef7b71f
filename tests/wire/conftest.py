"""What the tests of the mail sender share."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from adapters.email.sender import MailSender
from simulators.sendgrid import SendGridSimulator
from tests import published
from tests.mail_world import NOW
from tests.sender_world import sender_to


@pytest.fixture
async def sendgrid() -> AsyncIterator[SendGridSimulator]:
    simulator = SendGridSimulator(now=lambda: NOW, specification=published.SENDGRID)
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
