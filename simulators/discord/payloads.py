"""How the things that Discord keeps look on the wire."""

from datetime import UTC, datetime
from typing import Any

from simulators.discord.flags import ALL_PERMISSIONS, ChannelType, MessageFlag, Permission
from simulators.discord.snowflakes import moment_of
from simulators.discord.world import Application, Channel, Guild, Message, User, World

Json = dict[str, Any]

_EMPTY_GUILD: Json = {
    "icon": None,
    "description": None,
    "home_header": None,
    "splash": None,
    "discovery_splash": None,
    "features": [],
    "banner": None,
    "application_id": None,
    "region": "deprecated",
    "afk_channel_id": None,
    "afk_timeout": 300,
    "system_channel_id": None,
    "system_channel_flags": 0,
    "widget_enabled": False,
    "widget_channel_id": None,
    "verification_level": 0,
    "default_message_notifications": 0,
    "mfa_level": 0,
    "explicit_content_filter": 0,
    "max_presences": None,
    "max_members": 500_000,
    "max_stage_video_channel_users": 50,
    "max_video_channel_users": 25,
    "vanity_url_code": None,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "preferred_locale": "en-US",
    "rules_channel_id": None,
    "safety_alerts_channel_id": None,
    "public_updates_channel_id": None,
    "premium_progress_bar_enabled": False,
    "nsfw": False,
    "nsfw_level": 0,
    "emojis": [],
    "stickers": [],
    "incidents_data": None,
}


def timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def user_json(user: User) -> Json:
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": user.global_name,
        "avatar": None,
        "discriminator": "0",
        "public_flags": 0,
        "flags": 0,
        "primary_guild": None,
    } | ({"bot": True} if user.is_bot else {})


def own_user_json(user: User) -> Json:
    return user_json(user) | {"mfa_enabled": True, "locale": "en-US", "verified": True, "email": None}


def application_json(application: Application, guild_count: int) -> Json:
    return {
        "id": str(application.application_id),
        "name": application.name,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user_json(application.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_json(application.maker),
        "approximate_guild_count": guild_count,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
    }


def member_json(guild: Guild, user: User) -> Json:
    installation = guild.installation_of(user)
    return {
        "user": user_json(user),
        "avatar": None,
        "banner": None,
        "communication_disabled_until": None,
        "flags": 0,
        "joined_at": timestamp(installation.since if installation else moment_of(guild.id)),
        "nick": None,
        "pending": False,
        "premium_since": None,
        "roles": [str(installation.role_id)] if installation else [],
        "mute": False,
        "deaf": False,
    }


def _role(role_id: int, name: str, permissions: Permission, position: int) -> Json:
    return {
        "id": str(role_id),
        "name": name,
        "permissions": str(int(permissions)),
        "position": position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": position > 0,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def guild_json(guild: Guild) -> Json:
    bots = [_role(i.role_id, "bot", i.permissions, 1) for i in guild.installations.values()]
    return _EMPTY_GUILD | {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner.id),
        "roles": [_role(guild.id, "@everyone", guild.everyone, 0), *bots],
    }


def my_guild_json(guild: Guild, application: Application) -> Json:
    """https://docs.discord.com/developers/resources/user#get-current-user-guilds."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "banner": None,
        "owner": False,
        "permissions": str(int(guild.installations[application.application_id].permissions)),
        "features": [],
    }


def guild_create_json(world: World, guild: Guild, application: Application) -> Json:
    """https://docs.discord.com/developers/events/gateway-events#guild-create.

    As it comes when the bot is invited; the guilds of a new session say `unavailable: false` besides.
    """
    installation = guild.installations[application.application_id]
    return guild_json(guild) | {
        "joined_at": timestamp(installation.since),
        "large": False,
        "member_count": len(guild.members) + len(guild.installations),
        "members": [member_json(guild, application.bot)],
        "channels": [channel_json(channel) for channel in world.channels_of(guild)],
        "threads": [channel_json(thread) for thread in world.threads_of(guild)],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def channel_json(channel: Channel) -> Json:
    last = str(channel.messages[-1].id) if channel.messages else None
    common = {"id": str(channel.id), "type": int(channel.type), "flags": 0, "last_message_id": last}
    if channel.type is ChannelType.DM:
        return common | {"recipients": [user_json(channel.person)] if channel.person else []}
    common |= {"guild_id": str(channel.guild.id) if channel.guild else "0", "name": channel.name}
    if channel.parent is not None:
        return common | _thread_part(channel, channel.parent)
    denied = {"id": common["guild_id"], "type": 0, "allow": "0", "deny": str(int(channel.denied))}
    return common | {
        "position": 0,
        "parent_id": None,
        "topic": None,
        "nsfw": False,
        "rate_limit_per_user": 0,
        "permission_overwrites": [denied] if channel.denied else [],
    }


def _thread_part(thread: Channel, parent: Channel) -> Json:
    return {
        "parent_id": str(parent.id),
        "owner_id": str(thread.owner_id),
        "rate_limit_per_user": 0,
        "message_count": len(thread.messages),
        "member_count": 1,
        "total_message_sent": len(thread.messages),
        "thread_metadata": {
            "archived": False,
            "archive_timestamp": timestamp(moment_of(thread.id)),
            "auto_archive_duration": 4320,
            "locked": False,
            "create_timestamp": timestamp(moment_of(thread.id)),
        },
    }


def message_json(message: Message, reader: User, *, nonce: str | int | None = None) -> Json:
    """A message as `reader` gets it; only the answer to its sender carries the nonce."""
    payload: Json = {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": message.type,
        "author": user_json(message.author),
        "content": message.content,
        "timestamp": timestamp(moment_of(message.id)),
        "edited_timestamp": timestamp(message.edited_at) if message.edited_at else None,
        "tts": False,
        "pinned": False,
        "mention_everyone": message.mention_everyone,
        "mentions": [user_json(user) for user in message.mentions],
        "mention_roles": [],
        "attachments": [],
        "embeds": message.embeds,
        "components": message.components,
        "flags": message.flags | (MessageFlag.HAS_THREAD if message.thread else 0),
    }
    return payload | _optional_parts(message, reader, nonce)


def _optional_parts(message: Message, reader: User, nonce: str | int | None) -> Json:
    parts: Json = {}
    if nonce is not None:
        parts["nonce"] = nonce
    if message.reactions:
        parts["reactions"] = [_reaction(emoji, who, reader) for emoji, who in message.reactions.items()]
    if message.thread is not None:
        parts["thread"] = channel_json(message.thread)
    if message.application is not None and message.interaction is not None:
        parts["application_id"] = str(message.application.application_id)
        parts["webhook_id"] = str(message.application.application_id)
        parts["interaction_metadata"] = message.interaction
    if message.reply_to is not None:
        parts["message_reference"] = {
            "type": 0,
            "channel_id": str(message.channel.id),
            "message_id": str(message.reply_to.id),
        }
    return parts


def _reaction(emoji: str, who: list[User], reader: User) -> Json:
    return {
        "emoji": emoji_json(emoji),
        "count": len(who),
        "count_details": {"burst": 0, "normal": len(who)},
        "burst_colors": [],
        "me_burst": False,
        "me": reader in who,
    }


def emoji_json(emoji: str) -> Json:
    return {"id": None, "name": emoji}


def member_in_interaction(guild: Guild, user: User) -> Json:
    return member_json(guild, user) | {"permissions": str(int(guild.permissions_of(user)))}


def permissions_in_dm() -> str:
    return str(int(ALL_PERMISSIONS))
