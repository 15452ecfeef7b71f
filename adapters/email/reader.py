"""A stored mail as a request: whose it is, which day it is for, and what it says."""

import hashlib
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from adapters.email.addresses import MailNames
from adapters.email.understanding import Letterhead, Question, Understood
from domain.commands import Origin, Request, StopMail, Surface
from domain.dones import clean_text
from domain.messages import Reply
from domain.people import Address, Channel, Profile, name_in
from domain.ports.front import MailClaim, Reading, Tokens
from domain.ports.inbox import InboxItem

_LONGEST_DELAY = timedelta(days=4)
"""SendGrid tries for three days to hand a mail over."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_IN_SUBJECT = re.compile(
    rf"\b({'|'.join(_WEEKDAYS)}) (\d{{1,2}}) ({'|'.join(_MONTHS)})\b(?! \d)", re.IGNORECASE
)
_UNSUBSCRIBE = re.compile(r"unsubscribe ([A-Za-z0-9_.-]{1,100})", re.IGNORECASE)


class Unreadable(Exception):  # noqa: N818 -- it says what the item is, for the log
    """The stored post holds no mail; it stays, to be looked at."""


Engine = Callable[[Sequence[Question]], Awaitable[Sequence[Understood | Exception | None]]]
"""What `adapters.email.understanding.understand` tells of each, wherever it is done, or what went wrong."""


class MailReader:
    """Understands mails.

    Args:
        tokens: Reads reply addresses and signed commands.
        names: Our own addresses, to know answers to mails of ours.
        engine: Finds out what a mail says.
    """

    def __init__(self, tokens: Tokens, names: MailNames, engine: Engine) -> None:
        self._tokens = tokens
        self._names = names
        self._engine = engine

    async def read(self, item: InboxItem) -> Reading:
        """What the mail asks.

        Raises:
            Unreadable: there is no mail in it.
            MailTooHard: it takes too long or too much to read.
        """
        [outcome] = await self.read_all([item])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def read_all(self, items: Sequence[InboxItem]) -> Sequence[Reading | Exception]:
        """What each asks, or what `read` would raise of it."""
        domain = self._names.domain
        found = await self._engine([(item.raw, domain, item.at.date()) for item in items])
        return [self._outcome(each, item) for each, item in zip(found, items, strict=True)]

    def _outcome(self, found: Understood | Exception | None, item: InboxItem) -> Reading | Exception:
        if isinstance(found, Exception):
            return found
        if found is None:
            return Unreadable("the post has neither of the fields `email` and `headers`")
        try:
            return self._reading(found, item)
        except Exception as error:  # noqa: BLE001 -- one bad mail stops no other
            return error

    def _reading(self, found: Understood, item: InboxItem) -> Reading:
        head = found.head
        if (stop := self._stop(head, item)) is not None:
            return Reading(stop)
        if found.automatic:
            return self._automatic(found, item)
        if self._is_ours(head):
            return Reading(None, "automatic: it is from an address of ours")
        text = clean_text(found.text)
        said = "\n".join((text, *(remark.text for remark in found.remarks)))
        origin = self._origin(head, item, said if found.remarks else text)
        return Reading(Request(origin, text=text, remarks=found.remarks))

    def _automatic(self, found: Understood, item: InboxItem) -> Reading:
        """By a program: that a mail did not arrive, or that its owner is away; of all else nothing comes."""
        if found.notice is None or self._is_ours(found.head):
            return Reading(None, found.automatic)
        origin = self._origin(found.head, item, found.automatic)
        return Reading(Request(origin, found.notice), found.automatic)

    async def profile(self, address: Address) -> Profile:
        """What an address itself tells: a name made of its local part."""
        return Profile(name_in(address.external_id))

    async def answer_late(self, item: InboxItem, reply: Reply) -> None:
        """Nothing: mails are answered by deliveries."""

    def _origin(self, head: Letterhead, item: InboxItem, text: str) -> Origin:
        claim = self._claim(head)
        at = _arrived(head, item.at)
        return Origin(
            address=Address(Channel.EMAIL, head.from_address),
            surface=Surface.MAIL,
            at=at,
            source_ref=_source_ref(head, claim, text),
            answers=head.answers,
            answer_to=head.message_id,
            prompt_day=head.answered_day or day_in_subject(head.subject, at.date()),
            organization_id=claim.organization_id if claim else None,
            person_id=claim.person_id if claim else None,
            claimed_by_token=claim is not None,
            address_version=claim.version if claim else 0,
            aligned=head.aligned,
            profile=Profile(clean_text(head.from_name)) if head.from_name else None,
            inbox=item.ref,
        )

    def _claim(self, head: Letterhead) -> MailClaim | None:
        """Organization and person of the reply address it came to."""
        for address in head.to:
            found = self._names.read_own(self._tokens, address)
            if found is not None:
                return found
        return None

    def _stop(self, head: Letterhead, item: InboxItem) -> Request | None:
        """The signed command in the subject that our List-Unsubscribe header asks mail programs to send."""
        found = _UNSUBSCRIBE.fullmatch(head.subject.strip())
        signed = self._tokens.read_command(found[1]) if found else None
        if signed is None or not isinstance(signed.command, StopMail):
            return None
        origin = Origin(
            address=Address(Channel.EMAIL, head.from_address),
            surface=Surface.WEB,  # the link of the same mail, pressed by a mail program
            at=item.at,
            organization_id=signed.organization_id,
            person_id=signed.person_id,
            inbox=item.ref,
        )
        return Request(origin, signed.command)

    def _is_ours(self, head: Letterhead) -> bool:
        """Whoever owns the account of our mailbox may be a member: her own mails are told from ours by id."""
        if head.is_by_us or self._names.read_own(self._tokens, head.from_address) is not None:
            return True
        return not self._names.has_mailbox and head.from_address == self._names.shared()[1].lower()


def day_in_subject(subject: str, near: date) -> date | None:
    """The day in a subject of ours, `(Tue 24 Nov)`: the year is the one in which the weekday fits.

    A question is never of a day to come; `near`, in UTC, may lag a day behind her clock.
    """
    found = _DAY_IN_SUBJECT.search(subject)
    if found is None:
        return None
    weekday = _WEEKDAYS.index(found[1].lower())
    month = _MONTHS.index(found[3].lower()) + 1
    days = _in_years(near.year, month, int(found[2]))
    fitting = [day for day in days if day.weekday() == weekday and day <= near + timedelta(days=1)]
    return min(fitting, key=lambda day: abs(day - near), default=None)


def _in_years(year: int, month: int, day: int) -> Iterator[date]:
    for each in (year - 1, year, year + 1):
        try:
            yield date(each, month, day)
        except ValueError:
            continue


def _arrived(head: Letterhead, stored_at: datetime) -> datetime:
    """When SendGrid received it, if it says so: it may have tried for days to hand it over."""
    said = head.passed_on_at
    return said if said is not None and timedelta(0) <= stored_at - said <= _LONGEST_DELAY else stored_at


def _source_ref(head: Letterhead, claim: MailClaim | None, text: str) -> str:
    """Names the mail: reply address, Message-ID and text together.

    The Message-ID alone would let an outsider who guesses it come first and keep the real mail out.
    """
    whose = f"{claim.organization_id}:{claim.person_id}" if claim else head.from_address
    rest = head.message_id or head.written
    parts = "\0".join((whose, rest, " ".join(text.split())))
    return "mail:" + hashlib.sha256(parts.encode("utf-8", "replace")).hexdigest()[:40]
