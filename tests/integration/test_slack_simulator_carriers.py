"""Events of the simulated Slack come signed, again if need be, and over one socket of several."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from simulators.base import Fault, Server
from simulators.slack.delivery import NotAcknowledgedError
from simulators.slack.sockets import ACK_POINT
from tests.integration.slack_app import Stage, bolt_app, over_http, over_socket, served, socket_of
from tests.integration.slack_world import World, slack_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as made:
        yield made


@pytest.fixture(params=[over_http, over_socket])
async def stage(request: pytest.FixtureRequest, world: World) -> AsyncIterator[Stage]:
    """Each promise holds for both ways."""
    async with request.param(world) as made:
        yield made


@pytest.fixture
async def by_socket(world: World) -> AsyncIterator[Stage]:
    async with over_socket(world) as made:
        yield made


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
    server = await served(bolt_app(world), status=404)

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
