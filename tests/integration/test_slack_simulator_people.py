"""What people do in the simulated Slack reaches a real Bolt app, by sockets and by signed HTTP alike."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.signature import SignatureVerifier
from slack_sdk.webhook.async_client import AsyncWebhookClient

from simulators.base import Fault, Server
from simulators.slack import SlackSimulator
from simulators.slack.delivery import NotAcknowledgedError
from simulators.slack.sockets import ACK_POINT
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


@dataclass
class App:
    """A Bolt app that keeps what it hears."""

    bolt: AsyncApp
    heard: list[dict[str, Any]] = field(default_factory=list)
    retries: list[str] = field(default_factory=list)
    refuse: int = 0
    """How many more requests end in an error before anything is heard."""

    def events(self, kind: str) -> list[dict[str, Any]]:
        return [body["event"] for body in self.heard if body.get("event", {}).get("type") == kind]


def bolt_app(world: World) -> App:
    workspace = world.workspace

    async def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=workspace.team_id,
            bot_token=workspace.bot_token,
            bot_id=workspace.bot_id,
            bot_user_id=workspace.bot_user_id,
        )

    bolt = AsyncApp(
        client=world.client,
        signing_secret=workspace.signing_secret,
        authorize=authorize,
        ignoring_self_events_enabled=False,
    )
    app = App(bolt)
    listen(app)
    return app


def listen(app: App) -> None:
    @app.bolt.use
    async def capture(req: AsyncBoltRequest, body: dict[str, Any], next: Any) -> BoltResponse | None:  # noqa: A002  # Bolt gives arguments by name
        if app.refuse:
            app.refuse -= 1
            return BoltResponse(status=503)
        app.retries.extend(req.headers.get("x-slack-retry-num", []))
        app.heard.append(body)
        await next()
        return None

    @app.bolt.event(re.compile(".*"))
    async def heard() -> None: ...

    @app.bolt.command("/done")
    async def done(ack: Any, command: dict[str, Any]) -> None:  # Bolt's own types
        await ack(f"noted: {command['text']}")

    @app.bolt.action("join")
    async def joined(ack: Any) -> None:
        await ack()

    @app.bolt.view(re.compile(".*"))
    async def saved(ack: Any) -> None:
        await ack()


@dataclass
class Stage:
    """The world with an app connected to it."""

    world: World
    app: App

    @property
    def slack(self) -> SlackSimulator:
        return self.world.slack


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.delenv("HTTPS_PROXY", raising=False)
    monkeypatch.delenv("https_proxy", raising=False)
    async with slack_world() as made:
        made.slack.delivery.retry_delays = (0.0, 0.01, 0.01)
        yield made


async def serve(app: App, status: int = 0) -> Server:
    async def handle(request: web.Request) -> web.Response:
        if status:
            return web.Response(status=status, headers={"X-Slack-No-Retry": "1"})
        return await to_aiohttp_response(await app.bolt.async_dispatch(await to_bolt_request(request)))

    routes = web.Application()
    routes.router.add_post("/slack/events", handle)
    server = Server(routes)
    await server.start()
    return server


@pytest.fixture
async def by_http(world: World) -> AsyncIterator[Stage]:
    app = bolt_app(world)
    server = await serve(app)
    await world.slack.deliver_over_http(f"{server.url}/slack/events")
    yield Stage(world, app)
    await world.slack.settled()
    await server.stop()


@asynccontextmanager
async def socket_of(app: App, world: World) -> AsyncIterator[None]:
    handler = AsyncSocketModeHandler(app.bolt, world.workspace.app_token, ping_interval=1)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt gives no types here
    yield
    await handler.close_async()  # type: ignore[no-untyped-call]  # nor here


@pytest.fixture
async def by_socket(world: World) -> AsyncIterator[Stage]:
    app = bolt_app(world)
    async with socket_of(app, world):
        await world.slack.sockets.connected()
        yield Stage(world, app)
        await world.slack.settled()


@pytest.fixture(params=["by_http", "by_socket"])
def stage(request: pytest.FixtureRequest) -> Stage:
    """Each promise holds for both ways."""
    made = request.getfixturevalue(request.param)
    assert isinstance(made, Stage)
    return made


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


async def test_an_event_that_is_not_acknowledged_comes_again_with_its_number(stage: Stage) -> None:
    stage.slack.delivery.ack_timeout = 0.3
    stage.app.refuse = 2

    await stage.slack.dm(stage.world.ana, "hello?")

    assert len(stage.app.events("message")) == 1
    assert stage.app.retries == ["2"]


async def test_an_event_is_given_up_after_three_retries(stage: Stage) -> None:
    stage.slack.delivery.ack_timeout = 0.1
    stage.app.refuse = 4

    with pytest.raises(NotAcknowledgedError):
        await stage.slack.dm(stage.world.ana, "hello?")

    assert stage.app.refuse == 0
    assert [lost["event"]["text"] for lost in stage.slack.delivery.undelivered] == ["hello?"]


async def test_a_command_that_is_not_answered_shows_the_person_an_error(stage: Stage) -> None:
    stage.slack.delivery.ack_timeout = 0.2
    stage.app.refuse = 1

    answer = await stage.slack.slash(stage.world.ana, stage.world.team, "/done", "x")

    assert answer.error in ("operation_timeout", "dispatch_failed")
    assert stage.slack.ephemerals(stage.world.ana) == []
    with pytest.raises(ValueError, match="not a valid command"):
        await stage.slack.slash(stage.world.ana, stage.world.team, "/undone", "x")


async def test_events_can_be_doubled_and_turned_round(stage: Stage) -> None:
    slack, ana = stage.slack, stage.world.ana
    slack.delivery.hold()
    await slack.dm(ana, "first")
    await slack.dm(ana, "second")
    assert stage.app.heard == []

    await slack.delivery.release(backwards=True)
    await slack.redeliver(slack.delivery.events[0])

    assert [e["text"] for e in stage.app.events("message")] == ["second", "first", "first"]
    assert len({body["event_id"] for body in stage.app.heard}) == 2


async def test_an_uninstalled_app_is_told_and_its_token_is_dead(stage: Stage) -> None:
    await stage.slack.uninstall(stage.world.workspace)

    assert [body["event"]["type"] for body in stage.app.heard] == ["app_uninstalled", "tokens_revoked"]
    assert await stage.world.refusal("auth.test") == "account_inactive"
    await stage.slack.dm(stage.world.ana, "anybody there?")
    assert stage.app.events("message") == []


async def test_requests_are_signed_with_real_time_over_the_raw_body(world: World) -> None:
    verifier = SignatureVerifier(world.workspace.signing_secret)
    valid: list[bool] = []

    async def handle(request: web.Request) -> web.Response:
        valid.append(verifier.is_valid_request(await request.read(), request.headers))
        return web.Response(text=(await request.json()).get("challenge", ""))

    routes = web.Application()
    routes.router.add_post("/", handle)
    server = Server(routes)
    await server.start()
    await world.slack.deliver_over_http(server.url)
    await world.slack.dm(world.ana, "hi")
    await server.stop()

    assert valid == [True, True]


async def test_an_address_that_does_not_answer_the_challenge_is_not_taken(world: World) -> None:
    server = await serve(bolt_app(world), status=404)

    with pytest.raises(ValueError, match="did not answer the challenge"):
        await world.slack.deliver_over_http(f"{server.url}/slack/events")
    await server.stop()


async def test_several_sockets_share_the_events_and_each_event_goes_to_one(by_socket: Stage) -> None:
    second = bolt_app(by_socket.world)
    async with socket_of(second, by_socket.world):
        await by_socket.slack.sockets.connected(2)
        for number in range(6):
            await by_socket.slack.dm(by_socket.world.ana, str(number))

    assert (len(by_socket.app.heard), len(second.heard)) == (3, 3)


async def test_a_socket_that_is_to_be_refreshed_is_opened_anew(by_socket: Stage) -> None:
    await by_socket.slack.sockets.refresh()
    async with asyncio.timeout(5):
        await by_socket.slack.sockets.connected()

    await by_socket.slack.dm(by_socket.world.ana, "still there?")

    assert len(by_socket.app.events("message")) == 1
    assert by_socket.slack.journal.counts()["apps.connections.open"] == 2


async def test_an_acknowledgement_that_gets_lost_makes_the_event_come_twice(by_socket: Stage) -> None:
    by_socket.slack.delivery.ack_timeout = 0.2
    by_socket.slack.journal.fail(ACK_POINT, Fault())

    await by_socket.slack.dm(by_socket.world.ana, "hi")

    assert len(by_socket.app.events("message")) == 2
    assert by_socket.slack.journal.problems == []
