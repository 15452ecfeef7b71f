"""How tests make the sender of mails."""

import aiohttp

from adapters.email.addresses import MailNames
from adapters.email.sender import MailSender
from tests.mail_world import NAMES, FakeClock, FakeTokens

URL = "https://done.example"


def sender_to(
    url: str,
    session: aiohttp.ClientSession,
    key: str = "SG.x",
    names: MailNames = NAMES,
    pages: str | None = URL,
) -> MailSender:
    return MailSender(session, key, names, pages, FakeTokens(), FakeClock(), url)
