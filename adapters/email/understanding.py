"""What a stored mail says, from its octets alone: nothing here knows people, keys or a database.

So it can be done in a process of its own, where a mail made to hurt harms nothing else.
"""

from dataclasses import dataclass
from datetime import date

from adapters.email.absence import back_on, is_out_of_office
from adapters.email.addresses import read_answered
from adapters.email.automatic import why_automatic, why_automatic_text
from adapters.email.inbound import IncomingMail, raw_message, read_mail
from adapters.email.reading.answer import Answer, read_texts
from adapters.email.reading.remarks import split_remarks
from adapters.email.reports import is_by_server, read_report
from domain.deliveries import Kind
from domain.replies import OutOfOffice, Remark, Undelivered


@dataclass(frozen=True, slots=True)
class Understood:
    """A mail, and what it says."""

    mail: IncomingMail
    text: str = ""
    """What its writer wrote; empty where a program did."""
    remarks: tuple[Remark, ...] = ()
    """What she wrote under lines of a digest."""
    automatic: str = ""
    """Why a program wrote it; empty where a person did."""
    notice: Undelivered | OutOfOffice | None = None
    """What such a program tells, if it matters."""


def understand(stored: bytes, domain: str, day: date) -> Understood | None:
    """Read it.

    Args:
        stored: as a door has stored it.
        domain: where our own message ids are.
        day: when it arrived, to know which day `until Monday` means.

    Returns:
        None when there is no mail in it.
    """
    mail = read_mail(stored)
    if mail is None:
        return None
    if reason := why_automatic(mail):
        return _automatic(stored, mail, reason, domain, day)
    answer = read_texts(mail.texts, mail.from_name)
    if reason := why_automatic_text(answer.lines):
        return _automatic(stored, mail, reason, domain, day)
    return _written(mail, answer, domain)


def _written(mail: IncomingMail, answer: Answer, domain: str) -> Understood:
    remarks: tuple[Remark, ...] = ()
    if read_answered(mail.answers, domain).kind is Kind.DIGEST_MAIL:
        answer, remarks = split_remarks(answer, mail.from_name)
    return Understood(mail, answer.text, remarks)


def _automatic(stored: bytes, mail: IncomingMail, reason: str, domain: str, day: date) -> Understood:
    notice: Undelivered | OutOfOffice | None
    notice = read_report(raw_message(stored), domain, by_server=is_by_server(mail))
    if notice is None and is_out_of_office(mail, reason):
        said = f"{mail.subject}\n{read_texts(mail.texts, mail.from_name).reply}"
        notice = OutOfOffice(back_on(said, day))
    return Understood(mail, automatic=reason, notice=notice)
