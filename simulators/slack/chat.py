"""The `chat.*` methods."""

import json

from simulators.slack import events, markup, typed, wire
from simulators.slack.calls import (
    MOST_ATTACHMENTS,
    MOST_METADATA,
    MOST_TEXT,
    Ask,
    RefusedError,
    checked_blocks,
)
from simulators.slack.state import Channel, Ephemeral, Json, Message

_MOST_UPDATE_TEXT = 4_000
_MOST_MARKDOWN_TEXT = 12_000


def _place(ask: Ask) -> Channel:
    """Where to post: a conversation's id, a member's id (opens the direct message) or a channel's name.

    A message to somebody who was deactivated is taken without a word, as the service does:
    https://github.com/slackapi/python-slack-sdk/issues/1156
    """
    named = ask.text("channel")
    if named in ask.state.channels:
        return ask.channel()
    if named in ask.state.users:
        member = ask.user("channel", "channel_not_found")
        if member.is_bot:
            raise RefusedError("channel_not_found")
        return ask.state.open_dm(ask.workspace, member.user_id)
    name = named.removeprefix("#")
    here = [c for c in ask.state.channels.values() if c.team_id == ask.workspace.team_id]
    by_name = next((channel for channel in here if name and channel.name == name), None)
    if by_name is None:
        raise RefusedError("channel_not_found")
    ask.args["channel"] = by_name.channel_id
    return ask.channel()


def _check_may_post(ask: Ask, channel: Channel) -> None:
    if channel.archived:
        raise RefusedError("is_archived")
    outside = ask.workspace.bot_user_id not in channel.members
    if outside and "chat:write.public" not in ask.workspace.scopes:
        raise RefusedError("not_in_channel")


def _check_look(ask: Ask) -> None:
    if {"username", "icon_emoji", "icon_url"} & ask.args.keys():
        ask.require_scope("chat:write.customize")
    if ask.args.get("parse", "none") not in ("none", "full"):
        raise RefusedError("invalid_arguments")


def _content(ask: Ask) -> tuple[str, list[Json] | None, list[Json]]:
    """Text, blocks and attachments, checked; one of them must be there."""
    _check_look(ask)
    text, blocks = ask.text("text"), checked_blocks(ask)
    attachments = ask.args.get("attachments", [])
    if len(attachments) > MOST_ATTACHMENTS:
        raise RefusedError("too_many_attachments")
    if "markdown_text" in ask.args:
        if text or blocks:
            raise RefusedError("markdown_text_conflict")
        text = ask.text("markdown_text")
        if len(text) > _MOST_MARKDOWN_TEXT:
            raise RefusedError("msg_too_long")
    if not (text.strip() or blocks or attachments):
        raise RefusedError("no_text")
    if ask.args.get("parse") == "full":
        text = typed.sent(text, ask.state.people(ask.workspace))
    for odd in markup.unescaped(text, blocks or []):
        ask.problem(f"{ask.method}: {odd} is no markup of the service; escape it")
    if len(text) > MOST_TEXT:
        ask.problem(f"{ask.method}: {len(text)} characters of text are cut to {MOST_TEXT}")
        text = text[:MOST_TEXT]
    return text, blocks, attachments


def _metadata(ask: Ask) -> Json | None:
    """The metadata to keep: https://docs.slack.dev/messaging/message-metadata."""
    metadata = ask.args.get("metadata")
    if not metadata:
        return None
    kind, payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(kind, str) or not kind or not isinstance(payload, dict):
        raise RefusedError("invalid_metadata_format")
    if set(metadata) != {"event_type", "event_payload"}:
        raise RefusedError("invalid_metadata_schema")
    if len(json.dumps(metadata).encode()) > MOST_METADATA:
        raise RefusedError("metadata_too_large")
    return {"event_type": kind, "event_payload": payload}


def _thread(ask: Ask, channel: Channel) -> str | None:
    if "thread_ts" not in ask.args:
        return None
    parent = ask.state.message(channel.channel_id, ask.text("thread_ts"))
    if parent is None:
        ask.problem(f"{ask.method}: thread_ts {ask.text('thread_ts')} is no message of the channel")
        raise RefusedError("cannot_reply_to_message")
    if parent.thread_ts not in (None, parent.ts):
        ask.problem(f"{ask.method}: thread_ts {parent.ts} is itself a reply; its parent's ts is wanted")
        return parent.thread_ts
    parent.thread_ts = parent.ts
    return parent.ts


def post_message(ask: Ask) -> Json:
    channel = _place(ask)
    _check_may_post(ask, channel)
    text, blocks, attachments = _content(ask)
    message = Message(
        channel.channel_id,
        ask.state.new_ts(),
        ask.workspace.bot_user_id,
        text,
        blocks=blocks or [],
        attachments=attachments,
        bot_id=ask.workspace.bot_id,
        metadata=_metadata(ask),
        thread_ts=_thread(ask, channel),
        broadcast=ask.args.get("reply_broadcast", False),
    )
    ask.state.keep(message)
    ask.emit(ask.workspace, events.posted(message, channel, ask.workspace))
    shown = wire.message_object(message, ask.workspace, metadata=True)
    return {"channel": channel.channel_id, "ts": message.ts, "message": shown}


def post_ephemeral(ask: Ask) -> Json:
    channel = ask.channel()
    _check_may_post(ask, channel)
    if ask.text("user") not in channel.members:
        raise RefusedError("user_not_in_channel")
    text, blocks, _ = _content(ask)
    ephemeral = Ephemeral(channel.channel_id, ask.state.new_ts(), ask.text("user"), text, blocks or [])
    ask.state.ephemerals.append(ephemeral)
    return {"message_ts": ephemeral.ts}


def update(ask: Ask) -> Json:
    """Text alone takes blocks away; blocks leave no "(edited)"; metadata stays unless replaced."""
    channel = ask.channel()
    message = ask.message(channel, "ts")
    if message.bot_id != ask.workspace.bot_id:
        raise RefusedError("cant_update_message")
    if channel.archived:
        raise RefusedError("is_inactive")
    if len(ask.text("text")) > _MOST_UPDATE_TEXT:
        raise RefusedError("msg_too_long")
    text, blocks, attachments = _content(ask)
    before = wire.message_object(message, ask.workspace)
    if text:
        message.text = text
        message.blocks = blocks or []
    elif blocks is not None:
        message.blocks = blocks
    if "attachments" in ask.args:
        message.attachments = attachments
    if "metadata" in ask.args:
        message.metadata = _metadata(ask)
    ts = ask.state.new_ts()
    if not blocks:
        message.edited = {"user": message.user, "ts": ts}
    shown = wire.message_object(message, ask.workspace)
    ask.emit(ask.workspace, events.changed(before, shown, channel, ts))
    return {"channel": channel.channel_id, "ts": message.ts, "text": message.text, "message": shown}


def delete(ask: Ask) -> Json:
    channel = ask.channel()
    message = ask.message(channel, "ts")
    if message.bot_id != ask.workspace.bot_id:
        raise RefusedError("cant_delete_message")
    message.deleted = True
    before = wire.message_object(message, ask.workspace)
    ask.emit(ask.workspace, events.deleted(before, channel, ask.state.new_ts()))
    return {"channel": channel.channel_id, "ts": message.ts}
