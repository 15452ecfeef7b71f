"""The whole of it: REST API v10 and gateway v10 for real clients, and the people on the other side."""

import hashlib
from pathlib import Path

from simulators.base import Journal, Now, Server, real_now
from simulators.discord.buckets import Buckets
from simulators.discord.events import channel_created
from simulators.discord.flags import (
    NO_INTENT,
    NO_PERMISSION,
    USUAL_PERMISSIONS,
    ChannelType,
    Intent,
    Permission,
)
from simulators.discord.front import GATEWAY_PATH, PREFIX, Front
from simulators.discord.gateway import Gateway
from simulators.discord.interactions import Interactions
from simulators.discord.payloads import guild_create_json
from simulators.discord.people import People
from simulators.discord.service import Service
from simulators.discord.snowflakes import Snowflakes
from simulators.discord.specification import Description
from simulators.discord.world import Application, Channel, Guild, Installation, User, World
from simulators.openapi import Specification


class DiscordSimulator(People):
    """A small Discord.

    Args:
        now: The time that the service lives in: ids, timestamps, nonces, tokens and sessions. Rate limits
            and the three seconds of an interaction are real time, since clients wait for them.
        port: 0 takes a free one.
        description: Discord's published OpenAPI file; with it every request and every answer is checked,
            and what it does not know is in `journal.problems`.
    """

    def __init__(self, now: Now = real_now, port: int = 0, *, description: Path | None = None) -> None:
        self.journal = Journal()
        self.world = World()
        self.gateway = Gateway(self.world, now, self.journal)
        self.limits = Buckets()
        self.interactions = Interactions()
        super().__init__(
            Service(
                now,
                Snowflakes(now),
                self.world,
                self.journal,
                self.gateway,
                self.limits,
                self.interactions,
            )
        )
        self._server = Server(Front(self._service, _load(description)).application(), port)

    async def start(self) -> None:
        await self._server.start()
        self.gateway.url = self.gateway_url

    async def stop(self) -> None:
        await self.gateway.close()
        await self._server.stop()

    @property
    def api_url(self) -> str:
        return self._server.url + PREFIX

    @property
    def gateway_url(self) -> str:
        return self._server.url.replace("http", "ws", 1) + GATEWAY_PATH

    def add_application(self, name: str, allowed_intents: Intent = NO_INTENT) -> Application:
        """Make a bot; `allowed_intents` are the privileged ones switched on for it."""
        ids = self._service.ids
        bot, maker = self._user(name, None, is_bot=True), self._user(f"maker-of-{name}", None)
        token = f"{bot.id}.{hashlib.sha256(name.encode()).hexdigest()}"
        application = Application(ids.make(), bot, maker, name, token, allowed_intents)
        self.world.applications.append(application)
        return application

    def add_user(self, name: str, global_name: str | None = None) -> User:
        return self._user(name, global_name)

    def _user(self, name: str, global_name: str | None, *, is_bot: bool = False) -> User:
        user = User(self._service.ids.make(), name, global_name, is_bot=is_bot)
        self.world.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User, members: list[User] | None = None) -> Guild:
        people = [owner, *(members or [])]
        guild = Guild(self._service.ids.make(), name, owner, {user.id: user for user in people})
        self.world.guilds[guild.id] = guild
        return guild

    async def add_channel(self, guild: Guild, name: str, denied: Permission = NO_PERMISSION) -> Channel:
        """Make a text channel; `denied` is what its members and bots may not do there."""
        channel_id = self._service.ids.make()
        channel = Channel(channel_id, ChannelType.TEXT, name, guild=guild, denied=denied)
        self.world.channels[channel.id] = channel
        await channel_created(self._service, channel)
        return channel

    async def invite_bot(self, guild: Guild, application: Application | None = None) -> None:
        """Follow the bot's invite link, which asks for the usual permissions."""
        bot = application or self._first_bot
        role = self._service.ids.make()
        installation = Installation(bot.bot, role, USUAL_PERMISSIONS, self._service.now())
        guild.installations[bot.application_id] = installation
        payload = guild_create_json(self.world, guild, bot)
        await self.gateway.dispatch(bot, "GUILD_CREATE", payload, Intent.GUILDS)

    async def kick_bot(self, guild: Guild) -> None:
        """Remove the bot, and with it the guild's commands."""
        bot = self._first_bot
        del guild.installations[bot.application_id]
        bot.commands.pop(guild.id, None)
        await self.gateway.dispatch(bot, "GUILD_DELETE", {"id": str(guild.id)}, Intent.GUILDS)

    def join(self, user: User, guild: Guild) -> None:
        guild.members[user.id] = user

    def leave(self, user: User, guild: Guild) -> None:
        del guild.members[user.id]

    async def settled(self) -> None:
        """Return once every bot has read what was sent to it; a gateway's events are not acknowledged."""
        await self.gateway.flush()

    def drop_sockets(self) -> None:
        """Cut all gateway connections without a goodbye; sessions can be resumed."""
        self.gateway.drop_sockets()


def _load(description: Path | None) -> Description | None:
    if description is None:
        return None
    return Description(Specification.load(description))
