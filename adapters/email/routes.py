"""The two doors that SendGrid posts to: received mail, and what became of sent mail.

Inbound Parse tries again after a 5xx alone: a 3xx or 4xx loses the mail for ever, and nobody is told
(https://support.sendgrid.com/hc/en-us/articles/46513815674395).  So that door answers 200 once the mail is
stored and 503 in every other case, also to a wrong secret: a real mail may have met a mistake of ours.
"""

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from adapters.email.events import read_events
from adapters.email.forms import pack
from adapters.email.signatures import Verifier, is_fresh, same_secret
from domain.ports.front import Clock, Front, StorageDown
from domain.ports.inbox import Arrival, Lane, Source

MOST_MAIL_BYTES = 40 * 1024 * 1024
"""SendGrid passes on at most 30 MB."""
MOST_EVENT_BYTES = 4 * 1024 * 1024
"""SendGrid posts a batch at the latest when it has 768 kB."""
LARGE = 256 * 1024
"""Octets that are hashed in less time than a thread takes to begin."""
READ_DEADLINE = 30.0
"""Seconds for the whole body."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MailDoor:
    """Who may post.  For mail a secret in the URL, a key or both; without either nobody may."""

    inbound_token: str = field(default="", repr=False)
    inbound_public_keys: tuple[str, ...] = ()
    event_public_keys: tuple[str, ...] = ()
    most_mail_bytes: int = MOST_MAIL_BYTES
    most_event_bytes: int = MOST_EVENT_BYTES
    read_deadline: float = READ_DEADLINE


class _RefusedError(Exception):
    """Not taken; the message says why, for the log."""


def routes(front: Front, settings: MailDoor, clock: Clock) -> list[Route]:
    """The routes of mail.

    Raises:
        ValueError: a public key is none.
    """
    inbound = _Inbound(front, settings, clock)
    events = _Events(front, settings, clock)
    # Both spellings, because the framework would answer the other one with a redirect, which loses the mail.
    return [
        *(
            Route(path, inbound.post, methods=["POST"])
            for path in ("/sendgrid/inbound", "/sendgrid/inbound/")
        ),
        *(Route(path, events.post, methods=["POST"]) for path in ("/sendgrid/events", "/sendgrid/events/")),
    ]


class _Inbound:
    def __init__(self, front: Front, door: MailDoor, clock: Clock) -> None:
        self._front = front
        self._door = door
        self._clock = clock
        self._verifier = Verifier(door.inbound_public_keys)
        self._refused: Counter[str] = Counter()

    async def post(self, request: Request) -> Response:
        try:
            await self._take(request)
        except _RefusedError as error:
            reason = str(error)
            self._refused[reason] += 1
            _log.warning("Refused an inbound mail: %s (%d so far)", reason, self._refused[reason])
            return PlainTextResponse("try again later", 503)
        return PlainTextResponse("kept")

    async def _take(self, request: Request) -> None:
        self._check_secret(request)
        body = await _read(request, self._door.most_mail_bytes, self._door.read_deadline)
        if len(body) <= LARGE:
            arrival = self._arrival(request.headers, body)
        else:  # in a thread: hashing 30 MB would hold up everything else
            arrival = await asyncio.to_thread(self._arrival, request.headers, body)
        try:
            await self._front.hear(arrival)
        except StorageDown as error:
            raise _RefusedError("the database does not answer") from error

    def _arrival(self, headers: Mapping[str, str], body: bytes) -> Arrival:
        if self._verifier and not self._verifier.proves(headers, body):
            raise _RefusedError("its signature does not fit SENDGRID_INBOUND_PUBLIC_KEY")
        source = Source.MAIL_RAW if b'name="email"' in body else Source.MAIL_PARSED
        key = "mail:" + hashlib.sha256(body).hexdigest()
        raw = pack(headers.get("content-type", ""), body)
        return Arrival(source, Lane.SAID, key, raw, self._clock.now())

    def _check_secret(self, request: Request) -> None:
        if self._door.inbound_token:
            if not same_secret(request.query_params.get("token", ""), self._door.inbound_token):
                raise _RefusedError("the token in its URL is not DONELOG_INBOUND_TOKEN")
        elif not self._verifier:
            raise _RefusedError("neither DONELOG_INBOUND_TOKEN nor SENDGRID_INBOUND_PUBLIC_KEY is set")


class _Events:
    def __init__(self, front: Front, door: MailDoor, clock: Clock) -> None:
        self._front = front
        self._door = door
        self._clock = clock
        self._verifier = Verifier(door.event_public_keys)

    async def post(self, request: Request) -> Response:
        if not self._verifier:
            _log.warning("Refused mail events: SENDGRID_EVENT_PUBLIC_KEY is not set, so nobody can be let in")
            return PlainTextResponse("no key is set", 401)
        try:
            body = await _read(request, self._door.most_event_bytes, self._door.read_deadline)
        except _RefusedError as error:
            _log.warning("Refused mail events: %s", error)
            return PlainTextResponse("too large or too slow", 413)
        fresh = is_fresh(request.headers, self._clock.real())
        if not fresh or not self._verifier.proves(request.headers, body):
            _log.warning("Refused mail events: unsigned, too old, or signed with another key")
            return PlainTextResponse("the signature does not fit", 401)
        return await self._note(body)

    async def _note(self, body: bytes) -> Response:
        try:
            events = read_events(body, self._clock.now())
        except ValueError:
            _log.warning("Refused mail events: they are no JSON array")
            return PlainTextResponse("not a JSON array", 400)
        try:
            await self._front.note(events)
        except StorageDown:
            _log.warning("Could not take mail events: the database does not answer")
            return PlainTextResponse("try again later", 503)
        return PlainTextResponse("noted")


async def _read(request: Request, most_bytes: int, deadline: float) -> bytes:
    """The body as it came.

    Raises:
        _RefusedError: it is too large, too slow, or was broken off.
    """
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(deadline):
            async for chunk in request.stream():
                size += len(chunk)
                if size > most_bytes:
                    raise _RefusedError(f"it has more than {most_bytes} bytes")
                chunks.append(chunk)
    except TimeoutError as error:
        raise _RefusedError("its body took too long") from error
    except ClientDisconnect as error:
        raise _RefusedError("its body was broken off") from error
    return b"".join(chunks)
