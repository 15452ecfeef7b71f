"""What a stored mail says, from its octets alone: nothing here knows people, keys or a database.

So it can be done in a process of its own, where a mail made to hurt harms nothing else.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from adapters.email.absence import back_on, is_out_of_office
from adapters.email.addresses import is_ours, read_answered
from adapters.email.automatic import why_automatic, why_automatic_text
from adapters.email.forms import Form, read_form, unpack
from adapters.email.inbound import IncomingMail, mail_of, message_in, passed_on_at, raw_message
from adapters.email.reading.answer import read_texts, reading_texts
from adapters.email.reading.remarks import split_remarks
from adapters.email.reading.steps import Steps, done, done_side_by_side
from adapters.email.reports import is_by_server, read_report
from adapters.email.senders import is_aligned
from domain.deliveries import Kind
from domain.replies import OutOfOffice, Remark, Undelivered


class Letterhead(NamedTuple):
    """Who wrote a mail, to whom, and which mail of ours it answers."""

    from_address: str
    from_name: str
    aligned: bool | None
    """What `is_aligned` tells."""
    to: tuple[str, ...]
    """Whom it came to: those of the envelope first, which knows best."""
    subject: str
    written: str
    """The `Date` that its writer's program has put in."""
    passed_on_at: datetime | None
    message_id: str
    is_by_us: bool
    """Its Message-ID is one of ours."""
    answers: str
    """The Message-ID of the mail of ours that it answers; empty when it names none."""
    answered_day: date | None
    """The day of the question that it answers."""


class Understood(NamedTuple):
    """A mail, and what it says: no more than goes between processes for every mail there is."""

    head: Letterhead
    text: str = ""
    """What its writer wrote; empty where a program did."""
    remarks: tuple[Remark, ...] = ()
    """What she wrote under lines of a digest."""
    automatic: str = ""
    """Why a program wrote it; empty where a person did."""
    notice: Undelivered | OutOfOffice | None = None
    """A report or absence that such a program tells of."""


Question = tuple[bytes, str, date]
"""What `understand` takes."""
Answer = Understood | str | None
"""What it tells; a string names what went wrong."""


def understand(stored: bytes, domain: str, day: date) -> Understood | None:
    """Read it.

    Args:
        stored: as a door has stored it.
        domain: where our own message ids are.
        day: when it arrived, to know which day `until Monday` means.

    Returns:
        None when there is no mail in it.
    """
    return done(_understanding(stored, domain, day))


def understand_all(questions: Sequence[Question]) -> list[Answer]:
    """The answer to each.

    They are read side by side. One after the other, sixty mails take a third longer.
    """
    return done_side_by_side(_understanding(*question) for question in questions)


def _understanding(stored: bytes, domain: str, day: date) -> Steps[Understood | None]:
    """As `understand`, in steps."""
    form = read_form(*unpack(stored))
    yield
    message = message_in(form)
    if message is None:
        return None
    yield
    mail = mail_of(form, *message)
    yield
    head, answered = _letterhead(mail, domain)
    yield
    if reason := why_automatic(mail):
        return Understood(head, automatic=reason, notice=_notice(form, mail, reason, domain, day))
    yield
    answer = yield from reading_texts(mail.texts, mail.from_name)
    yield
    if reason := why_automatic_text(answer.lines):
        return Understood(head, automatic=reason, notice=_notice(form, mail, reason, domain, day))
    remarks: tuple[Remark, ...] = ()
    if answered is Kind.DIGEST_MAIL:
        answer, remarks = split_remarks(answer, mail.from_name)
    yield
    return Understood(head, answer.text, remarks)


def _letterhead(mail: IncomingMail, domain: str) -> tuple[Letterhead, Kind | None]:
    """With what the mail that it answers was sent for."""
    answered = read_answered(mail.answers, domain)
    head = Letterhead(
        from_address=mail.from_address,
        from_name=mail.from_name,
        aligned=is_aligned(mail),
        to=(*mail.envelope_to, *mail.header_to),
        subject=mail.subject,
        written=mail.headers.line("date"),
        passed_on_at=passed_on_at(mail),
        message_id=mail.message_id,
        is_by_us=is_ours(mail.message_id, domain),
        answers=answered.message_id,
        answered_day=answered.day,
    )
    return head, answered.kind


def _notice(
    form: Form, mail: IncomingMail, reason: str, domain: str, day: date
) -> Undelivered | OutOfOffice | None:
    """What a program's mail tells, if it matters."""
    notice: Undelivered | OutOfOffice | None
    notice = read_report(raw_message(form), domain, by_server=is_by_server(mail))
    if notice is None and is_out_of_office(mail, reason):
        said = f"{mail.subject}\n{read_texts(mail.texts, mail.from_name).reply}"
        notice = OutOfOffice(back_on(said, day))
    return notice
