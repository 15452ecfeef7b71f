"""What people do in the simulated Slack reaches a real Bolt app, by sockets and by signed HTTP alike."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.integration.slack_app import Stage, over_http, over_socket
from tests.integration.slack_world import World, button, section, slack_world

MODAL = {
    "type": "modal",
    "title": {"type": "plain_text", "text": "Settings"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "hour",
            "label": {"type": "plain_text", "text": "When?"},
            "element": {"type": "plain_text_input", "action_id": "at", "initial_value": "18:00"},
        }
    ],
}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as made:
        yield made


@pytest.fixture(params=[over_http, over_socket])
async def stage(request: pytest.FixtureRequest, world: World) -> AsyncIterator[Stage]:
    """Each promise holds for both ways."""
    async with request.param(world) as made:
        yield made


async def test_a_direct_message_arrives_as_slack_sends_it(stage: Stage) -> None:
    ts = await stage.slack.dm(stage.world.ana, "Fixed <b> & https://acme.example, @ben")

    body = stage.app.heard[-1]
    assert body["type"] == "event_callback"
    assert body["authorizations"][0]["user_id"] == stage.world.workspace.bot_user_id
    event = body["event"]
    assert (event["type"], event["channel_type"], event["ts"]) == ("message", "im", ts)
    assert event["user"] == stage.world.ana.user_id
    assert event["text"] == f"Fixed &lt;b&gt; &amp; <https://acme.example,> <@{stage.world.ben.user_id}>"
    assert "bot_id" not in event
    assert stage.slack.messages(stage.slack.dm_of(stage.world.ana))[0].ts == ts


async def test_an_edit_and_a_deletion_tell_what_was_there_before(stage: Stage) -> None:
    dm = stage.slack.dm_of(stage.world.ana)
    ts = await stage.slack.dm(stage.world.ana, "one")
    await stage.slack.edit(stage.world.ana, dm, ts, "two")
    await stage.slack.delete(stage.world.ana, dm, ts)

    _, changed, deleted = stage.app.events("message")
    assert changed["subtype"] == "message_changed"
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("one", "two")
    assert changed["message"]["ts"] == ts
    assert changed["message"]["edited"]["user"] == stage.world.ana.user_id
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", ts)
    assert deleted["previous_message"]["text"] == "two"


async def test_the_bots_own_messages_come_back_as_events(stage: Stage) -> None:
    await stage.world.client.chat_postMessage(channel=stage.world.team.channel_id, text="digest")
    await stage.slack.settled()

    (event,) = stage.app.events("message")
    assert event["bot_id"] == stage.world.workspace.bot_id
    assert event["user"] == stage.world.workspace.bot_user_id
    assert event["channel_type"] == "channel"


async def test_an_app_hears_nothing_that_it_has_no_scope_or_seat_for(stage: Stage) -> None:
    slack, world = stage.slack, stage.world
    elsewhere = slack.add_channel(world.workspace, "elsewhere", [world.ana])
    await slack.say(world.ana, elsewhere, "not for the bot")
    ts = await slack.dm(world.ana, "hi")
    await slack.react(world.ana, slack.dm_of(world.ana), ts, "tada")
    assert [body["event"]["type"] for body in stage.app.heard] == ["message"]

    world.workspace.scopes |= {"reactions:read"}
    await slack.react(world.ben, slack.dm_of(world.ben), await slack.dm(world.ben, "hi"), "tada")
    assert stage.app.events("reaction_added")[0]["reaction"] == "tada"


async def test_members_who_come_move_and_leave_are_told_of(stage: Stage) -> None:
    slack, world = stage.slack, stage.world
    hall = slack.add_channel(world.workspace, "hall", [world.ana])
    await slack.invite_bot(world.ana, hall)
    await slack.join(world.ben, hall)
    await slack.change(world.ben, tz="Europe/Oslo")
    await slack.remove_bot(world.ana, hall)
    await slack.open_home(world.ana)

    assert [e["user"] for e in stage.app.events("member_joined_channel")] == [
        world.workspace.bot_user_id,
        world.ben.user_id,
    ]
    assert stage.app.events("user_change")[0]["user"]["tz"] == "Europe/Oslo"
    assert stage.app.events("channel_left")[0]["channel"] == hall.channel_id
    assert stage.app.events("app_home_opened")[0]["tab"] == "home"


async def test_a_command_is_answered_at_once_and_later_through_its_response_url(stage: Stage) -> None:
    world = stage.world
    answer = await stage.slack.slash(world.ana, world.team, "/done", "fixed it")
    later = await AsyncWebhookClient(answer.response_url, retry_handlers=[]).send(
        text="for all", response_type="in_channel"
    )

    assert later.body == "ok"
    assert answer.texts == ["noted: fixed it", "for all"]
    assert stage.app.heard[0]["channel_name"] == "team"
    assert [shown.text for shown in stage.slack.ephemerals(world.ana)] == ["noted: fixed it"]
    assert [m.text for m in stage.slack.messages(world.team)] == ["for all"]
    assert stage.slack.journal.problems == []


async def test_a_command_can_be_typed_where_the_bot_cannot_post(stage: Stage) -> None:
    private = stage.slack.dm_between(stage.world.ana, stage.world.ben)
    stage.slack.escapes_commands = True
    answer = await stage.slack.slash(stage.world.ana, private, "/done", "R&D")

    assert answer.texts == ["noted: R&amp;D"]
    assert (
        await stage.world.refusal("chat.postMessage", channel=private.channel_id, text="x")
        == "channel_not_found"
    )


async def test_a_response_url_is_good_for_five_uses_and_thirty_minutes(stage: Stage) -> None:
    world = stage.world

    async def body(url: str) -> str:
        return str((await AsyncWebhookClient(url, retry_handlers=[]).send(text="x")).body)

    first = await stage.slack.slash(world.ana, world.team, "/done", "1")
    second = await stage.slack.slash(world.ana, world.team, "/done", "2")

    assert [await body(first.response_url) for _ in range(6)] == ["ok"] * 5 + ["used_url"]
    world.clock[0] += timedelta(minutes=31)
    assert await body(second.response_url) == "expired_url"


async def test_a_click_carries_the_button_and_its_message_and_may_replace_it(stage: Stage) -> None:
    world = stage.world
    blocks = [section("A team"), {"type": "actions", "elements": [button() | {"value": "team:7"}]}]
    posted = await world.client.chat_postMessage(channel=world.team.channel_id, text="A team", blocks=blocks)

    answer = await stage.slack.click(world.ana, world.team, posted["ts"], "Join")
    await AsyncWebhookClient(answer.response_url, retry_handlers=[]).send(
        text="1 member", replace_original=True
    )

    (body,) = [heard for heard in stage.app.heard if heard["type"] == "block_actions"]
    assert body["actions"][0]["value"] == "team:7"
    assert body["message"]["ts"] == posted["ts"]
    assert body["user"]["id"] == world.ana.user_id
    assert answer.acknowledged
    assert [m.text for m in stage.slack.messages(world.team)] == ["1 member"]
    with pytest.raises(ValueError, match="no button"):
        await stage.slack.click(world.ana, world.team, posted["ts"], "Join")


async def test_a_button_that_one_person_alone_sees_can_be_clicked_and_taken_away(stage: Stage) -> None:
    world = stage.world
    await stage.slack.slash(world.ana, world.team, "/done", "teams")
    (shown,) = stage.slack.ephemerals(world.ana)

    answer = await stage.slack.click(world.ana, world.team, shown.ts, "join")
    await AsyncWebhookClient(answer.response_url, retry_handlers=[]).send(delete_original=True)

    body = stage.app.heard[-1]
    assert body["container"]["is_ephemeral"] is True
    assert "message" not in body
    assert shown.deleted
    with pytest.raises(ValueError, match="sees no message"):
        await stage.slack.click(world.ben, world.team, shown.ts, "join")


async def test_a_link_preview_changes_a_message_that_nobody_edited(stage: Stage) -> None:
    ts = await stage.slack.dm(stage.world.ana, "see https://acme.example")
    await stage.slack.unfurl(stage.slack.dm_of(stage.world.ana), ts)

    changed = stage.app.events("message")[-1]
    assert changed["subtype"] == "message_changed"
    assert changed["message"]["text"] == changed["previous_message"]["text"]
    assert "edited" not in changed["message"]


async def test_a_trigger_opens_one_modal_which_can_be_filled_in(stage: Stage) -> None:
    world = stage.world
    await stage.slack.slash(world.ana, world.team, "/done", "settings")
    trigger = stage.app.heard[0]["trigger_id"]
    await world.client.views_open(trigger_id=trigger, view=MODAL)
    assert await world.refusal("views.open", trigger_id=trigger, view=MODAL) == "exchanged_trigger_id"
    assert await world.refusal("views.open", trigger_id="1.2.3", view=MODAL) == "invalid_trigger_id"

    answer = await stage.slack.submit_view(world.ana, {"at": "17:30"})

    assert answer.acknowledged
    assert stage.app.heard[-1]["view"]["state"]["values"]["hour"]["at"]["value"] == "17:30"
    assert stage.slack.modal_of(world.ana) is None


async def test_a_command_that_is_not_answered_shows_the_person_an_error(stage: Stage) -> None:
    stage.slack.delivery.ack_timeout = 0.2
    stage.app.refuse = 1

    answer = await stage.slack.slash(stage.world.ana, stage.world.team, "/done", "x")

    assert answer.error in ("operation_timeout", "dispatch_failed")
    assert stage.slack.ephemerals(stage.world.ana) == []
    with pytest.raises(ValueError, match="not a valid command"):
        await stage.slack.slash(stage.world.ana, stage.world.team, "/undone", "x")


async def test_an_uninstalled_app_is_told_and_its_token_is_dead(stage: Stage) -> None:
    await stage.slack.uninstall(stage.world.workspace)

    assert [body["event"]["type"] for body in stage.app.heard] == ["app_uninstalled", "tokens_revoked"]
    assert await stage.world.refusal("auth.test") == "account_inactive"
    await stage.slack.dm(stage.world.ana, "anybody there?")
    assert stage.app.events("message") == []
