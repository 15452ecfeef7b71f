"""The doors of the web server: what is forged, old, broken or too large is refused, unlogged."""

import json
import logging
import re
from collections.abc import AsyncIterator, Iterator

import aiohttp
import pytest
import pytest_asyncio

from simulators.base import real_now
from simulators.sendgrid.signing import SigningKey
from simulators.town import Town
from tests.e2e.doors import JSON_TYPE, Doors
from tests.e2e.voices import gather, person, texts

pytestmark = pytest.mark.asyncio(loop_scope="module")

CANARY = "a canary sings"
DEEP = b"[" * 100_000
HUGE_NUMBER = b"9" * 100_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def opened_doors(shared_town: Town) -> AsyncIterator[Doors]:
    team = await gather(shared_town, "platform")
    async with aiohttp.ClientSession() as session:
        yield Doors(shared_town, team, session)


@pytest.fixture
def doors(opened_doors: Doors, town: Town, caplog: pytest.LogCaptureFixture) -> Iterator[Doors]:
    """The doors; whatever a test posts, none of it is in any log and no request ends in a traceback."""
    caplog.set_level(logging.INFO)
    before = len(opened_doors.statuses)
    yield opened_doors
    assert 500 not in opened_doors.statuses[before:]
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []
    assert CANARY not in caplog.text


# ---------------------------------------------------------------- Slack


def _slack_event(doors: Doors, text: str, event_id: str = "Ev0CANARY01") -> bytes:
    slack, voice = doors.town.services.slack, doors.team.slack
    event = {
        "type": "message",
        "channel_type": "im",
        "channel": slack.dm_of(voice.user).channel_id,
        "user": voice.user.user_id,
        "text": text,
        "ts": slack.state.new_ts(),
    }
    outer = {"type": "event_callback", "team_id": voice.user.team_id, "event_id": event_id, "event": event}
    return json.dumps(outer).encode()


async def test_slack_s_door_takes_what_slack_signed_and_nothing_else(doors: Doors) -> None:
    body = _slack_event(doors, CANARY)
    now = int(real_now().timestamp())
    other = body.replace(b"canary", b"cuckoo")
    for headers in (
        {},
        doors.by_slack(body, secret="guessed"),
        doors.by_slack(other),
        doors.by_slack(body, at=now - 360),
        doors.by_slack(body, at=now + 360),
        {**doors.by_slack(body), "X-Slack-Signature": "v0="},
        {**doors.by_slack(body), "X-Slack-Request-Timestamp": "today"},
    ):
        assert await doors.post("/slack/events", body, headers) == 401
    await doors.town.settle()
    assert CANARY not in texts(doors.team.slack)


async def test_the_same_event_46_times_is_one_done(doors: Doors) -> None:
    body = _slack_event(doors, "sent 46 times", "Ev0FORTYSIX")
    for _ in range(46):
        assert await doors.post("/slack/events", body, doors.by_slack(body)) == 200
    await doors.town.settle()
    assert texts(doors.team.slack).count("sent 46 times") == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        DEEP,
        b'{"type": ' + DEEP,
        b'{"event_time": ' + HUGE_NUMBER + b"}",
        b'{"type": "event_callback", "event": "' + CANARY.encode() + b'"}',
        b'{"type": "event_callback", "event": {"type": "message", "channel_type": "im", "ts": "x"}}',
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
async def test_what_slack_signed_and_nobody_understands_is_no_error_of_ours(
    doors: Doors, body: bytes
) -> None:
    status = await doors.post("/slack/events", body, doors.by_slack(body))
    assert status in {200, 400, 404}
    await doors.town.installation.front.settled()


@pytest.mark.parametrize("payload", ["", "x", "[]", "1", "{}", "[" * 99_999, '{"type": "block_actions"}'])
async def test_forms_that_slack_signed_and_nobody_understands_are_no_error_of_ours(
    doors: Doors, payload: str
) -> None:
    body = b"payload=" + payload.encode()
    kind = "application/x-www-form-urlencoded"
    assert await doors.post("/slack/events", body, doors.by_slack(body), kind) in {200, 400, 404}


async def test_too_much_for_slack_s_door_is_refused(doors: Doors) -> None:
    body = (CANARY * 100_000).encode()
    assert await doors.post("/slack/events", body, doors.by_slack(body)) == 413


# ---------------------------------------------------------------- what became of mails


def _bounce(address: str, event_id: str = "canary-1") -> bytes:
    event = {"email": address, "event": "bounce", "type": "bounce", "sg_event_id": event_id, "reason": CANARY}
    return json.dumps([{**event, "timestamp": int(real_now().timestamp())}]).encode()


async def test_the_door_of_mail_events_takes_what_sendgrid_signed_and_nothing_else(doors: Doors) -> None:
    body = _bounce(doors.team.mail.email)
    stranger = SigningKey()
    for headers in (
        {},
        doors.by_sendgrid(body, stranger),
        doors.by_sendgrid(body + b" "),
        doors.by_sendgrid(body, ago=86_400),
        {**doors.by_sendgrid(body), "X-Twilio-Email-Event-Webhook-Signature": "MEUCIQ=="},
    ):
        assert await doors.post("/sendgrid/events", body, headers) == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"{}", b"[1, null, []]", b"\xff", DEEP, b"[" + HUGE_NUMBER + b"]", b'[{"event": {"a": []}}]'],
    ids=lambda body: body[:16].decode("latin-1"),
)
async def test_signed_events_that_nobody_understands_are_no_error_of_ours(doors: Doors, body: bytes) -> None:
    assert await doors.post("/sendgrid/events", body, doors.by_sendgrid(body)) in {200, 400}


async def test_too_many_events_at_once_are_refused(doors: Doors) -> None:
    body = b"[" + b'{"reason": "a canary sings"},' * 200_000 + b"{}]"
    assert await doors.post("/sendgrid/events", body, doors.by_sendgrid(body)) == 413


# ---------------------------------------------------------------- received mail


async def test_a_mail_is_never_lost_by_a_3xx_or_4xx(doors: Doors) -> None:
    """Whatever is wrong with a post: stored with 200, or 503, after which SendGrid tries again."""
    form = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n' + CANARY.encode() + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    path = doors.inbound
    forged = SigningKey().headers(form, int(real_now().timestamp()))
    refused = [
        await doors.post("/sendgrid/inbound", form, doors.parsed_by_sendgrid(form), kind),
        await doors.post("/sendgrid/inbound?token=guessed", form, doors.parsed_by_sendgrid(form), kind),
        await doors.post(path, form, {}, kind),
        await doors.post(path, form, forged, kind),
    ]
    assert refused == [503] * 4
    kept = [
        await doors.post(path, form, doors.parsed_by_sendgrid(form), kind),
        await doors.post(path.replace("?", "/?"), form, doors.parsed_by_sendgrid(form), kind),
    ]
    for body, other in (
        (b"", kind),
        (CANARY.encode(), kind),
        (b"\x00\xff" * 1_000, "multipart/form-data"),
        (form, "multipart/form-data"),
        (DEEP, JSON_TYPE),
        (form[:-20], kind),
        (b"--x\r\n" * 10_000, kind),
    ):
        kept.append(await doors.post(path, body, doors.parsed_by_sendgrid(body), other))
    assert kept == [200] * len(kept)
    await doors.town.installation.front.settled()


async def test_too_large_a_mail_is_put_off_without_being_read_to_its_end(doors: Doors) -> None:
    body = CANARY.encode() * 3_000_000
    assert await doors.post(doors.inbound, body, doors.parsed_by_sendgrid(body)) == 503


async def test_the_same_mail_46_times_is_one_set_of_dones(doors: Doors) -> None:
    sendgrid = doors.town.services.sendgrid
    await sendgrid.reply(doors.team.mail.mails()[0], "wrote a mail\nand a line below")
    last = sendgrid.poster.posted[-1].post
    for _ in range(46):
        assert await sendgrid.poster.send(last) == 200
    await doors.town.settle()
    found = texts(doors.team.mail)
    assert (found.count("wrote a mail"), found.count("and a line below")) == (1, 1)


# ---------------------------------------------------------------- links in mails


def _link(doors: Doors, kind: str) -> str:
    """The path of the link of that kind in the invitation or a question."""
    for mail in reversed(doors.team.mail.mails()):
        found = re.search(rf"https://done\.example\.com(/{kind}/[\w-]+)", mail.text or "")
        if found:
            return found[1]
    raise AssertionError(f"no mail has a link to {kind}")


async def test_links_that_nobody_signed_show_one_page_and_change_nothing(doors: Doors) -> None:
    stop = _link(doors, "unsubscribe")
    forged = stop[:-4] + ("AAAA" if not stop.endswith("AAAA") else "BBBB")
    before = person(doors.team.mail)
    for path in (
        forged,
        forged.replace("unsubscribe", "do"),
        "/unsubscribe/x",
        "/unsubscribe/" + "A" * 5_000,
        "/do/%00%ff",
        "/do/" + "é" * 20,
    ):
        for method in ("GET", "POST"):
            status, page = await doors.get(path, method)
            assert status == 404, path
            assert "does not work" in page
    assert person(doors.team.mail) == before


async def test_opening_a_link_changes_nothing_pressing_its_button_does(doors: Doors) -> None:
    """Fault 33: one click by a POST, and nothing by whoever only looks at the link."""
    stop = _link(doors, "unsubscribe")
    for method in ("GET", "HEAD", "GET"):
        status, _ = await doors.get(stop, method)
        assert status == 200
    assert not _mail_stopped(doors)
    click = b"List-Unsubscribe=One-Click"
    form = "application/x-www-form-urlencoded"
    assert await doors.post(stop, click, {}, form) == 200
    assert _mail_stopped(doors)
    assert await doors.post(stop, click, {}, form) == 200, "twice is no harm"
    await doors.town.services.sendgrid.reply(doors.team.mail.mails()[0], "came back")
    await doors.town.settle()
    assert not _mail_stopped(doors), "an answer starts her mail again"
    assert texts(doors.team.mail)[-1] == "came back"


async def test_a_large_body_behind_a_link_is_not_read(doors: Doors) -> None:
    status = await doors.post("/unsubscribe/x", CANARY.encode() * 1_000_000, {}, "text/plain")
    assert status == 404


async def test_other_paths_and_methods_tell_nothing(doors: Doors) -> None:
    for path, method in (
        ("/", "PUT"),  # GET says that donelog is running
        ("/login", "GET"),
        ("/slack/events", "GET"),
        ("/sendgrid/events", "PUT"),
        ("/.env", "GET"),
    ):
        status, page = await doors.get(path, method)
        assert status in {404, 405}
        assert "Traceback" not in page


def _mail_stopped(doors: Doors) -> bool:
    core, who = doors.town.installation.core, person(doors.team.mail)
    with core.database.storage.begin() as uow:
        [identity] = uow.tenant(core.organization_id).people.identities(who.id)
        return identity.stopped
