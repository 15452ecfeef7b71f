"""The Web API of the simulated Slack, as the real SDK sees it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from simulators.slack import EVERYTHING, Manifest, SlackSimulator
from tests.integration.slack_world import World, section, slack_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as made:
        yield made


async def test_a_bot_learns_who_it_is_and_what_it_may_do(world: World) -> None:
    answer = await world.client.auth_test()

    assert answer["team_id"] == world.workspace.team_id
    assert answer["bot_id"] == world.workspace.bot_id
    assert answer.headers["X-OAuth-Scopes"].split(",") == sorted(EVERYTHING.scopes)


async def test_a_token_that_is_wrong_missing_of_the_wrong_kind_or_uninstalled_is_refused(
    world: World,
) -> None:
    async def error(token: str | None) -> str:
        with pytest.raises(SlackApiError) as refused:
            await AsyncWebClient(token, base_url=world.slack.api_url, retry_handlers=[]).auth_test()
        return str(refused.value.response["error"])

    assert await error("xoxb-0-0-wrong") == "invalid_auth"
    assert await error(None) == "not_authed"
    assert await error(world.workspace.app_token) == "not_allowed_token_type"
    world.workspace.installed = False
    assert await error(world.workspace.bot_token) == "account_inactive"


async def test_one_app_has_a_token_for_each_workspace_and_sees_only_that_one(world: World) -> None:
    other = world.slack.add_workspace("Other", "other")

    assert other.app_token == world.workspace.app_token
    assert other.signing_secret == world.workspace.signing_secret
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await world.client.chat_postMessage(channel=world.team.channel_id, text="hi", token=other.bot_token)


async def test_an_installation_is_granted_what_the_manifest_asks_for() -> None:
    document = {
        "features": {"slash_commands": [{"command": "/done"}]},
        "oauth_config": {"scopes": {"bot": ["chat:write", "commands"]}},
        "settings": {"event_subscriptions": {"bot_events": ["message.im"]}},
    }
    slack = SlackSimulator(manifest=Manifest.of(document))

    assert slack.add_workspace("Acme", "acme").scopes == {"chat:write", "commands"}
    assert slack.manifest.events == {"message.im"}
    assert slack.manifest.commands == {"/done"}


async def test_mail_addresses_are_shown_only_with_their_own_scope(world: World) -> None:
    with_scope = await world.client.users_info(user=world.ana.user_id)
    world.workspace.scopes -= {"users:read.email"}
    without = await world.client.users_info(user=world.ana.user_id)

    assert with_scope["user"]["profile"]["email"] == "ana@acme.example"
    assert (with_scope["user"]["tz"], with_scope["user"]["tz_offset"]) == ("Europe/Lisbon", 0)
    assert "email" not in without["user"]["profile"]


async def test_a_message_is_kept_with_its_blocks_and_metadata_and_found_in_the_history(world: World) -> None:
    metadata = {"event_type": "delivery", "event_payload": {"id": 41}}
    answer = await world.client.chat_postMessage(
        channel=world.team.channel_id, text="fallback", blocks=[section("*hi*")], metadata=metadata
    )

    plain = await world.client.conversations_history(channel=world.team.channel_id)
    full = await world.client.conversations_history(
        channel=world.team.channel_id, include_all_metadata=True, oldest=answer["ts"], inclusive=True
    )

    assert answer["ts"] == "1795453200.000000"
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == metadata
    assert full["messages"][0]["blocks"][0]["text"]["text"] == "*hi*"
    assert world.slack.messages(world.team)[0].metadata == metadata
    assert world.slack.journal.problems == []


async def test_timestamps_are_unique_and_rise_while_the_clock_stands_still(world: World) -> None:
    stamps = [
        (await world.client.chat_postMessage(channel=world.team.channel_id, text=str(n)))["ts"]
        for n in range(20)
    ]

    assert stamps == sorted(set(stamps))


async def test_history_comes_newest_first_in_pages_and_leaves_replies_to_their_thread(world: World) -> None:
    post = world.client.chat_postMessage
    first = (await post(channel=world.team.channel_id, text="1"))["ts"]
    await post(channel=world.team.channel_id, text="reply", thread_ts=first)
    for text in ("2", "3"):
        await post(channel=world.team.channel_id, text=text)

    page = await world.client.conversations_history(channel=world.team.channel_id, limit=2)
    rest = await world.client.conversations_history(
        channel=world.team.channel_id, limit=2, cursor=page["response_metadata"]["next_cursor"]
    )
    thread = await world.client.conversations_replies(channel=world.team.channel_id, ts=first)

    assert [m["text"] for m in page["messages"]] == ["3", "2"]
    assert [m["text"] for m in rest["messages"]] == ["1"]
    assert rest["has_more"] is False
    assert [m["text"] for m in thread["messages"]] == ["1", "reply"]


async def test_history_can_be_made_to_lag_behind_what_was_posted(world: World) -> None:
    world.slack.state.history_lag = timedelta(seconds=5)
    await world.client.chat_postMessage(channel=world.team.channel_id, text="hi")

    at_once = await world.client.conversations_history(channel=world.team.channel_id)
    world.clock[0] += timedelta(seconds=6)
    later = await world.client.conversations_history(channel=world.team.channel_id)

    assert (len(at_once["messages"]), len(later["messages"])) == (0, 1)


async def test_an_update_with_text_alone_takes_the_blocks_away_and_marks_the_message_as_edited(
    world: World,
) -> None:
    posted = await world.client.chat_postMessage(
        channel=world.team.channel_id, text="old", blocks=[section("old")]
    )
    update = partial(world.client.chat_update, channel=world.team.channel_id, ts=posted["ts"])
    await update(text="new", blocks=[section("new")])
    message = world.slack.messages(world.team)[0]
    assert (message.text, message.edited) == ("new", None)

    await update(text="last")
    assert (message.text, message.blocks) == ("last", [])
    assert message.edited is not None


async def test_a_bot_can_change_and_delete_only_what_it_posted_itself(world: World) -> None:
    world.slack.delivery.hold()
    ts = await world.slack.say(world.ana, world.team, "mine")
    there = {"channel": world.team.channel_id, "ts": ts}

    assert await world.refusal("chat.update", **there, text="yours") == "cant_update_message"
    assert await world.refusal("chat.delete", **there) == "cant_delete_message"
    there["ts"] = "1700000000.000001"
    assert await world.refusal("chat.delete", **there) == "message_not_found"


async def test_a_deleted_message_is_gone_for_the_app_and_marked_for_onlookers(world: World) -> None:
    posted = await world.client.chat_postMessage(channel=world.team.channel_id, text="oops")
    await world.client.chat_delete(channel=world.team.channel_id, ts=posted["ts"])

    history = await world.client.conversations_history(channel=world.team.channel_id)

    assert history["messages"] == []
    assert [m.deleted for m in world.slack.messages(world.team)] == [True]


async def test_a_message_to_somebody_who_left_is_taken_without_a_word(world: World) -> None:
    await world.client.chat_postMessage(channel=world.ana.user_id, text="hi")
    world.ana.deleted = True

    answer = await world.client.chat_postMessage(channel=world.slack.dm_of(world.ana).channel_id, text="hi")

    assert answer["ok"] is True


async def test_a_direct_message_opens_once_and_not_with_bots_or_people_who_left(world: World) -> None:
    first = await world.client.conversations_open(users=world.ana.user_id)
    again = await world.client.conversations_open(users=[world.ana.user_id])
    world.ben.deleted = True

    assert first["channel"]["id"] == again["channel"]["id"] == world.slack.dm_of(world.ana).channel_id
    assert again["already_open"] is True
    assert await world.refusal("conversations.open", users=world.ben.user_id) == "user_disabled"
    assert await world.refusal("conversations.open", users="U0NOBODY") == "user_not_found"
    assert await world.refusal("conversations.open", users=world.workspace.bot_user_id) == "cannot_dm_bot"


async def test_reactions_are_added_once_and_taken_back_once(world: World) -> None:
    posted = await world.client.chat_postMessage(channel=world.team.channel_id, text="hi")
    item = {"channel": world.team.channel_id, "timestamp": posted["ts"]}
    await world.client.reactions_add(**item, name="white_check_mark")

    assert world.slack.messages(world.team)[0].reactions == {
        "white_check_mark": [world.workspace.bot_user_id]
    }
    assert await world.refusal("reactions.add", **item, name="white_check_mark") == "already_reacted"
    assert await world.refusal("reactions.add", **item, name=":no:") == "invalid_name"
    await world.client.reactions_remove(**item, name="white_check_mark")
    assert await world.refusal("reactions.remove", **item, name="white_check_mark") == "no_reaction"
    item["timestamp"] = "now"
    assert await world.refusal("reactions.add", **item, name="tada") == "bad_timestamp"


async def test_people_and_channels_can_be_looked_up_in_pages(world: World) -> None:
    first = await world.client.users_list(limit=2)
    rest = await world.client.users_list(limit=2, cursor=first["response_metadata"]["next_cursor"])
    found = await world.client.users_lookupByEmail(email="ANA@acme.example")
    info = await world.client.conversations_info(channel=world.team.channel_id, include_num_members=True)
    members = await world.client.conversations_members(channel=world.team.channel_id)

    assert [u["name"] for u in (*first["members"], *rest["members"])] == ["donelog", "ana", "ben"]
    assert found["user"]["id"] == world.ana.user_id
    assert (info["channel"]["is_member"], info["channel"]["num_members"]) == (True, 3)
    assert members["members"] == world.team.members
    assert await world.refusal("users.lookupByEmail", email="eve@acme.example") == "users_not_found"


async def test_an_ephemeral_message_is_seen_by_one_member_alone(world: World) -> None:
    await world.client.chat_postEphemeral(channel=world.team.channel_id, user=world.ana.user_id, text="psst")

    assert [shown.text for shown in world.slack.ephemerals(world.ana)] == ["psst"]
    assert world.slack.ephemerals(world.ben) == []
    assert world.slack.messages(world.team) == []
    outsider = world.slack.add_user(world.workspace, "eve", "Eve", "UTC", "eve@acme.example")
    refused = await world.refusal(
        "chat.postEphemeral", channel=world.team.channel_id, user=outsider.user_id, text="x"
    )
    assert refused == "user_not_in_channel"


async def test_a_home_tab_is_published_and_guarded_by_its_hash(world: World) -> None:
    home = {"type": "home", "blocks": [section("today")]}
    first = await world.client.views_publish(user_id=world.ana.user_id, view=home)
    await world.client.views_publish(user_id=world.ana.user_id, view=home, hash=first["view"]["hash"])

    shown = world.slack.home_of(world.ana)
    assert shown is not None
    assert shown.content["blocks"][0]["text"]["text"] == "today"
    assert (
        await world.refusal("views.publish", user_id=world.ana.user_id, view=home, hash=first["view"]["hash"])
        == "hash_conflict"
    )
