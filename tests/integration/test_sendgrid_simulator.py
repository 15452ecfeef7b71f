"""The stand-in for SendGrid takes what the real one takes and refuses what it refuses."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import aiohttp
import pytest
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Content, Email, From, Mail, Personalization, To

from simulators.base import Fault, How, When
from simulators.sendgrid import SendGridSimulator
from tests import published

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)


@pytest.fixture
async def sendgrid() -> AsyncIterator[SendGridSimulator]:
    simulator = SendGridSimulator(now=lambda: NOW, specification=published.SENDGRID)
    await simulator.start()
    yield simulator
    await simulator.stop()


def request_for(*addresses: str) -> dict[str, Any]:
    return {
        "personalizations": [{"to": [{"email": address}]} for address in addresses],
        "from": {"email": "donelog@in.example.com", "name": "donelog"},
        "subject": "What'd you get done today?",
        "content": [
            {"type": "text/plain", "value": "What'd you get done, -name-?"},
            {"type": "text/html", "value": "<p>What'd you get done, -name-?</p>"},
        ],
    }


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def fields(self) -> list[str | None]:
        return [error["field"] for error in self.body["errors"]]


async def send(sendgrid: SendGridSimulator, body: object, key: str | None = None) -> Answer:
    headers = {"Authorization": f"Bearer {key or sendgrid.api_key}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{sendgrid.url}/v3/mail/send", json=body, headers=headers) as answer,
    ):
        text = await answer.text()
        return Answer(answer.status, dict(answer.headers), json.loads(text) if text else None)


async def get(sendgrid: SendGridSimulator, path: str, key: str) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession() as session,
        session.get(sendgrid.url + path, headers={"Authorization": f"Bearer {key}"}) as answer,
    ):
        return answer.status, await answer.json()


@pytest.mark.skipif(published.SENDGRID is None, reason="the published description is not on this machine")
async def test_what_the_description_does_not_know_is_a_problem(sendgrid: SendGridSimulator) -> None:
    answer = await send(sendgrid, {**request_for("ana@example.com"), "priority": 1})
    assert answer.status == 400
    assert sendgrid.journal.problems == ["POST /v3/mail/send: $.priority is not described"]


class TestSending:
    async def test_the_real_client_sends_one_message_for_each_personalization(
        self, sendgrid: SendGridSimulator
    ) -> None:
        mail = Mail(From("donelog@in.example.com", "donelog"), subject="Today?")
        mail.add_content(Content("text/plain", "What did you do, -name-?"))
        mail.add_content(Content("text/html", "<p>What did you do, -name-?</p>"))
        for index, (address, name) in enumerate([("ana@example.com", "Ana"), ("bo@example.org", "Bø")]):
            one = Personalization()
            one.add_to(To(address, name))
            one.set_from(Email(f"done+{index}@in.example.com", "donelog"))
            mail.add_personalization(one, index=index)
        body = mail.get()
        for index, name in enumerate(["Ana", "Bø"]):
            body["personalizations"][index] |= {
                "custom_args": {"delivery": f"2026-11-24/{index}"},
                "headers": {"List-Unsubscribe": f"<https://example.com/u/{index}>"},
                "substitutions": {"-name-": name},
            }
        client = SendGridAPIClient(sendgrid.api_key, host=sendgrid.url)
        answer = await asyncio.to_thread(client.client.mail.send.post, request_body=body)
        assert answer.status_code == 202
        assert answer.headers["X-Message-Id"]
        first, second = sendgrid.outbox
        assert [first.to, second.to] == ["ana@example.com", "bo@example.org"]
        assert second.custom_args == {"delivery": "2026-11-24/1"}
        assert second.sg_message_id.startswith(answer.headers["X-Message-Id"] + ".")
        message = message_from_bytes(second.raw, policy=default)
        assert message["From"] == "donelog <done+1@in.example.com>"
        assert message["To"] == "Bø <bo@example.org>"
        assert message["List-Unsubscribe"] == "<https://example.com/u/1>"
        assert message["Date"].datetime == NOW
        assert [part.get_content().strip() for part in message.iter_parts()] == [
            "What did you do, Bø?",
            "<p>What did you do, Bø?</p>",
        ]
        assert not sendgrid.journal.problems

    @pytest.mark.parametrize("kept", [True, False])
    async def test_a_message_id_of_ours_is_kept_or_replaced_as_told(
        self, sendgrid: SendGridSimulator, *, kept: bool
    ) -> None:
        sendgrid.api.keep_message_id = kept
        body = request_for("ana@example.com")
        body["personalizations"][0]["headers"] = {"Message-ID": "<ours@in.example.com>"}
        await send(sendgrid, body)
        ids = sendgrid.outbox[0].message.get_all("Message-ID", [])
        assert len(ids) == 1
        assert (ids[0] == "<ours@in.example.com>") is kept

    async def test_a_thousand_people_get_theirs_and_one_more_is_refused(
        self, sendgrid: SendGridSimulator
    ) -> None:
        people = [f"p{number}@example.com" for number in range(1001)]
        assert (await send(sendgrid, request_for(*people))).status == 400
        assert not sendgrid.outbox
        assert (await send(sendgrid, request_for(*people[:1000]))).status == 202
        assert len(sendgrid.outbox) == 1000

    async def test_sandbox_mode_checks_and_sends_nothing(self, sendgrid: SendGridSimulator) -> None:
        body = {**request_for("ana@example.com"), "mail_settings": {"sandbox_mode": {"enable": True}}}
        assert (await send(sendgrid, body)).status == 200
        assert not sendgrid.outbox

    async def test_a_planned_failure_after_the_effect_leaves_the_mail_in_the_outbox(
        self, sendgrid: SendGridSimulator
    ) -> None:
        sendgrid.journal.fail("mail/send", Fault(how=How.RESET, when=When.AFTER))
        with pytest.raises(aiohttp.ClientError):
            await send(sendgrid, request_for("ana@example.com"))
        assert len(sendgrid.outbox) == 1
        sendgrid.journal.fail("mail/send", Fault(status=503))
        assert (await send(sendgrid, request_for("bo@example.com"))).status == 503
        assert len(sendgrid.outbox) == 1


def change(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def apply(body: dict[str, Any]) -> None:
        *parents, last = path.split(".")
        node: Any = body
        for name in parents:
            node = node[int(name)] if name.isdigit() else node.setdefault(name, {})
        node[last] = value

    return apply


REFUSED: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "an address that is none": (
        change("personalizations.1.to", [{"email": "bo"}]),
        "personalizations.1.to.0.email",
    ),
    "a bare domain": (
        change("personalizations.1.to", [{"email": "bo@localhost"}]),
        "personalizations.1.to.0.email",
    ),
    "nobody to send to": (change("personalizations.1.to", []), "personalizations.1.to"),
    "an address twice in one message": (
        change("personalizations.1.cc", [{"email": "BO@example.com"}]),
        "personalizations.1",
    ),
    "an address in two messages": (
        change("personalizations.1.to", [{"email": "Ana@example.com"}]),
        "personalizations.1.to",
    ),
    "a sender of another domain": (
        change("personalizations.1.from", {"email": "done@example.net"}),
        "personalizations.1.from.email",
    ),
    "a reserved header": (
        change("personalizations.1.headers", {"Reply-To": "x@example.com"}),
        "personalizations.1.headers.Reply-To",
    ),
    "a line break in a header": (
        change("personalizations.1.headers", {"References": "<a@b>\r\nBcc: c@example.com"}),
        "personalizations.1.headers.References",
    ),
    "an argument that is no string": (
        change("personalizations.1.custom_args", {"delivery": 7}),
        "personalizations.1.custom_args.delivery",
    ),
    "too long arguments": (
        change("personalizations.1.custom_args", {"delivery": "x" * 10_000}),
        "personalizations.1.custom_args",
    ),
    "HTML before text": (
        change("content", [{"type": "text/html", "value": "a"}, {"type": "text/plain", "value": "b"}]),
        "content",
    ),
    "no subject": (lambda body: body.pop("subject"), "subject"),
    "mail in four days": (
        change("personalizations.1.send_at", int(NOW.timestamp()) + 96 * 3600),
        "personalizations.1.send_at",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_one_mistake_refuses_the_whole_batch_and_says_where(
    sendgrid: SendGridSimulator, name: str
) -> None:
    apply, place = REFUSED[name]
    body = request_for("ana@example.com", "bo@example.com")
    apply(body)
    answer = await send(sendgrid, body)
    assert answer.status == 400
    assert place in answer.fields
    assert not sendgrid.outbox


class TestKeysAndLimits:
    async def test_a_missing_unknown_or_weak_key_is_refused(self, sendgrid: SendGridSimulator) -> None:
        body = request_for("ana@example.com")
        assert (await send(sendgrid, body, key="SG.unknown")).status == 401
        weak = sendgrid.add_key(["user.profile.read"])
        answer = await send(sendgrid, body, key=weak)
        assert (answer.status, answer.body["errors"][0]["message"]) == (403, "access forbidden")
        assert not sendgrid.outbox
        assert not sendgrid.journal.problems

    async def test_a_sender_of_a_domain_not_authenticated_is_refused(
        self, sendgrid: SendGridSimulator
    ) -> None:
        sendgrid.account.sender_domains = {"mail.example.com"}
        answer = await send(sendgrid, request_for("ana@example.com"))
        assert (answer.status, answer.fields) == (403, ["from"])

    async def test_every_answer_tells_how_many_calls_are_left(self, sendgrid: SendGridSimulator) -> None:
        sendgrid.api.rate_limit = 1
        answers = [await send(sendgrid, request_for(f"{name}@example.com")) for name in ("ana", "bo")]
        assert [answer.status for answer in answers] == [202, 429]
        assert answers[1].headers["X-RateLimit-Remaining"] == "0"
        assert int(answers[1].headers["X-RateLimit-Reset"]) == NOW.timestamp() + 60

    async def test_a_set_up_can_read_what_its_key_may_do_and_what_is_set(
        self, sendgrid: SendGridSimulator
    ) -> None:
        sendgrid.inbound_url = "https://donelog.example.com/sendgrid/inbound?token=t"
        sendgrid.event_webhook("https://donelog.example.com/sendgrid/events")
        weak = sendgrid.add_key(["mail.send"])
        assert await get(sendgrid, "/v3/scopes", weak) == (200, {"scopes": ["mail.send"]})
        status, settings = await get(sendgrid, "/v3/user/webhooks/parse/settings", sendgrid.api_key)
        assert (status, settings["result"][0]["url"]) == (200, sendgrid.inbound_url)
        status, settings = await get(sendgrid, "/v3/user/webhooks/event/settings", sendgrid.api_key)
        assert settings["public_key"] == sendgrid.event_public_key
        assert (await get(sendgrid, "/v3/user/profile", weak))[0] == 403

    async def test_what_is_not_simulated_is_a_problem(self, sendgrid: SendGridSimulator) -> None:
        assert (await get(sendgrid, "/v3/marketing/contacts", sendgrid.api_key))[0] == 404
        assert sendgrid.journal.problems == ["GET /v3/marketing/contacts is not simulated"]
