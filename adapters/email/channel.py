"""Mail, as the program that composes everything takes hold of it."""

from dataclasses import dataclass, field

import aiohttp
from starlette.routing import Route

from adapters.email.addresses import MailNames
from adapters.email.reader import MailReader
from adapters.email.routes import MailDoor, routes
from adapters.email.sender import API_URL, MailSender
from domain.deliveries import CALL_DEADLINE
from domain.ports.front import Clock, Front, Tokens

CONNECTIONS = 8
"""Kept open to SendGrid; a request carries hundreds of mails."""


@dataclass(frozen=True, slots=True)
class MailSettings:
    names: MailNames
    door: MailDoor
    api_key: str | None = field(default=None, repr=False)
    """None: mail is taken in, none is sent."""
    public_url: str | None = None
    api_url: str = API_URL


class MailChannel:
    """Everything of mail.  Made inside the running loop, since its session is."""

    def __init__(self, settings: MailSettings, front: Front, tokens: Tokens, clock: Clock) -> None:
        self._door = settings.door
        self._front = front
        self._clock = clock
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=CALL_DEADLINE.total_seconds()),
            connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        )
        self.reader = MailReader(tokens, settings.names)
        self.sender = _sender(settings, self._session, tokens, clock)

    def routes(self) -> list[Route]:
        return routes(self._front, self._door, self._clock)

    async def stop(self) -> None:
        await self._session.close()


def _sender(
    settings: MailSettings, session: aiohttp.ClientSession, tokens: Tokens, clock: Clock
) -> MailSender | None:
    if settings.api_key is None:
        return None
    return MailSender(
        session, settings.api_key, settings.names, settings.public_url, tokens, clock, settings.api_url
    )
