"""Whether a message arrived: by its nonce, which Discord knows for minutes, or by the channel's history."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.discord.api import MOST_IN_PAGE, DiscordApi
from adapters.discord.outcomes import TROUBLE, code_of, in_words, outcome_of
from domain.deliveries import Delivery, Kind, Later
from domain.doubts import Absent, Doubt, Evidence, Found, Unclear

MOST_IN_NONCE = 25
"""https://docs.discord.com/developers/resources/message#create-message."""
NONCE_IS_SAFE = timedelta(seconds=60)
"""For this long after the first attempt its nonce gives back the same message ("the past few minutes")."""
CLOCKS_DIFFER = timedelta(seconds=30)
LOOK_AGAIN = timedelta(seconds=30)
DISCORD_EPOCH = 1_420_070_400_000
"""https://docs.discord.com/developers/reference#snowflakes."""
UNKNOWN_CHANNEL = 10003
NO_ANSWER_EVER = frozenset({50001, 50013})
"""Errors by which Discord says that the bot may not read there."""


def nonce_of(delivery: Delivery) -> str:
    """The same for every attempt at a delivery."""
    return str(delivery.ref)[-MOST_IN_NONCE:]


async def look(api: DiscordApi, doubt: Doubt, content: Mapping[str, Any], nonce: str) -> Evidence:
    """What the channel's history since the attempt tells.

    A message of ours counts as the one that is looked for if it bears its nonce or, where Discord tells none,
    if it says the same.

    Args:
        api: how Discord is called.
        doubt: what is looked for.
        content: as it was rendered to be sent.
        nonce: with which it was sent.
    """
    try:
        messages = await _read(api, doubt.delivery, snowflake(doubt.since - CLOCKS_DIFFER))
        me = await api.own_id()
        for message in messages:
            if message["author"]["id"] == me and _is_it(message, content, nonce):
                return Found(f"{message['channel_id']}:{message['id']}")
    except TROUBLE as trouble:
        return _unread(trouble)
    return Unclear("too much was written there since") if len(messages) == MOST_IN_PAGE else Absent()


async def _read(api: DiscordApi, delivery: Delivery, after: int) -> list[dict[str, Any]]:
    channel = await _channel_of(api, delivery)
    try:
        return await api.history(channel, after)
    except TROUBLE as trouble:
        if code_of(trouble) != UNKNOWN_CHANNEL or channel != _thread_of(delivery):
            raise
        return await api.history(delivery.recipient.address.external_id, after)  # no thread has been begun


async def _channel_of(api: DiscordApi, delivery: Delivery) -> str:
    recipient = delivery.recipient
    if recipient.direct is not None:
        return recipient.direct
    if recipient.identity_id is not None:
        return await api.open_direct(recipient.address.external_id)  # gives back the one there is
    return _thread_of(delivery) or recipient.address.external_id


def _thread_of(delivery: Delivery) -> str:
    """Below a digest's head, whose message it has the number of; empty for the head itself."""
    return delivery.answers.partition(":")[2] if delivery.kind is Kind.DIGEST else ""


def _is_it(message: Mapping[str, Any], content: Mapping[str, Any], nonce: str) -> bool:
    if message.get("nonce") is not None:
        return str(message["nonce"]) == nonce
    return bool(message["content"] == content["content"])


def _unread(trouble: Exception) -> Evidence:
    if code_of(trouble) in NO_ANSWER_EVER:
        return Unclear(f"the history cannot be read: {code_of(trouble)}")
    outcome = outcome_of(trouble, repeatable=True)
    after = outcome.after if isinstance(outcome, Later) else None
    return Unclear(f"the history cannot be read: {in_words(trouble)}", after or LOOK_AGAIN)


def snowflake(instant: datetime) -> int:
    """The lowest number that something made at that instant can have."""
    return max(int(instant.timestamp() * 1000) - DISCORD_EPOCH, 0) << 22
