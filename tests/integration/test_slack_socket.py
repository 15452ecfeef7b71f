"""Slack over Socket Mode: the same promises without a public address."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from adapters.slack.channel import SlackChannel, SlackSettings
from simulators.base import Fault, How
from simulators.slack.delivery import NotAcknowledgedError
from tests.slack_world import World, say, simulated, until


@dataclass
class Running:
    world: World
    channel: SlackChannel


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    async with simulated() as world:
        settings = SlackSettings(
            (world.workspace.bot_token,), world.slack.app_token, api_url=world.slack.api_url
        )
        channel = SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up())
        await channel.start()
        await world.front.found.get()
        await world.slack.sockets.connected()
        yield Running(world, channel)
        await channel.stop()


async def test_a_direct_message_is_kept(running: Running) -> None:
    await running.world.slack.dm(running.world.ada, "shipped it")
    assert len(running.world.front.heard) == 1


async def test_what_could_not_be_stored_is_not_acknowledged_and_sent_again(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    running.world.slack.delivery.ack_timeout = 0.2
    running.world.front.failures = 2
    await running.world.slack.dm(running.world.ada, "a canary in the text")
    assert len(running.world.front.heard) == 1
    assert "canary" not in caplog.text


async def test_while_nothing_can_be_stored_slack_keeps_it(running: Running) -> None:
    running.world.slack.delivery.ack_timeout = 0.1
    running.world.front.failures = 4
    with pytest.raises(NotAcknowledgedError):
        await running.world.slack.dm(running.world.ada, "still there")


async def test_a_command_is_answered_in_the_acknowledgement(running: Running) -> None:
    running.world.front.reply = say("Two lines for Tuesday.")
    answer = await running.world.slack.slash(running.world.ada, running.world.platform, "/done", "today")
    assert answer.texts == ["Two lines for Tuesday."]


async def test_events_that_say_nothing_to_us_are_acknowledged(running: Running) -> None:
    await running.world.slack.open_home(running.world.ada)
    await running.world.slack.invite_bot(running.world.ada, running.world.platform)
    assert running.world.front.heard == []


async def test_a_socket_that_slack_wants_renewed_is_renewed(running: Running) -> None:
    await running.world.slack.sockets.refresh()
    await running.world.slack.sockets.connected()
    await running.world.slack.dm(running.world.ada, "over the new one")
    assert len(running.world.front.heard) == 1


async def test_nothing_is_left_running_after_stop() -> None:
    before = asyncio.all_tasks()
    async with simulated() as world:
        settings = SlackSettings(
            (world.workspace.bot_token,), world.slack.app_token, api_url=world.slack.api_url
        )
        channel = SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up())
        await channel.start()
        await world.slack.sockets.connected()
        await channel.stop()
        assert world.slack.sockets.count == 0
    assert asyncio.all_tasks() == before


async def test_stop_does_not_wait_for_a_slack_that_is_down(caplog: pytest.LogCaptureFixture) -> None:
    before = asyncio.all_tasks()
    async with simulated() as world:
        settings = SlackSettings(
            (world.workspace.bot_token,), world.slack.app_token, api_url="http://127.0.0.1:9/api/"
        )
        channel = SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up())
        await channel.start()
        await asyncio.wait(asyncio.all_tasks() - before, timeout=0.2)
        await channel.stop()
    assert "Traceback" not in caplog.text
    assert asyncio.all_tasks() == before


async def test_a_process_that_does_not_listen_opens_no_socket() -> None:
    async with simulated() as world:
        settings = SlackSettings(
            (world.workspace.bot_token,), world.slack.app_token, api_url=world.slack.api_url
        )
        channel = SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up())
        await channel.start(listen=False)
        await world.front.found.get()
        await channel.stop()
        assert world.slack.journal.of("apps.connections.open") == []


async def test_what_is_set_up_right_is_said_to_be_so(running: Running) -> None:
    assert await running.channel.check() == [
        (True, "Connected to the Slack workspace Initech, with all the scopes that are needed."),
        (True, "Socket Mode works."),
    ]


async def test_missing_scopes_are_named() -> None:
    async with simulated() as world:
        poor = world.slack.add_workspace("Initrode", "initrode", {"chat:write", "users:read", "commands"})
        channel = SlackChannel(
            SlackSettings((poor.bot_token,), api_url=world.slack.api_url),
            world.front,
            world.tokens,
            world.clock,
            world.catch_up(),
        )
        (connected, _), (complete, told) = await channel.check()
        await channel.stop()
    assert (connected, complete) == (True, False)
    assert "channels:history, chat:write.public, groups:history, im:history, im:write" in told


async def test_tokens_that_do_not_work_are_named_but_not_shown() -> None:
    async with simulated() as world:
        settings = SlackSettings(("xoxb-wrong",), "xapp-wrong", api_url=world.slack.api_url)
        channel = SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up())
        (bot, about_bot), (app, about_app) = await channel.check()
        await channel.stop()
    assert (bot, app) == (False, False)
    assert "SLACK_BOT_TOKEN" in about_bot
    assert "SLACK_APP_TOKEN" in about_app
    assert "wrong" not in about_bot + about_app + repr(settings)


@asynccontextmanager
async def listening(world: World) -> AsyncIterator[None]:
    """A process that soon notices when its socket is deaf."""
    settings = SlackSettings(
        (world.workspace.bot_token,),
        world.slack.app_token,
        api_url=world.slack.api_url,
        ping_seconds=0.05,
        check_seconds=0.1,
    )
    channel = SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up())
    before = world.slack.sockets.count
    await channel.start()
    await world.slack.sockets.connected(before + 1)
    try:
        yield
    finally:
        await channel.stop()


def said(world: World) -> list[str]:
    """What was kept, the same but once."""
    kept: dict[str, dict[str, Any]] = {}
    for arrival in world.front.heard:
        kept.setdefault(arrival.key, json.loads(arrival.raw)["event"])
    return sorted(event.get("text") or event["message"]["text"] for event in kept.values())


async def test_what_is_said_to_a_deaf_socket_is_heard_once_another_one_is_open() -> None:
    """Fault 30: it stays open and says nothing, another one is not to be had at once, and Slack gives up."""
    async with simulated() as world, listening(world):
        await world.slack.dm(world.ada, "to the first socket")
        await until(lambda: world.progress.until == world.clock.now())
        world.slack.journal.fail("apps.connections.open", Fault(status=500), times=2)
        world.slack.sockets.fall_silent()
        world.slack.delivery.ack_timeout = 0.01
        with pytest.raises(NotAcknowledgedError):
            await world.slack.dm(world.ada, "to a deaf one")
        await until(lambda: said(world) == ["to a deaf one", "to the first socket"])


async def test_a_socket_that_answers_pings_but_never_said_hello_is_replaced() -> None:
    """Fault 30: the one that was opened after the connection was cut lives, and brings nothing."""
    async with simulated() as world, listening(world):
        world.slack.sockets.opens_mute = True
        await world.slack.sockets.drop()
        await world.slack.sockets.connected()
        world.slack.delivery.ack_timeout = 0.01
        with pytest.raises(NotAcknowledgedError):
            await world.slack.dm(world.ada, "to a mute one")
        world.slack.sockets.opens_mute = False
        await until(lambda: said(world) == ["to a mute one"])


async def test_a_renewal_that_hangs_in_the_sdk_is_begun_anew_from_outside() -> None:
    """Fault 30: the socket is deaf, and so is whom the SDK asks for another one."""
    async with simulated() as world, listening(world):
        world.slack.journal.fail("apps.connections.open", Fault(how=How.HANG))
        world.slack.sockets.fall_silent()
        world.slack.delivery.ack_timeout = 0.01
        with pytest.raises(NotAcknowledgedError):
            await world.slack.dm(world.ada, "to a deaf one")
        await until(lambda: said(world) == ["to a deaf one"])


async def test_what_is_said_and_edited_while_nobody_listens_is_heard_afterwards() -> None:
    """Fault 30: between two processes, for longer than Slack tries."""
    async with simulated() as world:
        async with listening(world):
            early = await world.slack.dm(world.ada, "shiped it")
            await until(lambda: said(world) == ["shiped it"])
        world.clock.time += timedelta(minutes=10)
        for lost in (
            world.slack.dm(world.ben, "reviewed it"),
            world.slack.edit(world.ada, world.slack.dm_of(world.ada), early, "shipped it"),
        ):
            with pytest.raises(NotAcknowledgedError):
                await lost
        async with listening(world):
            await until(lambda: said(world) == ["reviewed it", "shiped it", "shipped it"])
