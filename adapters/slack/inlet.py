"""What comes in: kept first, then acknowledged, then answered.

An event is stored before Slack is told that we have it; if that fails, Slack sends it again.  A command or a
button is handled at once; what takes too long for the acknowledgement goes to its `response_url`.
"""

import asyncio
import hashlib
import json
import logging
from collections.abc import Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.slack.answers import answers_to
from adapters.slack.api import SlackApi
from adapters.slack.outcomes import TROUBLE
from adapters.slack.payloads import answer_url, event_key, event_time, is_said_to_us, read_button, read_slash
from adapters.slack.workspaces import SlackWorkspaces, with_speech
from domain.commands import Request
from domain.facts import NotNow
from domain.messages import Nothing, Reply, Say
from domain.people import Channel
from domain.ports.front import AnswerDelayed, Clock, Front, StorageDown, Tokens
from domain.ports.inbox import Arrival, Lane, Source
from domain.wording import word

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
        workspaces: knows who we are in each workspace, and where we have no token.
        patience: seconds that an answer may take before the request is acknowledged without it.
    """

    def __init__(
        self,
        front: Front,
        api: SlackApi,
        tokens: Tokens,
        clock: Clock,
        workspaces: SlackWorkspaces,
        *,
        patience: float = ANSWER_WITHIN_SECONDS,
    ) -> None:
        self._patience = patience
        self._front = front
        self._api = api
        self._tokens = tokens
        self._clock = clock
        self._workspaces = workspaces
        self._running: set[asyncio.Task[Any]] = set()

    async def event(self, body: Mapping[str, Any]) -> None:
        """Keep an event; those that say nothing to us leave no trace.

        Raises:
            StorageDown: it could not be kept; Slack must send it again.
        """
        if is_said_to_us(body, self._workspaces.bot_user_in(str(body.get("team_id") or ""))):
            key, at = event_key(body), self._time_of(body)
            await self._front.hear(self._arrival(Source.SLACK_EVENT, Lane.SAID, key, body, at))

    async def command(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Answer `/done ...`; when it cannot be stored the answer says so."""
        now = self._clock.now()
        arrival = self._asked(Source.SLACK_COMMAND, body, now)
        try:
            request = read_slash(body, now)
        except ValueError:
            await self._keep_for_later(ack, arrival, in_ack=True)
            return
        await self._ask(ack, arrival, request, in_ack=True)

    async def button(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Carry out the command of a button; when it cannot be stored the answer says so."""
        arrival = self._asked(Source.SLACK_BUTTON, body, self._clock.now())
        try:
            request = read_button(body, self._tokens.read_command)
        except ValueError:
            await self._keep_for_later(ack, arrival, in_ack=False)
            return
        await self._ask(ack, arrival, request, in_ack=False)

    async def stop(self) -> None:
        """Let what is being answered come to its end, but not for long."""
        if self._running:
            await asyncio.wait(self._running, timeout=FINISH_WITHIN_SECONDS)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    async def _keep_for_later(self, ack: AsyncAck, arrival: Arrival, *, in_ack: bool) -> None:
        """What cannot be understood stays, for somebody to look at."""
        reply: Reply = Nothing("not understood")
        try:
            await self._front.hear(arrival)
        except StorageDown:
            reply = _not_now()
        await self._acknowledge(ack, json.loads(arrival.raw), reply, in_ack=in_ack)

    async def _ask(self, ack: AsyncAck, arrival: Arrival, request: Request, *, in_ack: bool) -> None:
        body = json.loads(arrival.raw)
        asked = with_speech(request, self._workspaces)
        asking = self._start(self._reply(arrival, asked))
        await asyncio.wait({asking}, timeout=self._patience)
        if asking.done():
            await self._acknowledge(ack, body, asking.result(), in_ack=in_ack)
        else:
            await ack()
            self._start(self._answer(asking, body, replaceable=not in_ack))

    async def _reply(self, arrival: Arrival, request: Request) -> Reply:
        try:
            return await self._front.ask(arrival, request)
        except StorageDown:
            return _not_now()
        except AnswerDelayed:
            return Nothing("answered late")

    async def _acknowledge(
        self, ack: AsyncAck, body: Mapping[str, Any], reply: Reply, *, in_ack: bool
    ) -> None:
        answers = answers_to(reply, self._tokens, replaceable=not in_ack)
        if in_ack and answers:
            await ack(answers.pop(0))
        else:
            await ack()
        if answers:
            self._start(self._post(body, answers))

    async def _answer(
        self, asking: "asyncio.Task[Reply]", body: Mapping[str, Any], *, replaceable: bool
    ) -> None:
        await self._post(body, answers_to(await asking, self._tokens, replaceable=replaceable))

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
        """The arrival of a payload, without the deprecated verification token, which is in every one."""
        kept = {name: value for name, value in body.items() if name != "token"}
        raw = json.dumps(kept).encode()
        return Arrival(source, lane, key or hashlib.sha256(raw).hexdigest(), raw, at)


def _not_now() -> Reply:
    _log.warning("the database does not answer: something asked could not be stored")
    return Say(word(NotNow(), Channel.SLACK), None)
