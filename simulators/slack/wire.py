"""Users, conversations, messages and views in the form the service sends them.

Objects: https://docs.slack.dev/reference/objects
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from simulators.slack.state import Channel, Json, Message, User, View, Workspace


def bot_profile(workspace: Workspace) -> Json:
    return {
        "id": workspace.bot_id,
        "deleted": False,
        "name": "donelog",
        "updated": 1_700_000_000,
        "app_id": workspace.app_id,
        "user_id": workspace.bot_user_id,
        "team_id": workspace.team_id,
    }


def message_object(message: Message, workspace: Workspace, *, metadata: bool = False) -> Json:
    """https://docs.slack.dev/reference/events/message: keys without a value are left out."""
    shown: Json = {"type": "message", "user": message.user, "ts": message.ts, "text": message.text}
    if message.bot_id is not None:
        shown |= {
            "bot_id": message.bot_id,
            "app_id": workspace.app_id,
            "bot_profile": bot_profile(workspace),
        }
    optional: Json = {
        "subtype": message.subtype,
        "client_msg_id": message.client_msg_id,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "thread_ts": message.thread_ts,
        "edited": message.edited,
        "reactions": reactions(message),
        "metadata": message.metadata if metadata else None,
    }
    return {**shown, "team": workspace.team_id, **{key: held for key, held in optional.items() if held}}


def reactions(message: Message) -> list[Json]:
    return [
        {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
    ]


def channel_object(channel: Channel, bot_user_id: str) -> Json:
    """See https://docs.slack.dev/reference/objects/conversation-object for the keys."""
    common: Json = {
        "id": channel.channel_id,
        "created": 1_700_000_000,
        "is_archived": channel.archived,
        "is_im": channel.kind == "im",
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_mpim": False,
        "is_private": channel.kind != "channel",
        "context_team_id": channel.team_id,
        "is_shared": False,
        "is_ext_shared": False,
        "is_org_shared": False,
    }
    if channel.kind == "im":
        return {**common, "user": next(m for m in channel.members if m != bot_user_id), "is_open": True}
    return {
        **common,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_general": False,
        "is_member": bot_user_id in channel.members,
        "topic": {"value": "", "creator": "", "last_set": 0},
        "purpose": {"value": "", "creator": "", "last_set": 0},
    }


def channel_name(channel: Channel) -> str:
    """The name that commands and clicks carry; private places hide theirs."""
    return {"channel": channel.name, "group": "privategroup", "im": "directmessage"}[channel.kind]


def user_object(user: User, now: datetime, *, with_email: bool, locale: bool = False) -> Json:
    """https://docs.slack.dev/reference/objects/user-object; `email` needs `users:read.email`."""
    profile: Json = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "team": user.team_id,
    }
    if with_email and user.email:
        profile["email"] = user.email
    shown: Json = {
        "id": user.user_id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if user.deleted:
        return shown
    local = now.astimezone(ZoneInfo(user.tz))
    offset = local.utcoffset()
    return {
        **shown,
        **({"locale": "en-US"} if locale else {}),
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": local.tzname(),
        "tz_offset": int(offset.total_seconds()) if offset else 0,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
    }


def view_object(view: View, workspace: Workspace, values: Json | None = None) -> Json:
    """https://docs.slack.dev/reference/views; `values` is what a person entered, by block and action id."""
    empty: Json = {"private_metadata": "", "callback_id": "", "external_id": "", "title": None}
    modal: Json = {"close": None, "submit": None, "clear_on_close": False, "notify_on_close": False}
    return {
        "id": view.view_id,
        "team_id": view.team_id,
        **empty,
        **modal,
        **view.content,
        "state": {"values": values or {}},
        "hash": view.hash,
        "previous_view_id": None,
        "root_view_id": view.root_view_id,
        "app_id": workspace.app_id,
        "app_installed_team_id": view.team_id,
        "bot_id": workspace.bot_id,
    }
