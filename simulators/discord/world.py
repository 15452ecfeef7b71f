"""What Discord keeps: applications, people, guilds, channels and messages."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.discord.errors import DiscordError
from simulators.discord.flags import (
    ALL_PERMISSIONS,
    NO_INTENT,
    NO_PERMISSION,
    USUAL_PERMISSIONS,
    ChannelType,
    Intent,
    Permission,
)

Json = dict[str, Any]


@dataclass(slots=True, eq=False)
class User:
    id: int
    name: str
    global_name: str | None
    is_bot: bool = False
    dms_closed: bool = False
    """She takes no direct messages from members of her guilds: 50007."""


@dataclass(slots=True, eq=False)
class Application:
    application_id: int
    bot: User
    """Of another id than the application, as with all that were made before 2017 or so."""
    maker: User
    name: str
    token: str
    allowed_intents: Intent = NO_INTENT
    """The privileged intents switched on in the developer portal."""
    commands: dict[int | None, list[Json]] = field(default_factory=dict)
    """The registered commands of each guild; those for everywhere under None."""
    session_starts: list[datetime] = field(default_factory=list)
    dms_opened: list[datetime] = field(default_factory=list)

    @property
    def bot_user_id(self) -> int:
        return self.bot.id


@dataclass(slots=True, eq=False)
class Installation:
    """A bot in a guild, with the role that its invitation made."""

    bot: User
    role_id: int
    permissions: Permission
    since: datetime


@dataclass(slots=True, eq=False)
class Guild:
    id: int
    name: str
    owner: User
    members: dict[int, User]
    managers: set[int] = field(default_factory=set)
    """Members who may manage the guild; the owner may anyway."""
    everyone: Permission = USUAL_PERMISSIONS
    installations: dict[int, Installation] = field(default_factory=dict)
    """By application id."""

    def installation_of(self, bot: User) -> Installation | None:
        return next((found for found in self.installations.values() if found.bot is bot), None)

    def permissions_of(self, user: User) -> Permission:
        if user is self.owner:
            return ALL_PERMISSIONS
        more = Permission.MANAGE_GUILD if user.id in self.managers else NO_PERMISSION
        return self.everyone | more


@dataclass(slots=True, eq=False)
class Channel:
    id: int
    type: ChannelType
    name: str = ""
    guild: Guild | None = None
    person: User | None = None
    """Of a direct message: the one who is not the bot."""
    application: Application | None = None
    """Of a direct message: the bot's."""
    parent: "Channel | None" = None
    owner_id: int | None = None
    denied: Permission = NO_PERMISSION
    """What nobody but administrators may do here."""
    messages: "list[Message]" = field(default_factory=list)
    """Oldest first."""

    @property
    def is_thread(self) -> bool:
        return self.parent is not None


@dataclass(slots=True, eq=False)
class Message:
    id: int
    channel: Channel
    author: User
    type: int = 0
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    flags: int = 0
    edited_at: datetime | None = None
    mentions: list[User] = field(default_factory=list)
    mention_everyone: bool = False
    reactions: dict[str, list[User]] = field(default_factory=dict)
    reply_to: "Message | None" = None
    thread: Channel | None = None
    application: Application | None = None
    """The one that wrote it."""
    interaction: Json | None = None
    """Of an answer to an interaction: its metadata."""
    seen_only_by: User | None = None
    """Of an ephemeral answer; such a message is in no history."""
    nonce: str | int | None = None
    """What its writer's program called it."""


@dataclass(slots=True)
class World:
    applications: list[Application] = field(default_factory=list)
    users: dict[int, User] = field(default_factory=dict)
    guilds: dict[int, Guild] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    """All messages, also the ephemeral ones."""

    def application_with(self, token: str) -> Application | None:
        return next((app for app in self.applications if app.token == token), None)

    def application(self, application_id: int) -> Application | None:
        return next((app for app in self.applications if app.application_id == application_id), None)

    def guilds_of(self, application: Application) -> list[Guild]:
        return [g for g in self.guilds.values() if application.application_id in g.installations]

    def share_a_guild(self, application: Application, user: User) -> bool:
        return any(user.id in guild.members for guild in self.guilds_of(application))

    def dm(self, application: Application, user: User) -> Channel | None:
        for channel in self.channels.values():
            if channel.person is user and channel.application is application:
                return channel
        return None

    def channels_of(self, guild: Guild) -> list[Channel]:
        return [c for c in self.channels.values() if c.guild is guild and not c.is_thread]

    def threads_of(self, guild: Guild) -> list[Channel]:
        return [c for c in self.channels.values() if c.guild is guild and c.is_thread]

    def channel_for(self, application: Application, channel_id: int) -> Channel:
        """The channel if the bot sees it.

        Raises:
            DiscordError: 10003, 50001.
        """
        channel = self.channels.get(channel_id)
        if channel is None:
            raise DiscordError(10003)
        if Permission.VIEW_CHANNEL not in bot_permissions(application, channel):
            raise DiscordError(50001)
        return channel

    def guild_for(self, application: Application, guild_id: int) -> Guild:
        """The guild if the bot is in it.

        Raises:
            DiscordError: 10004, 50001.
        """
        guild = self.guilds.get(guild_id)
        if guild is None:
            raise DiscordError(10004)
        if application.application_id not in guild.installations:
            raise DiscordError(50001)
        return guild


def bot_permissions(application: Application, channel: Channel) -> Permission:
    """What the bot may do in `channel`; nothing where it is not."""
    if channel.guild is None:
        return ALL_PERMISSIONS if channel.application is application else NO_PERMISSION
    installation = channel.guild.installations.get(application.application_id)
    if installation is None:
        return NO_PERMISSION
    granted = channel.guild.everyone | installation.permissions
    if Permission.ADMINISTRATOR in granted:
        return ALL_PERMISSIONS
    return granted & ~(channel.parent or channel).denied


def require(application: Application, channel: Channel, *wanted: Permission) -> None:
    """Check what the bot may do.

    Raises:
        DiscordError: 50013.
    """
    granted = bot_permissions(application, channel)
    if not all(permission in granted for permission in wanted):
        raise DiscordError(50013)
