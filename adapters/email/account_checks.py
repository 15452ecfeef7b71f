"""Whether an ordinary mail account works, for `doctor` and `setup`."""

import asyncio
import contextlib
import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib
from imapclient.exceptions import LoginError

from adapters.email.accounts import Mailbox, Server
from adapters.email.authentication import KNOWN, first_name
from adapters.email.imap_session import TROUBLE, ImapSession, in_words
from adapters.email.smtp_out import client_of

Finding = tuple[bool, str]
APP_PASSWORD = "Many providers want an app password, made in the account's security settings."  # noqa: S105 -- advice
_DEADLINE = 30.0


class NoRoundTrip(Exception):  # noqa: N818 -- what has come of a try, not a mistake
    """The mails could not be sent, or the mailbox not be read; the message says why."""


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """The result of two mails to the account itself, one of them to its plus address."""

    arrived: bool
    plus: bool
    authserv: str
    """The name under which the provider says who wrote a mail; empty when it does not."""


async def check_smtp(server: Server) -> Finding:
    """Connect and log in; nothing is sent."""
    try:
        async with asyncio.timeout(_DEADLINE), client_of(server):
            pass
    except aiosmtplib.SMTPAuthenticationError:
        return False, f"{server.host} does not take user and password of SMTP_URL. {APP_PASSWORD}"
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        return (
            False,
            f"No mail can be handed to {server.host}:{server.port} ({in_words(error)}).",
        )
    return True, f"{server.host} takes our mail."


async def check_imap(mailbox: Mailbox) -> list[Finding]:
    """Log in and open the folder."""
    return await asyncio.to_thread(_check_imap, mailbox)


def _check_imap(mailbox: Mailbox) -> list[Finding]:
    server, session = mailbox.server, ImapSession(mailbox)
    try:
        session.open()
    except TROUBLE as error:
        hint = f" {APP_PASSWORD}" if isinstance(error, LoginError) else ""
        told = f"The mailbox at {server.host}:{server.port} cannot be read ({in_words(error)}).{hint}"
        return [(False, told)]
    finally:
        session.close()
    if session.has_idle:
        return [(True, f"The mailbox at {server.host} is read, and tells of new mail at once (IDLE).")]
    return [
        (True, f"The mailbox at {server.host} is read; without IDLE, new mail is seen within half a minute.")
    ]


async def round_trip(
    server: Server, mailbox: Mailbox, address: str, at: datetime, patience: float
) -> RoundTrip:
    """Send two mails to the account, and wait until both are there, or for so many seconds.

    Raises:
        NoRoundTrip: they cannot be sent, or the mailbox cannot be read.
    """
    session = ImapSession(mailbox)
    try:
        folder = await asyncio.to_thread(session.open)
        marks = [secrets.token_hex(8) for _ in range(2)]
        local, _, domain = address.rpartition("@")
        async with client_of(server) as client:
            for mark, recipient in zip(marks, (address, f"{local}+donelog-{marks[1]}@{domain}"), strict=True):
                with contextlib.suppress(aiosmtplib.SMTPRecipientsRefused):
                    message = _test_mail(address, recipient, mark, at)
                    await client.send_message(message, sender=address, recipients=[recipient])
        found = await asyncio.to_thread(_await, session, folder.next_uid, marks, patience)
    except (aiosmtplib.SMTPException, *TROUBLE) as error:
        raise NoRoundTrip(in_words(error)) from error
    finally:
        await asyncio.to_thread(session.close)
    first = found.get(marks[0], b"")
    return RoundTrip(bool(first), marks[1] in found, KNOWN.get(mailbox.server.host) or first_name(first))


def _test_mail(address: str, recipient: str, mark: str, at: datetime) -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = address, recipient
    message["Subject"] = f"donelog is being set up ({mark})"
    message["Date"], message["Auto-Submitted"] = format_datetime(at), "auto-generated"
    message.set_content("This mail only shows that mail arrives. It can be deleted.")
    return message


def _await(session: ImapSession, next_uid: int, marks: list[str], patience: float) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    deadline = time.monotonic() + patience
    while len(found) < len(marks) and time.monotonic() < deadline:
        for uid in session.new(next_uid):
            next_uid = uid + 1
            fetched = session.fetch(uid)
            raw = fetched.raw if fetched else b""
            ours = [mark for mark in marks if f"({mark})".encode() in raw]
            found |= dict.fromkeys(ours, raw)
            session.mark_seen([uid] if ours else [])
        if len(found) < len(marks):
            session.wait(min(2.0, patience))
    return found
