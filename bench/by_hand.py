"""What somebody would write by hand for one night of the year: the bounds of `peak`.

`fast` claims 500, sends over kept connections, completes in one statement; it sends the same bytes as the
product, from a form that was filled in beforehand but for what is each person's own: ids and signed buttons.
`plain` is each library as its documentation shows it: a claim, a call, a completion, one after the other.
"""

import asyncio
import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import aiohttp
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Mail
from slack_sdk import WebClient
from sqlalchemy import Connection, Engine, Row, text

from adapters.discord.api import DiscordApi
from adapters.discord.sender import DiscordSender
from adapters.email.letters import Writer
from adapters.email.sendgrid_request import body_of
from adapters.slack.api import Answer, SlackApi
from adapters.slack.sender import SlackSender
from bench.crowd import DAY, PEAK
from bench.product import NAMES, PUBLIC_URL, tokens
from bench.prompts import prompts
from bot.tokens import SignedTokens
from domain.commands import Command
from domain.deliveries import LEASE, Ref
from domain.people import Channel

_QUESTION = "What'd you get done today? Answer here, one line for each thing."
SIGNED = "@signed@"
"""Stands in a form where a signed command goes."""
_ID, _DIRECT, _ADDRESS, _KEY = "@id@", "@direct@", "@address@", b"k" * 32
_BATCH = 500
_AT_ONCE = 50

_CLAIM = text("""
    UPDATE deliveries AS delivery
    SET state = 2, lease_until = :lease_until, fence = fence + 1, attempt = attempt + 1,
        attempt_started_at = :now
    FROM (
        SELECT day, id FROM deliveries
        WHERE channel = :channel AND state = 1 AND due_at <= :now AND day = :day
        ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED
    ) AS ready
    WHERE delivery.day = ready.day AND delivery.id = ready.id AND delivery.day = :day
    RETURNING delivery.id, address, direct
""")
_COMPLETE = text("""
    UPDATE deliveries SET state = 4, lease_until = NULL, receipt = done.receipt, sent_at = :now
    FROM unnest(CAST(:ids AS bigint[]), CAST(:receipts AS text[])) AS done (id, receipt)
    WHERE deliveries.day = :day AND deliveries.id = done.id
""")


@dataclass(frozen=True, slots=True)
class Forms:
    """A message on each chat, with marks for what is each person's own."""

    slack: str
    discord: str


async def fast(engine: Engine, url: str) -> int:
    """Everything that is due, all channels side by side; how many that were."""
    forms = Forms(await slack_form(), await discord_form())
    async with aiohttp.ClientSession() as session:
        channels = (_channel(engine, session, url, each, forms) for each in Channel)
        return sum(await asyncio.gather(*channels))


async def _channel(
    engine: Engine, session: aiohttp.ClientSession, url: str, channel: Channel, forms: Forms
) -> int:
    total = 0
    while rows := await asyncio.to_thread(_claim, engine, channel, _BATCH):
        if channel is Channel.EMAIL:
            receipts = await _mail(session, url, rows)
        else:
            gate = asyncio.Semaphore(_AT_ONCE)
            call, form = (_slack, forms.slack) if channel is Channel.SLACK else (_discord, forms.discord)
            receipts = await asyncio.gather(*(_gated(gate, call(session, url, form, row)) for row in rows))
        await asyncio.to_thread(_complete, engine, rows, receipts)
        total += len(rows)
    return total


async def _gated(gate: asyncio.Semaphore, call: Any) -> str:
    async with gate:
        return str(await call)


async def _slack(session: aiohttp.ClientSession, url: str, form: str, row: Row[Any]) -> str:
    body = _filled(form, row)
    headers = {"Authorization": "Bearer xoxb-bench", "Content-Type": "application/json"}
    async with session.post(f"{url}/api/chat.postMessage", data=body, headers=headers) as answer:
        return str((await answer.json())["ts"])


async def _discord(session: aiohttp.ClientSession, url: str, form: str, row: Row[Any]) -> str:
    body = _filled(form, row)
    headers = {"Authorization": "Bot token", "Content-Type": "application/json"}
    address = f"{url}/api/v10/channels/{row.direct}/messages"
    async with session.post(address, data=body, headers=headers) as answer:
        return str((await answer.json())["id"])


async def _mail(session: aiohttp.ClientSession, url: str, rows: Sequence[Row[Any]]) -> list[str]:
    head, letter, tail = _mail_form()
    letters = ", ".join(letter.replace(_ID, str(row.id)).replace(_ADDRESS, row.address) for row in rows)
    headers = {"Authorization": "Bearer SG.bench", "Content-Type": "application/json"}
    data = f"{head}{letters}{tail}".encode()
    async with session.post(f"{url}/v3/mail/send", data=data, headers=headers) as answer:
        await answer.read()
    return [f"<{row.id}@example.com>" for row in rows]


def _filled(form: str, row: Row[Any]) -> bytes:
    signed = base64.urlsafe_b64encode(hmac.digest(_KEY, str(row.id).encode(), "sha256")).decode()
    return form.replace(_ID, str(row.id)).replace(_DIRECT, row.direct).replace(SIGNED, signed).encode()


class _Unsigned(SignedTokens):
    """Leaves a mark where a signed command goes."""

    def sign_command(self, organization_id: int, person_id: int | None, command: Command) -> str:  # noqa: ARG002 -- the port has them
        return SIGNED


class _SlackOnPaper(SlackApi):
    """Keeps what would be posted."""

    form = ""

    async def post(self, token: str, message: bytes) -> Answer:  # noqa: ARG002 -- it goes nowhere
        self.form = message.decode()
        return Answer({"channel": "", "ts": ""}, {})


class _DiscordOnPaper(DiscordApi):
    """Keeps what would be posted."""

    form = ""

    async def open(self) -> None:
        return

    async def post(self, channel_id: str, body: bytes) -> dict[str, Any]:
        self.form = body.decode()
        return {"channel_id": channel_id, "id": ""}


async def slack_form() -> str:
    """A post as the product's own sender makes it, with marks for what is each person's own."""
    paper = _SlackOnPaper("")
    delivery = prompts(Channel.SLACK, 1)[0]
    await SlackSender(paper, lambda _: "xoxb-bench", _Unsigned(["unused"])).send([delivery])
    return _marked(paper.form).replace(str(delivery.recipient.direct), _DIRECT)


async def discord_form() -> str:
    """The same for Discord."""
    paper = _DiscordOnPaper("", "")
    await DiscordSender(paper, _Unsigned(["unused"])).send(prompts(Channel.DISCORD, 1))
    return _marked(paper.form)


def _marked(form: str) -> str:
    return form.replace(f'"{Ref(DAY, 1)}"', f'"{DAY:%Y%m%d}-{_ID}"')


@cache
def _mail_form() -> tuple[str, str, str]:
    """What stands before, for each, and behind the letters of a request."""
    deliveries = [replace(each, ref=Ref(DAY, 1)) for each in prompts(Channel.EMAIL, 1)]
    written, _ = Writer(NAMES, PUBLIC_URL, tokens()).write(deliveries)
    body = json.loads(body_of(written[0]))
    letter = json.dumps(body["personalizations"][0])
    head, tail = json.dumps({**body, "personalizations": [_ID]}).split(json.dumps(_ID))
    return (
        head,
        letter.replace("20261124-1", f"20261124-{_ID}").replace("person1@example.com", _ADDRESS),
        tail,
    )


def plain(engine: Engine, url: str, each: int) -> int:
    """So many of each channel, row by row; how many that were."""
    slack = WebClient(token="xoxb-bench", base_url=f"{url}/api/")  # noqa: S106 -- opens nothing
    mail = SendGridAPIClient("SG.bench", host=url)

    def by_slack(row: Row[Any]) -> str:
        return str(slack.chat_postMessage(channel=row.direct, text=_QUESTION)["ts"])

    def by_mail(row: Row[Any]) -> str:
        letter = Mail("done@example.com", row.address, _QUESTION, _QUESTION)
        return str(mail.send(letter).headers["X-Message-Id"])

    total = 0
    for channel, call in ((Channel.SLACK, by_slack), (Channel.EMAIL, by_mail)):
        for _ in range(each):
            rows = _claim(engine, channel, 1)
            _complete(engine, rows, [call(row) for row in rows])
            total += len(rows)
    return total


def _claim(engine: Engine, channel: Channel, limit: int) -> Sequence[Row[Any]]:
    bound = {
        "channel": int(channel),
        "now": PEAK,
        "day": DAY,
        "lease_until": PEAK + LEASE,
        "limit": limit,
    }
    with engine.begin() as connection:
        return connection.execute(_CLAIM, bound).all()


def _complete(engine: Engine, rows: Sequence[Row[Any]], receipts: Sequence[str]) -> None:
    bound = {"ids": [row.id for row in rows], "receipts": list(receipts), "now": PEAK, "day": DAY}
    with engine.begin() as connection:
        _run(connection, bound)


def _run(connection: Connection, bound: dict[str, Any]) -> None:
    connection.execute(_COMPLETE, bound)
