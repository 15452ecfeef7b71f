"""What is not from Slack, or no longer fresh, is refused without a traceback or a word of it in the log."""

import hashlib
import hmac
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest

from adapters.slack.routes import MOST_BYTES
from simulators.base import real_now
from tests.slack_world import Running, over_http


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    async with over_http() as made:
        yield made


def signature(secret: str, timestamp: str, body: bytes) -> dict[str, str]:
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}


async def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers={"Content-Type": "application/json", **headers}) as answer,
    ):
        return answer.status


BODY = b'{"type": "event_callback", "event": {"type": "message", "channel": "D1", "text": "a canary"}}'


@pytest.mark.parametrize("timestamp", ["abc", "", "9" * 5_000, "-1", "1e9", "0"])
async def test_malformed_and_old_timestamps_are_refused_quietly(
    running: Running, caplog: pytest.LogCaptureFixture, timestamp: str
) -> None:
    caplog.set_level(logging.DEBUG)
    signed = signature(running.world.slack.signing_secret, timestamp, BODY)
    assert await post(running.url, BODY, signed) == 401
    assert "canary" not in caplog.text
    assert "Traceback" not in caplog.text
    assert running.world.front.heard == []


async def test_forged_and_replayed_requests_are_refused(running: Running) -> None:
    now = real_now()
    fresh, old = str(int(now.timestamp())), str(int((now - timedelta(minutes=6)).timestamp()))
    secret = running.world.slack.signing_secret
    assert await post(running.url, BODY, {}) == 401
    assert await post(running.url, BODY, signature("guessed", fresh, BODY)) == 401
    assert await post(running.url, BODY + b" ", signature(secret, fresh, BODY)) == 401
    assert await post(running.url, BODY, signature(secret, old, BODY)) == 401
    assert await post(running.url, BODY, signature(secret, fresh, BODY)) == 200
    assert len(running.world.front.heard) == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"[]", 400), (b"{", 400), (b"\xff\xfe", 400), (b"", 400), (b"x" * (MOST_BYTES + 1), 413)],
)
async def test_what_is_no_payload_is_refused(running: Running, body: bytes, status: int) -> None:
    timestamp = str(int(real_now().timestamp()))
    signed = signature(running.world.slack.signing_secret, timestamp, body)
    assert await post(running.url, body, signed) == status
