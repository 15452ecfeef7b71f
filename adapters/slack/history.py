"""Whether a message arrived, by the conversation's history: its metadata says which delivery it is.

https://docs.slack.dev/messaging/message-metadata
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError

from adapters.slack.api import SlackApi
from adapters.slack.outcomes import TROUBLE, error_code, in_words, outcome_of
from domain.deliveries import Delivery, Kind, Later
from domain.doubts import Absent, Doubt, Evidence, Found, SafeToRepeat, Unclear

EVENT_TYPE = "donelog_delivery"
"""The name under which a message's metadata says which delivery it is."""
MOST_PAGES = 10
PAGE = 50
"""Messages in one answer, so that it stays well below what is read of an answer."""
CLOCKS_DIFFER = timedelta(minutes=2)
"""By how much Slack's clock and ours may differ: a message may seem older than its attempt."""
LOOK_AGAIN = timedelta(seconds=30)
NO_ANSWER_EVER = frozenset({"missing_scope", "no_permission", "not_allowed_token_type", "not_in_channel"})
"""Errors by which Slack says that the app may not read there, now or later."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message would be."""

    channel: str
    """Empty: a direct message with that person that was never seen open."""
    person: str
    thread: str


def place_of(delivery: Delivery) -> Place:
    address = delivery.recipient.address.external_id
    thread = delivery.answers.partition(":")[2]
    if delivery.kind is Kind.DIGEST and delivery.recipient.direct is None:
        return Place(address, "", thread)
    return Place(delivery.recipient.direct or "", address, thread)


async def look(api: SlackApi, token: str, place: Place, doubts: Sequence[Doubt]) -> list[Evidence]:
    """What one conversation tells about the messages that would be in it."""
    if all(each.delivery.message is None for each in doubts):
        return [SafeToRepeat()] * len(doubts)
    try:
        receipts, complete = await _receipts(api, token, place, doubts)
    except TROUBLE as trouble:
        return [_unread(trouble)] * len(doubts)
    missing: Evidence = Absent() if complete else Unclear("too much was written there since")
    return [
        Found(receipt)
        if (receipt := receipts.get(str(each.delivery.ref))) is not None
        else SafeToRepeat()
        if each.delivery.message is None
        else missing
        for each in doubts
    ]


def _unread(trouble: Exception) -> Evidence:
    if isinstance(trouble, SlackApiError) and error_code(trouble.response) in NO_ANSWER_EVER:
        return Unclear(error_code(trouble.response))
    outcome = outcome_of(trouble, repeatable=True)
    after = outcome.after if isinstance(outcome, Later) else None
    return Unclear(f"the history cannot be read: {in_words(trouble)}", after or LOOK_AGAIN)


async def _receipts(
    api: SlackApi, token: str, place: Place, doubts: Sequence[Doubt]
) -> tuple[Mapping[str, str], bool]:
    """The receipts of our messages there since the attempts began, by delivery; and whether that is all.

    https://docs.slack.dev/reference/methods/conversations.history; those in a thread:
    https://docs.slack.dev/reference/methods/conversations.replies
    """
    channel = place.channel
    if not channel:
        opened = await api.call("conversations.open", token, users=place.person)
        channel = str(opened.data["channel"]["id"])
    since = min(each.since for each in doubts) - CLOCKS_DIFFER
    arguments = {
        "channel": channel,
        "oldest": f"{since.timestamp():.6f}",
        "include_all_metadata": "true",
        "limit": str(PAGE),
    }
    method = "conversations.history"
    if place.thread:
        method, arguments["ts"] = "conversations.replies", place.thread
    receipts: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        answer = await api.call(method, token, **arguments)
        for message in answer.data["messages"]:
            receipts |= _receipt(message, channel)
        if not answer.data.get("has_more"):
            return receipts, True
        arguments["cursor"] = str(answer.data["response_metadata"]["next_cursor"])
    return receipts, False


def _receipt(message: Mapping[str, Any], channel: str) -> dict[str, str]:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return {}
    return {str(metadata["event_payload"]["delivery"]): f"{channel}:{message['ts']}"}
