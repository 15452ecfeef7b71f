"""Reads SendGrid's events about mails that it accepted as `DeliveryEvent`s.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from domain.deliveries import Ref
from domain.delivery_events import DeliveryEvent, EventKind
from domain.dones import clean_text

_KINDS: Mapping[str, EventKind] = {
    "processed": EventKind.PROCESSED,
    "delivered": EventKind.DELIVERED,
    "bounce": EventKind.BOUNCED,
    "dropped": EventKind.DROPPED,
    "spamreport": EventKind.COMPLAINED,
    "unsubscribe": EventKind.UNSUBSCRIBED,
    "group_unsubscribe": EventKind.UNSUBSCRIBED,
}
"""Everything else (deferred, open, click, what comes tomorrow) is OTHER."""
_SUPPRESSED = frozenset(
    {
        "bounced address",
        "invalid",
        "spam reporting address",
        "unsubscribed address",
    }
)
"""Reasons for a drop which mean that SendGrid suppresses the address.

https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/event#dropped
"""
_LONGEST_ID = 100
_LARGEST_ID = 2**63 - 1
_LONGEST_REASON = 500
_MILLISECONDS = 100_000_000_000
"""A timestamp above this is in milliseconds: as seconds it would be in the year 5138."""


def read_events(body: bytes, now: datetime) -> list[DeliveryEvent]:
    """The events of one post, in its order; entries that are no objects are left out.

    Raises:
        ValueError: it is no JSON array.
    """
    try:
        decoded = json.loads(body)
    except RecursionError as error:
        raise ValueError("nested without end") from error
    if not isinstance(decoded, list):
        raise ValueError("a post of the Event Webhook is an array")  # noqa: TRY004 -- what was sent is wrong
    return [_event(each, now) for each in decoded if isinstance(each, dict)]


def _event(said: Mapping[str, Any], now: datetime) -> DeliveryEvent:
    return DeliveryEvent(
        event_id=_event_id(said),
        kind=_kind(said),
        ref=_ref(said.get("delivery")),
        address=_words(said.get("email"), 254).lower(),
        at=_at(said.get("timestamp"), now),
        reason=_words(said.get("reason") or said.get("response"), _LONGEST_REASON),
    )


def _kind(said: Mapping[str, Any]) -> EventKind:
    word = said.get("event")
    if word == "bounce" and said.get("type") == "blocked":
        return EventKind.BLOCKED  # refused this once: the address itself is not dead
    if word == "dropped" and str(said.get("reason")).lower() in _SUPPRESSED:
        return EventKind.SUPPRESSED
    return _KINDS.get(word, EventKind.OTHER) if isinstance(word, str) else EventKind.OTHER


def _event_id(said: Mapping[str, Any]) -> str:
    given = _words(said.get("sg_event_id"), _LONGEST_ID + 1)
    if given and len(given) <= _LONGEST_ID:
        return given
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _ref(given: object) -> Ref | None:
    """The delivery that our custom argument names; None for mails that are not from here."""
    if not isinstance(given, str):
        return None
    try:
        found = Ref.parse(given)
    except ValueError:
        return None
    return found if 0 < found.id <= _LARGEST_ID else None


def _at(given: object, now: datetime) -> datetime:
    try:
        seconds = float(given) if isinstance(given, int | float | str) else None
        if seconds is None:
            return now
        return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return now


def _words(given: object, longest: int) -> str:
    return " ".join(clean_text(given).split())[:longest] if isinstance(given, str) else ""
