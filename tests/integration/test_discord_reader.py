"""What was kept is understood later too, also in a process that does not listen."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.discord.reader import ANSWERABLE, NobodyThere
from domain import commands as c
from domain.commands import InboxRef
from domain.people import Address, Channel, Profile
from domain.ports.inbox import Arrival, InboxItem
from tests.discord_world import NOW, World, say, simulated, until


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with simulated() as made:
        made.linked = [str(made.guild.id)]
        yield made


def item(arrival: Arrival) -> InboxItem:
    ref = InboxRef(NOW.date(), 1)
    return InboxItem(ref, arrival.source, arrival.lane, arrival.raw, arrival.at, tries=0)


async def kept(world: World, message_id: int, *, deleted: bool) -> InboxItem:
    """What was kept of a message, or of its deletion."""
    if deleted:
        await world.discord.delete(world.ada, message_id)
    while True:
        arrival = await world.front.heard.get()
        if arrival.key == f"{message_id}:{'deleted' if deleted else 'created'}":
            return item(arrival)


def _id(said: InboxItem) -> int:
    return int(json.loads(said.raw)["d"]["id"])


async def test_a_deletion_is_hers_with_whom_the_direct_message_is(world: World) -> None:
    async with world.listening():
        said = await kept(world, await world.discord.dm(world.ada, "shipped it"), deleted=False)
        gone = await kept(world, _id(said), deleted=True)
    other = world.channel()
    reading = await other.reader.read(gone)
    again = await other.reader.read(gone)
    await other.stop()
    assert reading == again
    assert reading.request is not None
    assert reading.request.command == c.ChangeSource(None, NOW)
    assert reading.request.origin.address == Address(Channel.DISCORD, str(world.ada.id))
    assert len(world.discord.journal.of("GET /channels/{id}")) == 1


async def test_whoever_wrote_there_before_is_remembered(world: World) -> None:
    async with world.listening() as channel:
        said = await kept(world, await world.discord.dm(world.ada, "shipped it"), deleted=False)
        await channel.reader.read(said)
        reading = await channel.reader.read(await kept(world, _id(said), deleted=True))
    assert reading.request is not None
    assert world.discord.journal.of("GET /channels/{id}") == []


async def test_a_member_of_a_connected_server_is_known_by_it(world: World) -> None:
    elsewhere = world.discord.add_guild("Elsewhere", world.discord.add_user("eve"))
    world.linked = [str(elsewhere.id), str(world.guild.id)]  # the bot is not in the first one
    channel = world.channel()
    profile = await channel.reader.profile(Address(Channel.DISCORD, str(world.ada.id)))
    await channel.stop()
    assert profile == Profile("Ada Byron", guild=str(world.guild.id))


async def test_whoever_is_in_none_has_a_name_all_the_same(world: World) -> None:
    eve = world.discord.add_user("eve")
    channel = world.channel()
    assert await channel.reader.profile(Address(Channel.DISCORD, str(eve.id))) == Profile("eve")
    with pytest.raises(NobodyThere):
        await channel.reader.profile(Address(Channel.DISCORD, "1"))
    await channel.stop()


async def test_what_was_put_off_is_answered_by_another_process(world: World) -> None:
    async with world.listening():
        world.front.error = RuntimeError("the process was about to die")
        answer = await world.discord.command(world.ada, world.platform, "done", "search", {"query": "tax"})
    assert answer.is_thinking
    asked = item(world.front.asked[0][0])
    other = world.channel()
    reading = await other.reader.read(asked)
    assert reading.request is not None
    assert reading.request.text == "search tax"
    await other.reader.answer_late(asked, say("found it"))
    await other.stop()
    assert answer.content == "found it"


async def test_an_answer_comes_no_later_than_discord_takes_it(world: World) -> None:
    async with world.listening() as channel:
        world.front.error = RuntimeError("the process was about to die")
        answer = await world.discord.command(world.ada, world.platform, "done", "today", {})
        world.clock.time += ANSWERABLE + timedelta(seconds=1)
        await channel.reader.answer_late(item(world.front.asked[0][0]), say("found it"))
    assert answer.is_thinking
    assert not world.discord.journal.of("PATCH /webhooks/{id}/{token}/messages/@original")


async def test_what_discord_has_called_failed_cannot_be_answered_any_more(world: World) -> None:
    world.discord.interactions.answer_seconds = 0.1
    async with world.listening() as channel:
        world.front.may_answer.clear()
        answer = await world.discord.command(world.ada, world.platform, "done", "today", {})
        assert answer.failed
        await until(lambda: bool(world.front.asked))
        await channel.reader.answer_late(item(world.front.asked[0][0]), say("found it"))
        world.front.may_answer.set()
    assert answer.content == ""
