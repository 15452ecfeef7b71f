"""The Bolt app: which part of the inlet takes what."""

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.api import sdk_logger
from adapters.slack.inlet import Inlet
from adapters.slack.workspaces import SlackWorkspaces
from domain.ports.front import StorageDown

_log = logging.getLogger(__name__)
_ANY = re.compile(".*")


def build_app(inlet: Inlet, workspaces: SlackWorkspaces, api_url: str) -> AsyncApp:
    """A Bolt app without listeners of substance: everything is kept before they run.

    Its own check of signatures is off, since ours stands in front (see `signatures`), and it calls nothing.
    """
    app = AsyncApp(
        name="donelog",
        logger=_bolt_logger(),
        client=AsyncWebClient(base_url=api_url, retry_handlers=[], logger=sdk_logger()),
        authorize=_authorizer(workspaces),
        request_verification_enabled=False,
    )

    async def keep_event(body: dict[str, Any], next: Callable[[], Awaitable[Any]]) -> None:  # noqa: A002 -- Bolt hands over by name
        if body.get("type") == "event_callback":
            await inlet.event(body)
        await next()

    async def event_kept() -> None:
        """Nothing is left to do; without a listener Bolt would call the event unhandled."""

    async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await inlet.command(ack, body)

    async def on_button(ack: AsyncAck, body: dict[str, Any]) -> None:
        await inlet.button(ack, body)

    app.use(keep_event)
    app.event(_ANY)(event_kept)
    app.command(_ANY)(on_command)
    app.action(_ANY)(on_button)
    app.error(_on_error)
    return app


def _authorizer(workspaces: SlackWorkspaces) -> Callable[..., Awaitable[AuthorizeResult]]:
    """Bolt asks for every request.  It is never refused here: the core knows which workspaces are linked.

    A refusal would make Bolt write an apology of its own to the person.
    """

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        own = workspaces.own_in(team_id)
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_id=own.bot_id if own else None,
            bot_user_id=own.bot_user_id if own else None,
        )

    return authorize


async def _on_error(error: Exception, response: BoltResponse | None) -> BoltResponse | None:
    """Anything but 200 makes Slack send again; `response` is None once a request is acknowledged."""
    if isinstance(error, StorageDown):
        _log.warning("the database does not answer: Slack has to send again")
    else:
        _log.error("a request of Slack's could not be handled", exc_info=error)
    return BoltResponse(status=503, body="") if response is not None else None


def _bolt_logger() -> logging.Logger:
    """Bolt warns of environment variables that it does not use, and writes bodies at lower levels."""
    logger = logging.getLogger("adapters.slack.bolt")
    logger.setLevel(logging.ERROR)
    return logger
