"""Commands, buttons and completions are answered in time, by way of discord.py and a simulated Discord."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.discord.commands import COMMAND, GROUP
from domain import commands as c
from domain.messages import Action, Actions, Audience, Group, Mark, Message, Nothing, Paragraph, Say, text
from domain.ports.front import AnswerDelayed
from domain.ports.inbox import Lane, Source
from simulators.discord import InteractionAnswer
from simulators.discord.flags import CallbackType
from tests.discord_world import World, say, simulated, until

VALUES: dict[int, str | int] = {3: "2026-11-24", 4: 2}
JOIN = Actions((Action("Join", c.Join(7)),))


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with simulated() as made, made.listening():
        yield made


@pytest.fixture
async def hurried() -> AsyncIterator[World]:
    """One in which an answer is put off almost at once."""
    async with simulated() as made:
        made.answer_within = 0.01
        made.front.may_answer.clear()
        async with made.listening():
            yield made


def subcommands() -> list[tuple[str, dict[str, str | int]]]:
    """Every one that is offered, with a value for each option."""
    found: list[tuple[str, dict[str, str | int]]] = []
    for option in COMMAND["options"]:
        inner = option["options"] if option["type"] == GROUP else [option]
        prefix = f"{option['name']} " if option["type"] == GROUP else ""
        for each in inner:
            values = {
                one["name"]: one["choices"][0]["value"] if "choices" in one else VALUES[one["type"]]
                for one in each["options"]
            }
            found.append((prefix + each["name"], values))
    return found


async def typed(world: World, subcommand: str = "today", **options: str) -> InteractionAnswer:
    return await world.discord.command(world.ada, world.platform, "done", subcommand, options)


@pytest.mark.parametrize(("subcommand", "options"), subcommands())
async def test_each_command_reaches_the_core_and_is_answered_to_the_asker(
    world: World, subcommand: str, options: dict[str, str | int]
) -> None:
    world.front.reply = say("understood")
    for where in (world.platform, world.discord.dm_of(world.ada)):
        answer = await world.discord.command(world.ada, where, "done", subcommand, options)
        assert (answer.content, answer.ephemeral) == ("understood", True)
    arrival, request = world.front.asked[0]
    assert (arrival.source, arrival.lane) == (Source.DISCORD_INTERACTION, Lane.ASKED)
    assert request.command is not None or request.text


async def test_a_team_is_announced_to_everybody(world: World) -> None:
    world.front.reply = say("platform is a team now", audience=Audience.PLACE)
    answer = await typed(world, "team here", name="platform")
    assert not answer.ephemeral
    assert [each.content for each in world.discord.messages(world.platform.id)] == ["platform is a team now"]


async def test_a_long_answer_is_told_whole(world: World) -> None:
    lines = tuple(text(f"{number}: {'x' * 90}") for number in range(50))
    world.front.reply = Say(Message((Group(text("Today"), lines),), ""), 1)
    answer = await typed(world)
    await until(lambda: len(answer.followups) == 2)
    told = [answer.content, *[each.content for each in answer.followups]]
    assert sum(each.count("x" * 90) for each in told) == 50
    assert all(each.seen_only_by is world.ada for each in answer.followups)


async def test_a_check_mark_answers_a_command(world: World) -> None:
    world.front.reply = Mark()
    assert (await typed(world)).content == "✅"


async def test_what_takes_long_is_put_off_and_answered(hurried: World) -> None:
    hurried.front.reply = say("found it")
    answer = await typed(hurried)
    assert answer.is_thinking
    hurried.front.may_answer.set()
    await until(lambda: answer.content == "found it")
    assert answer.ephemeral
    assert answer.followups == []


async def test_what_is_put_off_can_still_be_told_to_everybody(hurried: World) -> None:
    hurried.front.reply = say("a team", audience=Audience.PLACE)
    answer = await typed(hurried)
    hurried.front.may_answer.set()
    await until(lambda: [each.content for each in answer.followups] == ["a team"])
    assert [each.content for each in hurried.discord.messages(hurried.platform.id)] == ["a team"]


async def test_what_is_put_off_and_needs_no_answer_leaves_nothing(hurried: World) -> None:
    await typed(hurried)
    hurried.front.may_answer.set()
    await until(lambda: bool(hurried.discord.journal.of("DELETE /webhooks/{id}/{token}/messages/@original")))


async def test_what_fails_is_put_off_so_that_the_sweep_may_answer(world: World) -> None:
    world.front.error = RuntimeError("a mistake of ours")
    assert (await typed(world)).is_thinking


async def test_what_is_stored_and_not_carried_out_is_put_off(world: World) -> None:
    world.front.error = AnswerDelayed()
    assert (await typed(world)).is_thinking


async def test_whoever_asks_while_nothing_can_be_stored_is_told_to_ask_again(world: World) -> None:
    world.front.failures = 1
    answer = await typed(world)
    assert answer.content == "I cannot write that down at the moment; please send it again in a minute."
    assert answer.ephemeral


async def test_a_button_works_in_a_process_that_never_saw_its_message(world: World) -> None:
    world.front.reply = Say(Message((Paragraph(text("a team")), JOIN), ""), 1, Audience.PLACE)
    made = await typed(world, "team here")
    assert made.message is not None
    restarted = world.channel()
    world.lease.holder = restarted
    await restarted.start(world.lease.of(restarted))
    await until(lambda: len(world.discord.journal.of("PUT /applications/{id}/commands")) == 2)
    world.front.reply = say("welcome")
    answer = await world.discord.click(world.ben, made.message.id, "Join")
    await restarted.stop()
    assert (answer.content, answer.ephemeral) == ("welcome", True)
    assert world.front.asked[-1][1].command == c.Join(7)


async def test_an_answer_may_take_the_place_of_its_button(world: World) -> None:
    world.front.reply = Say(Message((Paragraph(text("a team")), JOIN), ""), 1, Audience.PLACE)
    made = await typed(world, "team here")
    assert made.message is not None
    world.front.reply = say("done", replaces=True)
    answer = await world.discord.click(world.ben, made.message.id, "Join")
    assert (answer.kind, answer.content, answer.components) == (CallbackType.UPDATE_MESSAGE, "done", [])


async def test_a_button_that_needs_no_answer_leaves_everything_as_it_is(world: World) -> None:
    world.front.reply = Say(Message((Paragraph(text("a team")), JOIN), ""), 1, Audience.PLACE)
    made = await typed(world, "team here")
    assert made.message is not None
    for reply in (Mark(), Nothing("asked before")):
        world.front.reply = reply
        answer = await world.discord.click(world.ben, made.message.id, "Join")
        assert (answer.kind, answer.content) == (CallbackType.DEFERRED_UPDATE, "a team")


async def test_whoever_is_not_known_gets_no_buttons(world: World) -> None:
    world.front.reply = Say(Message((Paragraph(text("which?")), JOIN), ""), None)
    assert (await typed(world)).components == []


async def test_names_are_completed(world: World) -> None:
    world.front.names = [f"Ada {number} {'x' * 120}" for number in range(30)]
    offered = await world.discord.autocomplete(
        world.ada, world.platform, "done", "search", {"query": "tax", "from": "ad"}, focused="from"
    )
    [(origin, field, so_far)] = world.front.suggested
    assert (origin.guild, field, so_far) == (str(world.guild.id), "from", "ad")
    assert len(offered) == 25
    assert {len(each["name"]) for each in offered} == {100}


async def test_many_at_once_are_all_answered(world: World) -> None:
    world.front.reply = say("understood")
    answers = await asyncio.gather(*(typed(world) for _ in range(60)))
    assert {answer.content for answer in answers} == {"understood"}
