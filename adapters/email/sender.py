"""Sends letters through SendGrid: the library builds the request, aiohttp carries it.

Nothing is retried here and every call has a deadline; what came of it is told, the ledger decides.
"""

import asyncio
import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import aiohttp

from adapters.email.addresses import MailNames
from adapters.email.allowance import Allowance
from adapters.email.letters import Batch, Writer
from adapters.email.sendgrid_request import body_of
from domain.deliveries import (
    CALL_DEADLINE,
    REFUSED_FOR,
    Delivery,
    Later,
    LimitScope,
    Never,
    Outcome,
    Sent,
    Unknown,
)
from domain.doubts import Doubt, Evidence, Unclear
from domain.limit_reports import CallSpacing, ReportLimit, ignore_limit
from domain.people import Channel
from domain.ports.front import Clock, Tokens

API_URL = "https://api.sendgrid.com"
_AT_ONCE = 4
_CONNECT_SECONDS = 8.0
_LAST_START = 22.0
"""Seconds after which no call of a batch is begun: with `CALL_DEADLINE` it ends before its lease does."""
_MOST_ANSWER_BYTES = 1024 * 1024
_LONGEST_REASON = 300
SILENCE_TELLS = timedelta(minutes=15)
"""How soon SendGrid sends its first event of a mail, if it sends any."""
LOOK_AGAIN = timedelta(minutes=5)
_PROBE_EVERY = timedelta(minutes=1)
"""How long to wait where SendGrid does not say it."""
_SHORTEST_PAUSE = timedelta(seconds=1)
_NAMED = re.compile(r"personalizations\.(\d{1,4})(?:\.|$)")
_log = logging.getLogger(__name__)


class MailSender:
    """The sender of mail.

    Args:
        session: Carries the requests; whoever made it closes it.
        api_key: Of SendGrid, with the permission `mail.send`.
        names: Our addresses.
        public_url: Where our pages are; None: mails have no links to them.
        tokens: Signs links and reply addresses.
        clock: Tells how long SendGrid's own "until" is from now.
        api_url: Where the API is.
    """

    channel = Channel.EMAIL
    batch = 500

    def __init__(
        self,
        session: aiohttp.ClientSession,
        api_key: str,
        names: MailNames,
        public_url: str | None,
        tokens: Tokens,
        clock: Clock,
        api_url: str = API_URL,
    ) -> None:
        self._session = session
        self._key = api_key
        self._url = api_url.rstrip("/") + "/v3/mail/send"
        self._allowance = Allowance(clock)
        self._writer = Writer(names, public_url, tokens)
        self.credential = tokens.digest_of(api_key)

    async def send(
        self, deliveries: Sequence[Delivery], report_limit: ReportLimit = ignore_limit
    ) -> list[Outcome]:
        """What became of each, in the same order."""
        began = asyncio.get_running_loop().time()
        batches, refused = await asyncio.to_thread(self._writer.write, deliveries)
        longest = max((each.wait for each in deliveries), default=timedelta(0)).total_seconds()
        await asyncio.sleep(began + longest - asyncio.get_running_loop().time())
        outcomes: dict[int, Outcome] = dict(refused)
        run = _Run(began + _LAST_START, asyncio.Semaphore(_AT_ONCE), report_limit)
        found = await asyncio.gather(*(self._deliver(batch, run) for batch in batches))
        for each in found:
            outcomes.update(each)
        return [outcomes[place] for place in range(len(deliveries))]

    async def look(self, doubts: Sequence[Doubt]) -> list[Evidence]:
        """SendGrid tells of each mail by itself, within minutes; what it tells settles a doubt when it comes.

        So what is still in doubt here has not been heard of.  That proves little, and nothing at all while
        nothing is heard of other mails either.
        """
        return [self._silence(each) for each in doubts]

    def _silence(self, doubt: Doubt) -> Evidence:
        if doubt.since_last < SILENCE_TELLS:
            return Unclear("too early to tell", SILENCE_TELLS - doubt.since_last)
        if not doubt.provider_tells:
            return Unclear("SendGrid tells of no mail at all", LOOK_AGAIN)
        return Unclear("SendGrid has told nothing of it")

    async def _deliver(self, batch: Batch, run: "_Run") -> dict[int, Outcome]:
        """Send a batch; one that is refused for a letter in it is cut until that letter stands alone."""
        async with run.gate:
            if asyncio.get_running_loop().time() > run.last_start:
                return _all(batch, Later("no time was left before the lease ends"))
            if run.closed is not None:
                return _all(batch, run.closed)
            answer = await self._call(await asyncio.to_thread(body_of, batch))
            if isinstance(answer, Later) and answer.closes is LimitScope.EVERYTHING:
                run.closed = answer
        self._tell(batch, answer, run.report_limit)
        if isinstance(answer, _Refused) and len(batch.letters) > 1:
            halves = _cut(batch, answer.named)
            parts = await asyncio.gather(*(self._deliver(half, run) for half in halves))
            return {place: outcome for part in parts for place, outcome in part.items()}
        if isinstance(answer, _Refused):
            return _all(batch, Never(answer.reason))
        if answer is None:
            return {letter.place: Sent(letter.message_id) for letter in batch.letters}
        return _all(batch, answer)

    def _tell(self, batch: Batch, answer: "Outcome | _Refused | None", report_limit: ReportLimit) -> None:
        delivery = batch.letters[0].delivery
        if isinstance(answer, Later):
            report_limit(delivery, answer)
        elif self._allowance.is_news():
            report_limit(delivery, CallSpacing(self._allowance.apart))

    async def _call(self, body: bytes) -> "Outcome | _Refused | None":
        """One request; None when it was accepted."""
        if (left := self._allowance.closed()) is not None:
            return Later("SendGrid's limit is used up", left, LimitScope.POST)
        total = CALL_DEADLINE.total_seconds()
        try:
            async with (
                asyncio.timeout(total),
                self._session.post(
                    self._url,
                    data=body,
                    headers={"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"},
                    timeout=aiohttp.ClientTimeout(total=total, sock_connect=_CONNECT_SECONDS),
                    allow_redirects=False,
                ) as answer,
            ):
                self._allowance.learn(answer.headers)
                if answer.status == HTTPStatus.ACCEPTED:
                    return None
                if answer.ok:  # a gate or a page in between, which may have passed it on
                    return Unknown(f"{answer.status} is not how SendGrid takes a mail")
                said = await answer.content.read(_MOST_ANSWER_BYTES)
                return self._judge(answer.status, answer.headers, said)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            return Later(f"no connection to SendGrid: {type(error).__name__}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            return Unknown(f"{type(error).__name__} after the request was on its way")

    def _judge(self, status: int, headers: Mapping[str, str], said: bytes) -> "Outcome | _Refused":
        errors = _errors(said)
        reason = f"{status} {errors[0][0] if errors else ''}".strip()[:_LONGEST_REASON]
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            pause = self._allowance.pause(headers)
            if pause is None and "X-RateLimit-Reset" in headers:  # told in whole seconds: it is about to end
                pause = _SHORTEST_PAUSE
            closes = LimitScope.EVERYTHING if pause is None else LimitScope.POST
            return Later("SendGrid asks to wait", pause or _PROBE_EVERY, closes)
        if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE}:
            fields = (_NAMED.match(field) for _, field in errors)
            return _Refused(reason, frozenset(int(found[1]) for found in fields if found))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return Unknown(reason)
        _log.error(
            "SendGrid does not let us send (%s). Check SENDGRID_API_KEY, its permission to send mail, and"
            " that the sender's domain is verified; mail waits until then",
            reason,
        )
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            return Later(reason, REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)
        return Later(reason)


@dataclass(slots=True)
class _Run:
    """The state that the requests of one batch share."""

    last_start: float
    gate: asyncio.Semaphore
    report_limit: ReportLimit
    closed: Later | None = None
    """SendGrid takes nothing more."""


class _Refused:
    """The request as a whole was refused for something in it."""

    def __init__(self, reason: str, named: frozenset[int]) -> None:
        self.reason = reason
        self.named = named


def _all(batch: Batch, outcome: Outcome) -> dict[int, Outcome]:
    return {letter.place: outcome for letter in batch.letters}


def _cut(batch: Batch, named: frozenset[int]) -> list[Batch]:
    """The letters that the refusal names and the others; two halves where it names none, or all."""
    bad = [letter for index, letter in enumerate(batch.letters) if index in named]
    good = [letter for index, letter in enumerate(batch.letters) if index not in named]
    if not bad or not good:
        middle = len(batch.letters) // 2
        bad, good = list(batch.letters[:middle]), list(batch.letters[middle:])
    return [Batch(batch.mail, tuple(bad)), Batch(batch.mail, tuple(good))]


def _errors(said: bytes) -> list[tuple[str, str]]:
    """Sentence and field of each error of an answer."""
    try:
        decoded: Any = json.loads(said)
    except (ValueError, RecursionError):
        return []
    listed = decoded.get("errors") if isinstance(decoded, dict) else None
    if not isinstance(listed, list):
        return []
    return [
        (str(each.get("message") or ""), str(each.get("field") or ""))
        for each in listed
        if isinstance(each, dict)
    ]
