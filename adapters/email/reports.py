"""Reports of mail servers: a mail of ours did not arrive (RFC 3464), or somebody calls it spam (RFC 5965).

They are searched, not parsed: every server has its own idea of their structure, and nothing but three fields
and the Message-ID of the mail they are about is of use.
"""

import re

from adapters.email.addresses import is_ours
from adapters.email.automatic import Signs
from domain.dones import clean_text
from domain.replies import Undelivered

_MOST_BYTES = 256 * 1024
_FIELD = re.compile(
    r"^(action|status|final-recipient|original-recipient|diagnostic-code|feedback-type"
    r"|x-failed-recipients|original-rcpt-to):[ \t]*([^\r\n]{0,500})",
    re.IGNORECASE | re.MULTILINE,
)
_ID = re.compile(r"<d\.\d{8}-\d{1,19}\.\d{1,2}@[^<>@\s]{1,253}>")
_DEAD = re.compile(r"5\.(?:1\.\d{1,3}|2\.1)\b")
"""No such address, no such domain, mailbox closed: RFC 3463, 3.2 and 3.3."""
_REFUSED = re.compile(r"5\.\d{1,3}\.\d{1,3}\b")
_ANSWER = re.compile(r"\b5\d\d[ -]#?(5\.\d{1,3}\.\d{1,3})\b|\(#(5\.\d{1,3}\.\d{1,3})\)")
"""A server's answer, as reports quote it in their words for people."""
_DELAYED = re.compile(r"^subject:[^\r\n]{0,200}\bdelay", re.IGNORECASE | re.MULTILINE)
_SERVERS = ("mailer-daemon", "postmaster", "mail-daemon", "mailerdaemon", "mdaemon")
_SAYS_SO = re.compile(r"\b550\b.{0,80}(?:user unknown|no such user|does not exist)", re.IGNORECASE)


def is_by_server(mail: Signs) -> bool:
    """Whether a mail server wrote it, and no program that answers for a person."""
    local = mail.from_address.partition("@")[0]
    return mail.envelope_from == "" and (mail.headers.content_type == "multipart/report" or local in _SERVERS)


def read_report(raw: bytes, domain: str, *, by_server: bool = False) -> Undelivered | None:
    """What a report says of a mail of ours; None when it is none, or is of something that will pass.

    Args:
        raw: The whole message.
        domain: Of our Message-IDs.
        by_server: A mail server wrote it, so that its words count where its part for programs is missing.
    """
    text = raw[:_MOST_BYTES].decode("latin-1")
    ours = [found for found in _ID.findall(text) if is_ours(found, domain)]
    if not ours:
        return None
    fields: dict[str, str] = {}
    for name, value in _FIELD.findall(text):
        fields.setdefault(name.lower(), value.strip())
    answer = _ANSWER.search(text) if by_server and "action" not in fields else None
    if answer:
        fields |= {"action": "failed", "status": answer[1] or answer[2]}
    elif _DELAYED.search(text):
        fields.pop("x-failed-recipients", None)
    what = _what(fields)
    if not what:
        return None
    reason = clean_text(fields.get("diagnostic-code") or fields.get("status") or what)
    return Undelivered(ours[0], what, _address(fields), reason[:200])


def _what(fields: dict[str, str]) -> str:
    if "feedback-type" in fields:
        return "complained" if fields["feedback-type"].lower() in {"abuse", "fraud"} else ""
    if "x-failed-recipients" in fields and "action" not in fields:
        return "bounced"
    if fields.get("action", "").lower() != "failed":
        return ""
    status = fields.get("status", "")
    if _DEAD.match(status) or _SAYS_SO.search(fields.get("diagnostic-code", "")):
        return "bounced"
    return "blocked" if _REFUSED.match(status) else ""


def _address(fields: dict[str, str]) -> str:
    names = ("final-recipient", "original-recipient", "original-rcpt-to", "x-failed-recipients")
    said = next((fields[name] for name in names if fields.get(name)), "")
    return said.rpartition(";")[2].strip(" <>").lower()[:254]
