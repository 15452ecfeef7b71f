"""The Web API methods that the simulator knows: what each takes, needs and may answer.

Slack publishes no machine-readable description, so this table is one; every method names the page it was read
from (`Method.page`).
"""

from collections.abc import Mapping

from simulators.slack.contract import Method, Tier, Type

_MESSAGE = {
    "text": Type.STRING,
    "blocks": Type.ARRAY,
    "attachments": Type.ARRAY,
    "markdown_text": Type.STRING,
    "parse": Type.STRING,
    "link_names": Type.BOOLEAN,
}
_LOOK = {"username": Type.STRING, "icon_emoji": Type.STRING, "icon_url": Type.STRING}
_PAGED = {"cursor": Type.STRING, "limit": Type.INTEGER}
_SPAN = {
    **_PAGED,
    "oldest": Type.STRING,
    "latest": Type.STRING,
    "inclusive": Type.BOOLEAN,
    "include_all_metadata": Type.BOOLEAN,
}
_CONTENT = frozenset(
    {
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "markdown_text_conflict",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
    }
)
_METADATA = frozenset({"invalid_metadata_format", "invalid_metadata_schema", "metadata_too_large"})
_VIEW = frozenset({"duplicate_external_id", "hash_conflict", "not_found", "view_too_large"})
_CHANNEL = {"channel": Type.STRING}
_PLACE = frozenset({"channel_not_found", "is_archived", "not_in_channel"})

_ALL = (
    Method("apps.connections.open", Tier.ONE, app_token=True, errors=frozenset({"forbidden_team"})),
    Method("auth.test", Tier.UNLIMITED),
    Method(
        "bots.info",
        Tier.THREE,
        may={"bot": Type.STRING, "team_id": Type.STRING},
        scopes=("users:read",),
        errors=frozenset({"bot_not_found"}),
    ),
    Method(
        "chat.postMessage",
        Tier.POSTING,
        needs=_CHANNEL,
        may={
            **_MESSAGE,
            **_LOOK,
            "thread_ts": Type.STRING,
            "reply_broadcast": Type.BOOLEAN,
            "unfurl_links": Type.BOOLEAN,
            "unfurl_media": Type.BOOLEAN,
            "unfurl_app_links": Type.BOOLEAN,
            "mrkdwn": Type.BOOLEAN,
            "metadata": Type.OBJECT,
        },
        scopes=("chat:write",),
        errors=_CONTENT
        | _METADATA
        | _PLACE
        | {"cannot_reply_to_message", "messages_tab_disabled", "rate_limited", "restricted_action"},
    ),
    Method(
        "chat.postEphemeral",
        Tier.FOUR,
        needs={**_CHANNEL, "user": Type.STRING},
        may={**_MESSAGE, **_LOOK, "thread_ts": Type.STRING},
        scopes=("chat:write",),
        errors=_CONTENT | _PLACE | {"user_not_in_channel", "messages_tab_disabled", "restricted_action"},
    ),
    Method(
        "chat.update",
        Tier.THREE,
        needs={**_CHANNEL, "ts": Type.STRING},
        may={**_MESSAGE, "metadata": Type.OBJECT, "reply_broadcast": Type.BOOLEAN, "file_ids": Type.ARRAY},
        scopes=("chat:write",),
        errors=_CONTENT
        | _METADATA
        | {
            "cant_update_message",
            "channel_not_found",
            "edit_window_closed",
            "is_inactive",
            "message_not_found",
            "update_failed",
        },
    ),
    Method(
        "chat.delete",
        Tier.THREE,
        needs={**_CHANNEL, "ts": Type.STRING},
        scopes=("chat:write",),
        errors=frozenset({"cant_delete_message", "channel_not_found", "message_not_found"}),
    ),
    Method(
        "conversations.history",
        Tier.THREE,
        needs=_CHANNEL,
        may=_SPAN,
        by_kind="history",
        errors=frozenset(
            {
                "channel_not_found",
                "invalid_cursor",
                "invalid_limit",
                "invalid_ts_latest",
                "invalid_ts_oldest",
                "not_in_channel",
            }
        ),
    ),
    Method(
        "conversations.info",
        Tier.THREE,
        needs=_CHANNEL,
        may={"include_locale": Type.BOOLEAN, "include_num_members": Type.BOOLEAN},
        by_kind="read",
        errors=frozenset({"channel_not_found"}),
    ),
    Method(
        "conversations.join",
        Tier.THREE,
        needs=_CHANNEL,
        scopes=("channels:join",),
        errors=frozenset({"channel_not_found", "is_archived", "method_not_supported_for_channel_type"}),
    ),
    Method(
        "conversations.members",
        Tier.FOUR,
        needs=_CHANNEL,
        may=_PAGED,
        by_kind="read",
        errors=frozenset({"channel_not_found", "invalid_cursor", "invalid_limit", "fetch_members_failed"}),
    ),
    Method(
        "conversations.open",
        Tier.THREE,
        may={"channel": Type.STRING, "users": Type.STRING, "return_im": Type.BOOLEAN},
        scopes=("im:write",),
        errors=frozenset(
            {
                "cannot_dm_bot",
                "channel_not_found",
                "user_disabled",
                "user_not_found",
                "users_list_not_supplied",
            }
        ),
    ),
    Method(
        "conversations.replies",
        Tier.THREE,
        needs={**_CHANNEL, "ts": Type.STRING},
        may=_SPAN,
        by_kind="history",
        errors=frozenset(
            {
                "channel_not_found",
                "invalid_cursor",
                "invalid_limit",
                "invalid_ts_latest",
                "invalid_ts_oldest",
                "not_in_channel",
                "thread_not_found",
            }
        ),
    ),
    Method(
        "reactions.add",
        Tier.THREE,
        needs={**_CHANNEL, "name": Type.STRING, "timestamp": Type.STRING},
        scopes=("reactions:write",),
        errors=_PLACE
        | {
            "already_reacted",
            "bad_timestamp",
            "invalid_name",
            "message_not_found",
            "no_item_specified",
            "too_many_emoji",
            "too_many_reactions",
        },
    ),
    Method(
        "reactions.remove",
        Tier.TWO,
        needs={"name": Type.STRING},
        may={**_CHANNEL, "timestamp": Type.STRING},
        scopes=("reactions:write",),
        errors=_PLACE
        | {"bad_timestamp", "invalid_name", "message_not_found", "no_item_specified", "no_reaction"},
    ),
    Method(
        "team.info",
        Tier.THREE,
        may={"team": Type.STRING, "domain": Type.STRING},
        scopes=("team:read",),
        errors=frozenset({"team_not_found"}),
    ),
    Method(
        "users.info",
        Tier.FOUR,
        needs={"user": Type.STRING},
        may={"include_locale": Type.BOOLEAN},
        scopes=("users:read",),
        errors=frozenset({"user_not_found", "user_not_visible"}),
    ),
    Method(
        "users.list",
        Tier.TWO,
        may={**_PAGED, "include_locale": Type.BOOLEAN, "team_id": Type.STRING},
        scopes=("users:read",),
        errors=frozenset({"invalid_cursor", "invalid_limit", "limit_required"}),
    ),
    Method(
        "users.lookupByEmail",
        Tier.THREE,
        needs={"email": Type.STRING},
        scopes=("users:read.email",),
        errors=frozenset({"users_not_found"}),
    ),
    Method(
        "views.open",
        Tier.FOUR,
        needs={"view": Type.OBJECT},
        may={"trigger_id": Type.STRING, "interactivity_pointer": Type.STRING},
        errors=_VIEW | {"exchanged_trigger_id", "expired_trigger_id", "invalid_trigger_id"},
    ),
    Method(
        "views.publish",
        Tier.FOUR,
        needs={"user_id": Type.STRING, "view": Type.OBJECT},
        may={"hash": Type.STRING},
        errors=_VIEW | {"not_enabled"},
    ),
    Method(
        "views.update",
        Tier.FOUR,
        needs={"view": Type.OBJECT},
        may={"view_id": Type.STRING, "external_id": Type.STRING, "hash": Type.STRING},
        errors=_VIEW,
    ),
)

METHODS: Mapping[str, Method] = {method.name: method for method in _ALL}
