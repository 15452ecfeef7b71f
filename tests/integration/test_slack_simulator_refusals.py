"""The simulated Slack refuses what the real one refuses, and fails when it is told to."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from simulators.base import Fault, How, When
from simulators.slack.contract import COMMON_ERRORS, Type
from simulators.slack.methods import METHODS
from tests.integration.slack_world import World, button, section, slack_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as made:
        yield made


async def test_a_method_without_its_scope_names_the_scope_that_is_missing(world: World) -> None:
    world.workspace.scopes = frozenset({"users:read"})

    with pytest.raises(SlackApiError) as refused:
        await world.client.chat_postMessage(channel=world.team.channel_id, text="hi")

    assert refused.value.response["error"] == "missing_scope"
    assert refused.value.response["needed"] == "chat:write"
    assert refused.value.response["provided"] == "users:read"


async def test_posting_is_refused_where_the_bot_may_not_post(world: World) -> None:
    async def error(channel: str) -> str:
        return await world.refusal("chat.postMessage", channel=channel, text="hi")

    secret = world.slack.add_channel(world.workspace, "secret", [world.ana], private=True)
    hall = world.slack.add_channel(world.workspace, "hall", [world.ana])

    assert await error("C0NOSUCH") == "channel_not_found"
    assert await error(secret.channel_id) == "channel_not_found"
    await world.client.chat_postMessage(channel="#hall", text="public, so chat:write.public suffices")
    world.workspace.scopes -= {"chat:write.public"}
    assert await error(hall.channel_id) == "not_in_channel"
    world.team.archived = True
    assert await error(world.team.channel_id) == "is_archived"


@pytest.mark.parametrize(
    "blocks",
    [
        [section("x" * 3_001)],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
        [{"type": "section"}],
        [{"type": "carousel of doom"}],
        [section("x")] * 51,
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}],
        [{"type": "actions", "elements": [button(), button()]}],
        [{"type": "actions", "elements": [button(text="x" * 76)]}],
        [{"type": "actions", "elements": [button(action_id="x" * 256)]}],
        [{"type": "actions", "elements": [button() | {"value": "x" * 2_001}]}],
        [{"type": "actions", "elements": []}],
        [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}],
        [{"type": "divider", "block_id": "a"}, {"type": "divider", "block_id": "a"}],
        [section("x") | {"txet": "typo"}],
        ["not a block"],
    ],
)
async def test_blocks_beyond_what_block_kit_allows_are_refused_and_noted(world: World, blocks: Any) -> None:
    assert (
        await world.refusal("chat.postMessage", channel=world.team.channel_id, blocks=blocks)
        == "invalid_blocks"
    )
    assert len(world.slack.journal.problems) == 1
    assert world.slack.messages(world.team) == []


async def test_content_that_is_empty_or_too_much_is_refused(world: World) -> None:
    async def error(method: str = "chat.postMessage", **content: object) -> str:
        return await world.refusal(method, channel=world.team.channel_id, **content)

    posted = await world.client.chat_postMessage(channel=world.team.channel_id, text="hi")

    assert await error() == "no_text"
    assert await error(text="  ") == "no_text"
    assert await error(text="x", blocks=[section("x" * 2_900)] * 5) == "msg_blocks_too_long"
    assert await error(text="x", attachments=[{"text": "x"}] * 101) == "too_many_attachments"
    assert await error("chat.update", ts=posted["ts"], text="x" * 4_001) == "msg_too_long"
    assert (
        await error(text="x", metadata={"event_type": "a", "event_payload": {"b": "x" * 20_000}})
        == "metadata_too_large"
    )
    assert await error(text="x", metadata={"event_type": "a"}) == "invalid_metadata_format"


async def test_arguments_that_the_method_does_not_know_or_take_are_noted(world: World) -> None:
    channel = world.team.channel_id
    await world.client.api_call("chat.postMessage", json={"channel": channel, "text": "hi", "colour": "red"})
    assert world.slack.journal.problems == [
        f"chat.postMessage: unknown argument colour (see {METHODS['chat.postMessage'].page})"
    ]

    assert await world.refusal("chat.postMessage", text="nowhere") == "invalid_arguments"
    assert await world.refusal("chat.postMessage", channel=channel, text=7) == "invalid_arguments"
    assert await world.refusal("chat.shout") == "unknown_method"
    assert len(world.slack.journal.problems) == 4


async def test_rate_limits_answer_429_with_the_seconds_to_wait_until_the_clock_moves_on(world: World) -> None:
    world.slack.limits.switch_on()
    post = world.client.chat_postMessage
    await post(channel=world.team.channel_id, text="1")

    with pytest.raises(SlackApiError) as refused:
        await post(channel=world.team.channel_id, text="2")
    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "1"
    await post(channel=world.ana.user_id, text="another conversation has its own budget")

    world.clock[0] += timedelta(seconds=1)
    await post(channel=world.team.channel_id, text="2")
    for _ in range(20):
        await world.client.users_list()
    assert await world.refusal("users.list") == "ratelimited"


async def test_planned_failures_happen_before_or_after_the_effect(world: World) -> None:
    journal, channel = world.slack.journal, world.team.channel_id
    journal.fail("chat.postMessage", Fault(How.RESET, When.BEFORE))
    journal.fail("chat.postMessage", Fault(How.RESET, When.AFTER))

    with pytest.raises(aiohttp.ClientError):
        await world.client.chat_postMessage(channel=channel, text="lost")
    with pytest.raises(aiohttp.ClientError):
        await world.client.chat_postMessage(channel=channel, text="posted, but who knows")
    world.slack.refuse("chat.postMessage", "restricted_action")
    assert await world.refusal("chat.postMessage", channel=channel, text="x") == "restricted_action"
    world.slack.ratelimit("chat.postMessage", retry_after=30)
    assert await world.refusal("chat.postMessage", channel=channel, text="x") == "ratelimited"

    assert [m.text for m in world.slack.messages(world.team)] == ["posted, but who knows"]
    assert [call.status for call in journal.of("chat.postMessage")] == [0, 0, 200, 429]


async def test_what_a_message_calls_for_is_seen_and_what_was_not_escaped_is_noted(world: World) -> None:
    post = partial(world.client.chat_postMessage, channel=world.team.channel_id)
    await post(text="&lt;!channel&gt; R&amp;D <https://acme.example|link>")
    await post(text="fallback", blocks=[section("<!channel> and <@U012>")])
    await post(text="wake up, @channel", parse="full")
    await post(text="a <b> tag")

    assert [world.slack.mentions(message) for message in world.slack.messages(world.team)] == [
        [],
        ["!channel", "@U012"],
        ["!channel"],
        [],
    ]
    assert world.slack.journal.problems == ["chat.postMessage: <b> is no markup of the service; escape it"]


@pytest.mark.parametrize("name", [name for name, method in METHODS.items() if not method.app_token])
async def test_every_method_refuses_nonsense_by_a_name_of_its_table(world: World, name: str) -> None:
    world.workspace.scopes |= {"channels:join", "team:read"}
    nonsense = {Type.STRING: "X0X", Type.INTEGER: -1, Type.BOOLEAN: True, Type.ARRAY: [7], Type.OBJECT: {}}
    method = METHODS[name]
    known = {**method.needs, **method.may, "channel": Type.STRING}
    everything = {argument: nonsense[kind] for argument, kind in known.items()}
    in_place = {**everything, "channel": world.team.channel_id, "user": world.ana.user_id}

    for arguments in (everything, in_place, dict.fromkeys(known, None), dict.fromkeys(known, 7)):
        answer = await world.client.session.post(  # type: ignore[union-attr] # the world's client has one
            f"{world.slack.api_url}{name}",
            json=arguments,
            headers={"Authorization": f"Bearer {world.workspace.bot_token}"},
        )
        body = await answer.json()
        assert answer.status == 200
        assert body["ok"] or body["error"] in method.errors | COMMON_ERRORS


def test_every_method_names_its_page_and_no_error_twice() -> None:
    for name, method in METHODS.items():
        assert method.page.endswith(f"/{name}")
        assert not method.errors & COMMON_ERRORS
        assert not method.needs.keys() & method.may.keys()
