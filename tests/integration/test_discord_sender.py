"""What is sent arrives once, and each failure is told for what it is."""

import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta

import pytest

from adapters.discord.outcomes import TOKEN_REFUSED
from domain import facts as f
from domain.deliveries import (
    REFUSED_FOR,
    Delivery,
    Kind,
    Later,
    LimitScope,
    Never,
    Outcome,
    Recipient,
    Ref,
    RefusalScope,
    Sent,
    Unknown,
)
from domain.messages import Message, Paragraph, text
from domain.people import Address, Channel
from domain.wording import word
from simulators.base import Fault, How, When
from simulators.discord import User
from simulators.discord.errors import refused, too_many
from simulators.discord.flags import Permission
from tests.discord_world import World, simulated

DAY = date(2026, 11, 24)
MESSAGES = "POST /channels/{id}/messages"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with simulated() as made:
        yield made


def say(words: str) -> Message:
    return Message((Paragraph(text(words)),), subject=words)


def to_person(world: World, user: User, number: int = 1, message: Message | None = None) -> Delivery:
    address = Address(Channel.DISCORD, str(user.id))
    told = message or word(f.PromptAsked(DAY, explain=False), Channel.DISCORD)
    return Delivery(Ref(DAY, number), 1, Kind.PROMPT, 1, 7, Recipient(address, identity_id=3), told, DAY)


def to_channel(world: World, number: int, message: Message, answers: str = "") -> Delivery:
    recipient = Recipient(Address(Channel.DISCORD, str(world.platform.id)))
    return Delivery(Ref(DAY, number), 1, Kind.DIGEST, 1, None, recipient, message, DAY, answers)


async def sent(world: World, *deliveries: Delivery) -> list[Outcome]:
    channel = world.channel()
    outcomes = await channel.sender.send(deliveries)
    await channel.stop()
    return outcomes


def contents(world: World, channel_id: int) -> list[str]:
    return [message.content for message in world.discord.messages(channel_id)]


async def test_a_question_arrives_and_its_direct_message_is_remembered(world: World) -> None:
    [outcome] = await sent(world, to_person(world, world.ada))
    direct = world.discord.dm_of(world.ada)
    [message] = world.discord.messages(direct.id)
    assert outcome == Sent(f"{direct.id}:{message.id}", direct=str(direct.id))
    assert message.content.startswith("**What'd you get done today?**")
    [body] = [call.request for call in world.discord.journal.of(MESSAGES)]
    assert (body["nonce"], body["enforce_nonce"]) == ("20261124-1", True)
    assert len(body["components"][0]["components"][0]["custom_id"]) <= 100


async def test_a_known_direct_message_is_not_opened_again(world: World) -> None:
    direct = str(world.discord.dm_of(world.ada).id)
    delivery = to_person(world, world.ada)
    delivery = replace(delivery, recipient=delivery.recipient._replace(direct=direct))
    [outcome] = await sent(world, delivery)
    assert isinstance(outcome, Sent)
    assert outcome.direct is None
    assert world.discord.journal.of("POST /users/@me/channels") == []


async def test_what_was_sent_and_is_sent_again_arrives_once(world: World) -> None:
    world.discord.journal.fail(MESSAGES, Fault(how=How.RESET, when=When.AFTER))
    [first] = await sent(world, to_person(world, world.ada))
    [again] = await sent(world, replace(to_person(world, world.ada), attempt=2))
    direct = world.discord.dm_of(world.ada)
    [message] = world.discord.messages(direct.id)
    assert isinstance(first, Unknown)
    assert isinstance(again, Sent)
    assert again.receipt == f"{direct.id}:{message.id}"


async def test_a_number_as_long_as_numbers_get_still_makes_a_nonce(world: World) -> None:
    [outcome] = await sent(world, to_person(world, world.ada, number=2**63 - 1))
    assert isinstance(outcome, Sent)


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (refused(50007), Never("50007", RefusalScope.ADDRESS)),
        (refused(50278), Never("50278", RefusalScope.ADDRESS)),
        (refused(10003), Never("10003", RefusalScope.ADDRESS)),
        (refused(50001), Never("50001", RefusalScope.ADDRESS)),
        (refused(50013), Never("50013")),
        (refused(40003), Later("40003", timedelta(minutes=10), LimitScope.OPEN)),
        (too_many(2.5), Later("rate limited", timedelta(seconds=2.5))),
        (too_many(2.5, everywhere=True), Later("rate limited", timedelta(seconds=2.5), LimitScope.POST)),
        (
            Fault(status=429, body="banned"),
            Later("refused before it came to Discord", timedelta(minutes=1), LimitScope.EVERYTHING),
        ),
        (Fault(status=401), Later(TOKEN_REFUSED, REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)),
        (Fault(status=500), Unknown("status 500")),
        (Fault(status=502), Unknown("status 502")),
        (Fault(status=503), Unknown("status 503")),
        (Fault(status=504), Unknown("status 504")),
        (Fault(status=200, body="no JSON"), Unknown("no readable answer: TypeError")),
        (
            Fault(status=200, headers={"Content-Type": "application/json"}, body='{"id": "1", "chan'),
            Unknown("no readable answer: JSONDecodeError"),
        ),
        (
            Fault(status=200, headers={"Content-Type": "application/json"}, body='{"ok": false}'),
            Unknown("no readable answer: KeyError"),
        ),
        (Fault(how=How.RESET), Unknown("no readable answer: ServerDisconnectedError")),
        (Fault(how=How.RESET, when=When.AFTER), Unknown("no readable answer: ServerDisconnectedError")),
    ],
)
async def test_each_failure_is_told_for_what_it_is(world: World, fault: Fault, outcome: Outcome) -> None:
    """Faults 21, 23, 25 and 28: a table of what Discord may answer."""
    world.discord.journal.fail(MESSAGES, fault)
    assert await sent(world, to_person(world, world.ada)) == [outcome]
    assert len(world.discord.journal.of(MESSAGES)) == 1


@pytest.mark.parametrize("number", ["[]", "null", '""', '"@me"', "true", '"-1"'])
async def test_a_direct_message_without_a_number_counts_as_not_opened(world: World, number: str) -> None:
    json = {"Content-Type": "application/json"}
    absurd = Fault(when=When.AFTER, status=200, headers=json, body=f'{{"id": {number}}}')
    world.discord.journal.fail("POST /users/@me/channels", absurd)
    assert await sent(world, to_person(world, world.ada)) == [Later("no readable answer: ValueError")]
    assert world.discord.journal.of(MESSAGES) == []


async def test_who_takes_no_direct_messages_is_found_out(world: World) -> None:
    """Fault 28: nothing more is sent there, so that no more is refused."""
    world.ben.dms_closed = True
    stranger = world.discord.add_user("eve")
    outcomes = await sent(world, to_person(world, world.ben), to_person(world, stranger, 2))
    assert outcomes == [Never("50007", RefusalScope.ADDRESS), Never("50278", RefusalScope.ADDRESS)]


async def test_a_global_limit_closes_everything_for_a_while(world: World) -> None:
    world.discord.journal.fail(MESSAGES, too_many(30, everywhere=True))
    channel = world.channel()
    [first] = await channel.sender.send([to_person(world, world.ada)])
    [second] = await channel.sender.send([to_person(world, world.ben, 2)])
    await channel.stop()
    assert first == Later("rate limited", timedelta(seconds=30), LimitScope.POST)
    assert isinstance(second, Later)
    assert second.after is not None
    assert second.after > timedelta(seconds=20)
    assert len(world.discord.journal.of("POST /users/@me/channels")) == 1


async def test_nothing_waits_inside_a_call_for_an_exhausted_bucket(world: World) -> None:
    world.discord.limits.enforced = True
    direct = str(world.discord.dm_of(world.ada).id)
    deliveries = [
        replace(each, recipient=each.recipient._replace(direct=direct))
        for each in (to_person(world, world.ada, number, say(str(number))) for number in range(7))
    ]
    outcomes = await sent(world, *deliveries)
    assert [isinstance(each, Sent) for each in outcomes] == [True] * 5 + [False] * 2
    assert outcomes[5] == outcomes[6]
    assert isinstance(outcomes[5], Later)
    assert outcomes[5].closes is None, "the limit of one conversation concerns no other"
    assert len(world.discord.journal.of(MESSAGES)) == 5
    assert contents(world, int(direct)) == list("01234")


async def test_who_cannot_be_reached_is_tried_later(world: World) -> None:
    """Fault 22."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    channel = world.channel(api_url=f"http://127.0.0.1:{port}/api/v10")
    outcomes = await channel.sender.send([to_person(world, world.ada), to_person(world, world.ben, 2)])
    await channel.stop()
    assert outcomes == [Later("Discord cannot be reached")] * 2


async def test_before_the_login_nothing_was_sent(world: World) -> None:
    world.discord.journal.fail("GET /users/@me", Fault(status=500))
    assert await sent(world, to_person(world, world.ada)) == [Later("status 500")]
    world.bot.token, token = "changed", world.bot.token
    channel = world.channel()
    world.bot.token = token
    assert await channel.sender.send([to_person(world, world.ada)]) == [
        Later(TOKEN_REFUSED, REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)
    ]
    await channel.stop()


async def test_a_check_mark_is_put_once(world: World) -> None:
    message_id = await world.discord.dm(world.ada, "shipped it")
    answers = f"{world.discord.dm_of(world.ada).id}:{message_id}"
    mark = replace(to_person(world, world.ada), kind=Kind.MARK, message=None, answers=answers)
    assert await sent(world, mark) == [Sent(answers)]
    assert await sent(world, mark) == [Sent(answers)]
    assert {emoji: len(who) for emoji, who in world.discord.message(message_id).reactions.items()} == {
        "✅": 1
    }


async def test_a_mark_on_what_is_gone_is_given_up_and_in_doubt_put_again(world: World) -> None:
    message_id = await world.discord.dm(world.ada, "shipped it")
    answers = f"{world.discord.dm_of(world.ada).id}:{message_id}"
    mark = replace(to_person(world, world.ada), kind=Kind.MARK, message=None, answers=answers)
    world.discord.journal.fail(
        "PUT /channels/{id}/messages/{id}/reactions/{emoji}/@me", Fault(status=500, when=When.AFTER)
    )
    assert await sent(world, mark) == [Later("status 500")]
    await world.discord.delete(world.ada, message_id)
    assert await sent(world, mark) == [Never("10008")]


async def test_the_rest_of_a_digest_goes_into_one_thread(world: World) -> None:
    [head] = await sent(world, to_channel(world, 1, say("platform: Tuesday")))
    assert isinstance(head, Sent)
    parts = [to_channel(world, number, say(f"part {number}"), head.receipt) for number in (2, 3)]
    outcomes = await sent(world, *parts)
    [thread] = world.discord.threads(world.platform.id)
    assert contents(world, world.platform.id) == ["platform: Tuesday"]
    assert contents(world, thread.id) == ["part 2", "part 3"]
    assert [each.receipt.partition(":")[0] for each in outcomes if isinstance(each, Sent)] == [
        str(thread.id)
    ] * 2


async def test_where_no_thread_can_be_made_the_rest_follows_in_the_channel(world: World) -> None:
    [head] = await sent(world, to_channel(world, 1, say("head")))
    assert isinstance(head, Sent)
    world.platform.denied = Permission.CREATE_PUBLIC_THREADS
    await sent(world, to_channel(world, 2, say("rest"), head.receipt))
    assert contents(world, world.platform.id) == ["head", "rest"]


async def test_what_follows_something_in_doubt_waits(world: World) -> None:
    world.discord.journal.fail(MESSAGES, Fault(status=500))
    outcomes = await sent(world, *(to_channel(world, number, say(str(number))) for number in (1, 2)))
    assert outcomes == [Unknown("status 500"), Later("the message before it is in doubt")]


async def test_a_batch_comes_back_in_its_order(world: World) -> None:
    people = [world.discord.add_user(f"p{number}") for number in range(30)]
    for person in people[::2]:
        world.discord.join(person, world.guild)
    outcomes = await sent(world, *(to_person(world, each, number) for number, each in enumerate(people)))
    assert [type(each) for each in outcomes] == [Sent, Never] * 15


async def test_doctor_says_what_is_right_and_what_is_missing(world: World) -> None:
    channel = world.channel()
    assert [good for good, _ in await channel.check()] == [True, False]
    world.linked = [str(world.guild.id)]
    assert (True, "Connected to the server Initech.") in await channel.check()
    await world.discord.kick_bot(world.guild)
    findings = await channel.check()
    await channel.stop()
    assert "scope=bot+applications.commands&permissions=309237713984" in findings[-1][1]
