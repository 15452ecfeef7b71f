"""What Slack could hand over to nobody is read once somebody serves its events again."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from adapters.slack.channel import SlackChannel, SlackSettings
from simulators.slack.delivery import NotAcknowledgedError
from tests.slack_world import World, simulated, until


@asynccontextmanager
async def serving(world: World, *, serve: bool = True) -> AsyncIterator[None]:
    """A process that takes events over HTTP, at an address that Slack does not know yet."""
    settings = SlackSettings(
        (world.workspace.bot_token,),
        signing_secrets=(world.slack.signing_secret,),
        api_url=world.slack.api_url,
        check_seconds=0.01,
    )
    channel = SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up())
    await channel.start(listen=False, serve=serve)
    try:
        yield
    finally:
        await channel.stop()


async def test_what_was_said_while_nobody_served_is_heard_afterwards() -> None:
    """Fault 30: for longer than Slack tries."""
    async with simulated() as world:
        world.progress.until = world.clock.now()
        world.clock.time += timedelta(minutes=10)
        with pytest.raises(NotAcknowledgedError):
            await world.slack.dm(world.ada, "shipped it")
        async with serving(world):
            await until(lambda: world.progress.until == world.clock.now() and world.progress.left is None)
        (arrival,) = world.front.heard
        assert json.loads(arrival.raw)["event"]["text"] == "shipped it"


async def test_what_could_not_be_stored_for_longer_than_slack_tries_is_heard_afterwards() -> None:
    """Fault 30: nobody was away but the database."""
    async with simulated() as world, serving(world):
        await until(lambda: world.progress.until == world.clock.now())
        world.progress.up.clear()
        with pytest.raises(NotAcknowledgedError):
            await world.slack.dm(world.ada, "shipped it")
        await until(lambda: world.progress.refusals > 0)
        world.clock.time += timedelta(minutes=10)
        world.progress.up.set()
        await until(lambda: len(world.front.heard) == 1)
        await until(lambda: world.progress.until == world.clock.now())


async def test_a_process_that_serves_nothing_leaves_no_word_of_having_heard() -> None:
    async with simulated() as world:
        before = asyncio.all_tasks()
        async with serving(world, serve=False):
            await world.front.found.get()
            await asyncio.wait(asyncio.all_tasks() - before, timeout=0.2)
        assert world.progress.until is None
