"""Deliveries as letters, and letters that read alike as batches: one request to SendGrid carries many.

Only links differ between people who are told the same.  They stand in the text as tags, which SendGrid
replaces for each recipient (https://www.twilio.com/docs/sendgrid/for-developers/sending-email/substitution-tags).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.utils import formataddr

from adapters.email.addresses import NAME, MailNames, day_thread, is_mailable, message_id
from adapters.email.render import Links, RenderedMail, render
from domain.commands import Command, StopMail
from domain.deliveries import Delivery, Kind, Never, RefusalScope
from domain.messages import Message
from domain.ports.front import Tokens

_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_LARGEST_ID = 2**63 - 1
_LISTS = {Kind.PROMPT: "prompts", Kind.DIGEST: "digests", Kind.DIGEST_MAIL: "digests"}


@dataclass(frozen=True, slots=True)
class Letter:
    """The part of a request that is one recipient's own."""

    place: int
    """Its index among the deliveries."""
    delivery: Delivery
    sender: tuple[str, str]
    """Name and address."""
    message_id: str
    headers: dict[str, str]
    links: dict[str, str]
    """By tag, the link that is put in its place in the text."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Letters with the same text, no two to one address; one request."""

    mail: RenderedMail
    letters: tuple[Letter, ...]


@dataclass(slots=True)
class _Sheet:
    """A rendered text with tags in place of links, and the letters that share it."""

    mail: RenderedMail
    tags: dict[str, Command | None]
    """By tag, the command of its link; None: the link that stops these mails."""
    letters: list[Letter] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Signed:
    """Signed addresses and links that a letter uses in several places."""

    own: str | None
    """The person's own address with us."""
    sender: tuple[str, str]
    """Name and address."""
    stop: str
    """The page that stops these mails, or the mail that does where there are no pages; empty: neither."""
    stop_by_mail: str


class _Alike:
    """Gives equal messages the same number; that of the call before is known by identity."""

    def __init__(self) -> None:
        self._numbers: dict[Message, int] = {}
        self._of_object: dict[int, int] = {}

    def number(self, message: Message) -> int:
        found = self._of_object.get(id(message))
        if found is None:
            found = self._of_object[id(message)] = self._numbers.setdefault(message, len(self._numbers))
        return found


class Writer:
    """Turns deliveries into batches.

    Args:
        names: Our addresses.
        public_url: Where our pages are; None: nowhere, and mails have no links.
        tokens: Signs links and reply addresses.
    """

    def __init__(self, names: MailNames, public_url: str | None, tokens: Tokens) -> None:
        self._names = names
        self._url = public_url.rstrip("/") if public_url else None
        self._tokens = tokens

    def write(self, deliveries: Sequence[Delivery]) -> tuple[list[Batch], dict[int, Never]]:
        """The batches, and the places of those deliveries that cannot be sent at all."""
        sheets: dict[tuple[int, bool, str], _Sheet] = {}
        refused: dict[int, Never] = {}
        alike = _Alike()
        for place, delivery in enumerate(deliveries):
            if delivery.message is None:
                refused[place] = Never("nothing to mark in a mail")
            elif not is_mailable(delivery.recipient.address.external_id):
                refused[place] = Never("not an address that mail can be sent to", RefusalScope.ADDRESS)
            else:
                signed = self._signed(delivery)
                key = (alike.number(delivery.message), bool(signed.stop), signed.sender[1].rpartition("@")[2])
                sheet = sheets.get(key)
                if sheet is None:
                    sheet = sheets[key] = self._sheet(delivery.message, has_stop=bool(signed.stop))
                sheet.letters.append(self._letter(place, delivery, signed, sheet))
        return [batch for sheet in sheets.values() for batch in _batches(sheet)], refused

    def _sheet(self, message: Message, *, has_stop: bool) -> _Sheet:
        mark = _unused_mark(message)
        tags: dict[str, Command | None] = {}

        def tag(command: Command | None) -> str:
            if command is not None and not self._fits(command):
                return ""
            made = f"%{mark}{len(tags)}%"
            tags[made] = command
            return made

        act: Callable[[Command], str] | None = tag if self._url else None
        mail = render(message, Links(act, tag(None) if has_stop else ""))
        return _Sheet(mail, tags)

    def _fits(self, command: Command) -> bool:
        """Whether the command fits into a link: a long search does not, and is typed instead."""
        try:
            self._tokens.sign_command(_LARGEST_ID, _LARGEST_ID, command)
        except ValueError:
            return False
        return True

    def _signed(self, delivery: Delivery) -> _Signed:
        own = None
        if delivery.person_id is not None:
            own = self._names.own(
                self._tokens, delivery.organization_id, delivery.person_id, delivery.address_version
            )
        if own is not None and self._names.mail_domain is not None:
            sender = (NAME, own)
        else:  # an ordinary account may not send from any other address
            sender = self._names.shared()
        token = self._stop_token(delivery)
        by_mail = self._stop_mail(token) if token else ""
        page = f"{self._url}/unsubscribe/{token}" if token and self._url else ""
        return _Signed(own, sender, page or by_mail, by_mail)

    def _letter(self, place: int, delivery: Delivery, signed: _Signed, sheet: _Sheet) -> Letter:
        own, sender = signed.own, signed.sender
        links = {
            tag: signed.stop if command is None else self._act(delivery, command)
            for tag, command in sheet.tags.items()
        }
        own_id = message_id(delivery.ref, delivery.kind, self._names.domain)
        headers = self._headers(delivery, own or sender[1], own_id, signed)
        if own is not None and own != sender[1]:
            headers["Reply-To"] = formataddr((sender[0], own))
        return Letter(place, delivery, sender, own_id, headers, links)

    def _act(self, delivery: Delivery, command: Command) -> str:
        token = self._tokens.sign_command(delivery.organization_id, delivery.person_id, command)
        return f"{self._url}/do/{token}"

    def _stop_token(self, delivery: Delivery) -> str:
        identity_id = delivery.recipient.identity_id
        if not delivery.unsubscribe or identity_id is None:
            return ""
        return self._tokens.sign_command(delivery.organization_id, delivery.person_id, StopMail(identity_id))

    def _stop_mail(self, token: str) -> str:
        address = self._names.stop_address()
        return f"mailto:{address}?subject=unsubscribe%20{token}" if address else ""

    def _headers(self, delivery: Delivery, own_address: str, own_id: str, signed: _Signed) -> dict[str, str]:
        headers = {
            "Message-ID": own_id,
            "Auto-Submitted": "auto-replied" if delivery.kind is Kind.REPLY else "auto-generated",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
        }
        if _ID.fullmatch(delivery.answers):
            headers["In-Reply-To"] = headers["References"] = delivery.answers
        elif delivery.kind is Kind.PROMPT:
            headers["References"] = day_thread(delivery.day, own_address)
        if delivery.kind in _LISTS:
            headers["List-Id"] = f"{NAME} <{_LISTS[delivery.kind]}.{self._names.domain}>"
        return headers | (self._stop_headers(signed) if signed.stop else {})

    def _stop_headers(self, signed: _Signed) -> dict[str, str]:
        """RFC 2369 and, where there is a page, RFC 8058: one click, by POST."""
        ways = ", ".join(f"<{way}>" for way in dict.fromkeys((signed.stop, signed.stop_by_mail)) if way)
        one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if self._url else {}
        return {"List-Unsubscribe": ways, **one_click}


def _batches(sheet: _Sheet) -> list[Batch]:
    """A request takes each address once: the same person in two organizations gets two."""
    rows: list[dict[str, Letter]] = []
    for letter in sheet.letters:
        address = letter.delivery.recipient.address.external_id.lower()
        row = next((each for each in rows if address not in each), None)
        if row is None:
            rows.append({address: letter})
        else:
            row[address] = letter
    return [Batch(sheet.mail, tuple(row.values())) for row in rows]


def _unused_mark(message: Message) -> str:
    """A beginning for tags that does not occur in the text."""
    said = repr(message)
    number = 0
    while f"%donelog{number}." in said:
        number += 1
    return f"donelog{number}."
