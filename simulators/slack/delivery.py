"""Brings events and interactions to the app and tries again as the service does.

https://docs.slack.dev/apis/events-api: 3 seconds for an answer, three more tries with the number and the
reason of the retry.  Interactions and commands are sent once.
"""

import asyncio
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from simulators.slack.state import Json

LetterKind = Literal["events_api", "slash_commands", "interactive"]


@dataclass(frozen=True, slots=True)
class Letter:
    """Something for the app, the same whichever way it goes."""

    kind: LetterKind
    payload: Json
    retry_num: int = 0
    retry_reason: str = ""


@dataclass(frozen=True, slots=True)
class Ack:
    """What came of one try."""

    taken: bool = False
    body: object = None
    """The decoded body of the answer, None if it was empty."""
    reason: str = ""
    """Why it was not taken: `http_timeout`, `http_error`, `connection_failed`."""
    final: bool = False
    """The app asked not to be tried again."""


class Carrier(Protocol):
    """One way to the app: HTTP or sockets."""

    async def send(self, letter: Letter, ack_timeout: float) -> Ack: ...


class NotAcknowledgedError(Exception):
    """The app did not take an event in all the tries that the service makes."""


class Delivery:
    """Sends letters by the carrier that is set."""

    def __init__(self) -> None:
        self.carrier: Carrier | None = None
        self.ack_timeout = 3.0
        """Seconds of real time."""
        self.retry_delays: tuple[float, ...] = (0.0, 0.2, 1.0)
        """Seconds of real time before each retry; the service waits 0, about 60 and about 300."""
        self.events: list[Json] = []
        """Every event sent or held back, outer payloads in the order they came to be."""
        self.undelivered: list[Json] = []
        """Those given up after the last try."""
        self._background: set[asyncio.Task[bool]] = set()
        self._held: list[Json] | None = None

    async def ask(self, letter: Letter) -> Ack:
        """Send a command or an interaction, once."""
        if self.carrier is None:
            return Ack(reason="connection_failed")
        return await self.carrier.send(letter, self.ack_timeout)

    async def event(self, payload: Json) -> None:
        """Send an event and return once it is acknowledged, or at once while events are held.

        Raises:
            NotAcknowledgedError: no try was answered in time with a 2xx or an acknowledgement.
        """
        self.events.append(payload)
        if self._held is not None:
            self._held.append(payload)
        elif not await self._deliver(payload):
            raise NotAcknowledgedError(payload["event_id"])

    def event_in_background(self, payload: Json) -> None:
        """Send what the app itself has caused, while its own call is still open."""
        self.events.append(payload)
        if self._held is not None:
            self._held.append(payload)
            return
        task = asyncio.create_task(self._deliver(payload))
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def again(self, payload: Json) -> None:
        """Send an event that was sent before once more, as after an acknowledgement that got lost."""
        if not await self._deliver(payload, first_try=1):
            raise NotAcknowledgedError(payload["event_id"])

    def hold(self) -> None:
        """Keep events back until `release`."""
        self._held = []

    async def release(self, *, backwards: bool = False) -> None:
        """Deliver what was held, one after the other, in the order it came or backwards."""
        held, self._held = self._held or [], None
        for payload in reversed(held) if backwards else held:
            if not await self._deliver(payload):
                raise NotAcknowledgedError(payload["event_id"])

    async def settled(self) -> None:
        """Return once everything sent in the background is acknowledged or given up."""
        while self._background:
            await asyncio.wait(set(self._background))

    async def stop(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def _deliver(self, payload: Json, first_try: int = 0) -> bool:
        if self.carrier is None:
            self.undelivered.append(payload)
            return False
        letter = Letter("events_api", payload, first_try, "http_timeout" if first_try else "")
        for delay in (*self.retry_delays, None):
            ack = await self.carrier.send(letter, self.ack_timeout)
            if ack.taken:
                return True
            if delay is None or ack.final:
                break
            await asyncio.sleep(delay)
            letter = replace(letter, retry_num=letter.retry_num + 1, retry_reason=ack.reason)
        self.undelivered.append(payload)
        return False
