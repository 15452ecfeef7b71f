"""`/slack/events`: events, commands and buttons over signed HTTP."""

import logging
from collections.abc import Sequence

from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.slack.signatures import refusal
from domain.ports.front import Clock

_log = logging.getLogger(__name__)

PATH = "/slack/events"
MOST_BYTES = 1_000_000


def routes(app: AsyncApp, signing_secrets: Sequence[str], clock: Clock) -> list[Route]:
    """Slack's door: only what Slack has signed within five minutes reaches Bolt.

    401 for what is not from Slack, 413 beyond a megabyte, 400 for what is no payload, 503 when it could not
    be stored; Slack sends again whatever is not answered with 200.
    """

    async def receive(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return Response(status_code=413)
        timestamp = request.headers.get("x-slack-request-timestamp", "")
        signature = request.headers.get("x-slack-signature", "")
        refused = refusal(signing_secrets, timestamp, signature, body, clock.real())
        if refused:
            _log.warning("refused a request to %s: %s", PATH, refused)
            return Response(status_code=401)
        bolt_request = _bolt_request(body, request)
        if bolt_request is None:
            return Response(status_code=400)
        answer = await app.async_dispatch(bolt_request)
        return Response(answer.body, answer.status, answer.first_headers_without_set_cookie())

    return [Route(PATH, receive, methods=["POST"])]


async def _body(request: Request) -> bytes | None:
    """The raw bytes; None when there are too many."""
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MOST_BYTES:
            return None
        chunks.append(chunk)
    return b"".join(chunks)


def _bolt_request(body: bytes, request: Request) -> AsyncBoltRequest | None:
    """What Bolt makes of the body; None when that is neither a JSON object nor a form with one."""
    is_json = request.headers.get("content-type", "").startswith("application/json")
    if is_json and not body.lstrip().startswith(b"{"):
        return None
    try:
        made = AsyncBoltRequest(body=body.decode(), headers=dict(request.headers.items()))
    except (ValueError, RecursionError, AttributeError, TypeError):  # Bolt looks for fields before types
        return None
    return made if isinstance(made.body.get("event", {}), dict) else None
