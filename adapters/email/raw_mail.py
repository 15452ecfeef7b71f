"""Packs a whole message, with its envelope and proofs, as SendGrid's raw mode posts it.

So there is one form of stored mail, and one reader, whichever door it came through.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.email.forms import pack
from domain.ports.inbox import Arrival, Lane, Source

MOST_BYTES = 30 * 1024 * 1024
"""Of one message, as much as SendGrid passes on."""


def arrival_of(
    raw: bytes, at: datetime, sender: str | None, recipients: Sequence[str], proofs: Mapping[str, str]
) -> Arrival:
    """What is stored of a message.

    Args:
        raw: the message as it came.
        at: when it came.
        sender: the envelope's; None when it is not known.
        recipients: the envelope's.
        proofs: the fields `SPF` and `dkim`, in SendGrid's words, as far as somebody trusted gives them.
    """
    envelope = {"to": list(recipients), **({} if sender is None else {"from": sender})}
    boundary = secrets.token_hex(16)  # drawn after the message was written: nobody can end a field early
    fields = {"envelope": json.dumps(envelope).encode(), "charsets": b"{}"}
    fields |= {name: value.encode() for name, value in proofs.items()}
    body = b"".join(_field(boundary, name, value) for name, value in [*fields.items(), ("email", raw)])
    stored = pack(f"multipart/form-data; boundary={boundary}", body + f"--{boundary}--\r\n".encode())
    key = "mail:" + hashlib.sha256(b"\0".join((raw, *(each.encode() for each in recipients)))).hexdigest()
    return Arrival(Source.MAIL_RAW, Lane.SAID, key, stored, at)


def _field(boundary: str, name: str, value: bytes) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    return head.encode() + value + b"\r\n"
