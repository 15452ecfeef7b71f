"""A letter as a whole message: what a mail server is handed, where SendGrid builds it itself."""

import html
from datetime import datetime
from email import charset, policy
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime, formataddr

from adapters.email.letters import Letter
from adapters.email.render import RenderedMail

_LONGEST_LINE = 998
"""RFC 5322, 2.1.1.  Only what must be is folded: long ids and links would be broken up as encoded words."""
_POLICY = policy.compat32.clone(linesep="\r\n", max_line_length=_LONGEST_LINE)
_UTF_8 = charset.Charset("utf-8")
_UTF_8.body_encoding = charset.QP  # lines of at most 76 characters, whatever a server passes on


def message_of(mail: RenderedMail, letter: Letter, at: datetime) -> bytes:
    """The message in ASCII with the line ends of the wire; text and HTML tell the same.

    Args:
        mail: what several people get.
        letter: whose it is; its links stand in for the tags of the text.
        at: what `Date` says.
    """
    text, markup = mail.text, mail.html
    for tag, link in letter.links.items():
        text, markup = text.replace(tag, link), markup.replace(tag, html.escape(link))
    message = MIMEMultipart("alternative", policy=_POLICY)
    message["From"] = formataddr(letter.sender, "utf-8")
    message["To"] = letter.delivery.recipient.address.external_id
    message["Subject"] = _subject(mail.subject)
    message["Date"] = format_datetime(at)
    for name, value in letter.headers.items():
        message[name] = value
    message.attach(_part(text, "plain"))
    message.attach(_part(markup, "html"))
    return message.as_bytes(policy=_POLICY)


def _subject(text: str) -> str:
    if text.isascii():
        return text
    return Header(text, "utf-8", header_name="Subject").encode(linesep="\r\n")


def _part(text: str, kind: str) -> MIMENonMultipart:
    part = MIMENonMultipart("text", kind, policy=_POLICY)
    part.set_payload(text, _UTF_8)
    return part
