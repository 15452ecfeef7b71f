"""What was said on Discord while nobody listened is heard afterwards; with the real discord.py."""

import json
import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.discord.channel import DiscordChannel
from domain.ports.inbox import Arrival
from simulators.base import Fault
from tests.discord_world import World, simulated, until

MINUTE = timedelta(minutes=1)
HISTORY = "GET /channels/{id}/messages"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with simulated() as made:
        yield made


def heard(world: World) -> dict[str, Arrival]:
    """By the inbox's key, which tells what is the same again."""
    queue = world.front.heard
    while not queue.empty():
        arrival = queue.get_nowait()
        world.kept.setdefault(arrival.key, arrival)
    return world.kept


def texts(world: World, kind: str = "MESSAGE_CREATE") -> list[str]:
    said = [json.loads(arrival.raw) for arrival in heard(world).values()]
    return sorted(each["d"]["content"] for each in said if each["t"] == kind)


async def remembered(world: World) -> None:
    await until(lambda: world.progress.until == world.clock.now())


async def test_what_is_said_between_two_processes_is_heard_by_the_second(world: World) -> None:
    """Fault 29: a new session, to which Discord repeats nothing."""
    async with world.listening():
        await world.discord.dm(world.ada, "to the first")
        await until(lambda: texts(world) == ["to the first"])
    world.clock.time += 10 * MINUTE
    for number in range(120):  # more than a page
        await world.discord.dm(world.ada, f"to nobody {number}")
    async with world.listening():
        await until(lambda: len(texts(world)) == 121)


async def test_what_is_edited_while_nobody_listens_is_heard_as_an_edit(world: World) -> None:
    """Fault 29: the message itself is older than the gap."""
    async with world.listening():
        message = await world.discord.dm(world.ada, "shiped it")
        await until(lambda: texts(world) == ["shiped it"])
    world.clock.time += 10 * MINUTE
    await world.discord.edit(world.ada, message, "shipped it")
    async with world.listening():
        await until(lambda: texts(world, "MESSAGE_UPDATE") == ["shipped it"])
    assert texts(world) == ["shiped it"]


async def test_an_hour_of_broken_connections_loses_nothing_and_doubles_nothing(world: World) -> None:
    """Fault 29: dropped, forgotten by Discord, killed and started again, while people go on writing."""
    draw = random.Random(29)  # noqa: S311 -- a test that repeats itself
    written: list[str] = []

    async def write() -> None:
        written.append(f"line {len(written)}")
        world.clock.time += MINUTE
        await world.discord.dm(draw.choice((world.ada, world.ben)), written[-1])

    process = await started(world)
    for breaks in ("drop", "forget", "kill", "drop", "kill", "forget"):
        await write()
        await remembered(world)
        if breaks == "drop":
            world.discord.drop_sockets()
        elif breaks == "forget":
            await world.discord.gateway.invalidate_sessions()
        else:
            await process.stop()
        for _ in range(9):
            await write()
        if breaks == "kill":
            process = await started(world)
        await until(lambda: texts(world) == sorted(written), seconds=20)
    await process.stop()


async def test_a_history_that_is_put_off_is_read_again_and_one_that_is_closed_is_passed_over(
    world: World,
) -> None:
    """Fault 29: a limit holds up the gap, what is refused for good does not."""
    async with world.listening():
        await world.discord.dm(world.ada, "heard")
        await until(lambda: texts(world) == ["heard"])
    world.clock.time += 10 * MINUTE
    await world.discord.dm(world.ada, "unread")
    await world.discord.dm(world.ben, "read")
    said = {"Content-Type": "application/json", "Via": "1.1 google", "Retry-After": "0"}
    refused = Fault(status=403, headers=said, body='{"message": "Missing Access", "code": 50001}')
    limited = '{"message": "You are being rate limited.", "retry_after": 0.01, "global": false}'
    world.discord.journal.fail(HISTORY, refused)
    world.discord.journal.fail(HISTORY, Fault(status=429, headers=said, body=limited), times=2)
    async with world.listening():
        await until(lambda: texts(world) == ["heard", "read"])
        await remembered(world)


async def started(world: World) -> DiscordChannel:
    process = world.channel()
    await process.start(world.lease.of(process))
    await until(lambda: world.discord.gateway.listeners(world.bot) > 0, seconds=20)
    return process


async def test_the_first_session_of_all_is_remembered_at_once(world: World) -> None:
    """Fault 29: a process may die before it has said that it still listens."""
    channel = world.channel(renew_seconds=60)
    await channel.start(world.lease.of(channel))
    await until(lambda: world.progress.until == world.clock.now())
    await channel.stop()
