"""Whether a message to Slack arrived is found out by reading, never by sending it again."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from adapters.slack import history
from domain.deliveries import Delivery, Kind, Sent, Unknown
from domain.doubts import Absent, Doubt, Evidence, Found, SafeToRepeat, Unclear
from domain.messages import Heading, Message
from simulators.base import Fault, How, When, real_now
from tests.integration.test_slack_sender import DEADLINE, Sending
from tests.slack_world import simulated

DIGEST = Message((Heading("Tuesday 24 November"),), subject="platform")


@pytest.fixture
async def sending() -> AsyncIterator[Sending]:
    async with simulated() as world:
        made = Sending(world)
        yield made
        await made.api.close()


async def looked(sending: Sending, *deliveries: Delivery) -> list[Evidence]:
    age = timedelta(seconds=5)
    began = sending.world.clock.now() - age
    return await sending.sender.look(
        [Doubt(each, began, age, age, provider_tells=False) for each in deliveries]
    )


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=502, when=When.AFTER),
        Fault(How.RESET, When.AFTER),
        Fault(How.HANG, When.AFTER),
        Fault(How.DRIP, When.AFTER),
        Fault(status=200, when=When.AFTER, headers={"Content-Type": "text/html"}, body="<html>"),
    ],
    ids=str,
)
async def test_what_arrived_without_an_answer_is_found(sending: Sending, fault: Fault) -> None:
    """Faults 1, 21, 23, 24 and 25: one message, and the receipt that it would have had."""
    world = sending.world
    world.slack.journal.fail("chat.postMessage", fault)
    assert isinstance(await sending.one(sending.delivery(41)), Unknown)
    dm = world.slack.dm_of(world.ada)
    (message,) = world.slack.messages(dm)
    assert await looked(sending, sending.delivery(41)) == [Found(f"{dm.channel_id}:{message.ts}")]
    assert len(world.slack.messages(dm)) == 1


@pytest.mark.parametrize("fault", [Fault(status=502), Fault(How.RESET)], ids=str)
async def test_what_did_not_arrive_is_not_found(sending: Sending, fault: Fault) -> None:
    sending.world.slack.journal.fail("chat.postMessage", fault)
    assert isinstance(await sending.one(sending.delivery(41)), Unknown)
    await sending.one(sending.delivery(42))
    assert await looked(sending, sending.delivery(41)) == [Absent()]


async def test_the_history_of_each_conversation_is_read_once(sending: Sending) -> None:
    world = sending.world
    dm = world.slack.dm_of(world.ada).channel_id
    deliveries = [sending.delivery(number, direct=dm) for number in (1, 2, 3)]
    await sending.one(deliveries[1])
    found = await looked(sending, *deliveries)
    assert [type(each) for each in found] == [Absent, Found, Absent]
    assert len(world.slack.journal.of("conversations.history")) == 1


async def test_a_digest_is_looked_for_in_its_channel_and_its_parts_in_the_thread(sending: Sending) -> None:
    world = sending.world
    world.platform.members.append(world.workspace.bot_user_id)
    channel = world.platform.channel_id
    head = sending.delivery(1, DIGEST, to=channel, kind=Kind.DIGEST)
    sent = await sending.one(head)
    assert isinstance(sent, Sent)
    part = sending.delivery(2, DIGEST, to=channel, kind=Kind.DIGEST, answers=sent.receipt)
    sent_part = await sending.one(part)
    assert isinstance(sent_part, Sent)
    assert await looked(sending, head, part) == [Found(sent.receipt), Found(sent_part.receipt)]


async def test_a_history_that_may_not_be_read_settles_nothing(sending: Sending) -> None:
    """An app of an older manifest: the policy of the kind decides."""
    sending.world.slack.refuse("conversations.history", "missing_scope")
    (evidence,) = await looked(sending, sending.delivery(41))
    assert evidence == Unclear("missing_scope")


async def test_while_slack_asks_to_wait_it_is_waited(sending: Sending) -> None:
    sending.world.slack.ratelimit("conversations.history", 40)
    (evidence,) = await looked(sending, sending.delivery(41))
    assert isinstance(evidence, Unclear)
    assert evidence.after == timedelta(seconds=40)


@pytest.mark.parametrize("fault", [Fault(How.HANG), Fault(How.RESET), Fault(status=503)], ids=str)
async def test_a_look_that_fails_is_taken_again(sending: Sending, fault: Fault) -> None:
    sending.world.slack.journal.fail("conversations.history", fault)
    (evidence,) = await looked(sending, sending.delivery(41))
    assert isinstance(evidence, Unclear)
    assert evidence.after == history.LOOK_AGAIN


async def test_a_check_mark_is_never_looked_for(sending: Sending) -> None:
    mark = sending.delivery(1, None, kind=Kind.MARK, answers="D1:1.2")
    assert await looked(sending, mark) == [SafeToRepeat()]


async def test_an_answer_without_end_is_not_read(sending: Sending) -> None:
    """Fault 25: at most one megabyte of an answer is read."""
    endless = '{"ok": true, "channel": "D1", "ts": "1.2", "x": "' + "x" * 2_000_000 + '"}'
    json = {"Content-Type": "application/json"}
    sending.world.slack.journal.fail("chat.postMessage", Fault(status=200, headers=json, body=endless))
    assert isinstance(await sending.one(sending.delivery(41)), Unknown)


async def test_a_dripping_answer_takes_a_slot_for_its_deadline_and_no_longer(sending: Sending) -> None:
    """Fault 24: seven drip, the eighth is on time."""
    world = sending.world
    people = [
        world.slack.add_user(world.workspace, name, name, "UTC", f"{name}@example.com") for name in "abcdefgh"
    ]
    world.slack.journal.fail("chat.postMessage", Fault(How.DRIP), times=7)
    deliveries = [sending.delivery(number, to=user.user_id) for number, user in enumerate(people)]
    started = real_now()
    outcomes = await sending.sender.send(deliveries)
    assert sorted(type(each).__name__ for each in outcomes) == ["Sent"] + ["Unknown"] * 7
    assert real_now() - started < 10 * DEADLINE
