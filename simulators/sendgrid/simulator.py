"""SendGrid as one object: what it was sent, what it reports, and the mail it passes on."""

import asyncio
import json
from collections.abc import Iterable, Mapping, Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from simulators.base import Journal, Now, Server, real_now
from simulators.sendgrid.account import SCOPES, Account
from simulators.sendgrid.api import Api
from simulators.sendgrid.events import Happening, event
from simulators.sendgrid.inbound import Envelope, Mode, Verdict, form
from simulators.sendgrid.mails import Mail
from simulators.sendgrid.posting import Post, Poster
from simulators.sendgrid.replies import reply_to
from simulators.sendgrid.signing import SigningKey

_MOST_EVENTS = 1000
"""In one post; the real service posts at the latest when a batch has 768 kB."""


class SendGridSimulator:
    """A SendGrid account on a loopback port.

    Args:
        now: The time that mails and events bear.  Signatures bear the real time: it is what they are checked
            against.
        port: Where to listen; 0 takes any free port.
        specification: The published description of `mail/send`; needs the libraries of the tests.
    """

    def __init__(self, now: Now = real_now, port: int = 0, specification: Path | None = None) -> None:
        self.account = Account()
        self.api_key = self.account.add_key()
        self.reports_delivery = False
        """Whether `processed` and `delivered` are posted by themselves after each accepted request."""
        self._now = now
        self.api = Api(now, self.account, specification)
        self.api.accepted = self._accepted
        self.poster = Poster(self.api.journal)
        self._server = Server(self.api.app(), port)
        self._reporting: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        await self._server.start()
        await self.poster.start()

    async def stop(self) -> None:
        for task in self._reporting:
            task.cancel()
        await asyncio.gather(*self._reporting, return_exceptions=True)
        await self.poster.stop()
        await self._server.stop()

    @property
    def url(self) -> str:
        """For `SendGridAPIClient(host=...)`."""
        return self._server.url

    @property
    def journal(self) -> Journal:
        return self.api.journal

    @property
    def outbox(self) -> list[Mail]:
        """Every accepted mail, oldest first."""
        return self.api.outbox

    def add_key(self, scopes: Iterable[str] = SCOPES) -> str:
        """Make one more API key."""
        return self.account.add_key(scopes)

    def event_webhook(self, url: str) -> None:
        """Post events to `url` from now on."""
        self.account.event_url = url

    @property
    def event_public_key(self) -> str:
        """As SendGrid shows it: base64 of DER."""
        return self.account.event_key.public

    @property
    def inbound_url(self) -> str:
        """Where received mail is posted."""
        return self.account.inbound_url

    @inbound_url.setter
    def inbound_url(self, url: str) -> None:
        self.account.inbound_url = url

    @property
    def inbound_public_key(self) -> str:
        """The key of the Inbound Parse security policy: base64 of DER."""
        return self.account.inbound_key.public

    async def post_events(
        self,
        mails: Mail | Sequence[Mail],
        *kinds: str | Happening,
        repeats: int = 1,
    ) -> list[int]:
        """Report what became of mails, as batches of the Event Webhook; the last status of each post.

        Args:
            mails: The mails that something became of.
            kinds: What became of them, in this order: names, or `Happening`s to change single fields.
            repeats: How often each batch is posted, with the same event ids.
        """
        chosen = [mails] if isinstance(mails, Mail) else mails
        happenings = [Happening(kind, {}) if isinstance(kind, str) else kind for kind in kinds]
        listed = [
            event(mail, address, happening, self._now())
            for mail in chosen
            for address in mail.recipients
            for happening in happenings
        ]
        batches = [listed[start : start + _MOST_EVENTS] for start in range(0, len(listed), _MOST_EVENTS)]
        return [await self.post_event_batch(batch) for batch in batches for _ in range(repeats)]

    async def post_event_batch(self, events: Sequence[Mapping[str, Any]]) -> int:
        """Post these events as they stand; the last status, 0 where there was no answer."""
        body = json.dumps(events, separators=(",", ":")).encode() + b"\r\n"
        post = self._post(
            self.account.event_url, "application/json", body, self.account.event_key, lost=False
        )
        return await self.poster.send(post)

    async def post_mail(
        self,
        raw: bytes,
        envelope_from: str,
        envelope_to: str | Sequence[str],
        *,
        mode: Mode = "raw",
        spf: str = "pass",
        dkim: str = "none",
        signed: bool = True,
    ) -> int:
        """Pass a received mail on by Inbound Parse; the last status, 0 where there was no answer.

        Args:
            raw: The whole message.
            envelope_from: The return path; empty for reports and automatic answers.
            envelope_to: Who it was delivered to.
            mode: Which of the two documented forms to post.
            spf: The SPF result.
            dkim: The DKIM results: `{@example.com : pass}`, or `none`.
            signed: Whether a security policy with a signature is attached.
        """
        recipients = (envelope_to,) if isinstance(envelope_to, str) else tuple(envelope_to)
        content_type, body = form(raw, Envelope(envelope_from, recipients), mode, Verdict(spf, dkim))
        key = self.account.inbound_key if signed else None
        return await self.poster.send(
            self._post(self.account.inbound_url, content_type, body, key, lost=True)
        )

    async def reply(
        self,
        mail: Mail,
        text: str,
        html: str | None = None,
        *,
        quote: bool = True,
        from_address: str | None = None,
        mode: Mode = "raw",
    ) -> int:
        """Answer `mail` as its recipient would in a mail program, and pass the answer on.

        Args:
            mail: A mail of the outbox.
            text: What is typed.
            html: The same as HTML, where the program writes something special.
            quote: Whether the original follows below.
            from_address: Who answers, with or without a name; else the mail's first recipient.
            mode: As for `post_mail`.
        """
        sender = from_address or str(mail.message["To"].addresses[0])
        message = reply_to(mail, sender, text, html, self._now(), quote=quote)
        address = parseaddr(sender)[1]
        target = message["To"].addresses[0].addr_spec
        dkim = f"{{@{address.rpartition('@')[2]} : pass}}"
        return await self.post_mail(message.as_bytes(), address, target, mode=mode, dkim=dkim)

    async def settle(self) -> None:
        """Wait until everything that reports itself has been reported."""
        while self._reporting:
            await asyncio.gather(*self._reporting)

    def _accepted(self, mails: list[Mail]) -> None:
        if self.reports_delivery and self.account.event_url:
            task = asyncio.create_task(self._report(mails))
            self._reporting.add(task)
            task.add_done_callback(self._reporting.discard)

    async def _report(self, mails: list[Mail]) -> None:
        await self.post_events(mails, "processed", "delivered")

    def _post(self, url: str, content_type: str, body: bytes, key: SigningKey | None, *, lost: bool) -> Post:
        if not url:
            raise ValueError("nothing is set to be posted to: event_webhook(url) and inbound_url say where")
        return Post(url, content_type, body, key, int(real_now().timestamp()), once_refused_lost=lost)
