"""From a new workspace or server to the first digest by talking alone; and what those outside are told."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest

from domain.people import Channel
from simulators import plain
from simulators.discord import Guild, NotOfferedError
from simulators.discord import User as DiscordUser
from simulators.town import Descriptions, Services, Town, joined
from simulators.virtual_clock import VirtualClock
from tests.discord_world import until
from tests.e2e.conftest import STARTS
from tests.e2e.voices import OnDiscord, OnSlack, gather

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVENING = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
"""18:00 in Madrid."""
MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASKED = "What'd you get done today?"


def _code(town: Town, last_day: date = date(2026, 11, 25)) -> str:
    """What `donelog setup` and `donelog workspace code` print."""
    core = town.installation.core
    return core.tokens.connect_code(core.organization_id, last_day)


async def _server(town: Town, name: str, *people: DiscordUser) -> Guild:
    guild = town.services.discord.add_guild(name, people[0], list(people[1:]))
    await town.services.discord.invite_bot(guild)
    await town.settle()
    return guild


async def test_a_slack_workspace_goes_from_nothing_to_its_first_digest(own_town: Town) -> None:
    slack, workspace = own_town.services.slack, own_town.services.workspace
    users = [
        slack.add_user(workspace, name, name, "Europe/Madrid", f"{name.lower()}@example.com")
        for name in ("Ana", "Dana")
    ]
    channel = slack.add_channel(workspace, "platform", users)
    ana, dana = (OnSlack(own_town, user, channel) for user in users)
    await ana.slash("team here")
    await until(lambda: any(each.bot_id for each in slack.messages(channel)))  # on a busy machine
    [made] = [each for each in slack.messages(channel) if each.bot_id]
    joined = await slack.click(dana.user, channel, made.ts, "Join")
    await own_town.settle()
    assert "Welcome to platform" in "".join(plain.slack_content(each) for each in joined.posts)
    await own_town.wait_until(EVENING, HOUR)
    for voice in (ana, dana):
        assert sum(ASKED in heard for heard in voice.heard()) == 1
    await ana.write("wrote the first line")
    [prompt] = [each for each in slack.messages(slack.dm_of(dana.user)) if ASKED in plain.slack(each)]
    await slack.click(dana.user, slack.dm_of(dana.user), prompt.ts, "Nothing today")
    await own_town.wait_until(MORNING, HOUR)
    digest = plain.slack(slack.messages(channel)[-1])
    assert "wrote the first line" in digest
    assert "Dana\nnothing to report" in digest.replace("  • ", "")


async def test_a_discord_server_goes_from_nothing_to_its_first_digest(own_town: Town) -> None:
    discord = own_town.services.discord
    users = [discord.add_user(name.lower(), name) for name in ("Ben", "Eve")]
    guild = await _server(own_town, "Initech", *users)
    channel = await discord.add_channel(guild, "platform")
    await own_town.connected()
    ben, eve = (OnDiscord(own_town, user, channel) for user in users)
    await ben.command("zone", {"zone": "Europe/Madrid"})
    await ben.command("team here", {})
    [made] = [each for each in discord.messages(channel.id) if each.author.is_bot]
    joined = await discord.click(eve.user, made.id, "Join")
    assert "Welcome to platform. I'll ask you at 18:00 Madrid" in joined.content
    await own_town.wait_until(EVENING, HOUR)
    for voice in (ben, eve):
        assert sum(ASKED in heard for heard in voice.heard()) == 1
    await ben.write("wrote the first line")
    await own_town.wait_until(MORNING, HOUR)
    digest = plain.discord(discord.messages(channel.id)[-1])
    assert "wrote the first line" in digest
    assert "Quiet Eve" in digest


async def test_a_further_discord_server_joins_by_a_code_and_gets_a_digest(own_town: Town) -> None:
    discord = own_town.services.discord
    ben, eve = discord.add_user("ben", "Ben"), discord.add_user("eve", "Eve")
    await _server(own_town, "Initech", ben)
    await own_town.connected()
    further = await _server(own_town, "Hooli", eve)
    voice = OnDiscord(own_town, eve, await discord.add_channel(further, "chips"))
    told = await voice.command("team here", {})
    assert "not connected yet" in told
    assert "/done connect CODE" in told
    assert "wrong or too old" in await voice.command("connect", {"code": "abcdefgh234567"})
    assert "too old" in await voice.command("connect", {"code": _code(own_town, date(2026, 11, 23))})
    assert str(further.id) not in own_town.installation.core.done_log.linked(Channel.DISCORD)
    assert "connected" in await voice.command("connect", {"code": _code(own_town)})
    assert "chips is a team now" in await voice.command("team here", {})
    await voice.write("soldered a chip")
    await own_town.wait_until(datetime(2026, 11, 25, 9, 0, tzinfo=UTC), HOUR)
    assert "soldered a chip" in discord.messages(voice.channel.id)[-1].content


async def test_a_further_slack_workspace_goes_from_its_code_to_its_first_digest(
    database: str, descriptions: Descriptions
) -> None:
    """Its token is missing first, which is said there; nothing that was typed meanwhile is lost."""
    services = Services(VirtualClock(STARTS), descriptions)
    await services.start()
    try:
        gavin, hal = _people_of_hooli(services)
        settings = services.settings(database, meilisearch=False)
        async with joined(services, settings) as town:
            await _told(town, 1)
            await _without_a_token(gavin(town))
        tokens = tuple(each.bot_token for each in services.slack.state.workspaces.values())
        async with joined(services, replace(settings, slack_bot_token=tokens)) as town:
            await _told(town, 3)
            await _from_code_to_digest(gavin(town), hal(town))
    finally:
        await services.stop()
    assert services.problems == []


def _people_of_hooli(services: Services) -> list[Callable[[Town], OnSlack]]:
    slack, hooli = services.slack, services.slack.add_workspace("Hooli", "hooli")
    users = [
        slack.add_user(hooli, name.lower(), name, "Europe/Madrid", f"{name.lower()}@hooli.example")
        for name in ("Gavin", "Hal")
    ]
    chips = slack.add_channel(hooli, "chips", users)
    return [partial(OnSlack, user=user, channel=chips) for user in users]


async def _told(town: Town, times: int) -> None:
    """Return once Slack has told whose the tokens are, so many times since the services are there."""
    journal = town.services.slack.journal
    await until(lambda: len(journal.of("auth.test")) == times)
    await town.settle()


async def _without_a_token(voice: OnSlack) -> None:
    core = voice.town.installation.core
    for typed in ("add soldered a chip", f"connect {_code(voice.town)}", "team here"):
        told = await voice.slash(typed)
        assert "I have no token for it" in told
        assert "donelog setup slack" in told
    assert voice.user.team_id not in core.done_log.linked(Channel.SLACK)


async def _from_code_to_digest(gavin: OnSlack, hal: OnSlack) -> None:
    town, channel = gavin.town, gavin.channel
    slack, core = town.services.slack, town.installation.core
    assert "/done connect CODE" in await gavin.slash("team here")
    assert "connected" in await gavin.slash(f"connect {_code(town)}")
    assert gavin.user.team_id in core.done_log.linked(Channel.SLACK)
    await gavin.slash("team here")
    [made] = [each for each in slack.messages(channel) if "chips is a team now" in plain.slack(each)]
    for voice in (gavin, hal):
        await slack.click(voice.user, channel, made.ts, "Join")
    await town.wait_until(EVENING, HOUR)
    assert sum(ASKED in heard for heard in hal.heard()) == 1
    await hal.write("tested the chip")
    await town.wait_until(MORNING, HOUR)
    digest = plain.slack(slack.messages(channel)[-1])
    assert "tested the chip" in digest
    assert "soldered a chip" in digest, "what Gavin typed while there was no token"


async def test_those_outside_get_to_know_nothing(own_town: Town) -> None:
    """People of a workspace and a server that nobody has connected, who know every name and every word."""
    team = await gather(own_town, "platform")
    await team.slack.write("hid the treasure")
    slack, discord = own_town.services.slack, own_town.services.discord
    hooli = slack.add_workspace("Hooli", "hooli")
    gavin = slack.add_user(hooli, "gavin", "Gavin", "Europe/Madrid", "gavin@hooli.example")
    on_slack = OnSlack(own_town, gavin, slack.add_channel(hooli, "platform", [gavin]))
    eve = discord.add_user("eve", "Eve")
    server = await _server(own_town, "Hooli", eve)
    on_discord = OnDiscord(own_town, eve, await discord.add_channel(server, "platform"))
    answers = [
        await on_slack.slash(typed)
        for typed in ("search treasure", "join platform", "today", "add x", "settings", "invite a@b.example")
    ]
    assert all("I have no token for it" in answer for answer in answers), answers
    answers = [
        await on_discord.command(name, options)
        for name, options in (
            ("search", {"query": "treasure"}),
            ("join", {"team": "platform"}),
            ("today", {}),
            ("add", {"text": "x"}),
            ("settings", {}),
        )
    ]
    assert all("not connected yet" in answer for answer in answers), answers
    await on_slack.write("search treasure")
    await on_discord.write("search treasure")
    told = "\n".join((*on_slack.heard(), *on_discord.heard()))
    assert "treasure" not in told
    for field, typed in (("team", "plat"), ("from", "An")):
        name = "join" if field == "team" else "search"
        offered = await discord.autocomplete(
            eve, on_discord.channel, "done", name, {field: typed}, focused=field
        )
        assert offered == []
    core = own_town.installation.core
    with core.database.storage.begin() as uow:
        everybody = uow.tenant(core.organization_id).people.everybody()
    assert len(everybody) == 3, f"nobody was made a person by asking: {everybody}"


async def test_somebody_in_no_common_server_cannot_even_write(own_town: Town) -> None:
    discord = own_town.services.discord
    with pytest.raises(NotOfferedError):
        await discord.dm(discord.add_user("mallory", "Mallory"), "hello")
