"""What Discord says is kept, once, by one process alone; with the real discord.py and a simulated Discord."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from domain.people import Channel
from domain.ports.inbox import Arrival, Lane, Source
from simulators.base import Fault
from tests.discord_world import NOW, MemoryFront, World, simulated, until


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with simulated() as made:
        yield made


async def heard(front: MemoryFront) -> Arrival:
    async with asyncio.timeout(5):
        return await front.heard.get()


def identified(world: World) -> int:
    return len(world.discord.journal.of("IDENTIFY"))


async def test_a_direct_message_its_edition_and_its_deletion_are_kept_as_they_came(world: World) -> None:
    async with world.listening():
        message_id = await world.discord.dm(world.ada, "shipped it")
        created = await heard(world.front)
        await world.discord.edit(world.ada, message_id, "shipped it twice")
        edited = await heard(world.front)
        await world.discord.delete(world.ada, message_id)
        deleted = await heard(world.front)
    assert [each.key.partition(":")[2] for each in (created, edited, deleted)] == [
        "created",
        NOW.isoformat(),
        "deleted",
    ]
    assert {(each.source, each.lane, each.at) for each in (created, edited, deleted)} == {
        (Source.DISCORD_MESSAGE, Lane.SAID, NOW)
    }
    assert json.loads(created.raw)["d"]["content"] == "shipped it"
    assert json.loads(edited.raw)["d"]["content"] == "shipped it twice"
    assert json.loads(deleted.raw)["d"]["id"] == str(message_id)


async def test_what_the_bot_itself_says_and_what_is_said_elsewhere_is_not_kept(world: World) -> None:
    async with world.listening() as channel:
        await world.discord.say(world.ada, world.platform, "not for the bot")
        direct = world.discord.dm_of(world.ada)
        await channel._api.post(str(direct.id), b'{"content": "from the bot"}')  # noqa: SLF001 -- as its sender would
        await world.discord.dm(world.ada, "for the bot")
        arrival = await heard(world.front)
    assert json.loads(arrival.raw)["d"]["content"] == "for the bot"
    assert world.front.heard.empty()


async def test_what_is_said_while_the_database_is_down_is_held_until_it_is_back(world: World) -> None:
    async with world.listening():
        world.front.failures = 1
        await world.discord.dm(world.ada, "shipped it")
        assert json.loads((await heard(world.front)).raw)["d"]["content"] == "shipped it"


async def test_a_dropped_connection_is_resumed_and_nothing_is_missed(world: World) -> None:
    async with world.listening():
        world.discord.drop_sockets()
        await world.discord.dm(world.ada, "said meanwhile")
        assert json.loads((await heard(world.front)).raw)["d"]["content"] == "said meanwhile"
    assert identified(world) == 1


async def test_two_processes_never_hear_the_same(world: World) -> None:
    other = MemoryFront()
    async with world.listening() as first:
        second = world.channel(other)
        await second.start(world.lease.of(second))
        await world.discord.dm(world.ada, "to the first")
        before = await heard(world.front)
        assert identified(world) == 1
        await first.stop()
        await until(lambda: identified(world) == 2)
        await until(lambda: len(world.discord.journal.of("PUT /applications/{id}/commands")) == 2)
        await world.discord.dm(world.ada, "to the second")
        after = await heard(other)
        while after.key == before.key:  # read once more, by the one who took over: the inbox knows it
            after = await heard(other)
        assert json.loads(after.raw)["d"]["content"] == "to the second"
        await second.stop()
    assert world.front.heard.empty()
    assert {other.heard.get_nowait().key for _ in range(other.heard.qsize())} <= {before.key, after.key}
    assert world.lease.holder is None


async def test_who_loses_the_lease_stops_listening(world: World) -> None:
    async with world.listening():
        world.lease.holder = "another process"
        await until(lambda: not world.discord.gateway._sockets)  # noqa: SLF001 -- nothing else tells of it


async def test_who_cannot_ask_for_the_lease_goes_on_for_a_while(world: World) -> None:
    async with world.listening():
        world.lease.down = True
        await world.discord.dm(world.ada, "shipped it")
        await heard(world.front)


async def test_the_only_server_belongs_from_the_start(world: World) -> None:
    async with world.listening(), asyncio.timeout(5):
        assert await world.front.found.get() == (Channel.DISCORD, str(world.guild.id), "Initech")


async def test_so_does_the_first_that_the_bot_is_invited_to_while_it_runs(world: World) -> None:
    await world.discord.kick_bot(world.guild)
    async with world.listening(), asyncio.timeout(5):
        await world.discord.invite_bot(world.guild)
        assert await world.front.found.get() == (Channel.DISCORD, str(world.guild.id), "Initech")


async def test_a_further_server_belongs_to_nobody_by_the_invitation_alone(world: World) -> None:
    world.linked = [str(world.guild.id)]
    async with world.listening():
        await world.discord.invite_bot(world.discord.add_guild("Elsewhere", world.ben))
        await world.discord.dm(world.ada, "shipped it")
        await heard(world.front)
    assert world.front.found.empty()


async def test_the_command_is_registered_again_after_discord_was_down(world: World) -> None:
    point = "PUT /applications/{id}/commands"
    world.discord.journal.fail(point, Fault(status=503))
    async with world.listening():
        await until(lambda: [call.status for call in world.discord.journal.of(point)] == [503, 200])


async def test_a_wrong_token_is_said_and_harms_nothing(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.bot.token = "another"
    channel = world.channel()
    world.bot.token = "changed"
    await channel.start(world.lease.of(channel))
    await until(lambda: "the bot token is not valid" in caplog.text)
    await channel.stop()
    assert "another" not in caplog.text
