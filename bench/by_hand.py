"""What somebody would write by hand for one night of the year: the bounds of `peak`.

`fast` claims 500, sends over kept connections, completes in one statement; it sends the same bytes as the
product, from a form that was filled in beforehand but for what is each person's own: ids and signed buttons.
  `plain` is each library as its
documentation shows it: a claim, a call, a completion, one after the other.
"""

import asyncio
import base64
import hmac
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import aiohttp
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Mail
from slack_sdk import WebClient
from sqlalchemy import Connection, Engine, Row, text

from adapters.discord import render as discord
from adapters.email.letters import Writer
from adapters.email.sendgrid_request import body_of
from adapters.slack import render as slack
from bench.crowd import DAY, PEAK
from bench.parcels import prompts, the_question
from bench.product import NAMES, PUBLIC_URL, tokens
from domain.deliveries import LEASE, Ref
from domain.people import Channel

_QUESTION = "What'd you get done today? Answer here, one line for each thing."
_ID, _DIRECT, _SIGNED, _ADDRESS, _KEY = "@id@", "@direct@", "@signed@", "@address@", b"k" * 32
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


async def fast(engine: Engine, url: str) -> int:
    """Everything that is due, all channels side by side; how many that were."""
    async with aiohttp.ClientSession() as session:
        return sum(await asyncio.gather(*(_channel(engine, session, url, each) for each in Channel)))


async def _channel(engine: Engine, session: aiohttp.ClientSession, url: str, channel: Channel) -> int:
    total = 0
    while rows := await asyncio.to_thread(_claim, engine, channel, _BATCH):
        if channel is Channel.EMAIL:
            receipts = await _mail(session, url, rows)
        else:
            gate = asyncio.Semaphore(_AT_ONCE)
            call = _slack if channel is Channel.SLACK else _discord
            receipts = await asyncio.gather(*(_gated(gate, call(session, url, row)) for row in rows))
        await asyncio.to_thread(_complete, engine, rows, receipts)
        total += len(rows)
    return total


async def _gated(gate: asyncio.Semaphore, call: Any) -> str:
    async with gate:
        return str(await call)


async def _slack(session: aiohttp.ClientSession, url: str, row: Row[Any]) -> str:
    body = _filled(Channel.SLACK, row)
    headers = {"Authorization": "Bearer xoxb-bench", "Content-Type": "application/json"}
    async with session.post(f"{url}/api/chat.postMessage", data=body, headers=headers) as answer:
        return str((await answer.json())["ts"])


async def _discord(session: aiohttp.ClientSession, url: str, row: Row[Any]) -> str:
    body = _filled(Channel.DISCORD, row)
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


def _filled(channel: Channel, row: Row[Any]) -> bytes:
    signed = base64.urlsafe_b64encode(hmac.digest(_KEY, str(row.id).encode(), "sha256")).decode()
    form = _chat_form(channel)
    return form.replace(_ID, str(row.id)).replace(_DIRECT, row.direct).replace(_SIGNED, signed).encode()


@cache
def _chat_form(channel: Channel) -> str:
    """A message as the product's own renderer writes it, with marks for what is each person's own."""
    message = the_question(channel)
    if channel is Channel.DISCORD:
        around = {"nonce": _ID, "enforce_nonce": True}
        return json.dumps({**discord.render(message, lambda _: _SIGNED), **around})
    around = {"channel": _DIRECT, "metadata": {"event_type": "delivery", "event_payload": {"delivery": _ID}}}
    return json.dumps({**slack.render(message, lambda _: _SIGNED), **around})


@cache
def _mail_form() -> tuple[str, str, str]:
    """What stands before, for each, and behind the letters of a request."""
    parcels = [replace(each, ref=Ref(DAY, 1)) for each in prompts(Channel.EMAIL, 1)]
    written, _ = Writer(NAMES, PUBLIC_URL, tokens()).write(parcels)
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
