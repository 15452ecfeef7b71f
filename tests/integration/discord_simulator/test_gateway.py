"""Events and interactions, with the real discord.py listening."""

from datetime import timedelta

import discord
import pytest
from discord import ui
from discord.gateway import DiscordWebSocket
from discord.http import Route

from simulators.discord import NotOfferedError
from simulators.discord.flags import CallbackType
from simulators.discord.snowflakes import moment_of
from tests.integration.discord_simulator.town import AgreeButton, Bot, Town, dm_with


async def test_a_direct_message_reaches_the_bot_and_its_answer_the_person(town: Town, bot: Bot) -> None:
    message_id = await town.discord.dm(town.ada, "Wrote the report")
    assert await bot.heard.get() == "Wrote the report"
    assert moment_of(message_id) == town.clock.moment
    written = [message.content for message in town.discord.messages(town.discord.dm_of(town.ada).id)]
    assert written == ["Wrote the report", "You said: Wrote the report"]


async def test_a_command_is_typed_as_it_was_registered(town: Town, bot: Bot) -> None:
    for where in (town.channel, town.discord.dm_of(town.ada)):
        answer = await town.discord.command(town.ada, where, "done", "search", {"text": "tax"})
        await answer.settled()
        assert (answer.content, answer.ephemeral, answer.followups) == ("Nothing about tax", True, [])
        assert town.discord.messages(where.id) == []
    offered = await town.discord.autocomplete(
        town.ada, town.channel, "done", "search", {"text": "in"}, focused="text"
    )
    assert offered == [{"name": "invoices", "value": "invoices"}]
    for subcommand, options in (("burn", {}), ("search", {}), ("search", {"txt": "tax"}), ("", {})):
        with pytest.raises(NotOfferedError):
            await town.discord.command(town.ada, town.channel, "done", subcommand, options)


async def test_a_command_nobody_answers_fails_after_the_time_allowed(town: Town, bot: Bot) -> None:
    town.discord.interactions.answer_seconds = 0.05
    answer = await town.discord.command(town.ada, town.channel, "done", "sleep")
    assert answer.failed
    with pytest.raises(discord.NotFound) as late:
        await bot.asked[0].response.send_message("Too late")
    assert late.value.code == 10062


async def test_a_form_is_opened_filled_in_and_answered(town: Town, bot: Bot) -> None:
    opened = await town.discord.command(town.ada, town.channel, "done", "name")
    assert opened.kind is CallbackType.MODAL
    with pytest.raises(NotOfferedError):
        await town.discord.submit_modal(town.ada, opened, {"name": "x" * 21})
    answer = await town.discord.submit_modal(town.ada, opened, {"name": "Ada"})
    assert (answer.content, answer.ephemeral) == ("Hello Ada", True)


async def test_a_button_of_an_old_message_is_answered(town: Town, bot: Bot) -> None:
    view = ui.View(timeout=None)
    view.add_item(AgreeButton(7))
    sent = await bot.get_partial_messageable(town.channel.id).send("Agree?", view=view)
    answer = await town.discord.click(town.bob, sent.id, "Agree")
    assert (answer.kind, answer.content, answer.components) == (
        CallbackType.UPDATE_MESSAGE,
        "Agreed to 7",
        [],
    )
    with pytest.raises(NotOfferedError):
        await town.discord.click(town.bob, sent.id, "Agree")


async def test_a_dropped_socket_is_resumed_and_nothing_is_missed(town: Town, bot: Bot) -> None:
    town.discord.drop_sockets()
    await town.discord.dm(town.ada, "said while it was away")
    assert await bot.heard.get() == "said while it was away"
    await bot.resumed.wait()
    frames = [call.point for call in town.discord.journal.calls if call.verb == "WS"]
    assert [frame for frame in frames if frame != "HEARTBEAT"] == ["IDENTIFY", "RESUME"]


async def test_an_event_without_any_session_is_lost_but_stands_in_history(
    town: Town, sender: discord.Client
) -> None:
    message_id = await town.discord.dm(town.ada, "unheard")
    channel = dm_with(sender, town.discord.dm_of(town.ada))
    assert [m.id async for m in channel.history(after=discord.Object(message_id - 1))] == [message_id]


async def test_a_wrong_token_is_refused_on_both_doors(town: Town, bot: Bot) -> None:
    async with discord.Client(intents=discord.Intents(guilds=True)) as client:
        with pytest.raises(discord.LoginFailure):
            await client.login("nonsense")
    town.bot.token = "changed"
    with pytest.raises(discord.ConnectionClosed) as closed:
        await identify_again(bot)
    assert closed.value.code == 4004


async def identify_again(bot: Bot) -> None:
    socket = await DiscordWebSocket.from_client(bot, initial=True)
    while True:
        await socket.poll_event()


async def test_people_edit_and_delete_only_what_is_theirs(town: Town) -> None:
    message_id = await town.discord.dm(town.ada, "one")
    await town.discord.edit(town.ada, message_id, "two")
    assert town.discord.message(message_id).content == "two"
    with pytest.raises(NotOfferedError):
        await town.discord.edit(town.bob, message_id, "three")
    await town.discord.delete(town.ada, message_id)
    assert town.discord.messages(town.discord.dm_of(town.ada).id) == []


async def test_an_interaction_is_answered_once_and_its_token_lasts_a_quarter_of_an_hour(
    town: Town, bot: Bot
) -> None:
    answer = await town.discord.command(town.ada, town.channel, "done", "search", {"text": "tax"})
    await answer.settled()
    [interaction] = bot.asked
    await interaction.followup.send("More", ephemeral=True)
    await answer.settled(followups=1)
    assert [message.content for message in answer.followups] == ["More"]
    callback = f"/interactions/{interaction.id}/{interaction.token}/callback"
    with pytest.raises(discord.HTTPException) as twice:
        await bot.http.request(Route("POST", callback), json={"type": 5})
    assert twice.value.code == 40060
    town.clock.moment += timedelta(minutes=15, seconds=1)
    with pytest.raises(discord.HTTPException) as late:
        await interaction.followup.send("Too late")
    assert late.value.code == 50027


async def test_a_guild_comes_with_the_invitation_and_goes_with_the_kick(town: Town, bot: Bot) -> None:
    arrived = bot.wait_for("guild_join")
    guild = town.discord.add_guild("Second", town.bob)
    await town.discord.invite_bot(guild)
    assert (await arrived).id == guild.id
    left = bot.wait_for("guild_remove")
    await town.discord.kick_bot(guild)
    assert (await left).id == guild.id
    with pytest.raises(discord.Forbidden):
        await bot.fetch_guild(guild.id)


async def test_privileged_intents_must_be_switched_on(town: Town) -> None:
    async with discord.Client(intents=discord.Intents(guilds=True, message_content=True)) as client:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await client.start(town.bot.token)


async def test_a_forgotten_session_begins_anew(town: Town, bot: Bot) -> None:
    ready = bot.wait_for("ready")
    await town.discord.gateway.invalidate_sessions()
    await ready
    assert town.discord.gateway.starts_left(town.bot) == 998
