"""From one accepted `mail/send` request to the messages that leave SendGrid's servers."""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cached_property
from typing import Any

_WIRE = SMTP.clone(max_line_length=998)
"""RFC 5322 allows lines of 998 octets; folding earlier may tear the long ids in References apart."""


@dataclass(frozen=True)
class Mail:
    """One message of the outbox, made of one personalization.

    Not slotted, because the message is built when somebody looks: a test that sends thousands reads few.
    """

    request: Mapping[str, Any]
    """The whole body of the request."""
    index: int
    """Which of the request's personalizations this is."""
    batch: str
    """The request's `X-Message-Id`."""
    message_id: str
    """The Message-ID that the message leaves with, in angle brackets."""
    at: datetime

    @property
    def personalization(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.request["personalizations"][self.index]
        return found

    @property
    def sg_message_id(self) -> str:
        return f"{self.batch}.recvd-5b7d9c7f9-sim-1-{self.index:X}-{self.index}.0"

    @property
    def smtp_id(self) -> str:
        return self.message_id

    @property
    def custom_args(self) -> dict[str, str]:
        """The personalization's own, else those of the whole request."""
        return {**(self.request.get("custom_args") or {}), **self.personalization.get("custom_args", {})}

    @property
    def categories(self) -> tuple[str, ...]:
        return tuple(self.request.get("categories", ()))

    @property
    def recipients(self) -> tuple[str, ...]:
        """Every address that gets it: to, cc and bcc."""
        kinds = ("to", "cc", "bcc")
        return tuple(one["email"] for kind in kinds for one in self.personalization.get(kind, ()))

    @property
    def to(self) -> str:
        """The first address in To."""
        return self.recipients[0]

    @property
    def sender(self) -> str:
        """The address in From."""
        found: str = self._sender["email"]
        return found

    @property
    def subject(self) -> str:
        return self._put_in(self.personalization.get("subject") or self.request.get("subject", ""))

    @property
    def text(self) -> str | None:
        return self._content("text/plain")

    @property
    def html(self) -> str | None:
        return self._content("text/html")

    @property
    def headers(self) -> dict[str, str]:
        """The headers that the request asked for; a personalization's win."""
        return {**self.request.get("headers", {}), **self.personalization.get("headers", {})}

    @cached_property
    def message(self) -> EmailMessage:
        """The message as a mail program gets it."""
        message = EmailMessage(policy=_WIRE)
        message["From"] = _address(self._sender)
        for name in ("to", "cc"):
            if people := self.personalization.get(name):
                message[name.capitalize()] = [_address(one) for one in people]
        message["Subject"] = self.subject
        message["Date"] = format_datetime(self.at)
        message["Message-ID"] = self.message_id
        if replies := _reply_to(self.request):
            message["Reply-To"] = [_address(one) for one in replies]
        for name, value in self.headers.items():
            if name.lower() != "message-id":
                message[name] = value
        self._fill(message)
        return message

    @property
    def raw(self) -> bytes:
        """The message's octets, lines ended by CR LF."""
        return self.message.as_bytes()

    @property
    def _sender(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.personalization.get("from") or self.request["from"]
        return found

    def _content(self, kind: str) -> str | None:
        for part in self.request.get("content", ()):
            if part["type"].split(";")[0].strip().lower() == kind:
                return self._put_in(part["value"])
        return None

    def _put_in(self, text: str) -> str:
        """Replace the substitution tags; what is put in is not searched again."""
        values: Mapping[str, str] = self.personalization.get("substitutions", {})
        if not values:
            return text
        tags = sorted(values, key=len, reverse=True)
        return re.sub("|".join(re.escape(tag) for tag in tags), lambda hit: values[hit.group()], text)

    def _fill(self, message: EmailMessage) -> None:
        if self.text is not None:
            message.set_content(self.text)
        if self.html is not None and self.text is not None:
            message.add_alternative(self.html, subtype="html")
        elif self.html is not None:
            message.set_content(self.html, subtype="html")
        for part in self.request.get("attachments", ()):
            main, _, sub = part.get("type", "application/octet-stream").partition("/")
            content = base64.b64decode(part["content"])
            message.add_attachment(content, maintype=main, subtype=sub, filename=part["filename"])


def mails(request: Mapping[str, Any], batch: str, at: datetime, *, keep_message_id: bool) -> list[Mail]:
    """One mail for each personalization of an accepted request."""
    found = []
    for index, personalization in enumerate(request["personalizations"]):
        asked = {**request.get("headers", {}), **personalization.get("headers", {})}
        ours = next((value for name, value in asked.items() if name.lower() == "message-id"), None)
        own = f"<{batch}.{index}@geopod-ismtpd-1>"
        message_id = ours if keep_message_id and ours is not None else own
        found.append(Mail(request, index, batch, message_id, at))
    return found


def _address(given: Mapping[str, str]) -> Address:
    return Address(display_name=given.get("name") or "", addr_spec=given["email"])


def _reply_to(request: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    listed: Sequence[Mapping[str, str]] = request.get("reply_to_list", ())
    return [request["reply_to"]] if "reply_to" in request else listed
