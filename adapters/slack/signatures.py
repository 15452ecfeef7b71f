"""Whether a request is from Slack.

Stands in front of Bolt, whose own check answers malformed headers with an error page and logs the body of
what it refuses.  https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from datetime import datetime

WINDOW_SECONDS = 300
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def refusal(secrets: Sequence[str], timestamp: str, signature: str, body: bytes, now: datetime) -> str:
    """Why the request is not taken; empty when it is from Slack and fresh.

    Args:
        secrets: signing secrets; several are valid while one takes the other's place.
        timestamp: the header `X-Slack-Request-Timestamp`.
        signature: the header `X-Slack-Signature`.
        body: the raw bytes, before anything decodes them.
        now: real time, since Slack signs with it.

    Never raises, whatever the headers hold, and its answer repeats nothing of the request.
    """
    if not _TIMESTAMP.fullmatch(timestamp):
        return "malformed timestamp"
    if not _SIGNATURE.fullmatch(signature):
        return "malformed signature"
    if abs(now.timestamp() - int(timestamp)) > WINDOW_SECONDS:
        return "too old or from the future"
    signed = b"v0:" + timestamp.encode() + b":" + body
    matches = [hmac.compare_digest(_sign(secret, signed), signature) for secret in secrets]
    return "" if any(matches) else "wrong signature"


def _sign(secret: str, signed: bytes) -> str:
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
