"""One app in several workspaces: a token for each, learned one by one; where there is none, that is said."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date

import pytest

from adapters.slack.api import SlackApi
from adapters.slack.channel import SlackChannel, SlackSettings
from adapters.slack.checks import team_of
from adapters.slack.manifest import scopes
from adapters.slack.sender import SlackSender
from adapters.slack.workspaces import NotToldYet, SlackWorkspaces
from domain.deliveries import Delivery, Kind, Later, Never, Recipient, Ref, RefusalScope, Sent
from domain.messages import Message, Paragraph, text
from domain.people import Address
from domain.people import Channel as Platform
from simulators.slack.state import Channel, User, Workspace
from tests.discord_world import until
from tests.slack_world import Running, World, over_http, say, served, simulated

DAY = date(2026, 11, 24)
PROMPT = Message((Paragraph(text("What'd you get done today?")),), subject="What'd you get done today?")


class Hooli:
    """A further workspace with Gavin in it."""

    def __init__(self, world: World) -> None:
        self.workspace: Workspace = world.slack.add_workspace("Hooli", "hooli", scopes())
        self.gavin: User = world.slack.add_user(
            self.workspace, "gavin", "Gavin", "Europe/Lisbon", "gavin@hooli.example"
        )
        self.chips: Channel = world.slack.add_channel(self.workspace, "chips", [self.gavin])


def delivery(workspace: Workspace, user: User) -> Delivery:
    recipient = Recipient(Address(Platform.SLACK, user.user_id, workspace.team_id), None, 3)
    number = int(user.user_id.removeprefix("U0"), 16)
    return Delivery(Ref(DAY, number), 1, Kind.PROMPT, 1, 7, recipient, PROMPT, DAY)


def channel(world: World, tokens: Sequence[str]) -> SlackChannel:
    settings = SlackSettings(tuple(tokens), api_url=world.slack.api_url)
    return SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up())


@asynccontextmanager
async def started(world: World, *tokens: str) -> AsyncIterator[SlackChannel]:
    made = channel(world, tokens)
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


async def found(world: World, number: int) -> set[str]:
    return {(await world.front.found.get())[1] for _ in range(number)}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with simulated() as made:
        yield made


@pytest.fixture
async def hooli(world: World) -> Hooli:
    return Hooli(world)


async def test_the_workspace_of_the_first_token_alone_belongs_from_the_start(
    world: World, hooli: Hooli
) -> None:
    async with started(world, world.workspace.bot_token, hooli.workspace.bot_token):
        assert await found(world, 2) == {world.workspace.team_id, hooli.workspace.team_id}
        assert world.front.own == [world.workspace.team_id]


async def test_each_workspace_is_written_to_with_its_own_token(world: World, hooli: Hooli) -> None:
    async with started(world, world.workspace.bot_token, hooli.workspace.bot_token) as slack:
        await found(world, 2)
        outcomes = await slack.sender.send(
            [delivery(world.workspace, world.ada), delivery(hooli.workspace, hooli.gavin)]
        )
        assert all(isinstance(each, Sent) for each in outcomes), outcomes
        for user in (world.ada, hooli.gavin):
            (message,) = world.slack.messages(world.slack.dm_of(user))
            assert message.text == PROMPT.subject
        profile = await slack.reader.profile(
            Address(Platform.SLACK, hooli.gavin.user_id, hooli.workspace.team_id)
        )
        assert (profile.name, profile.zone) == ("gavin", "Europe/Lisbon")


@pytest.mark.parametrize("revoked_first", [True, False])
async def test_a_token_that_was_revoked_does_not_stop_the_others(
    world: World, hooli: Hooli, *, revoked_first: bool
) -> None:
    tokens = ("xoxb-revoked", hooli.workspace.bot_token)
    api = SlackApi(world.slack.api_url)
    workspaces = SlackWorkspaces(api, tokens if revoked_first else tokens[::-1])
    learning = asyncio.create_task(workspaces.introduce(world.front))
    assert await found(world, 1) == {hooli.workspace.team_id}
    await until(lambda: workspaces.is_speechless_in(world.workspace.team_id))
    sender = SlackSender(api, workspaces.token_of, world.tokens)
    sent, unsent = await sender.send(
        [delivery(hooli.workspace, hooli.gavin), delivery(world.workspace, world.ada)]
    )
    learning.cancel()
    await api.close()
    assert isinstance(sent, Sent)
    assert unsent == Never("there is no token for this workspace", RefusalScope.WORKSPACE)


async def test_until_slack_has_told_whose_the_tokens_are_nothing_is_given_up(
    world: World, hooli: Hooli
) -> None:
    slack = channel(world, (world.workspace.bot_token, hooli.workspace.bot_token))
    (outcome,) = await slack.sender.send([delivery(world.workspace, world.ada)])
    await slack.stop()
    assert isinstance(outcome, Later)
    assert outcome.reason == "Slack has not said yet whose the tokens are"
    workspaces = SlackWorkspaces(SlackApi(world.slack.api_url), ("xoxb-1", "xoxb-2"))
    assert not workspaces.is_speechless_in("T1")
    with pytest.raises(NotToldYet):
        workspaces.token_of("T1")


async def test_our_own_messages_are_known_in_each_workspace(hooli_over_http: tuple[Running, Hooli]) -> None:
    running, hooli = hooli_over_http
    (outcome,) = await running.channel.sender.send([delivery(hooli.workspace, hooli.gavin)])
    assert isinstance(outcome, Sent)
    await running.world.slack.settled()
    assert running.world.front.heard == []
    await running.world.slack.dm(hooli.gavin, "soldered a chip")
    assert len(running.world.front.heard) == 1


@pytest.fixture
async def hooli_over_http() -> AsyncIterator[tuple[Running, Hooli]]:
    """Both workspaces at one door, each with its token."""
    async with simulated() as world:
        hooli = Hooli(world)
        tokens = (world.workspace.bot_token, hooli.workspace.bot_token)
        settings = SlackSettings(
            tokens, signing_secrets=(world.slack.signing_secret,), api_url=world.slack.api_url
        )
        slack = SlackChannel(settings, world.front, world.tokens, world.clock, world.catch_up())
        await slack.start()
        async with served(slack.routes()) as address:
            await world.slack.deliver_over_http(f"{address}/slack/events")
            await found(world, 2)
            yield Running(world, slack, f"{address}/slack/events"), hooli
            await world.slack.settled()
        await slack.stop()


async def test_what_is_asked_where_there_is_no_token_says_so_to_the_core() -> None:
    async with over_http() as running:
        world = running.world
        hooli = Hooli(world)
        world.front.reply = say("in words, through the request itself")
        answer = await world.slack.slash(hooli.gavin, hooli.chips, "/done", "soldered a chip")
        await world.slack.slash(world.ada, world.platform, "/done", "shipped it")
        assert answer.texts == ["in words, through the request itself"]
        speechless = [request.origin.speechless for _, request in world.front.asked]
        assert speechless == [True, False]


async def test_each_token_is_checked_by_itself(world: World, hooli: Hooli) -> None:
    slack = channel(world, (world.workspace.bot_token, "xoxb-revoked", hooli.workspace.bot_token))
    findings = await slack.check()
    await slack.stop()
    assert [right for right, _ in findings] == [True, False, True]
    assert "Initech" in findings[0][1]
    assert findings[1][1].startswith("Token 2 of SLACK_BOT_TOKEN does not work (invalid_auth)")
    assert "Hooli" in findings[2][1]


async def test_a_token_that_is_refused_is_told_from_a_slack_that_is_down(world: World, hooli: Hooli) -> None:
    api = SlackApi(world.slack.api_url)
    assert await team_of(api, hooli.workspace.bot_token) == hooli.workspace.team_id
    assert await team_of(api, "xoxb-revoked") is None
    world.slack.refuse("auth.test", "service_unavailable")
    assert await team_of(api, hooli.workspace.bot_token) == ""
    await api.close()
