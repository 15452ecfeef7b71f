"""The outer payloads that the app receives: events, commands, clicks, submitted views."""

import uuid
from datetime import datetime

from simulators.slack import wire
from simulators.slack.state import Channel, Ephemeral, Json, Message, User, View, Workspace

VERIFICATION_TOKEN = "simulated-verification-token"  # noqa: S105 -- deprecated by the service, opens nothing


def event_callback(workspace: Workspace, event: Json, now: datetime) -> Json:
    """https://docs.slack.dev/apis/events-api/#event-type-structure."""
    authorization = {
        "enterprise_id": None,
        "team_id": workspace.team_id,
        "user_id": workspace.bot_user_id,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "context_team_id": workspace.team_id,
        "context_enterprise_id": None,
        "api_app_id": workspace.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{uuid.uuid4().hex[:12].upper()}",
        "event_time": int(now.timestamp()),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
        "event_context": f"4-{uuid.uuid4().hex}",
    }


def slash_command(
    workspace: Workspace, user: User, channel: Channel, typed: tuple[str, str], handles: tuple[str, str]
) -> Json:
    """https://docs.slack.dev/interactivity/implementing-slash-commands.

    Args:
        workspace: where it was typed.
        user: who typed it.
        channel: where she stood.
        typed: the command with its slash, and the text after it.
        handles: the trigger id and the response_url.
    """
    command, text = typed
    trigger_id, response_url = handles
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": workspace.team_id,
        "team_domain": workspace.domain,
        "channel_id": channel.channel_id,
        "channel_name": wire.channel_name(channel),
        "user_id": user.user_id,
        "user_name": user.name,
        "command": command,
        "text": text,
        "api_app_id": workspace.app_id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def _interaction(kind: str, workspace: Workspace, user: User, trigger_id: str) -> Json:
    return {
        "type": kind,
        "user": {"id": user.user_id, "username": user.name, "name": user.name, "team_id": user.team_id},
        "api_app_id": workspace.app_id,
        "token": VERIFICATION_TOKEN,
        "trigger_id": trigger_id,
        "team": {"id": workspace.team_id, "domain": workspace.domain},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def block_actions(
    workspace: Workspace,
    user: User,
    channel: Channel,
    message: Message | Ephemeral,
    action: Json,
    handles: tuple[str, str],
) -> Json:
    """https://docs.slack.dev/reference/interaction-payloads/block_actions-payload.

    Args:
        workspace: where the message is.
        user: who clicked.
        channel: where the message is.
        message: what the button belongs to; an ephemeral one is not part of the payload.
        action: the element with its `block_id` and `action_ts`.
        handles: the trigger id and the response_url.
    """
    trigger_id, response_url = handles
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.channel_id,
        "is_ephemeral": isinstance(message, Ephemeral),
    }
    shown = {"message": wire.message_object(message, workspace)} if isinstance(message, Message) else {}
    return {
        **_interaction("block_actions", workspace, user, trigger_id),
        "container": container,
        "channel": {"id": channel.channel_id, "name": wire.channel_name(channel)},
        **shown,
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [action],
    }


def view_submission(workspace: Workspace, user: User, view: View, values: Json, trigger_id: str) -> Json:
    """https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload."""
    return {
        **_interaction("view_submission", workspace, user, trigger_id),
        "view": wire.view_object(view, workspace, values),
        "response_urls": [],
    }
