import asyncio
from collections.abc import AsyncIterator

import discord
import pytest

from tests.integration.discord_simulator.town import Bot, Town, pointed_at


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    """A town whose every request and answer is checked where Discord's description is at hand."""
    built = Town()
    await built.discord.start()
    built.channel = await built.discord.add_channel(built.guild, "general")
    await built.discord.invite_bot(built.guild)
    with pointed_at(built.discord):
        yield built
    await built.discord.stop()
    assert built.discord.journal.problems == []


@pytest.fixture
async def bot(town: Town) -> AsyncIterator[Bot]:
    """A connected bot with its commands registered."""
    async with Bot() as client:
        running = asyncio.create_task(client.start(town.bot.token))
        await client.wait_until_ready()
        yield client
        await client.close()
        await running


@pytest.fixture
async def sender(town: Town) -> AsyncIterator[discord.Client]:
    """A client without a gateway."""
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        await client.login(town.bot.token)
        yield client
