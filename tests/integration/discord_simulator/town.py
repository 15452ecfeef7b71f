"""A bot as donelog's, written with discord.py, and the small Discord that it lives in."""

import asyncio
import contextlib
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Self

import discord
import yarl
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route

from simulators.discord import Application, Channel, DiscordSimulator, Guild, User
from tests import published


class Clock:
    """A clock that moves only when it is told to."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 20, 18, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment


class Town:
    """A Discord with one bot, one guild and two members; Bob takes no direct messages."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.discord = DiscordSimulator(self.clock, description=published.DISCORD)
        self.bot: Application = self.discord.add_application("donelog")
        self.ada: User = self.discord.add_user("ada", "Ada")
        self.bob: User = self.discord.add_user("bob", "Bob")
        self.bob.dms_closed = True
        self.guild: Guild = self.discord.add_guild("Works", self.ada, [self.bob])
        self.channel: Channel


class AgreeButton(ui.DynamicItem[ui.Button[ui.View]], template=r"agree:(?P<number>\d+)"):
    """A button whose meaning stands in its custom id alone."""

    def __init__(self, number: int) -> None:
        super().__init__(ui.Button(label="Agree", custom_id=f"agree:{number}"))
        self.number = number

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.edit_message(content=f"Agreed to {self.number}", view=None)


class NameForm(ui.Modal, title="Your name"):
    name: ui.TextInput[Self] = ui.TextInput(label="Name", custom_id="name", max_length=20)

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_message(f"Hello {self.name.value}", ephemeral=True)


class Bot(discord.Client):
    """A client as donelog's: a command group, a dynamic button, and an echo in direct messages."""

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, dm_messages=True),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            guild_ready_timeout=0.0,
        )
        self.tree = app_commands.CommandTree(self)
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.asked: list[discord.Interaction[Any]] = []
        self.resumed = asyncio.Event()

    async def setup_hook(self) -> None:
        self.add_dynamic_items(AgreeButton)
        self.tree.add_command(done_group())
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once: discord.py's own hook waits five seconds before a second session."""

    async def on_message(self, message: discord.Message) -> None:
        if not message.author.bot:
            await message.channel.send(f"You said: {message.content}")
            self.heard.put_nowait(message.content)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        self.asked.append(interaction)

    async def on_resumed(self) -> None:
        self.resumed.set()


def done_group() -> app_commands.Group:
    contexts = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)
    installs = app_commands.AppInstallationType(guild=True, user=False)
    group = app_commands.Group(
        name="done", description="Your log", allowed_contexts=contexts, allowed_installs=installs
    )

    @group.command(name="search", description="Find something")
    async def search(interaction: discord.Interaction[Any], text: str) -> None:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.followup.send(f"Nothing about {text}")

    @search.autocomplete("text")
    async def offer(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=f"{current}voices", value="invoices")]

    @group.command(name="name", description="Tell your name")
    async def name(interaction: discord.Interaction[Any]) -> None:
        await interaction.response.send_modal(NameForm())

    @group.command(name="sleep", description="Say nothing")
    async def sleep(interaction: discord.Interaction[Any]) -> None:
        pass

    return group


@contextlib.contextmanager
def pointed_at(simulator: DiscordSimulator) -> Iterator[None]:
    """Let discord.py talk to the simulator; it has no other way than its own class attributes."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = simulator.api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(simulator.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before


def dm_with(client: discord.Client, channel: Channel) -> discord.PartialMessageable:
    return client.get_partial_messageable(channel.id, type=discord.ChannelType.private)
