"""What was said while the socket was shut or deaf, or nobody served: read from histories of direct messages.

Slack sends an event again a few times, within minutes, and then no more:
https://docs.slack.dev/apis/events-api/#retries.  What was deleted meanwhile and what was said in threads is
not in a history, and of a direct message that nobody here has ever heard of nothing can be asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.slack.api import SlackApi
from adapters.slack.history import PAGE
from adapters.slack.outcomes import TROUBLE, outcome_of
from adapters.slack.payloads import instant
from adapters.slack.workspaces import NotToldYet
from domain.deliveries import Later
from domain.ports.directory import Direct
from domain.ports.front import Clock, StorageDown
from domain.ports.listening import CatchUp

Hear = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Keeps an event, with what stands around it; returns once it is stored."""

EDITABLE = timedelta(days=1)
"""How long before the gap a message may have been written that was edited in it."""
TRY_AGAIN = timedelta(seconds=5)
REPEATED = timedelta(minutes=4)
"""A shorter gap is closed by Slack, whose last try comes five minutes after the one before.

Not one between two sockets: Slack may have thought that the old one took what it sent.
"""


class Missed:
    """Reads what came while there was no connection that lived.

    Args:
        api: how Slack is called.
        token_of: the bot token of a workspace; None where there is none, `NotToldYet` while nobody knows.
        hear: takes what is found.
        catch_up: on what was said between two connections.
        clock: the product's.
    """

    def __init__(
        self,
        api: SlackApi,
        token_of: Callable[[str], str | None],
        hear: Hear,
        catch_up: CatchUp,
        clock: Clock,
    ) -> None:
        self._api = api
        self._token_of = token_of
        self._hear = hear
        self._catch_up = catch_up
        self._clock = clock

    def connected(self) -> None:
        """A connection is there, or there again."""
        self._catch_up.start(self._read)

    async def serve(self, check_seconds: float) -> None:
        """Until it is cancelled events come over HTTP, where no connection tells whether Slack reaches us."""
        self._catch_up.start(self._read, REPEATED)
        try:
            while True:
                await asyncio.sleep(check_seconds)
                await self.answered()
        finally:
            await self.stop()

    async def answered(self) -> None:
        """The connection lives.  What cannot be stored Slack sends again; what it gives up is read then."""
        try:
            await self._catch_up.remember(self._clock.now())
        except StorageDown:
            self._catch_up.start(self._read, REPEATED)

    async def stop(self) -> None:
        await self._catch_up.stop()

    async def _read(self, direct: Direct, since: datetime) -> timedelta | None:
        try:
            token = self._token_of(direct.workspace)
            messages = [] if token is None else await self._history(token, direct, since - EDITABLE)
        except NotToldYet:
            return TRY_AGAIN
        except TROUBLE as trouble:
            outcome = outcome_of(trouble, repeatable=True)
            return (outcome.after or TRY_AGAIN) if isinstance(outcome, Later) else None
        for message in messages:
            for event in events_of(message, direct, since):
                await self._hear({"team_id": direct.workspace, "event": event})
        return None

    async def _history(self, token: str, direct: Direct, since: datetime) -> list[Mapping[str, Any]]:
        """Oldest first."""
        arguments = {"channel": direct.conversation, "oldest": f"{since.timestamp():.6f}", "limit": str(PAGE)}
        messages: list[Mapping[str, Any]] = []
        while True:
            await self._catch_up.turn(direct.workspace)
            answer = await self._api.call("conversations.history", token, **arguments)
            messages += answer.data["messages"]
            if not answer.data.get("has_more"):
                return messages[::-1]
            arguments["cursor"] = str(answer.data["response_metadata"]["next_cursor"])


def events_of(message: Mapping[str, Any], direct: Direct, since: datetime) -> list[Mapping[str, Any]]:
    """The events that Slack would have sent about a message of a history, with the same keys."""
    where = {"type": "message", "channel": direct.conversation, "channel_type": "im"}
    events: list[Mapping[str, Any]] = []
    if instant(message["ts"]) >= since:
        events.append({**message, **where, "event_ts": message["ts"]})
    edited = message.get("edited")
    if isinstance(edited, dict) and instant(edited["ts"]) >= since:
        change = {"subtype": "message_changed", "message": message, "ts": edited["ts"]}
        events.append({**where, **change, "event_ts": edited["ts"]})
    return events
