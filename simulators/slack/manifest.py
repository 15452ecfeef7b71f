"""What an app's manifest asks for: scopes, events and commands.

https://docs.slack.dev/reference/app-manifest
"""

from dataclasses import dataclass
from typing import Final

from simulators.slack.state import Json


@dataclass(frozen=True, slots=True)
class Manifest:
    scopes: frozenset[str]
    """Of the bot."""
    events: frozenset[str]
    """Of the bot: `message.im`, `app_uninstalled`, ..."""
    commands: frozenset[str]
    """With their slash."""

    @classmethod
    def of(cls, document: Json) -> "Manifest":
        """Read the decoded manifest of an app."""
        settings = document.get("settings", {}).get("event_subscriptions", {})
        commands = document.get("features", {}).get("slash_commands", [])
        return cls(
            frozenset(document["oauth_config"]["scopes"]["bot"]),
            frozenset(settings.get("bot_events", [])),
            frozenset(command["command"] for command in commands),
        )


EVERYTHING: Final = Manifest(
    scopes=frozenset(
        {
            "channels:history",
            "channels:read",
            "chat:write",
            "chat:write.public",
            "commands",
            "groups:history",
            "groups:read",
            "im:history",
            "im:read",
            "im:write",
            "metadata.message:read",
            "reactions:write",
            "users:read",
            "users:read.email",
        }
    ),
    events=frozenset(
        {
            "app_home_opened",
            "app_uninstalled",
            "channel_left",
            "group_left",
            "member_joined_channel",
            "member_left_channel",
            "message.channels",
            "message.groups",
            "message.im",
            "reaction_added",
            "reaction_removed",
            "tokens_revoked",
            "user_change",
        }
    ),
    commands=frozenset({"/done"}),
)
"""All that an app like this one could ask for; reading reactions is not among it."""
