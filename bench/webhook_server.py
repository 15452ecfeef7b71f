"""A web server of one process for `webhook-cpu`: `python -m bench.webhook_server bare|token|signed [KEY]`.

It prints its port, and for each line that it reads the processor's seconds it has used.  What it takes is
thrown away: the benchmark asks what a mail costs before the database.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from typing import Any

import uvicorn
from starlette.applications import Starlette

from adapters.email.routes import MailDoor, routes
from bench.product import StandingClock
from domain.commands import Origin, Request
from domain.delivery_events import DeliveryEvent
from domain.messages import Nothing, Reply
from domain.people import Channel
from domain.ports.inbox import Arrival

TOKEN = "the-secret-in-the-address-of-inbound-parse"  # noqa: S105 -- opens nothing but this benchmark


class Nobody:
    """`domain.ports.front.Front` with nothing behind it."""

    async def hear(self, arrival: Arrival) -> None:
        """Forget it."""

    async def ask(self, arrival: Arrival, request: Request) -> Reply:  # noqa: ARG002 -- nobody answers
        return Nothing("nobody is there")

    async def note(self, events: Sequence[DeliveryEvent]) -> None:
        """Forget them."""

    async def suggest(self, origin: Origin, field: str, typed: str) -> list[str]:  # noqa: ARG002 -- the port has them
        return []

    async def workspace_found(
        self, channel: Channel, workspace: str, name: str, *, belongs: bool = True
    ) -> None:
        """Forget it."""


async def bare(_scope: Any, receive: Any, send: Any) -> None:
    """The least that any web server in Python does: read the body, say that it was read."""
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
    await send({"type": "http.response.body", "body": b"kept"})


def app_of(kind: str, key: str) -> Any:
    if kind == "bare":
        return bare
    door = MailDoor(inbound_token=TOKEN, inbound_public_keys=(key,) if kind == "signed" else ())
    return Starlette(routes=routes(Nobody(), door, StandingClock()))


async def main(kind: str, key: str) -> None:
    app = app_of(kind, key)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 -- uvicorn rings no bell
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        print(time.process_time(), flush=True)
    server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *(sys.argv[2:] or [""])))
