"""What Discord takes from a bot and what it refuses, with the real discord.py asking."""

from datetime import timedelta
from typing import Any

import aiohttp
import discord
import pytest

from simulators.base import Fault, How, When
from simulators.discord.errors import too_many
from simulators.discord.flags import Permission
from tests import published
from tests.integration.discord_simulator.town import Bot, Town, dm_with

MESSAGES = "POST /channels/{id}/messages"


async def test_the_same_nonce_within_minutes_gives_one_message(town: Town, sender: discord.Client) -> None:
    dm = await sender.http.start_private_message(town.ada.id)
    channel = dm_with(sender, town.discord.dm_of(town.ada))
    assert int(dm["id"]) == channel.id
    first = await channel.send("What'd you get done?", nonce="d:42:1")
    again = await channel.send("What'd you get done?", nonce="d:42:1")
    assert (first.id, len(town.discord.messages(channel.id))) == (again.id, 1)
    town.clock.moment += timedelta(minutes=4)
    assert (await channel.send("What'd you get done?", nonce="d:42:1")).id != first.id


async def test_who_takes_no_direct_messages_is_refused_by_code(town: Town, sender: discord.Client) -> None:
    channel = dm_with(sender, town.discord.dm_of(town.bob))
    with pytest.raises(discord.Forbidden) as closed:
        await channel.send("Hello")
    stranger = town.discord.add_user("eve")
    with pytest.raises(discord.Forbidden) as unknown:
        await sender.http.start_private_message(stranger.id)
    assert (closed.value.code, unknown.value.code) == (50007, 50278)


async def test_limits_are_enforced_once_switched_on(town: Town, sender: discord.Client) -> None:
    channel = sender.get_partial_messageable(town.channel.id)
    await channel.send("one")
    # Set after the first request: a bucket made under it takes one request a window, whatever remains.
    sender.http.max_ratelimit_timeout = 0.001
    town.discord.limits.enforced = True
    town.discord.limits.global_limit = 0
    with pytest.raises(discord.RateLimited) as limited:
        await channel.send("two")
    assert 0 < limited.value.retry_after <= 1
    assert town.discord.journal.of(MESSAGES)[-1].answer["global"] is True
    town.discord.limits.enforced = False
    town.discord.journal.fail(MESSAGES, too_many(2.5))
    with pytest.raises(discord.RateLimited):
        await channel.send("three")
    assert [message.content for message in town.discord.messages(town.channel.id)] == ["one"]


async def test_a_reset_after_the_effect_leaves_the_message(town: Town, sender: discord.Client) -> None:
    town.discord.journal.fail(MESSAGES, Fault(how=How.RESET, when=When.AFTER))
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await sender.get_partial_messageable(town.channel.id).send("one")
    assert [message.content for message in town.discord.messages(town.channel.id)] == ["one"]


async def test_what_discord_would_refuse_is_refused(town: Town, sender: discord.Client) -> None:
    channel = sender.get_partial_messageable(town.channel.id)
    assert await refusal_of(channel.send("  ")) == 50006
    assert await refusal_of(channel.send(embeds=[discord.Embed(description="x" * 3100)] * 2)) == 50035
    assert await refusal_of(channel.fetch_message(1)) == 10008
    assert await refusal_of(sender.get_partial_messageable(1).send("x")) == 10003
    town.channel.denied = Permission.SEND_MESSAGES
    assert await refusal_of(channel.send("x")) == 50013
    town.channel.denied = Permission.VIEW_CHANNEL
    assert await refusal_of(channel.send("x")) == 50001


@pytest.mark.skipif(published.DISCORD is None, reason="the published description is not on this machine")
async def test_what_the_description_does_not_know_is_recorded(town: Town, sender: discord.Client) -> None:
    assert await refusal_of(sender.get_partial_messageable(town.channel.id).send("x" * 4001)) == 50035
    assert any("4000" in problem or "too long" in problem for problem in town.discord.journal.problems)
    town.discord.journal.problems.clear()


async def test_messages_can_be_changed_deleted_threaded_and_marked(town: Town, bot: Bot) -> None:
    channel = bot.get_channel(town.channel.id)
    assert isinstance(channel, discord.TextChannel)
    sent = await channel.send("@everyone", embed=discord.Embed(title="Digest").add_field(name="a", value="b"))
    await sent.edit(content="changed")
    await sent.add_reaction("✅")
    thread = await sent.create_thread(name="More")
    await thread.send("the rest")
    kept = town.discord.message(sent.id)
    assert (kept.content, list(kept.reactions), kept.mention_everyone) == ("changed", ["✅"], False)
    assert [t.name for t in town.discord.threads(town.channel.id)] == ["More"]
    assert [m.content for m in town.discord.messages(thread.id)] == ["the rest"]
    fetched = await channel.fetch_message(sent.id)
    assert (fetched.reactions[0].count, fetched.edited_at) == (1, town.clock.moment)
    await sent.remove_reaction("✅", discord.Object(town.bot.bot_user_id))
    await sent.delete()
    assert town.discord.messages(town.channel.id) == []


async def refusal_of(request: Any) -> int:
    with pytest.raises(discord.HTTPException) as refused:
        await request
    return refused.value.code
