"""Which path is answered by what. The templates are those of Discord's published description."""

import re

from simulators.discord import api_account, api_channels, api_commands, api_interactions, api_messages
from simulators.discord.asked import Handler

_MESSAGES = "/channels/{channel_id}/messages"
_MESSAGE = _MESSAGES + "/{message_id}"
_REACTION = _MESSAGE + "/reactions/{emoji_name}/@me"
_COMMANDS = "/applications/{application_id}/commands"
_GUILD_COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands"
_WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"

BY_BOT: list[tuple[str, str, Handler]] = [
    ("GET", "/users/@me", api_account.me),
    ("GET", "/users/@me/guilds", api_account.my_guilds),
    ("POST", "/users/@me/channels", api_channels.open_dm),
    ("GET", "/users/{user_id}", api_account.user),
    ("GET", "/applications/@me", api_account.my_application),
    ("GET", "/oauth2/applications/@me", api_account.my_application),
    ("GET", "/gateway/bot", api_account.gateway_for_bots),
    ("GET", "/guilds/{guild_id}", api_account.guild),
    ("GET", "/guilds/{guild_id}/members/{user_id}", api_account.member),
    ("GET", "/channels/{channel_id}", api_channels.channel),
    ("POST", "/channels/{channel_id}/threads", api_channels.thread),
    ("POST", _MESSAGE + "/threads", api_channels.thread_from_message),
    ("GET", _MESSAGES, api_messages.page),
    ("POST", _MESSAGES, api_messages.create),
    ("GET", _MESSAGE, api_messages.one),
    ("PATCH", _MESSAGE, api_messages.edit),
    ("DELETE", _MESSAGE, api_messages.delete),
    ("PUT", _REACTION, api_messages.react),
    ("DELETE", _REACTION, api_messages.take_reaction_back),
    ("GET", _COMMANDS, api_commands.listed),
    ("PUT", _COMMANDS, api_commands.replace_all),
    ("POST", _COMMANDS, api_commands.add),
    ("GET", _GUILD_COMMANDS, api_commands.listed),
    ("PUT", _GUILD_COMMANDS, api_commands.replace_all),
    ("POST", _GUILD_COMMANDS, api_commands.add),
]
"""These need the bot's token."""

BY_ANYONE: list[tuple[str, str, Handler]] = [
    ("GET", "/gateway", api_account.gateway),
    ("POST", CALLBACK, api_interactions.callback),
    ("POST", _WEBHOOK, api_interactions.follow_up),
    ("GET", _WEBHOOK + "/messages/@original", api_interactions.read_answer),
    ("PATCH", _WEBHOOK + "/messages/@original", api_interactions.edit_answer),
    ("DELETE", _WEBHOOK + "/messages/@original", api_interactions.delete_answer),
    ("GET", _WEBHOOK + "/messages/{message_id}", api_interactions.read_answer),
    ("PATCH", _WEBHOOK + "/messages/{message_id}", api_interactions.edit_answer),
    ("DELETE", _WEBHOOK + "/messages/{message_id}", api_interactions.delete_answer),
]
"""These need none, their token is in the path; nor do they count toward the global limit."""


def point_of(verb: str, template: str) -> str:
    """The name of a route in the journal: `POST /channels/{id}/messages`."""
    return f"{verb} {re.sub(r'{(?:[a-z]+_)?(id|token)}|{(emoji)_name}', _short_name, template)}"


def _short_name(found: re.Match[str]) -> str:
    return f"{{{found[1] or found[2]}}}"
