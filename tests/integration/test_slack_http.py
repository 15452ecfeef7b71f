"""Slack over signed HTTP: everything is kept before Slack is told so, and answered in time."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.slack.api import SlackApi
from adapters.slack.app import build_app
from adapters.slack.channel import SlackChannel, SlackSettings
from adapters.slack.inlet import Inlet
from adapters.slack.reader import NobodyThere
from adapters.slack.routes import routes
from adapters.slack.workspaces import SlackWorkspaces
from domain.commands import InboxRef, Search, Surface
from domain.messages import Action, Actions, Audience, Mark, Message
from domain.people import Address, Channel
from domain.ports.inbox import Arrival, InboxItem, Lane, Source
from simulators.base import Fault
from simulators.slack.delivery import NotAcknowledgedError
from tests.slack_world import NOW, Running, World, over_http, say, served, simulated

NOT_NOW = "I cannot write that down at the moment; please send it again in a minute"
"""As a notification shows it: like a mail's subject, without a full stop."""


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    async with over_http() as made:
        yield made


def item(arrival: Arrival) -> InboxItem:
    return InboxItem(InboxRef(NOW.date(), 1), arrival.source, arrival.lane, arrival.raw, arrival.at, 0)


async def test_the_workspace_of_the_token_is_made_known() -> None:
    async with simulated() as world:
        settings = SlackSettings((world.workspace.bot_token,), api_url=world.slack.api_url)
        channel = SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up())
        await channel.start()
        assert await world.front.found.get() == (Channel.SLACK, world.workspace.team_id, "Initech")
        await channel.stop()


async def test_without_a_signing_secret_there_is_no_door() -> None:
    async with simulated() as world:
        settings = SlackSettings((world.workspace.bot_token,), api_url=world.slack.api_url)
        assert SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up()).routes() == []


async def test_start_does_not_wait_for_slack_and_tries_until_it_answers() -> None:
    async with simulated() as world:
        world.slack.refuse("auth.test", "service_unavailable")
        world.front.failures = 1
        settings = SlackSettings((world.workspace.bot_token,), api_url=world.slack.api_url)
        channel = SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up())
        await channel.start()
        assert world.front.found.empty()
        await world.front.found.get()
        assert len(world.slack.journal.of("auth.test")) == 3
        await channel.stop()


async def test_a_direct_message_is_kept_and_can_be_read(running: Running) -> None:
    ts = await running.world.slack.dm(running.world.ada, "paired with @ben on R&D")
    (arrival,) = running.world.front.heard
    assert (arrival.source, arrival.lane) == (Source.SLACK_EVENT, Lane.SAID)
    assert arrival.at - NOW < timedelta(seconds=1)
    assert b"simulated-verification-token" not in arrival.raw
    reading = await running.channel.reader.read(item(arrival))
    assert reading.request is not None
    assert reading.request.text == "paired with @ben on R&D"
    assert reading.request.origin.source_ref.endswith(f":{ts}")


async def test_a_name_is_asked_for_once_and_missing_names_do_no_harm(running: Running) -> None:
    world = running.world
    await world.slack.dm(world.ada, "paired with @ben")
    world.slack.refuse("users.info", "internal_error")
    unnamed = await running.channel.reader.read(item(world.front.heard[0]))
    assert unnamed.request is not None
    assert unnamed.request.text == "paired with @someone"
    for _ in range(2):
        await running.channel.reader.read(item(world.front.heard[0]))
    assert len(world.slack.journal.of("users.info")) == 2


async def test_edits_and_deletions_are_kept(running: Running) -> None:
    world = running.world
    ts = await world.slack.dm(world.ada, "shiped it")
    dm = world.slack.dm_of(world.ada)
    await world.slack.edit(world.ada, dm, ts, "shipped it")
    await world.slack.delete(world.ada, dm, ts)
    subtypes = [json.loads(arrival.raw)["event"].get("subtype") for arrival in world.front.heard]
    assert subtypes == [None, "message_changed", "message_deleted"]


async def test_events_that_say_nothing_to_us_are_acknowledged_and_leave_no_trace(running: Running) -> None:
    world = running.world
    await world.slack.invite_bot(world.ada, world.platform)
    ts = await world.slack.say(world.ada, world.platform, "lunch?")
    await world.slack.react(world.ben, world.platform, ts, "pizza")
    await world.slack.change(world.ada, tz="Asia/Tokyo")
    await world.slack.open_home(world.ada)
    assert world.front.heard == []


async def test_the_end_of_an_installation_is_kept(running: Running) -> None:
    world = running.world
    await world.slack.uninstall(world.workspace)
    assert len(world.front.heard) == 2
    reading = await running.channel.reader.read(item(world.front.heard[0]))
    assert (reading.request, reading.note) == (None, "app_uninstalled: nothing is asked")


async def test_what_could_not_be_stored_is_sent_again(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    world = running.world
    world.front.failures = 2
    await world.slack.dm(world.ada, "a canary in the text")
    assert len(world.front.heard) == 1
    assert "canary" not in caplog.text
    assert "Traceback" not in caplog.text


async def test_while_nothing_can_be_stored_nothing_is_acknowledged(running: Running) -> None:
    running.world.front.failures = 4
    with pytest.raises(NotAcknowledgedError):
        await running.world.slack.dm(running.world.ada, "lost? no: Slack still has it")


async def test_the_same_event_twice_has_the_same_key(running: Running) -> None:
    world = running.world
    await world.slack.dm(world.ada, "once")
    await world.slack.redeliver(world.slack.delivery.events[-1])
    first, second = world.front.heard
    assert first.key == second.key


async def test_a_command_is_answered_in_the_acknowledgement(running: Running) -> None:
    world = running.world
    world.front.reply = say("Two lines for Tuesday.")
    answer = await world.slack.slash(world.ada, world.platform, "/done", "search importer")
    assert answer.body is not None
    assert answer.body["response_type"] == "ephemeral"
    assert answer.texts == ["Two lines for Tuesday."]
    ((arrival, request),) = world.front.asked
    assert (arrival.source, arrival.lane, arrival.at) == (Source.SLACK_COMMAND, Lane.ASKED, NOW)
    assert (request.text, request.origin.surface) == ("search importer", Surface.SLASH)


async def test_what_concerns_the_channel_is_shown_to_everybody_in_it(running: Running) -> None:
    running.world.front.reply = replace(say("A team!"), audience=Audience.PLACE)
    world = running.world
    await world.slack.slash(world.ada, world.platform, "/done", "team here")
    assert [message.text for message in world.slack.messages(world.platform)] == ["A team!"]


async def test_a_check_mark_says_nothing_where_nothing_can_be_marked(running: Running) -> None:
    running.world.front.reply = Mark()
    answer = await running.world.slack.slash(running.world.ada, running.world.platform, "/done", "shipped it")
    assert (answer.acknowledged, answer.body) == (True, None)


async def test_whoever_asks_while_nothing_can_be_stored_is_told_to_ask_again(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    running.world.front.failures = 1
    answer = await running.world.slack.slash(running.world.ada, running.world.platform, "/done", "a canary")
    assert answer.body is not None
    assert answer.texts == [NOT_NOW]
    assert answer.body["response_type"] == "ephemeral"
    assert "Traceback" not in caplog.text
    assert "canary" not in caplog.text


async def test_a_button_pressed_while_nothing_can_be_stored_stays_and_is_answered_beside_it(
    running: Running,
) -> None:
    world = running.world
    more = Message((Actions((Action("More", Search("x", 2)),)),), subject="Search")
    world.front.reply = replace(say(""), message=more)
    await world.slack.slash(world.ada, world.platform, "/done", "search x")
    world.front.failures = 1
    await world.slack.click(world.ada, world.platform, world.slack.ephemerals(world.ada)[0].ts, "More")
    await running.channel.stop()
    assert [shown.text for shown in world.slack.ephemerals(world.ada)] == ["Search", NOT_NOW]


async def test_what_is_stored_and_not_carried_out_is_acknowledged_in_silence(running: Running) -> None:
    running.world.front.keeps = True
    answer = await running.world.slack.slash(running.world.ada, running.world.platform, "/done", "x")
    assert (answer.acknowledged, answer.body, answer.posts) == (True, None, [])


async def test_a_button_takes_the_place_of_its_message(running: Running) -> None:
    world = running.world
    more = Message((Actions((Action("More", Search("x", 2)),)),), subject="Search")
    world.front.reply = replace(say(""), message=more)
    await world.slack.slash(world.ada, world.platform, "/done", "search x")
    (shown,) = world.slack.ephemerals(world.ada)
    world.front.reply = say("Page two", replaces=True)
    answer = await world.slack.click(world.ada, world.platform, shown.ts, "More")
    assert answer.acknowledged
    await running.channel.stop()
    (replaced,) = world.slack.ephemerals(world.ada)
    assert replaced.text == "Page two"
    assert world.front.asked[-1][1].command == Search("x", 2)


async def test_a_button_that_replaces_nothing_is_answered_beside_it(running: Running) -> None:
    world = running.world
    button = Message((Actions((Action("More", Search("x", 2)),)),), subject="Search")
    world.front.reply = replace(say(""), message=button)
    await world.slack.slash(world.ada, world.platform, "/done", "search x")
    world.front.reply = say("Page two")
    await world.slack.click(world.ada, world.platform, world.slack.ephemerals(world.ada)[0].ts, "More")
    await running.channel.stop()
    assert [shown.text for shown in world.slack.ephemerals(world.ada)] == ["Search", "Page two"]


@asynccontextmanager
async def impatient(world: World) -> AsyncIterator[Inlet]:
    """The adapter without any patience: every request is acknowledged before it is answered."""
    api = SlackApi(world.slack.api_url)
    workspaces = SlackWorkspaces(api, (world.workspace.bot_token,))
    inlet = Inlet(world.front, api, world.tokens, world.clock, workspaces, patience=0.0)
    app = build_app(inlet, workspaces, world.slack.api_url)
    async with served(routes(app, (world.slack.signing_secret,), world.clock)) as address:
        await world.slack.deliver_over_http(f"{address}/slack/events")
        yield inlet
        await inlet.stop()
    await api.close()


async def test_what_takes_too_long_is_acknowledged_first_and_answered_later() -> None:
    async with simulated() as world, impatient(world) as inlet:
        world.front.may_answer.clear()
        world.front.reply = say("here it is")
        answer = await world.slack.slash(world.ada, world.platform, "/done", "search everything")
        assert (answer.acknowledged, answer.body, answer.posts) == (True, None, [])
        world.front.may_answer.set()
        await inlet.stop()
        assert answer.texts == ["here it is"]


async def test_what_cannot_be_stored_after_all_is_said_later() -> None:
    async with simulated() as world, impatient(world) as inlet:
        world.front.failures = 1
        answer = await world.slack.slash(world.ada, world.platform, "/done", "shipped it")
        await inlet.stop()
        assert answer.texts == [NOT_NOW]


async def test_an_answer_that_slack_refuses_does_no_harm(caplog: pytest.LogCaptureFixture) -> None:
    async with simulated() as world, impatient(world) as inlet:
        world.front.reply = say("here it is")
        world.front.may_answer.clear()
        world.slack.journal.fail("response_url", Fault(status=404))
        answer = await world.slack.slash(world.ada, world.platform, "/done", "search everything")
        world.front.may_answer.set()
        await inlet.stop()
        assert answer.posts == []
        assert "an answer did not reach Slack: ValueError" in caplog.messages


async def test_a_late_answer_goes_out_while_slack_takes_it(running: Running) -> None:
    world = running.world
    answer = await world.slack.slash(world.ada, world.platform, "/done", "search x")
    asked = item(world.front.asked[0][0])
    world.clock.time = NOW + timedelta(minutes=29)
    await running.channel.reader.answer_late(asked, say("after a restart"))
    world.clock.time = NOW + timedelta(minutes=31)
    await running.channel.reader.answer_late(asked, say("too late"))
    assert answer.texts == ["after a restart"]


async def test_a_profile_has_name_and_zone(running: Running) -> None:
    address = Address(Channel.SLACK, running.world.ada.user_id, running.world.workspace.team_id)
    profile = await running.channel.reader.profile(address)
    assert (profile.name, profile.zone) == ("ada", "Europe/Madrid")


async def test_nobody_is_at_an_address_that_slack_does_not_know(running: Running) -> None:
    with pytest.raises(NobodyThere):
        await running.channel.reader.profile(Address(Channel.SLACK, "U1", running.world.workspace.team_id))
    with pytest.raises(NobodyThere):
        await running.channel.reader.profile(Address(Channel.SLACK, running.world.ada.user_id, "T1"))
