"""Our own addresses and message ids: what a mail of ours is from, and how an answer to it is known again."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from email.utils import parseaddr
from functools import lru_cache
from typing import NamedTuple

from domain.deliveries import Kind, Ref
from domain.ports.front import MailClaim, Tokens

NAME = "donelog"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@({_LABEL}(?:\.{_LABEL})+)")
_LONGEST_LOCAL, _LONGEST_ADDRESS = 64, 254
_OURS = re.compile(r"<d\.(\d{8}-\d{1,19})\.(\d{1,2})@([^<>@\s]+)>")
_THREAD = re.compile(r"<day\.(\d{4})(\d{2})(\d{2})\.[0-9a-f]{12}@([^<>@\s]+)>")


def is_mailable(address: str) -> bool:
    """Whether mail can be sent there: the dotted form in ASCII, within the lengths of RFC 5321, 4.5.3.1.

    SendGrid's client turns anything else into an entry without an address, which costs the whole batch.
    """
    found = _ADDRESS.fullmatch(address)
    return found is not None and len(found[1]) <= _LONGEST_LOCAL and len(address) <= _LONGEST_ADDRESS


@dataclass(frozen=True, slots=True)
class MailNames:
    """Which addresses this installation has."""

    mail_domain: str | None
    """Of each person's own address, which she also gets mail from; None: all mail is from `mail_from`."""
    mail_from: str | None = None
    """`name@domain` or `Name <name@domain>`: sender of mail to whoever has no address of her own here."""
    has_mailbox: bool = False
    """Mail to `mail_from` is read, so that it can be answered."""
    plus: bool = False
    """Mail to `name+anything@domain` is read, too: gives each person an address without a domain of ours."""

    @property
    def domain(self) -> str:
        """Where message ids and lists are named.

        Raises:
            ValueError: neither a domain nor a sender is set.
        """
        domain = self.mail_domain or _name_and_address(self.mail_from)[1].rpartition("@")[2]
        if not domain:
            raise ValueError("to send mail set DONELOG_MAIL_DOMAIN or DONELOG_MAIL_FROM")
        return domain.lower()

    def own(self, tokens: Tokens, organization_id: int, person_id: int, version: int = 0) -> str | None:
        """The address that a person can always write to, and where we have a domain gets our mails from."""
        if self.mail_domain is None and not self.plus:
            return None
        local = tokens.mail_local_part(organization_id, person_id, version)
        if self.mail_domain is not None:
            return f"{local}@{self.mail_domain.lower()}"
        account, _, domain = self.shared()[1].rpartition("@")
        own = f"{account}+{local.partition('+')[2]}"
        return f"{own}@{domain.lower()}" if len(own) <= _LONGEST_LOCAL else None

    def read_own(self, tokens: Tokens, address: str) -> MailClaim | None:
        """Whose an address is that `own` gave; None when it is no such address."""
        start, _, token = address.rpartition("@")[0].partition("+")
        account = self.shared()[1].rpartition("@")[0] if self.plus else ""
        if account and start.lower() == account.lower():
            start = "done"
        return tokens.read_mail_local_part(f"{start}+{token}")

    def stop_address(self) -> str | None:
        """Where a mail that stops our mails is read; None: nowhere."""
        if self.mail_domain is not None:
            return f"{NAME}@{self.domain}"
        return self.shared()[1] if self.has_mailbox else None

    def shared(self) -> tuple[str, str]:
        """Name and address of the sender for everybody else."""
        name, address = _name_and_address(self.mail_from)
        return name or NAME, address or f"{NAME}@{self.domain}"


@lru_cache(maxsize=8)
def _name_and_address(mail_from: str | None) -> tuple[str, str]:
    """Display name and address of a setting; cached, since each mail needs it."""
    return parseaddr(mail_from or "")


def message_id(ref: Ref, kind: Kind, domain: str) -> str:
    """The Message-ID of a delivery: the same however often it is tried, so mail programs fold doubles."""
    return f"<d.{ref}.{int(kind)}@{domain}>"


def day_thread(day: date, own_address: str) -> str:
    """The id of an imaginary mail that all mails of one person's day answer, so that they are one thread."""
    mark = hashlib.sha256(own_address.encode()).hexdigest()[:12]
    return f"<day.{day.isoformat().replace('-', '')}.{mark}@{own_address.rpartition('@')[2]}>"


class Answered(NamedTuple):
    """The mail of ours that an answer refers to."""

    message_id: str = ""
    """The one it answers, empty when it names none."""
    kind: Kind | None = None
    """What that one was sent for."""
    day: date | None = None
    """The day of the question that it answers, directly or further up the thread."""


def read_answered(named: Sequence[str], domain: str) -> Answered:
    """Which of our mails is named by the ids of In-Reply-To and References, nearest first."""
    nearest = ""
    nearest_kind: Kind | None = None
    question: date | None = None
    thread: date | None = None
    for each in dict.fromkeys(named):  # most answers name it in both headers
        if (found := _ours(each, domain)) is not None:
            ref, kind = found
            nearest, nearest_kind = (nearest, nearest_kind) if nearest else (each, kind)
            question = question or (ref.day if kind is Kind.PROMPT else None)
        elif thread is None:
            thread = _thread_day(each, domain)
    return Answered(nearest, nearest_kind, question or thread)


def is_ours(named: str, domain: str) -> bool:
    """Whether a Message-ID is that of a delivery of ours."""
    return _ours(named, domain) is not None


def _ours(named: str, domain: str) -> tuple[Ref, Kind] | None:
    found = _OURS.fullmatch(named)
    if found is None or found[3].lower() != domain:
        return None
    try:
        return Ref.parse(found[1]), Kind(int(found[2]))
    except ValueError:
        return None


def _thread_day(named: str, domain: str) -> date | None:
    found = _THREAD.fullmatch(named)
    if found is None or found[4].lower() != domain:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
