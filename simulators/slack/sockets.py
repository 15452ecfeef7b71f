"""Socket Mode: WebSockets that the app opens, over which events and interactions come to it.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import itertools
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from simulators.base import Call, Journal
from simulators.slack.delivery import Ack, Letter
from simulators.slack.state import Json, State

_MOST_SOCKETS = 10
ACK_POINT = "socket ack"
"""The point at which acknowledgements are recorded; a fault planned here loses one."""


@dataclass(slots=True)
class _Waiting:
    accepts_payload: bool
    answered: "asyncio.Future[Json]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Sockets:
    """The open WebSockets of the app; each letter goes to one of them, in turn."""

    def __init__(self, state: State, journal: Journal, on_open: Callable[[], None]) -> None:
        self._state = state
        self._journal = journal
        self._on_open = on_open
        self._tickets: dict[str, str] = {}
        self._open: list[web.WebSocketResponse] = []
        self._turn = itertools.count()
        self._waiting: dict[str, _Waiting] = {}
        self._ever_sent: set[str] = set()
        self._arrivals = asyncio.Condition()
        self._deaf: set[web.WebSocketResponse] = set()
        self._mute: set[web.WebSocketResponse] = set()
        self.opens_mute = False
        """Whether new sockets answer pings and bring nothing, not even a hello."""

    @property
    def count(self) -> int:
        return len(self._open)

    def ticket(self, app_id: str) -> str:
        """A ticket that opens one socket, once."""
        made = uuid.uuid4().hex
        self._tickets[made] = app_id
        return made

    async def handle(self, request: web.Request) -> web.StreamResponse:
        app_id = self._tickets.pop(request.query.get("ticket", ""), None)
        if app_id is None:
            return web.Response(status=403, text="unknown or used ticket")
        socket = web.WebSocketResponse(timeout=0.5, autoping=False)
        await socket.prepare(request)
        if len(self._open) >= _MOST_SOCKETS:
            await socket.send_json(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        await self._serve(socket, app_id)
        return socket

    async def _serve(self, socket: web.WebSocketResponse, app_id: str) -> None:
        hello = {
            "type": "hello",
            "num_connections": len(self._open) + 1,
            "debug_info": {"host": "applink-1", "build_number": 1, "approximate_connection_time": 18_060},
            "connection_info": {"app_id": app_id},
        }
        if self.opens_mute:
            self._mute.add(socket)
        else:
            await socket.send_json(hello)
        self._open.append(socket)
        self._on_open()
        async with self._arrivals:
            self._arrivals.notify_all()
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    self._take(frame.data)
                elif frame.type is WSMsgType.PING and socket not in self._deaf:
                    await socket.pong(frame.data)
        finally:
            self._retire(socket)

    async def connected(self, count: int = 1) -> None:
        """Return once at least `count` sockets are open."""
        async with self._arrivals:
            await self._arrivals.wait_for(lambda: len(self._open) >= count)

    def _retire(self, socket: web.WebSocketResponse) -> None:
        if socket in self._open:
            self._open.remove(socket)
            self._deaf.discard(socket)
            self._mute.discard(socket)

    def _take(self, frame: str) -> None:
        """An acknowledgement; one that comes too late, or a second time, changes nothing."""
        try:
            ack = json.loads(frame)
            envelope_id = ack["envelope_id"]
        except (ValueError, KeyError, TypeError):
            self._journal.problems.append(f"socket: not an acknowledgement: {frame[:200]}")
            return
        self._journal.calls.append(Call("WS", ACK_POINT, ack, 200, None, self._state.now()))
        if envelope_id not in self._ever_sent:
            self._journal.problems.append(f"socket: acknowledges {envelope_id}, which was never sent")
        if self._journal.planned(ACK_POINT) is not None:
            return
        waiting = self._waiting.pop(envelope_id, None)
        if waiting is None or waiting.answered.done():
            return
        if ack.get("payload") and not waiting.accepts_payload:
            self._journal.problems.append("socket: an acknowledgement of an event carries a payload")
        waiting.answered.set_result(ack)

    async def send(self, letter: Letter, ack_timeout: float) -> Ack:
        """Send once over one socket and wait for its acknowledgement."""
        if not self._open:
            return Ack(reason="connection_failed")
        socket = self._open[next(self._turn) % len(self._open)]
        envelope_id = str(uuid.uuid4())
        waiting = self._waiting[envelope_id] = _Waiting(letter.kind != "events_api")
        self._ever_sent.add(envelope_id)
        try:
            async with asyncio.timeout(ack_timeout):
                if socket not in self._deaf | self._mute:
                    await socket.send_json(_envelope(letter, envelope_id))
                ack = await waiting.answered
        except (TimeoutError, ConnectionError):
            return Ack(reason="http_timeout")
        finally:
            self._waiting.pop(envelope_id, None)
        return Ack(taken=True, body=ack.get("payload"))

    async def refresh(self) -> None:
        """Ask every socket to be opened again; each is closed by its client."""
        for socket in list(self._open):
            self._retire(socket)
            await socket.send_json(_disconnect("refresh_requested"))

    def fall_silent(self) -> None:
        """Keep every socket open, and neither send anything over it nor answer a ping."""
        self._deaf.update(self._open)

    async def drop(self) -> None:
        """Cut every socket without a word."""
        for socket in list(self._open):
            self._retire(socket)
            await socket.close()


def _envelope(letter: Letter, envelope_id: str) -> Json:
    envelope: Json = {
        "envelope_id": envelope_id,
        "payload": letter.payload,
        "type": letter.kind,
        "accepts_response_payload": letter.kind != "events_api",
    }
    if letter.kind == "events_api":
        envelope |= {"retry_attempt": letter.retry_num, "retry_reason": letter.retry_reason}
    return envelope


def _disconnect(reason: str) -> Json:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "applink-1"}}
