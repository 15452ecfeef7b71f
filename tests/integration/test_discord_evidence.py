"""Whether a message to Discord arrived: while its nonce is known by sending it again, later by reading."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.discord.api import DiscordApi
from adapters.discord.history import LOOK_AGAIN, NONCE_IS_SAFE
from adapters.discord.sender import DiscordSender
from domain.deliveries import CALL_DEADLINE, Delivery, Kind, Sent, Unknown
from domain.doubts import Absent, Doubt, Evidence, Found, SafeToRepeat, Unclear
from simulators.base import Fault, How, When
from simulators.discord.errors import refused
from tests.discord_world import NOW, World, simulated
from tests.fast_forward import FastForward
from tests.integration.test_discord_sender import MESSAGES, say, to_channel, to_person

THREADS = "POST /channels/{id}/messages/{id}/threads"
HISTORY = "GET /channels/{id}/messages"
OLD = NONCE_IS_SAFE + timedelta(seconds=1)


class Sending:
    """Calls have their whole deadline, and it passes when Discord stalls: however busy the machine is."""

    def __init__(self, world: World, time: FastForward) -> None:
        self.world = world
        self.time = time
        self.api = DiscordApi(world.bot.token, world.discord.api_url)
        self.sender = DiscordSender(self.api, world.tokens)

    def fail(self, point: str, fault: Fault, passes: timedelta = CALL_DEADLINE) -> None:
        """The next call of that point fails; so much time passes whenever it stalls."""
        self.world.discord.journal.fail(point, replace(fault, on_stall=lambda: self.time.forward(passes)))

    async def one(self, delivery: Delivery) -> object:
        (outcome,) = await self.sender.send([delivery])
        return outcome

    async def look(self, delivery: Delivery, age: timedelta = OLD) -> Evidence:
        began = self.world.clock.now() - timedelta(seconds=1)
        (evidence,) = await self.sender.look([Doubt(delivery, began, age, age, provider_tells=False)])
        return evidence


@pytest.fixture
async def sending() -> AsyncIterator[Sending]:
    async with simulated() as world:
        with FastForward(NOW) as time:
            made = Sending(world, time)
            yield made
        await made.api.close()


LOST_ANSWERS = [
    Fault(status=502, when=When.AFTER),
    Fault(How.RESET, When.AFTER),
    Fault(How.HANG, When.AFTER),
    Fault(How.DRIP, When.AFTER),
    Fault(status=200, when=When.AFTER, headers={"Content-Type": "text/html"}, body="<html>"),
]


@pytest.mark.parametrize("fault", LOST_ANSWERS, ids=str)
async def test_soon_after_the_attempt_the_same_nonce_gives_back_what_there_is(
    sending: Sending, fault: Fault
) -> None:
    """Faults 21, 23, 24 and 25: sent again at once, and there is one message."""
    sending.fail(MESSAGES, fault)
    delivery = to_person(sending.world, sending.world.ada)
    assert isinstance(await sending.one(delivery), Unknown)
    assert await sending.look(delivery, timedelta(seconds=5)) == SafeToRepeat(
        NONCE_IS_SAFE - timedelta(seconds=5)
    )
    again = await sending.one(replace(delivery, attempt=2))
    dm = sending.world.discord.dm_of(sending.world.ada)
    (message,) = sending.world.discord.messages(dm.id)
    assert isinstance(again, Sent)
    assert again.receipt == f"{dm.id}:{message.id}"


@pytest.mark.parametrize("fault", LOST_ANSWERS, ids=str)
async def test_later_it_is_found_in_the_history(sending: Sending, fault: Fault) -> None:
    """Fault 1, when the process was gone for longer than Discord knows a nonce."""
    sending.fail(MESSAGES, fault)
    delivery = to_person(sending.world, sending.world.ada)
    await sending.one(delivery)
    dm = sending.world.discord.dm_of(sending.world.ada)
    (message,) = sending.world.discord.messages(dm.id)
    assert await sending.look(delivery) == Found(f"{dm.id}:{message.id}")
    assert len(sending.world.discord.messages(dm.id)) == 1


async def test_what_did_not_arrive_is_not_found(sending: Sending) -> None:
    world = sending.world
    sending.fail(MESSAGES, Fault(status=502))
    delivery = to_person(world, world.ada)
    await sending.one(delivery)
    await sending.one(to_person(world, world.ada, 2, say("something else")))
    await world.discord.dm(world.ada, "What'd you get done today?")
    assert await sending.look(delivery) == Absent()


async def test_what_says_the_same_and_is_older_is_another_one(sending: Sending) -> None:
    """Yesterday's question reads like today's."""
    world = sending.world
    delivery = to_person(world, world.ada)
    await sending.one(delivery)
    began = world.clock.now() + timedelta(hours=1)
    (evidence,) = await sending.sender.look([Doubt(delivery, began, OLD, OLD, provider_tells=False)])
    assert evidence == Absent()


async def test_a_digest_is_looked_for_in_its_channel_and_its_parts_in_the_thread(sending: Sending) -> None:
    head = to_channel(sending.world, 1, say("platform: Tuesday"))
    sent = await sending.one(head)
    assert isinstance(sent, Sent)
    part = to_channel(sending.world, 2, say("part 2"), sent.receipt)
    sent_part = await sending.one(part)
    assert isinstance(sent_part, Sent)
    assert await sending.look(head) == Found(sent.receipt)
    assert await sending.look(part) == Found(sent_part.receipt)


async def test_a_part_is_not_there_while_its_thread_is_not(sending: Sending) -> None:
    """Fault 2: the worker died before it had begun the thread."""
    head = await sending.one(to_channel(sending.world, 1, say("platform: Tuesday")))
    assert isinstance(head, Sent)
    assert await sending.look(to_channel(sending.world, 2, say("part 2"), head.receipt)) == Absent()


async def test_a_part_that_no_thread_could_be_begun_for_is_found_in_the_channel(sending: Sending) -> None:
    head = await sending.one(to_channel(sending.world, 1, say("platform: Tuesday")))
    assert isinstance(head, Sent)
    part = to_channel(sending.world, 2, say("part 2"), head.receipt)
    sending.fail(THREADS, refused(50013))
    sent_part = await sending.one(part)
    assert isinstance(sent_part, Sent)
    assert await sending.look(part) == Found(sent_part.receipt)


async def test_a_history_that_may_not_be_read_settles_nothing(sending: Sending) -> None:
    sending.fail(HISTORY, refused(50001))
    evidence = await sending.look(to_channel(sending.world, 1, say("head")))
    assert evidence == Unclear("the history cannot be read: 50001")


@pytest.mark.parametrize("fault", [Fault(How.HANG), Fault(status=503)], ids=str)
async def test_a_look_that_fails_is_taken_again(sending: Sending, fault: Fault) -> None:
    sending.fail(HISTORY, fault)
    evidence = await sending.look(to_channel(sending.world, 1, say("head")))
    assert isinstance(evidence, Unclear)
    assert evidence.after == LOOK_AGAIN


async def test_a_check_mark_is_never_looked_for(sending: Sending) -> None:
    mark = replace(to_person(sending.world, sending.world.ada), kind=Kind.MARK, message=None, answers="1:2")
    assert await sending.look(mark) == SafeToRepeat()


async def test_an_answer_without_end_is_not_read(sending: Sending) -> None:
    """Fault 25: at most one megabyte of an answer is read."""
    endless = '{"id": "1", "x": "' + "x" * 2_000_000
    json = {"Content-Type": "application/json"}
    sending.fail(MESSAGES, Fault(status=200, headers=json, body=endless))
    outcome = await sending.one(to_person(sending.world, sending.world.ada))
    assert outcome == Unknown("no readable answer: ClientPayloadError")


async def test_a_dripping_answer_ends_with_its_deadline(sending: Sending) -> None:
    """Fault 24: no server stretches a call, however slowly it talks."""
    started = sending.time.now()
    sending.fail(MESSAGES, Fault(How.DRIP), passes=CALL_DEADLINE / 10)
    outcome = await sending.one(to_person(sending.world, sending.world.ada))
    assert outcome == Unknown("no answer in time")
    assert CALL_DEADLINE <= sending.time.now() - started < 2 * CALL_DEADLINE
