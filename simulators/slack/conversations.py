"""The `conversations.*` and `reactions.*` methods."""

import re
from datetime import timedelta

from simulators.slack import events, wire
from simulators.slack.calls import Ask, RefusedError, page_of
from simulators.slack.state import Channel, Json, Message

_TS = re.compile(r"\d{10}\.\d{6}")
_EMOJI = re.compile(r"[a-z0-9_+'\-]{1,100}(::skin-tone-[2-6])?")
_PREFIX = {"channel": "channels", "group": "groups", "im": "im"}
_MOST_LISTED = 999
_MOST_MEMBERS = 1_000


def _known(ask: Ask, right: str) -> Channel:
    channel = ask.channel()
    ask.require_scope(f"{_PREFIX[channel.kind]}:{right}")
    return channel


def open_(ask: Ask) -> Json:
    if "channel" in ask.args:
        channel, was_open = ask.channel(), True
    else:
        if not ask.text("users"):
            raise RefusedError("users_list_not_supplied")
        if "," in ask.text("users"):
            ask.require_scope("mpim:write")
        member = ask.user("users")
        if member.is_bot:
            raise RefusedError("cannot_dm_bot")
        if member.deleted:
            raise RefusedError("user_disabled")
        was_open = ask.state.dm(ask.workspace, member.user_id) is not None
        channel = ask.state.open_dm(ask.workspace, member.user_id)
    full = wire.channel_object(channel, ask.workspace.bot_user_id)
    shown = full if ask.args.get("return_im") else {"id": channel.channel_id}
    return {**({"no_op": True, "already_open": True} if was_open else {}), "channel": shown}


def info(ask: Ask) -> Json:
    channel = _known(ask, "read")
    shown = wire.channel_object(channel, ask.workspace.bot_user_id)
    counted = {"num_members": len(channel.members)} if ask.args.get("include_num_members") else {}
    return {"channel": {**shown, **counted}}


def members(ask: Ask) -> Json:
    channel = _known(ask, "read")
    page, cursor = page_of(channel.members, ask, _MOST_MEMBERS, 100)
    return {"members": page, "response_metadata": {"next_cursor": cursor}}


def join(ask: Ask) -> Json:
    channel = ask.channel()
    if channel.kind != "channel":
        raise RefusedError("method_not_supported_for_channel_type")
    if channel.archived:
        raise RefusedError("is_archived")
    bot = ask.workspace.bot_user_id
    already = bot in channel.members
    if not already:
        channel.members.append(bot)
        ask.emit(ask.workspace, events.membership("member_joined_channel", bot, channel, ask.state.new_ts()))
    warning = {"warning": "already_in_channel"} if already else {}
    return {"channel": wire.channel_object(channel, bot), **warning}


def _span(ask: Ask, listed: list[Message]) -> list[Message]:
    """Those between `oldest` and `latest`; the bounds themselves only if `inclusive`."""
    inclusive = ask.args.get("inclusive", False)
    oldest, latest = _bound(ask, "oldest", 0.0), _bound(ask, "latest", float("inf"))
    return [
        message
        for message in listed
        if oldest < float(message.ts) < latest or (inclusive and float(message.ts) in (oldest, latest))
    ]


def _bound(ask: Ask, name: str, default: float) -> float:
    given = ask.text(name)
    if not given:
        return default
    try:
        return float(given)
    except ValueError as malformed:
        raise RefusedError(f"invalid_ts_{name}") from malformed


def _readable(ask: Ask) -> tuple[Channel, list[Message]]:
    channel = _known(ask, "history")
    if ask.workspace.bot_user_id not in channel.members:
        raise RefusedError("not_in_channel")
    seen_from = (ask.state.now() - ask.state.history_lag).timestamp()
    lagging = ask.state.history_lag > timedelta(0)
    held = ask.state.messages.get(channel.channel_id, [])
    return channel, [m for m in held if not m.deleted and not (lagging and float(m.ts) > seen_from)]


def _page(ask: Ask, listed: list[Message]) -> Json:
    page, cursor = page_of(_span(ask, listed), ask, _MOST_LISTED, 100)
    metadata = ask.args.get("include_all_metadata", False)
    return {
        "messages": [wire.message_object(m, ask.workspace, metadata=metadata) for m in page],
        "has_more": bool(cursor),
        "response_metadata": {"next_cursor": cursor},
    }


def history(ask: Ask) -> Json:
    """Newest first, without replies in threads."""
    _, listed = _readable(ask)
    top = [m for m in listed if m.thread_ts in (None, m.ts) or m.broadcast]
    return {**_page(ask, top[::-1]), "pin_count": 0}


def replies(ask: Ask) -> Json:
    """The parent and its replies, oldest first."""
    _, listed = _readable(ask)
    if not any(m.ts == ask.text("ts") for m in listed):
        raise RefusedError("thread_not_found")
    return _page(ask, [m for m in listed if ask.text("ts") in (m.ts, m.thread_ts)])


def _reaction(ask: Ask) -> tuple[Channel, Message, str]:
    if not (ask.text("channel") and ask.text("timestamp")):
        raise RefusedError("no_item_specified")
    channel, name = ask.channel(), ask.text("name")
    if not _TS.fullmatch(ask.text("timestamp")):
        raise RefusedError("bad_timestamp")
    if not _EMOJI.fullmatch(name):
        raise RefusedError("invalid_name")
    if channel.archived:
        raise RefusedError("is_archived")
    if ask.workspace.bot_user_id not in channel.members:
        raise RefusedError("not_in_channel")
    return channel, ask.message(channel, "timestamp"), name


def react(ask: Ask) -> Json:
    _, message, name = _reaction(ask)
    users = message.reactions.setdefault(name, [])
    if ask.workspace.bot_user_id in users:
        raise RefusedError("already_reacted")
    users.append(ask.workspace.bot_user_id)
    event = events.reacted("reaction_added", ask.workspace.bot_user_id, name, message, ask.state.new_ts())
    ask.emit(ask.workspace, event)
    return {}


def unreact(ask: Ask) -> Json:
    _, message, name = _reaction(ask)
    users = message.reactions.get(name, [])
    if ask.workspace.bot_user_id not in users:
        raise RefusedError("no_reaction")
    users.remove(ask.workspace.bot_user_id)
    if not users:
        del message.reactions[name]
    event = events.reacted("reaction_removed", ask.workspace.bot_user_id, name, message, ask.state.new_ts())
    ask.emit(ask.workspace, event)
    return {}
