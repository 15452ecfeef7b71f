"""Whether a post really comes from SendGrid.

The Event Webhook and Inbound Parse sign alike: ECDSA over P-256 and SHA-256, over the timestamp followed,
without a delimiter, by the raw body
(https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features,
https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/securing-your-parse-webhooks).
SendGrid's own helper wants text, takes any timestamp and raises on odd input, so it is not used.
"""

import base64
import hmac
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

SIGNATURE_HEADER = "X-Twilio-Email-Event-Webhook-Signature"
TIMESTAMP_HEADER = "X-Twilio-Email-Event-Webhook-Timestamp"
WINDOW = timedelta(minutes=5)
_ALGORITHM = ec.ECDSA(SHA256())
_TIMESTAMP = re.compile("[0-9]{10}")
"""Exactly ten digits: without a delimiter a longer or shorter one could borrow from the body."""


class Verifier:
    """Checks signatures against one or several public keys, several while a key is being replaced.

    Args:
        keys: As SendGrid shows them: base64 of DER.

    Raises:
        ValueError: one of them is no such key.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = tuple(_load(key) for key in keys)

    def __bool__(self) -> bool:
        return bool(self._keys)

    def proves(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether one of the keys signed this body; False for whatever is malformed."""
        timestamp, signature = headers.get(TIMESTAMP_HEADER, ""), headers.get(SIGNATURE_HEADER, "")
        if _TIMESTAMP.fullmatch(timestamp) is None:
            return False
        try:
            decoded = base64.b64decode(signature, validate=True)
        except ValueError:
            return False
        signed = timestamp.encode("ascii") + body
        return any(_verifies(key, decoded, signed) for key in self._keys)


def is_fresh(headers: Mapping[str, str], now: datetime) -> bool:
    """Whether the signed timestamp is at most five minutes from `now`, which is real time."""
    timestamp = headers.get(TIMESTAMP_HEADER, "")
    if _TIMESTAMP.fullmatch(timestamp) is None:
        return False
    return abs(now - datetime.fromtimestamp(int(timestamp), UTC)) <= WINDOW


def same_secret(given: str, wanted: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode("utf-8"))


def _load(key: str) -> ec.EllipticCurvePublicKey:
    try:
        loaded = load_der_public_key(base64.b64decode("".join(key.split()), validate=True))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ValueError("not a public key as SendGrid shows it (base64, one line)") from error
    if not isinstance(loaded, ec.EllipticCurvePublicKey) or not isinstance(loaded.curve, ec.SECP256R1):
        raise ValueError("a public key of SendGrid's is of the kind ECDSA P-256; this one is not")  # noqa: TRY004 -- the value is wrong, not its type
    return loaded


def _verifies(key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed, _ALGORITHM)
    except InvalidSignature:
        return False
    return True
