"""A stored post of Inbound Parse, read: who wrote to whom, what about, and the texts.

Nothing here raises on what a mail holds; what cannot be read is empty.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from email.utils import getaddresses
from functools import lru_cache, partial
from typing import Any, NamedTuple

from adapters.email.addresses import is_mailable
from adapters.email.authentication import REFUSED, is_refused_by_sendgrid
from adapters.email.forms import Form, read_form, unpack
from adapters.email.mime import LONGEST_TEXT, Head, Texts, decoded_words, read_headers, read_message

_MOST_IDS = 50
_MOST_ADDRESSES = 100
_MOST_COMMENTS = 20
"""Parentheses in an address header; Python's parser recurses into each."""
_PLAIN_ADDRESS = re.compile(r"(?:(\w+(?: \w+)*) )?<([\w+-]+(?:\.[\w+-]+)*@[\w-]+(?:\.[\w-]+)*)>", re.ASCII)
"""Nearly every one that a mail program writes; Python's parser goes through it letter by letter."""
_ID = re.compile(r"<[^<>\s]{1,900}>")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(
    rf"(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d\d):(\d\d):(\d\d) ([+-]\d\d)(\d\d)", re.ASCII
)
_TO_HEADERS = ("to", "cc", "delivered-to", "x-original-to", "x-forwarded-to", "envelope-to")


class IncomingMail(NamedTuple):
    envelope_from: str | None
    """Lower case; empty for the null sender of reports, None when it is not told."""
    envelope_to: tuple[str, ...]
    header_to: tuple[str, ...]
    from_address: str
    """Lower case; empty when there is none or more than one."""
    from_name: str
    subject: str
    message_id: str
    answers: tuple[str, ...]
    """The ids of In-Reply-To, then those of References from the nearest up."""
    texts: Texts
    headers: Head
    spf: str
    """SendGrid's word for the envelope's sender, lower case: `pass`, `fail`, ... or empty."""
    dkim: Mapping[str, str]
    """SendGrid's word by signing domain; empty when it names none."""
    is_refused: bool = False
    """DMARC fails, and the domain of From wants such mail refused."""


def read_mail(stored: bytes) -> IncomingMail | None:
    """The mail in what was stored of a post; None when there is none in it."""
    form = read_form(*unpack(stored))
    message = message_in(form)
    return None if message is None else mail_of(form, *message)


def message_in(form: Form) -> tuple[Head, Texts] | None:
    """Headers and texts of the mail in the fields of a post; None when there is none in them."""
    raw = form.octets("email")
    if raw is not None:
        return read_message(raw)
    block = form.octets("headers")
    return None if block is None else (read_headers(block), _parsed_texts(form))


def mail_of(form: Form, head: Head, texts: Texts) -> IncomingMail:
    """What its headers and the other fields of the post tell of a mail."""
    from_name, from_address = _sender(head.lines("from"))
    envelope_from, envelope_to = _envelope(form.json("envelope"))
    return IncomingMail(
        envelope_from=envelope_from,
        envelope_to=envelope_to,
        header_to=_recipients(head),
        from_address=from_address,
        from_name=from_name,
        subject=decoded_words(head.line("subject")),
        message_id=(_ids(head.lines("message-id")) or [""])[0],
        answers=(*_ids(head.lines("in-reply-to")), *reversed(_ids(head.lines("references")))),
        texts=texts,
        headers=head,
        spf=(form.proof("SPF") or "").strip().lower(),
        dkim=_dkim(form.proof("dkim") or ""),
        is_refused=form.proof("dmarc") == REFUSED or is_refused_by_sendgrid(head),
    )


def raw_message(form: Form) -> bytes:
    """The whole message in the fields of a post; where it came taken apart its headers, report and text."""
    parts = (form.octets("headers"), form.report(), form.octets("text"))
    return form.octets("email") or b"\n\n".join(part for part in parts if part)


def passed_on_at(mail: IncomingMail) -> datetime | None:
    """When the last server before us says that it received the mail; None when it does not say."""
    said = mail.headers.line("received")
    dates = _DATE.findall(said.rpartition(";")[2]) or _DATE.findall(said)
    if not dates:
        return None
    day, month, year, hour, minute, second, hours, minutes = dates[-1]
    try:
        return datetime(
            *(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second)),
            tzinfo=_zone(hours, minutes),
        )
    except ValueError:
        return None


@lru_cache(maxsize=100)
def _zone(hours: str, minutes: str) -> timezone:
    return timezone(timedelta(hours=int(hours), minutes=int(hours[0] + minutes)))


def _parsed_texts(form: Form) -> Texts:
    plain, html = form.text("text") or "", form.text("html") or ""
    return Texts(_shortened(plain), partial(_shortened, html))


def _shortened(text: str) -> str:
    return text.replace("\r\n", "\n")[:LONGEST_TEXT]


def _envelope(said: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    sender, recipients = said.get("from"), said.get("to")
    to = recipients if isinstance(recipients, list) else [recipients]
    listed = [each.strip().lower() for each in to[:_MOST_ADDRESSES] if isinstance(each, str)]
    return (sender.strip().strip("<>").lower() if isinstance(sender, str) else None), tuple(listed)


def _sender(values: Sequence[str]) -> tuple[str, str]:
    """Name and address of the one sender; two are nobody."""
    if len(values) != 1:
        return "", ""
    pairs = _pairs(values)
    addresses = {address.lower() for _, address in pairs}
    if len(addresses) != 1:  # `ana@example.com <ana@example.com>`, unquoted, reads as the same one twice
        return "", ""
    address = addresses.pop()
    return decoded_words(pairs[-1][0])[:200], address if is_mailable(address) else ""


def _recipients(head: Head) -> tuple[str, ...]:
    values = [value for name in _TO_HEADERS if name in head.names for value in head.lines(name)]
    return tuple(address.lower() for _, address in _pairs(values) if "@" in address)[:_MOST_ADDRESSES]


def _pairs(values: Sequence[str]) -> list[tuple[str, str]]:
    plain = [found for each in values if (found := _PLAIN_ADDRESS.fullmatch(each))]
    if len(plain) == len(values):
        return [(found[1] or "", found[2]) for found in plain]
    try:
        return getaddresses([value for value in values if value.count("(") <= _MOST_COMMENTS])
    except (ValueError, IndexError, RecursionError):
        return []


def _ids(values: Iterable[str]) -> list[str]:
    return [found for value in values for found in _ID.findall(value)][-_MOST_IDS:]


def _dkim(said: str) -> dict[str, str]:
    """`{@example.com : pass, @other.example : fail}`, which is not JSON; `none` names nobody."""
    found: dict[str, str] = {}
    for each in said[:4096].strip().strip("{}").split(","):
        domain, colon, verdict = each.rpartition(":")
        name = domain.strip().lower().removeprefix("@")
        if colon and name:
            # Of two verdicts for one domain the better one counts, as DMARC has it.
            found[name] = "pass" if "pass" in (verdict.strip().lower(), found.get(name)) else verdict.strip()
    return found
