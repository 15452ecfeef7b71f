"""What comes in: kept first, then answered.

Discord sends nothing twice, so what cannot be stored at once is held until it can.
"""

import asyncio
import json
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from adapters.discord.answers import AS_IT_IS, COMPLETE, LATER, answer_to, give_late, send_further
from adapters.discord.api import DiscordApi
from adapters.discord.outcomes import TROUBLE, in_words
from adapters.discord.payloads import (
    COMPLETING,
    MESSAGES,
    PRESSED,
    TYPED,
    completing,
    instant,
    is_said_to_us,
    message_key,
    read_interaction,
)
from domain.commands import Request
from domain.facts import NotNow
from domain.messages import Reply, Say
from domain.people import Channel
from domain.ports.front import AnswerDelayed, Clock, Front, StorageDown, Tokens
from domain.ports.inbox import Arrival, Lane, Source
from domain.wording import word

Json = Mapping[str, Any]
_log = logging.getLogger(__name__)

ANSWER_WITHIN_SECONDS = 2.0
"""Discord waits three for an answer: https://docs.discord.com/developers/interactions/receiving-and-responding."""
FINISH_WITHIN_SECONDS = 5.0
HOLD_SECONDS = (0.5, 1.0, 2.0, 5.0)
"""Seconds to wait between tries to store something; the last one is repeated without end."""
MOST_CHOICES = 25
MOST_IN_CHOICE = 100


class Inlet:
    """Hands what Discord sends to the core.

    Args:
        front: the core.
        api: carries answers.
        tokens: reads and signs what buttons carry.
        clock: gives a deletion its time, which Discord does not.
        answer_within: seconds after which an answer is put off.
    """

    def __init__(
        self, front: Front, api: DiscordApi, tokens: Tokens, clock: Clock, answer_within: float
    ) -> None:
        self._front = front
        self._api = api
        self._tokens = tokens
        self._clock = clock
        self._answer_within = answer_within
        self._running: set[asyncio.Task[Any]] = set()

    def take(self, kind: str, data: Json) -> None:
        """Start on an event of the gateway; those that say nothing to us leave no trace."""
        if kind in MESSAGES and is_said_to_us(kind, data):
            self._start(self._hear(self._said(kind, data)))
        elif kind == "INTERACTION_CREATE" and data.get("type") in {TYPED, PRESSED}:
            self._start(self._ask(data))
        elif kind == "INTERACTION_CREATE" and data.get("type") == COMPLETING:
            self._start(self._complete(data))

    async def hear(self, kind: str, data: Json) -> None:
        """Keep something said that is found later; returns once it is stored."""
        if is_said_to_us(kind, data):
            await self._hear(self._said(kind, data))

    async def settled(self) -> None:
        """Wait until all that was taken is stored or answered."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def stop(self) -> None:
        """Let what is being answered come to its end, but not for long."""
        if self._running:
            await asyncio.wait(self._running, timeout=FINISH_WITHIN_SECONDS)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _said(self, kind: str, data: Json) -> Arrival:
        raw = json.dumps({"t": kind, "d": data}).encode()
        at = instant(str(data["id"])) if kind == "MESSAGE_CREATE" else self._clock.now()
        return Arrival(Source.DISCORD_MESSAGE, Lane.SAID, message_key(kind, data), raw, at)

    async def _hear(self, arrival: Arrival) -> None:
        tries = 0
        while True:
            try:
                return await self._front.hear(arrival)
            except StorageDown:
                _log.warning("the database does not answer: holding on to what was said")
            await asyncio.sleep(HOLD_SECONDS[min(tries, len(HOLD_SECONDS) - 1)])
            tries += 1

    async def _ask(self, data: Json) -> None:
        raw = json.dumps(data).encode()
        arrival = Arrival(
            Source.DISCORD_INTERACTION, Lane.ASKED, str(data["id"]), raw, instant(str(data["id"]))
        )
        try:
            request = read_interaction(data, self._tokens.read_command)
        except ValueError:  # what cannot be understood stays, for somebody to look at
            await self._hear(arrival)
            return
        await self._answer(arrival, request, data)

    async def _answer(self, arrival: Arrival, request: Request, data: Json) -> None:
        asking = self._start(self._front.ask(arrival, request))
        await asyncio.wait({asking}, timeout=self._answer_within)
        put_off = not asking.done()
        try:
            if put_off:
                await self._api.respond(data["id"], data["token"], LATER)
            reply = await self._reply(asking)
            if reply is not None:
                await self._pass_on(reply, data, put_off=put_off)
            elif not put_off:  # the sweep tries again, and may answer what was put off
                await self._api.respond(data["id"], data["token"], LATER)
        except TROUBLE as trouble:
            _log.warning("an answer did not reach Discord: %s", in_words(trouble))

    @staticmethod
    async def _reply(asking: "asyncio.Task[Reply]") -> Reply | None:
        """What to answer; None: it is kept, and answered late."""
        try:
            return await asking
        except StorageDown:
            _log.warning("the database does not answer: something asked could not be stored")
            return Say(word(NotNow(), Channel.DISCORD), None)
        except AnswerDelayed:
            return None
        except Exception:  # noqa: BLE001 -- the outermost loop: one bad request stops no other
            _log.exception("a request of Discord's could not be handled")
            return None

    async def _pass_on(self, reply: Reply, data: Json, *, put_off: bool) -> None:
        answer = answer_to(reply, self._tokens, pressed=data["type"] == PRESSED)
        if put_off:
            await give_late(self._api, data, answer)
        elif answer is not None:
            await self._api.respond(data["id"], data["token"], {"type": answer.kind, "data": answer.body})
            await send_further(self._api, data, answer)
        elif data["type"] == PRESSED:
            await self._api.respond(data["id"], data["token"], AS_IT_IS)

    async def _complete(self, data: Json) -> None:
        try:
            origin, field, typed = completing(data)
            async with asyncio.timeout(self._answer_within):
                names = await self._front.suggest(origin, field, typed)
            choices = [
                {"name": name[:MOST_IN_CHOICE], "value": name[:MOST_IN_CHOICE]}
                for name in names[:MOST_CHOICES]
            ]
            body = {"type": COMPLETE, "data": {"choices": choices}}
            await self._api.respond(data["id"], data["token"], body)
        except (StorageDown, *TROUBLE) as trouble:
            _log.info("nothing was suggested: %s", type(trouble).__name__)

    def _start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task
