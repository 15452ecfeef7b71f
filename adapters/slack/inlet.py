"""What comes in: kept first, then acknowledged, then answered.

An event is stored before Slack is told that we have it; if that fails, Slack sends it again.  A command or a
button is handled at once; what takes too long for the acknowledgement goes to its `response_url`.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.slack.answers import answers_to
from adapters.slack.api import SlackApi
from adapters.slack.outcomes import TROUBLE
from adapters.slack.payloads import answer_url, event_time, is_said_to_us, read_button, read_slash
from domain.commands import Request
from domain.messages import Reply
from domain.ports.front import Clock, Front, StorageDown, Tokens
from domain.ports.inbox import Arrival, Lane, Source

_log = logging.getLogger(__name__)

ANSWER_WITHIN_SECONDS = 2.0
"""Slack waits three for an acknowledgement: https://docs.slack.dev/interactivity/handling-user-interaction."""
FINISH_WITHIN_SECONDS = 5.0


class Inlet:
    """Hands what Slack sends to the core.

    Args:
        front: the core.
        api: carries late answers.
        tokens: reads and signs what buttons carry.
        clock: gives a command its time, which Slack does not.
        bot_user_id: our own user id, as far as it is known yet.
        patience: seconds that an answer may take before the request is acknowledged without it.
    """

    def __init__(
        self,
        front: Front,
        api: SlackApi,
        tokens: Tokens,
        clock: Clock,
        bot_user_id: Callable[[], str],
        *,
        patience: float = ANSWER_WITHIN_SECONDS,
    ) -> None:
        self._patience = patience
        self._front = front
        self._api = api
        self._tokens = tokens
        self._clock = clock
        self._bot_user_id = bot_user_id
        self._running: set[asyncio.Task[Any]] = set()

    async def event(self, body: Mapping[str, Any]) -> None:
        """Keep an event; those that say nothing to us leave no trace.

        Raises:
            StorageDown: it could not be kept; Slack must send it again.
        """
        if is_said_to_us(body, self._bot_user_id()):
            key, at = str(body.get("event_id") or ""), self._time_of(body)
            await self._front.hear(self._arrival(Source.SLACK_EVENT, Lane.SAID, key, body, at))

    async def command(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Answer `/done ...`.

        Raises:
            StorageDown: it could not be kept; the person is told by Slack that it failed.
        """
        now = self._clock.now()
        arrival = self._asked(Source.SLACK_COMMAND, body, now)
        try:
            request = read_slash(body, now)
        except ValueError:
            await self._keep_for_later(ack, arrival)
            return
        await self._ask(ack, arrival, request, in_ack=True)

    async def button(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Do what a button says.

        Raises:
            StorageDown: it could not be kept; Slack shows that beside the button.
        """
        arrival = self._asked(Source.SLACK_BUTTON, body, self._clock.now())
        try:
            request = read_button(body, self._tokens.read_command)
        except ValueError:
            await self._keep_for_later(ack, arrival)
            return
        await self._ask(ack, arrival, request, in_ack=False)

    async def stop(self) -> None:
        """Let what is being answered come to its end, but not for long."""
        if self._running:
            await asyncio.wait(self._running, timeout=FINISH_WITHIN_SECONDS)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _keep_for_later(self, ack: AsyncAck, arrival: Arrival) -> None:
        """What cannot be understood stays, for somebody to look at."""
        await self._front.hear(arrival)
        await ack()

    async def _ask(self, ack: AsyncAck, arrival: Arrival, request: Request, *, in_ack: bool) -> None:
        body = json.loads(arrival.raw)
        asking = self._start(self._front.ask(arrival, request))
        await asyncio.wait({asking}, timeout=self._patience)
        if not asking.done():
            await ack()
            self._start(self._answer(asking, body, replaceable=not in_ack))
            return
        answers = answers_to(asking.result(), self._tokens, replaceable=not in_ack)
        if in_ack and answers:
            await ack(answers.pop(0))
        else:
            await ack()
        if answers:
            self._start(self._post(body, answers))

    async def _answer(
        self, asking: "asyncio.Task[Reply]", body: Mapping[str, Any], *, replaceable: bool
    ) -> None:
        try:
            reply = await asking
        except StorageDown:
            _log.warning("a request was acknowledged and could not be stored")
            return
        await self._post(body, answers_to(reply, self._tokens, replaceable=replaceable))

    async def _post(self, body: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> None:
        """What was asked has been done by now; an answer that is lost is not sent again."""
        try:
            for answer in answers:
                await self._api.answer(answer_url(body), answer)
        except TROUBLE as trouble:
            _log.warning("an answer did not reach Slack: %s", type(trouble).__name__)

    def _start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def _time_of(self, body: Mapping[str, Any]) -> datetime:
        try:
            return event_time(body)
        except ValueError:
            return self._clock.now()

    def _asked(self, source: Source, body: Mapping[str, Any], now: datetime) -> Arrival:
        return self._arrival(source, Lane.ASKED, str(body.get("trigger_id") or ""), body, now)

    @staticmethod
    def _arrival(source: Source, lane: Lane, key: str, body: Mapping[str, Any], at: datetime) -> Arrival:
        """Kept without the verification token, which is the same in every payload and opens nothing."""
        kept = {name: value for name, value in body.items() if name != "token"}
        raw = json.dumps(kept).encode()
        return Arrival(source, lane, key or hashlib.sha256(raw).hexdigest(), raw, at)
