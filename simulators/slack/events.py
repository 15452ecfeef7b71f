"""The inner events of the Events API, and who is entitled to them.

https://docs.slack.dev/reference/events
"""

from simulators.slack import wire
from simulators.slack.state import Channel, Json, Message, Workspace

_HISTORY = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}
_SCOPES = {
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "channel_left": "channels:read",
    "group_left": "groups:read",
    "user_change": "users:read",
}
_MEMBERSHIP = {"C": "channels:read", "G": "groups:read"}


def needed_scope(event: Json) -> str | None:
    """The scope without which the service does not send `event`."""
    kind = event["type"]
    if kind == "message":
        return _HISTORY[event["channel_type"]]
    if kind in ("member_joined_channel", "member_left_channel"):
        return _MEMBERSHIP[event["channel_type"]]
    return _SCOPES.get(kind)


def subscription(event: Json) -> str:
    """The name that a manifest subscribes to `event` by: `message.im`, `reaction_added`, ..."""
    if event["type"] != "message":
        return str(event["type"])
    return f"message.{event['channel_type']}" + ("s" if event["channel_type"] != "im" else "")


def posted(message: Message, channel: Channel, workspace: Workspace) -> Json:
    return {
        **wire.message_object(message, workspace),
        "channel": channel.channel_id,
        "event_ts": message.ts,
        "channel_type": channel.kind,
    }


def _hidden(subtype: str, channel: Channel, ts: str) -> Json:
    return {
        "type": "message",
        "subtype": subtype,
        "hidden": True,
        "channel": channel.channel_id,
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel.kind,
    }


def changed(before: Json, after: Json, channel: Channel, ts: str) -> Json:
    """`before` and `after` are message objects; `ts` is the event's own."""
    team = {"source_team": channel.team_id, "user_team": channel.team_id}
    return {
        **_hidden("message_changed", channel, ts),
        "message": {**after, **team},
        "previous_message": before,
    }


def deleted(before: Json, channel: Channel, ts: str) -> Json:
    return {
        **_hidden("message_deleted", channel, ts),
        "previous_message": before,
        "deleted_ts": before["ts"],
    }


def reacted(kind: str, user_id: str, emoji: str, message: Message, ts: str) -> Json:
    """`kind` is `reaction_added` or `reaction_removed`."""
    return {
        "type": kind,
        "user": user_id,
        "reaction": emoji,
        "item": {"type": "message", "channel": message.channel_id, "ts": message.ts},
        "item_user": message.user,
        "event_ts": ts,
    }


def membership(kind: str, user_id: str, channel: Channel, ts: str) -> Json:
    """`kind` is `member_joined_channel` or `member_left_channel`."""
    return {
        "type": kind,
        "user": user_id,
        "channel": channel.channel_id,
        "channel_type": "C" if channel.kind == "channel" else "G",
        "team": channel.team_id,
        "event_ts": ts,
    }


def left(channel: Channel, actor_id: str, ts: str) -> Json:
    """The bot was put out: all it hears is that it is gone."""
    kind = "channel_left" if channel.kind == "channel" else "group_left"
    return {"type": kind, "channel": channel.channel_id, "actor_id": actor_id, "event_ts": ts}
