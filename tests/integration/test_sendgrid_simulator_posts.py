"""The stand-in for SendGrid reports events and passes mail on as the real one does."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sendgrid.helpers.eventwebhook import EventWebhook

from simulators.base import Server
from simulators.sendgrid import Happening, Mail, SendGridSimulator

NOW = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
SIGNATURE = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP = "X-Twilio-Email-Event-Webhook-Timestamp"


@dataclass(frozen=True)
class Received:
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, bytes]:
        """The form's fields, as the octets that were sent."""
        whole = b"Content-Type: " + self.headers["Content-Type"].encode() + b"\r\n\r\n" + self.body
        found = {}
        for part in message_from_bytes(whole, policy=default).iter_parts():
            payload = part.get_payload(decode=True)
            assert isinstance(payload, bytes)
            found[str(part.get_param("name", header="content-disposition"))] = payload
        return found

    def is_signed_by(self, key: str) -> bool:
        text = self.body.decode("utf-8")
        verifier = EventWebhook(key)
        return bool(verifier.verify_signature(text, self.headers[SIGNATURE], self.headers[TIMESTAMP]))


@dataclass
class Product:
    """Stands for donelog: takes posts and answers with the statuses it was given, then with 200."""

    statuses: list[int] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.received.append(Received(str(request.rel_url), dict(request.headers), body))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, headers={"Location": "/elsewhere"} if status == 307 else None)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [event for received in self.received for event in json.loads(received.body)]


@pytest.fixture
async def product() -> Product:
    return Product()


@pytest.fixture
async def sendgrid(product: Product) -> AsyncIterator[SendGridSimulator]:
    app = web.Application()
    app.router.add_post("/{rest:.*}", product.take)
    server = Server(app)
    await server.start()
    simulator = SendGridSimulator(now=lambda: NOW)
    simulator.poster.retry_delays = (0, 0)
    simulator.event_webhook(f"{server.url}/sendgrid/events")
    simulator.inbound_url = f"{server.url}/sendgrid/inbound?token=secret"
    await simulator.start()
    yield simulator
    await simulator.stop()
    await server.stop()


async def sent_mail(sendgrid: SendGridSimulator) -> Mail:
    body = {
        "personalizations": [
            {
                "to": [{"email": "ana@example.com", "name": "Ana"}],
                "custom_args": {"delivery": "2026-11-24/7"},
                "headers": {"Message-ID": "<p7@in.example.com>", "References": "<p6@in.example.com>"},
            }
        ],
        "from": {"email": "done+7kq2w5m3x4cq8r@in.example.com", "name": "donelog"},
        "subject": "What'd you get done today?",
        "content": [{"type": "text/plain", "value": "Just reply.\n\nTeam: Compiler"}],
    }
    headers = {"Authorization": f"Bearer {sendgrid.api_key}"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{sendgrid.url}/v3/mail/send", json=body, headers=headers) as answer,
    ):
        assert answer.status == 202
    return sendgrid.outbox[-1]


def a_mail(text: str, charset: str = "utf-8") -> bytes:
    message = EmailMessage()
    message["From"] = "Ana Müller <ana@example.com>"
    message["To"] = "donelog <done+7kq2w5m3x4cq8r@in.example.com>"
    message["Subject"] = "Übersicht"
    message.set_content(text, charset=charset)
    message.add_attachment(b"\x00\x01", maintype="image", subtype="png", filename="chart.png")
    return message.as_bytes()


class TestEvents:
    async def test_events_are_signed_so_that_the_real_client_verifies_them(
        self, sendgrid: SendGridSimulator, product: Product
    ) -> None:
        mail = await sent_mail(sendgrid)
        assert await sendgrid.post_events(mail, "processed", "delivered") == [200]
        assert product.received[0].is_signed_by(sendgrid.event_public_key)
        assert not product.received[0].is_signed_by(sendgrid.inbound_public_key)
        assert abs(int(product.received[0].headers[TIMESTAMP]) - datetime.now(UTC).timestamp()) < 60  # noqa: TID251 -- signatures bear the real time
        processed, delivered = product.events
        assert [processed["event"], delivered["event"]] == ["processed", "delivered"]
        assert delivered["delivery"] == "2026-11-24/7"
        assert delivered["sg_message_id"] == mail.sg_message_id
        assert delivered["smtp-id"] == "<p7@in.example.com>"
        assert delivered["timestamp"] == NOW.timestamp()
        assert processed["sg_event_id"] != delivered["sg_event_id"]

    async def test_a_blocked_mail_is_a_bounce_of_that_type_without_a_status(
        self, sendgrid: SendGridSimulator, product: Product
    ) -> None:
        mail = await sent_mail(sendgrid)
        await sendgrid.post_events(
            mail, "bounce", "blocked", Happening("dropped", {"reason": "Unsubscribed Address"})
        )
        bounce, blocked, dropped = product.events
        assert (bounce["event"], bounce["type"], bounce["status"]) == ("bounce", "bounce", "5.1.1")
        assert (blocked["event"], blocked["type"], "status" in blocked) == ("bounce", "blocked", False)
        assert dropped["reason"] == "Unsubscribed Address"

    async def test_a_repeated_batch_bears_the_same_event_ids(
        self, sendgrid: SendGridSimulator, product: Product
    ) -> None:
        mail = await sent_mail(sendgrid)
        await sendgrid.post_events(mail, "delivered", repeats=3)
        assert len(product.received) == 3
        assert len({event["sg_event_id"] for event in product.events}) == 1

    async def test_events_are_tried_again_until_they_are_taken(
        self, sendgrid: SendGridSimulator, product: Product
    ) -> None:
        mail = await sent_mail(sendgrid)
        product.statuses = [401, 503, 500]
        assert await sendgrid.post_events(mail, "delivered") == [500]
        assert await sendgrid.poster.send_waiting() == [200]
        assert not sendgrid.journal.problems

    async def test_delivery_is_reported_by_itself_when_asked_for(
        self, sendgrid: SendGridSimulator, product: Product
    ) -> None:
        sendgrid.reports_delivery = True
        await sent_mail(sendgrid)
        await sendgrid.settle()
        assert [event["event"] for event in product.events] == ["processed", "delivered"]


class TestInboundParse:
    async def test_the_raw_form_carries_the_message_to_the_octet(
        self, sendgrid: SendGridSimulator, product: Product
    ) -> None:
        raw = a_mail("Zażółć gęślą jaźń", charset="iso-8859-2") + b"--xYzZY\xff\r\n"
        dkim = "{@example.com : pass}"
        assert (
            await sendgrid.post_mail(raw, "ana@example.com", "done+7kq2w5m3x4cq8r@in.example.com", dkim=dkim)
            == 200
        )
        (received,) = product.received
        assert received.target == "/sendgrid/inbound?token=secret"
        assert received.fields["email"] == raw
        assert received.fields["dkim"] == dkim.encode()
        assert received.fields["SPF"] == b"pass"
        assert json.loads(received.fields["envelope"]) == {
            "to": ["done+7kq2w5m3x4cq8r@in.example.com"],
            "from": "ana@example.com",
        }

    async def test_the_parsed_form_leaves_the_text_in_the_charset_of_the_mail(
        self, sendgrid: SendGridSimulator, product: Product
    ) -> None:
        raw = a_mail("Zażółć gęślą jaźń", charset="iso-8859-2")
        await sendgrid.post_mail(raw, "ana@example.com", "done@in.example.com", mode="parsed")
        fields = product.received[0].fields
        assert json.loads(fields["charsets"])["text"] == "iso-8859-2"
        assert fields["text"].decode("iso-8859-2").strip() == "Zażółć gęślą jaźń"
        assert fields["from"].decode() == "Ana Müller <ana@example.com>"
        assert fields["subject"].decode() == "Übersicht"
        assert fields["headers"].startswith(b"From: ")
        assert fields["attachments"] == b"1"
        assert json.loads(fields["attachment-info"])["attachment1"]["filename"] == "chart.png"
        assert fields["attachment1"] == b"\x00\x01"

    async def test_signature_headers_come_only_with_a_security_policy(
        self, sendgrid: SendGridSimulator, product: Product
    ) -> None:
        raw = b"From: ana@example.com\r\n\r\nShipped it\r\n"
        for signed in (True, False):
            await sendgrid.post_mail(raw, "ana@example.com", "done@in.example.com", signed=signed)
        assert product.received[0].is_signed_by(sendgrid.inbound_public_key)
        assert SIGNATURE not in product.received[1].headers

    async def test_a_mail_answered_with_5xx_comes_again(
        self, sendgrid: SendGridSimulator, product: Product
    ) -> None:
        product.statuses = [503, 500]
        assert await sendgrid.post_mail(b"From: a@example.com\n\nx\n", "", "done@in.example.com") == 200
        assert len({received.body for received in product.received}) == 1
        assert not sendgrid.journal.problems

    @pytest.mark.parametrize("status", [307, 400, 401, 413, 422])
    async def test_a_mail_answered_with_3xx_or_4xx_is_lost_and_a_problem(
        self, sendgrid: SendGridSimulator, product: Product, status: int
    ) -> None:
        product.statuses = [status]
        assert await sendgrid.post_mail(b"From: a@example.com\n\nx\n", "", "done@in.example.com") == status
        assert len(product.received) == 1
        assert sendgrid.journal.problems == [f"an inbound mail was answered {status} and is lost"]

    async def test_a_mail_waits_while_nobody_answers(
        self, sendgrid: SendGridSimulator, product: Product
    ) -> None:
        there, sendgrid.inbound_url = sendgrid.inbound_url, "http://127.0.0.1:9/"
        assert await sendgrid.post_mail(b"From: a@example.com\n\nx\n", "", "done@in.example.com") == 0
        assert len(sendgrid.poster.waiting) == 1
        sendgrid.inbound_url = there
        assert not product.received


async def test_a_reply_is_threaded_attributed_and_quoted(
    sendgrid: SendGridSimulator, product: Product
) -> None:
    mail = await sent_mail(sendgrid)
    assert await sendgrid.reply(mail, "- shipped it\n- <b>fixed</b> the parser\n\n-- \nAna") == 200
    message = message_from_bytes(product.received[0].fields["email"], policy=default)
    assert message["From"] == "Ana <ana@example.com>"
    assert message["To"] == "donelog <done+7kq2w5m3x4cq8r@in.example.com>"
    assert message["Subject"] == "Re: What'd you get done today?"
    assert message["In-Reply-To"] == "<p7@in.example.com>"
    assert message["References"] == "<p6@in.example.com> <p7@in.example.com>"
    text, html = (part.get_content().replace("\r\n", "\n") for part in message.iter_parts())
    assert text == (
        "- shipped it\n- <b>fixed</b> the parser\n\n-- \nAna\n\n"
        "On Tue, Nov 24, 2026 at 17:00 donelog <\ndone+7kq2w5m3x4cq8r@in.example.com> wrote:\n\n"
        "> Just reply.\n>\n> Team: Compiler\n"
    )
    assert '<div class="gmail_quote">' in html
    assert "<div>- &lt;b&gt;fixed&lt;/b&gt; the parser</div>" in html
    assert json.loads(product.received[0].fields["envelope"])["to"] == ["done+7kq2w5m3x4cq8r@in.example.com"]
    assert product.received[0].fields["dkim"] == b"{@example.com : pass}"


async def test_a_reply_without_the_original_is_what_was_typed(
    sendgrid: SendGridSimulator, product: Product
) -> None:
    mail = await sent_mail(sendgrid)
    await sendgrid.reply(mail, "Shipped it", quote=False, from_address="bo@example.com", mode="parsed")
    fields = product.received[0].fields
    assert fields["text"] == b"Shipped it\n"
    assert fields["from"] == b"bo@example.com"
