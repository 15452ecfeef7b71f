"""The two doors that SendGrid posts to."""

import logging

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.email.forms import unpack
from adapters.email.routes import MailDoor, routes
from adapters.email.signatures import SIGNATURE_HEADER, TIMESTAMP_HEADER, Verifier
from domain.deliveries import Ref
from domain.delivery_events import EventKind
from domain.ports.inbox import Lane, Source
from tests.mail_world import FIXTURES, NOW, Answer, FakeClock, FakeFront, Key, call, form

SECRET = "7f2d-canary"
MAIL_KEY, EVENT_KEY = Key(), Key()
DOOR = MailDoor(SECRET, (MAIL_KEY.public,), (Key().public, EVENT_KEY.public))
TYPE, BODY = form({"email": b"Subject: x\r\n\r\ncanary text \xff", "envelope": "{}"})
EVENTS = (FIXTURES / "sendgrid" / "events.json").read_bytes()


async def post_mail(
    front: FakeFront,
    body: bytes = BODY,
    *,
    door: MailDoor = DOOR,
    query: str = f"token={SECRET}",
    **how: bool,
) -> Answer:
    headers = {"Content-Type": TYPE, **MAIL_KEY.headers(body)}
    return await call(
        routes(front, door, FakeClock()), "POST", "/sendgrid/inbound", body, headers, query=query, **how
    )


async def post_events(
    front: FakeFront, body: bytes, headers: dict[str, str], door: MailDoor = DOOR
) -> Answer:
    return await call(routes(front, door, FakeClock()), "POST", "/sendgrid/events", body, headers)


async def test_a_mail_is_stored_as_it_came_and_then_answered_200() -> None:
    front = FakeFront()
    answer = await post_mail(front)
    assert answer.status == 200
    (arrival,) = front.heard
    assert unpack(arrival.raw) == (TYPE, BODY)
    assert (arrival.source, arrival.lane, arrival.at) == (Source.MAIL_RAW, Lane.SAID, NOW)


async def test_the_same_post_again_has_the_same_key_and_another_one_has_not() -> None:
    front = FakeFront()
    await post_mail(front)
    await post_mail(front)
    await post_mail(front, BODY + b" ")
    keys = [arrival.key for arrival in front.heard]
    assert keys[0] == keys[1] != keys[2]


async def test_a_slash_at_the_end_loses_no_mail() -> None:
    front = FakeFront()
    headers = {"Content-Type": TYPE, **MAIL_KEY.headers(BODY)}
    door = routes(front, DOOR, FakeClock())
    answer = await call(door, "POST", "/sendgrid/inbound/", BODY, headers, query=f"token={SECRET}")
    assert answer.status == 200
    assert len(front.heard) == 1


async def test_a_signature_of_days_ago_still_counts_because_retries_may_keep_it() -> None:
    front = FakeFront()
    headers = {"Content-Type": TYPE, **MAIL_KEY.headers(BODY, 1795200000)}
    door = routes(front, DOOR, FakeClock())
    answer = await call(door, "POST", "/sendgrid/inbound", BODY, headers, query=f"token={SECRET}")
    assert answer.status == 200


@pytest.mark.parametrize(
    "query", ["", "token=", "token=7f2d", "token=%FF%FE", "token=Ω", "other=7f2d-canary"]
)
async def test_a_wrong_secret_is_answered_503_and_nothing_is_kept(query: str) -> None:
    front = FakeFront()
    answer = await post_mail(front, query=query)
    assert answer.status == 503
    assert not front.heard


async def test_a_door_without_secret_and_key_lets_nobody_in() -> None:
    front = FakeFront()
    assert (await post_mail(front, door=MailDoor())).status == 503
    assert not front.heard


async def test_a_secret_alone_is_enough_where_no_key_is_set() -> None:
    front = FakeFront()
    door = routes(front, MailDoor(SECRET), FakeClock())
    answer = await call(
        door, "POST", "/sendgrid/inbound", BODY, {"Content-Type": TYPE}, query=f"token={SECRET}"
    )
    assert answer.status == 200


async def test_a_body_that_is_too_large_too_slow_or_broken_off_is_answered_503() -> None:
    front = FakeFront()
    small = MailDoor(SECRET, most_mail_bytes=len(BODY) - 1, read_deadline=0.05)
    assert (await post_mail(front, door=small)).status == 503
    assert (await post_mail(front, b"x", door=small, never_ends=True)).status == 503
    assert (await post_mail(front, b"x", door=small, broken_off=True)).status == 503
    assert not front.heard


async def test_a_database_that_is_down_is_answered_503() -> None:
    assert (await post_mail(FakeFront(down=True))).status == 503


async def test_a_refusal_is_counted_and_logs_neither_body_nor_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    door = routes(FakeFront(down=True), DOOR, FakeClock())
    headers = {"Content-Type": TYPE, **MAIL_KEY.headers(BODY)}
    for query in (f"token={SECRET}", "token=wrong-canary", "token=wrong-canary"):
        await call(door, "POST", "/sendgrid/inbound", BODY, headers, query=query)
    assert "2 so far" in caplog.text
    assert "canary" not in caplog.text
    assert "Traceback" not in caplog.text


@settings(max_examples=150, deadline=None)
@given(
    signature=st.text(st.characters(max_codepoint=255), max_size=120),
    timestamp=st.one_of(
        st.text(st.characters(max_codepoint=255), max_size=20), st.just(str(int(NOW.timestamp())))
    ),
    body=st.binary(max_size=200),
)
async def test_whatever_is_not_signed_gets_503_for_mail_and_401_for_events(
    signature: str, timestamp: str, body: bytes
) -> None:
    front = FakeFront()
    headers = {SIGNATURE_HEADER: signature, TIMESTAMP_HEADER: timestamp}
    door = routes(front, DOOR, FakeClock())
    mail = await call(door, "POST", "/sendgrid/inbound", body, headers, query=f"token={SECRET}")
    events = await call(door, "POST", "/sendgrid/events", body, headers)
    assert (mail.status, events.status) == (503, 401)
    assert not front.heard
    assert not front.noted


def test_the_border_between_timestamp_and_body_cannot_be_moved() -> None:
    verifier = Verifier([EVENT_KEY.public])
    headers = EVENT_KEY.headers(b"23[]", "1795543201")
    assert verifier.proves(headers, b"23[]")
    assert not verifier.proves({**headers, TIMESTAMP_HEADER: "17955432012"}, b"3[]")
    assert not verifier.proves({**headers, TIMESTAMP_HEADER: "179554320"}, b"123[]")
    assert not verifier.proves({**headers, TIMESTAMP_HEADER: " 1795543201 "}, b"23[]")
    assert not verifier.proves({**headers, TIMESTAMP_HEADER: "１７９５５４３２０１"}, b"23[]")


@pytest.mark.parametrize("key", ["", "nonsense", "AAAA", Key().public[:-8]])
def test_a_malformed_public_key_is_an_error_at_start(key: str) -> None:
    with pytest.raises(ValueError, match="public key"):
        Verifier([key])


async def test_events_are_told_in_the_words_of_the_ledger() -> None:
    """Faults 31 to 33: a suppression, a bounce, a complaint and an unsubscription as SendGrid tells them."""
    front = FakeFront()
    answer = await post_events(front, EVENTS, EVENT_KEY.headers(EVENTS))
    assert answer.status == 200
    assert [event.kind for event in front.noted] == [
        EventKind.PROCESSED,
        EventKind.DELIVERED,
        EventKind.BOUNCED,
        EventKind.BLOCKED,
        EventKind.SUPPRESSED,
        EventKind.COMPLAINED,
        EventKind.UNSUBSCRIBED,
        EventKind.OTHER,
    ]
    delivered, bounced, strange = front.noted[1], front.noted[2], front.noted[7]
    assert delivered.ref == Ref(NOW.date(), 17)
    assert delivered.address == "ana@example.com"
    assert delivered.event_id == "ZGVsaXZlcmVkLTE"
    assert bounced.reason == "550 5.1.1 The email account that you tried to reach does not exist."
    assert bounced.at.replace(microsecond=0) == delivered.at.replace(second=bounced.at.second)
    assert (strange.ref, strange.at, len(strange.event_id)) == (None, NOW, 64)


@pytest.mark.parametrize(("age", "status"), [(0, 200), (299, 200), (301, 401), (-301, 401), (3 * 86400, 401)])
async def test_events_are_taken_for_five_minutes(age: int, status: int) -> None:
    headers = EVENT_KEY.headers(EVENTS, int(NOW.timestamp()) - age)
    assert (await post_events(FakeFront(), EVENTS, headers)).status == status


async def test_events_signed_by_another_key_or_for_another_body_are_refused() -> None:
    assert (await post_events(FakeFront(), EVENTS, Key().headers(EVENTS))).status == 401
    assert (await post_events(FakeFront(), EVENTS + b" ", EVENT_KEY.headers(EVENTS))).status == 401
    assert (await post_events(FakeFront(), EVENTS, {})).status == 401


async def test_without_a_key_no_events_are_taken_and_the_log_says_which_setting_is_missing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = await post_events(FakeFront(), EVENTS, EVENT_KEY.headers(EVENTS), MailDoor(SECRET))
    assert answer.status == 401
    assert "SENDGRID_EVENT_PUBLIC_KEY" in caplog.text


@pytest.mark.parametrize("body", [b"", b"{", b"{}", b"\xff", b"[" * 100_000, b'"x"'])
async def test_events_that_are_no_json_array_are_answered_400(body: bytes) -> None:
    front = FakeFront()
    assert (await post_events(front, body, EVENT_KEY.headers(body))).status == 400
    assert not front.noted


async def test_odd_entries_among_events_break_nothing() -> None:
    odd = b'{"event": 5, "email": [], "delivery": "20261124-99999999999999999999", "timestamp": 1e300}'
    body = b"[1, null, {}, " + odd + b"]"
    front = FakeFront()
    assert (await post_events(front, body, EVENT_KEY.headers(body))).status == 200
    assert [(event.kind, event.ref, event.at) for event in front.noted] == [(EventKind.OTHER, None, NOW)] * 2


async def test_events_are_posted_again_when_the_database_is_down() -> None:
    assert (await post_events(FakeFront(down=True), EVENTS, EVENT_KEY.headers(EVENTS))).status == 503
