"""Only what Slack has signed within five minutes is taken, and nothing makes the check itself fail."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.signatures import refusal

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
BODY = b'{"type":"event_callback"}'
SECRETS = ("8f742231b10e8888abcd99yyyzzz85a5", "the-next-one")


def signed(secret: str, at: datetime, body: bytes = BODY) -> tuple[str, str]:
    timestamp = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()
    return timestamp, f"v0={digest}"


@pytest.mark.parametrize("secret", SECRETS)
def test_each_secret_is_valid_while_one_takes_the_others_place(secret: str) -> None:
    assert refusal(SECRETS, *signed(secret, NOW), BODY, NOW) == ""


def test_the_documented_example_is_taken() -> None:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    now = datetime.fromtimestamp(1531420618, UTC)
    assert refusal(SECRETS[:1], "1531420618", signature, body, now) == ""


@pytest.mark.parametrize("seconds", [-301, 301, 86_400])
def test_what_is_older_than_five_minutes_or_from_the_future_is_refused(seconds: int) -> None:
    sent = NOW - timedelta(seconds=seconds)
    assert refusal(SECRETS, *signed(SECRETS[0], sent), BODY, NOW) == "too old or from the future"


@pytest.mark.parametrize("seconds", [-299, 0, 299])
def test_within_five_minutes_the_clocks_may_differ(seconds: int) -> None:
    sent = NOW - timedelta(seconds=seconds)
    assert refusal(SECRETS, *signed(SECRETS[0], sent), BODY, NOW) == ""


def test_a_changed_body_or_another_secret_is_refused() -> None:
    assert refusal(SECRETS, *signed(SECRETS[0], NOW), BODY + b" ", NOW) == "wrong signature"
    assert refusal(SECRETS, *signed("somebody else's", NOW), BODY, NOW) == "wrong signature"
    assert refusal((), *signed(SECRETS[0], NOW), BODY, NOW) == "wrong signature"


@pytest.mark.parametrize(
    "timestamp", ["", "abc", " 1764000000 ", "1764000000\n", "-1", "1e9", "١٧٦٤", "9" * 12, "9" * 5000]
)
def test_a_malformed_timestamp_is_refused(timestamp: str) -> None:
    signature = signed(SECRETS[0], NOW)[1]
    assert refusal(SECRETS, timestamp, signature, BODY, NOW) == "malformed timestamp"


@pytest.mark.parametrize("signature", ["", "v0=", "v0=" + "é" * 64, "v1=" + "0" * 64, "v0=" + "A" * 64])
def test_a_malformed_signature_is_refused(signature: str) -> None:
    timestamp = signed(SECRETS[0], NOW)[0]
    assert refusal(SECRETS, timestamp, signature, BODY, NOW) == "malformed signature"


@given(timestamp=st.text(), signature=st.text(), body=st.binary())
def test_no_headers_make_it_fail(timestamp: str, signature: str, body: bytes) -> None:
    assert refusal(SECRETS, timestamp, signature, body, NOW)
