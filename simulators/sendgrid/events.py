"""The bodies of the Event Webhook.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulators.sendgrid.mails import Mail

_IP = "198.51.100.7"
_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
_DETAILS: Mapping[str, Mapping[str, Any]] = {
    "processed": {},
    "delivered": {"response": "250 2.0.0 OK", "ip": _IP, "tls": 1},
    "deferred": {"response": "451 4.3.0 try again later", "attempt": "1", "ip": _IP, "tls": 1},
    "bounce": {
        "type": "bounce",
        "status": "5.1.1",
        "reason": "550 5.1.1 The email account that you tried to reach does not exist.",
        "bounce_classification": "Invalid Address",
        "ip": _IP,
        "tls": 1,
    },
    "blocked": {
        "type": "blocked",
        "reason": "unable to get mx info: no MX record found",
        "bounce_classification": "Unclassified",
        "tls": 0,
    },
    "dropped": {"reason": "Bounced Address", "status": "5.0.0"},
    "spamreport": {},
    "unsubscribe": {},
    "group_unsubscribe": {
        "asm_group_id": 1,
        "ip": _IP,
        "useragent": _AGENT,
        "url": "http://www.example.com/",
    },
    "open": {"ip": _IP, "useragent": _AGENT, "sg_machine_open": False, "sg_content_type": "html"},
    "click": {
        "ip": _IP,
        "useragent": _AGENT,
        "url": "http://www.example.com/",
        "url_offset": {"index": 0, "type": "html"},
    },
}
"""What each kind carries beside the common fields.  `blocked` is a `bounce` of that type; the real
service gives it without `status` where no server was reached."""
_WITHOUT_SMTP_ID = frozenset(["spamreport", "unsubscribe", "group_unsubscribe", "open", "click"])


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that becomes of a mail."""

    kind: str
    """A key of the table above."""
    details: Mapping[str, Any]
    """Fields to give other values than the usual ones."""


def event(mail: Mail, recipient: str, happening: Happening, at: datetime) -> dict[str, Any]:
    """One event of a batch, with the mail's custom arguments at the top level.

    Raises:
        KeyError: SendGrid knows no such kind.
    """
    kind = happening.kind
    said: dict[str, Any] = {
        **mail.custom_args,
        **_DETAILS[kind],
        "email": recipient,
        "timestamp": int(at.timestamp()),
        "event": "bounce" if kind == "blocked" else kind,
        "sg_event_id": secrets.token_urlsafe(36),
        "sg_message_id": mail.sg_message_id,
    }
    if kind not in _WITHOUT_SMTP_ID:
        said["smtp-id"] = mail.smtp_id
    if mail.categories:
        said["category"] = list(mail.categories)
    return {**said, **happening.details}
