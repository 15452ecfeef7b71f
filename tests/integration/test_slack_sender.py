"""Deliveries to Slack: what arrives, and what is believed to have become of what does not."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from adapters.slack.api import SlackApi
from adapters.slack.outcomes import ADDRESS_IS_DEAD, FATES, WORKSPACE_IS_DEAD, Fate, refusal
from adapters.slack.sender import SlackSender
from domain.commands import NothingToday
from domain.deliveries import (
    Delivery,
    Kind,
    Later,
    LimitScope,
    Never,
    Recipient,
    Ref,
    RefusalScope,
    Sent,
    Unknown,
)
from domain.messages import Action, Actions, Heading, Message, Paragraph, text
from domain.people import Address, Channel
from simulators.base import Fault, How, When
from simulators.slack.methods import METHODS
from tests.slack_world import World, simulated

DAY = date(2026, 11, 24)
PROMPT = Message(
    (Paragraph(text("What'd you get done today?")), Actions((Action("Nothing today", NothingToday(DAY)),))),
    subject="What'd you get done today?",
)
DEADLINE = timedelta(seconds=0.3)


class Sending:
    def __init__(self, world: World, url: str = "") -> None:
        self.world = world
        self.api = SlackApi(url or world.slack.api_url, DEADLINE)
        tokens = {world.workspace.team_id: world.workspace.bot_token}
        self.sender = SlackSender(self.api, tokens.get, world.tokens)

    def delivery(
        self,
        number: int = 1,
        message: Message | None = PROMPT,
        *,
        to: str = "",
        direct: str | None = None,
        kind: Kind = Kind.PROMPT,
        answers: str = "",
    ) -> Delivery:
        to = to or self.world.ada.user_id
        address = Address(Channel.SLACK, to, self.world.workspace.team_id)
        identity = None if kind is Kind.DIGEST else 3
        recipient = Recipient(address, direct, identity)
        return Delivery(Ref(DAY, number), 2, kind, 1, 7, recipient, message, DAY, answers)

    async def one(self, delivery: Delivery) -> Sent | Later | Never | Unknown:
        (outcome,) = await self.sender.send([delivery])
        return outcome


@pytest.fixture
async def sending() -> AsyncIterator[Sending]:
    async with simulated() as world:
        made = Sending(world)
        yield made
        await made.api.close()


async def test_a_prompt_opens_the_direct_message_and_says_which(sending: Sending) -> None:
    world = sending.world
    outcome = await sending.one(sending.delivery())
    dm = world.slack.dm_of(world.ada)
    (message,) = world.slack.messages(dm)
    assert outcome == Sent(f"{dm.channel_id}:{message.ts}", direct=dm.channel_id)


async def test_a_direct_message_once_open_is_not_opened_again(sending: Sending) -> None:
    dm = sending.world.slack.dm_of(sending.world.ada)
    outcome = await sending.one(sending.delivery(direct=dm.channel_id))
    assert isinstance(outcome, Sent)
    assert outcome.direct is None
    assert sending.world.slack.journal.of("conversations.open") == []


async def test_a_message_names_its_delivery_and_unfolds_nothing(sending: Sending) -> None:
    await sending.one(sending.delivery(41))
    (call,) = sending.world.slack.journal.of("chat.postMessage")
    assert call.request["metadata"] == {
        "event_type": "donelog_delivery",
        "event_payload": {"delivery": "20261124-41", "attempt": 2},
    }
    quiet = ("unfurl_links", "unfurl_media", "link_names", "mrkdwn")
    assert {name: call.request[name] for name in quiet} == dict.fromkeys(quiet, False)
    assert call.request["parse"] == "none"


async def test_buttons_are_signed_for_the_person_they_are_sent_to(sending: Sending) -> None:
    await sending.one(sending.delivery())
    (message,) = sending.world.slack.messages(sending.world.slack.dm_of(sending.world.ada))
    value = message.blocks[-1]["elements"][0]["value"]
    assert sending.world.tokens.read_command(value) == (1, 7, NothingToday(DAY))


async def test_a_digest_goes_to_its_channel_and_its_parts_into_the_thread(sending: Sending) -> None:
    channel = sending.world.platform
    digest = Message((Heading("Tuesday 24 November"),), subject="platform: Tuesday 24 November")
    head = await sending.one(sending.delivery(1, digest, to=channel.channel_id, kind=Kind.DIGEST))
    assert isinstance(head, Sent)
    part = sending.delivery(2, digest, to=channel.channel_id, kind=Kind.DIGEST, answers=head.receipt)
    assert isinstance(await sending.one(part), Sent)
    first, second = sending.world.slack.messages(channel)
    assert second.thread_ts == first.ts
    assert sending.world.slack.journal.of("conversations.open") == []


async def test_who_wrote_in_a_thread_is_answered_in_it(sending: Sending) -> None:
    prompt = await sending.one(sending.delivery())
    assert isinstance(prompt, Sent)
    await sending.one(sending.delivery(2, kind=Kind.REPLY, direct=prompt.direct, answers=prompt.receipt))
    first, second = sending.world.slack.messages(sending.world.slack.dm_of(sending.world.ada))
    assert second.thread_ts == first.ts


async def test_a_check_mark_is_put_once_and_twice_is_no_error(sending: Sending) -> None:
    world = sending.world
    dm = world.slack.dm_of(world.ada)
    sent = await sending.one(sending.delivery())
    assert isinstance(sent, Sent)
    mark = sending.delivery(2, None, kind=Kind.MARK, answers=sent.receipt)
    assert await sending.one(mark) == await sending.one(mark) == Sent(sent.receipt)
    (message,) = world.slack.messages(dm)
    assert message.reactions == {"white_check_mark": [world.workspace.bot_user_id]}


async def test_outcomes_are_in_the_order_of_the_deliveries(sending: Sending) -> None:
    world = sending.world
    people = [world.ada, world.ben, world.ada, world.ben]
    deliveries = [sending.delivery(number, to=user.user_id) for number, user in enumerate(people)]
    outcomes = await sending.sender.send(deliveries)
    for user, outcome in zip(people, outcomes, strict=True):
        assert isinstance(outcome, Sent)
        assert outcome.receipt.startswith(world.slack.dm_of(user).channel_id)


async def test_behind_one_that_has_to_wait_the_others_of_that_conversation_wait_too(
    sending: Sending,
) -> None:
    sending.world.slack.ratelimit("chat.postMessage", 30)
    outcomes = await sending.sender.send([sending.delivery(1), sending.delivery(2)])
    assert outcomes == [Later("ratelimited", timedelta(seconds=30), LimitScope.POST)] * 2
    assert len(sending.world.slack.journal.of("chat.postMessage")) == 1


async def test_a_limit_that_was_reached_is_closed_for_everybody_in_that_workspace(sending: Sending) -> None:
    """Fault 19: this process knows it at once, whoever else has to be told."""
    sending.world.slack.ratelimit("chat.postMessage", 30)
    refused = await sending.one(sending.delivery(1))
    other = await sending.one(sending.delivery(2, to=sending.world.ben.user_id))
    assert isinstance(refused, Later)
    assert isinstance(other, Later)
    assert (other.closes, other.reason) == (LimitScope.POST, "another call found it closed")
    assert len(sending.world.slack.journal.of("chat.postMessage")) == 1


async def test_behind_one_in_doubt_the_others_of_that_conversation_wait(sending: Sending) -> None:
    sending.world.slack.journal.fail("chat.postMessage", Fault(status=500))
    first, second = await sending.sender.send([sending.delivery(1), sending.delivery(2)])
    assert isinstance(first, Unknown)
    assert isinstance(second, Later)


@pytest.mark.parametrize("code", [code for code, fate in FATES.items() if fate is Fate.NEVER])
async def test_what_slack_refuses_for_good_is_not_tried_again(sending: Sending, code: str) -> None:
    sending.world.slack.refuse("chat.postMessage", code)
    assert await sending.one(sending.delivery()) == refusal(code)


def test_each_refusal_for_good_reaches_as_far_as_it_says() -> None:
    """Faults 26 and 27: a revoked token is not her fault, a closed conversation not the workspace's."""
    assert refusal("token_revoked").scope is refusal("account_inactive").scope is RefusalScope.WORKSPACE
    assert refusal("user_disabled").scope is refusal("is_archived").scope is RefusalScope.ADDRESS
    assert refusal("msg_too_long").scope is RefusalScope.MESSAGE
    for code in ADDRESS_IS_DEAD | WORKSPACE_IS_DEAD:
        assert FATES[code] is Fate.NEVER


@pytest.mark.parametrize("code", ["service_unavailable", "team_added_to_org", "rate_limited"])
async def test_what_slack_cannot_do_now_is_tried_later(sending: Sending, code: str) -> None:
    sending.world.slack.refuse("chat.postMessage", code)
    assert await sending.one(sending.delivery()) == Later(code)


@pytest.mark.parametrize("code", ["fatal_error", "internal_error", "never_heard_of"])
async def test_what_may_have_been_done_is_in_doubt(sending: Sending, code: str) -> None:
    sending.world.slack.refuse("chat.postMessage", code)
    assert await sending.one(sending.delivery()) == Unknown(code)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(How.RESET, When.AFTER),
        Fault(How.RESET, When.BEFORE),
        Fault(How.HANG),
        Fault(How.DRIP),
        Fault(status=500),
        Fault(status=502, headers={"Content-Type": "text/html"}, body="<html>"),
        Fault(status=503, headers={"Content-Type": "text/plain"}, body="down"),
        Fault(status=200, headers={"Content-Type": "text/html"}, body="<html>"),
        Fault(status=200, headers={"Content-Type": "text/plain"}, body="ok"),
        Fault(status=200, headers={"Content-Type": "application/json"}, body='{"ok": true, "cha'),
        Fault(status=200, headers={"Content-Type": "application/json"}, body="[1]"),
        Fault(status=200, headers={"Content-Type": "application/json"}, body='{"ok": true}'),
        Fault(status=200, headers={"Content-Type": "application/json"}, body='{"ok": false}'),
        Fault(status=200, headers={"Content-Type": "application/json"}, body='{"ok": false, "error": []}'),
        Fault(status=200, headers={"Content-Type": "application/json; charset=x"}, body='{"ok": true}'),
    ],
    ids=str,
)
async def test_without_a_readable_answer_nobody_knows(sending: Sending, fault: Fault) -> None:
    sending.world.slack.journal.fail("chat.postMessage", fault)
    assert isinstance(await sending.one(sending.delivery()), Unknown)
    assert len(sending.world.slack.journal.of("chat.postMessage")) == 1


@pytest.mark.parametrize("fault", [Fault(How.RESET), Fault(How.HANG), Fault(status=500)], ids=str)
@pytest.mark.parametrize("method", ["reactions.add", "conversations.open"])
async def test_what_may_be_repeated_is_simply_tried_later(
    sending: Sending, method: str, fault: Fault
) -> None:
    sending.world.slack.journal.fail(method, fault)
    marks = method == "reactions.add"
    sent = await sending.one(sending.delivery(direct=sending.world.slack.dm_of(sending.world.ada).channel_id))
    assert isinstance(sent, Sent)
    message, kind = (None, Kind.MARK) if marks else (PROMPT, Kind.PROMPT)
    outcome = await sending.one(sending.delivery(2, message, kind=kind, answers=sent.receipt))
    assert isinstance(outcome, Later)


@pytest.mark.parametrize("channel", ['{"id": null}', '{"id": []}', '{"id": ""}', "7", "{}"])
async def test_a_direct_message_without_a_name_counts_as_not_opened(sending: Sending, channel: str) -> None:
    json = {"Content-Type": "application/json"}
    absurd = Fault(when=When.AFTER, status=200, headers=json, body=f'{{"ok": true, "channel": {channel}}}')
    sending.world.slack.journal.fail("conversations.open", absurd)
    assert isinstance(await sending.one(sending.delivery()), Later)
    assert sending.world.slack.journal.of("chat.postMessage") == []


async def test_a_deactivated_person_is_out_of_reach(sending: Sending) -> None:
    sending.world.ada.deleted = True
    assert await sending.one(sending.delivery()) == Never("user_disabled", RefusalScope.ADDRESS)


async def test_a_workspace_without_the_app_is_out_of_reach(sending: Sending) -> None:
    address = Address(Channel.SLACK, "U1", "T-elsewhere")
    delivery = Delivery(Ref(DAY, 1), 1, Kind.PROMPT, 1, 7, Recipient(address, None, 3), PROMPT, DAY)
    assert await sending.one(delivery) == Never(
        "there is no token for this workspace", RefusalScope.WORKSPACE
    )


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/api/", "http://localhost:9/api/"])
async def test_while_slack_cannot_be_reached_nothing_is_lost(url: str) -> None:
    """Fault 22: no such host, or nobody there."""
    async with simulated() as world:
        sending = Sending(world, url)
        delivery = sending.delivery(direct="D1")
        assert await sending.one(delivery) == Later("Slack cannot be reached")
        await sending.api.close()


async def test_messages_to_one_person_arrive_in_their_order(sending: Sending) -> None:
    numbered = [Message((Heading(str(number)),), subject=str(number)) for number in range(20)]
    deliveries = [sending.delivery(number, message) for number, message in enumerate(numbered)]
    outcomes = await sending.sender.send(deliveries)
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    arrived = sending.world.slack.messages(sending.world.slack.dm_of(sending.world.ada))
    assert [message.text for message in arrived] == [message.subject for message in numbered]


@pytest.mark.parametrize("method", ["chat.postMessage", "conversations.open", "reactions.add"])
def test_every_error_that_the_simulator_knows_of_has_a_fate(method: str) -> None:
    harmless = {"already_reacted", "too_many_attachments", "invalid_attachments", "markdown_text_conflict"}
    assert METHODS[method].errors - harmless - {"invalid_name"} <= FATES.keys()
