"""Discord's gateway v10: sockets that carry events to bots.

https://docs.discord.com/developers/events/gateway and
https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway
"""

import asyncio
import enum
import json
import secrets
from datetime import timedelta
from typing import Any

from aiohttp import WSCloseCode, WSMessage, WSMsgType, web

from simulators.base import Call, Journal, Now
from simulators.discord.flags import KNOWN_INTENT_BITS, PRIVILEGED_INTENTS, Intent
from simulators.discord.payloads import application_json, guild_create_json, own_user_json
from simulators.discord.sessions import Session
from simulators.discord.world import Application, World

Json = dict[str, Any]

SESSION_STARTS_A_DAY = 1000
FRAME_LIMIT = 4096
_FLUSH_SECONDS = 2.0
"""Bytes of one frame from a bot."""


class Op(enum.IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11


class CloseCode(enum.IntEnum):
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    SESSION_TIMED_OUT = 4009
    INVALID_VERSION = 4012
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


class _ClosedError(Exception):
    def __init__(self, code: CloseCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class Gateway:
    """All sockets and sessions of all bots.

    Attributes:
        heartbeat_seconds: What HELLO asks for; a bot silent for twice as long is closed with 4009.
        acknowledges: False makes every connection a zombie: heartbeats are no longer answered.
    """

    def __init__(self, world: World, now: Now, journal: Journal) -> None:
        self._world = world
        self._now = now
        self._journal = journal
        self._sessions: dict[str, Session] = {}
        self._sockets: dict[web.WebSocketResponse, web.Request] = {}
        self._pinged: list[dict[web.WebSocketResponse, asyncio.Event]] = []
        self.heartbeat_seconds = 41.25
        self.acknowledges = True
        self.url = ""

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one socket until it is closed by either side."""
        socket = web.WebSocketResponse(autoping=False, max_msg_size=0)
        await socket.prepare(request)
        self._sockets[socket] = request
        session: Session | None = None
        try:
            _check_version(request)
            interval = round(self.heartbeat_seconds * 1000)
            await _send(socket, Op.HELLO, {"heartbeat_interval": interval, "_trace": []})
            while (frame := await self._receive(socket)) is not None:
                session = await self._react(socket, session, frame)
        except _ClosedError as ending:
            await socket.close(code=ending.code, message=str(ending).encode())
        finally:
            self._sockets.pop(socket, None)
            self._end(session, socket)
        return socket

    async def _receive(self, socket: web.WebSocketResponse) -> Json | None:
        try:
            frame = await self._next(socket)
        except TimeoutError:
            raise _ClosedError(CloseCode.SESSION_TIMED_OUT, "Session timed out.") from None
        if frame.type is not WSMsgType.TEXT:
            return None
        if len(frame.data.encode()) > FRAME_LIMIT:
            raise _ClosedError(CloseCode.DECODE_ERROR, "Payload too large.")
        try:
            payload: Json = json.loads(frame.data)
            self._record(Op(payload["op"]), payload.get("d"))
        except KeyError as error:
            raise _ClosedError(CloseCode.DECODE_ERROR, "Error while decoding payload.") from error
        except ValueError as error:
            raise _ClosedError(CloseCode.UNKNOWN_OPCODE, "Unknown opcode.") from error
        return payload

    async def _next(self, socket: web.WebSocketResponse) -> WSMessage:
        """The next frame that is neither a ping nor the answer to one."""
        while True:
            frame = await socket.receive(timeout=self.heartbeat_seconds * 2)
            if frame.type is WSMsgType.PING:
                await socket.pong(frame.data)
            elif frame.type is WSMsgType.PONG:
                self._pong(socket)
            else:
                return frame

    def _record(self, op: Op, data: object) -> None:
        self._journal.calls.append(Call("WS", op.name, data, 0, None, self._now()))

    async def _react(
        self, socket: web.WebSocketResponse, session: Session | None, frame: Json
    ) -> Session | None:
        op, data = frame["op"], frame.get("d")
        if op == Op.HEARTBEAT:
            if self.acknowledges:
                await _send(socket, Op.HEARTBEAT_ACK, None)
        elif op in (Op.IDENTIFY, Op.RESUME):
            if session is not None:
                raise _ClosedError(CloseCode.ALREADY_AUTHENTICATED, "Already authenticated.")
            return await (self._identify if op == Op.IDENTIFY else self._resume)(socket, data or {})
        elif session is None:
            raise _ClosedError(CloseCode.NOT_AUTHENTICATED, "Not authenticated.")
        return session

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> Session:
        application = self._authenticate(data)
        intents = data.get("intents")
        if not isinstance(intents, int) or intents & ~KNOWN_INTENT_BITS:
            raise _ClosedError(CloseCode.INVALID_INTENTS, "Invalid intent(s).")
        wanted = Intent(intents & int(sum(Intent)))
        if wanted & PRIVILEGED_INTENTS & ~application.allowed_intents:
            raise _ClosedError(CloseCode.DISALLOWED_INTENTS, "Disallowed intent(s).")
        self._count_start(application)
        session = Session(secrets.token_hex(16), application, wanted, socket)
        self._sessions[session.id] = session
        await self._welcome(session)
        return session

    def _authenticate(self, data: Json) -> Application:
        application = self._world.application_with(str(data.get("token", "")).removeprefix("Bot "))
        if application is None:
            raise _ClosedError(CloseCode.AUTHENTICATION_FAILED, "Authentication failed.")
        return application

    def _count_start(self, application: Application) -> None:
        """Beyond the day's starts Discord resets the token, and the bot is out."""
        if self.starts_left(application) == 0:
            application.token = secrets.token_urlsafe(48)
            raise _ClosedError(CloseCode.AUTHENTICATION_FAILED, "Authentication failed.")
        application.session_starts.append(self._now())

    def starts_left(self, application: Application) -> int:
        since = self._now() - timedelta(days=1)
        return SESSION_STARTS_A_DAY - sum(start > since for start in application.session_starts)

    async def _welcome(self, session: Session) -> None:
        application = session.application
        guilds = self._world.guilds_of(application)
        ready = {
            "v": 10,
            "user": own_user_json(application.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {key: application_json(application, 0)[key] for key in ("id", "flags")},
            "private_channels": [],
        }
        await session.dispatch("READY", ready)
        if Intent.GUILDS in session.intents:
            for guild in guilds:
                payload = guild_create_json(self._world, guild, application) | {"unavailable": False}
                await session.dispatch("GUILD_CREATE", payload)

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        application = self._authenticate(data)
        session = self._sessions.get(str(data.get("session_id")))
        alive = session is not None and session.is_alive(self._now())
        if session is None or not alive or session.application is not application:
            await _send(socket, Op.INVALID_SESSION, data=False)
            return None
        sequence = data.get("seq")
        if not isinstance(sequence, int) or sequence > session.sequence:
            raise _ClosedError(CloseCode.INVALID_SEQUENCE, "Invalid seq.")
        session.socket, session.left_at = socket, None
        await session.replay(after=sequence)
        await session.dispatch("RESUMED", {"_trace": []})
        return session

    def _end(self, session: Session | None, socket: web.WebSocketResponse) -> None:
        if session is None or session.socket is not socket:
            return
        session.leave(self._now())
        # A client that says goodbye with 1000 or 1001 gives its session up.
        if socket.close_code in (WSCloseCode.OK, WSCloseCode.GOING_AWAY):
            self._sessions.pop(session.id, None)

    async def dispatch(
        self, application: Application, name: str, payload: Json, intent: Intent | None = None
    ) -> bool:
        """Send an event to each session of `application` that wants it.

        Returns:
            Whether at least one got it or will when it resumes; otherwise it is lost.
        """
        now = self._now()
        self._sessions = {key: s for key, s in self._sessions.items() if s.is_alive(now)}
        taken = False
        for session in list(self._sessions.values()):
            if session.application is application and (intent is None or intent in session.intents):
                await session.dispatch(name, payload)
                taken = True
        return taken

    async def flush(self) -> None:
        """Return once every client has read all that was sent to it, or after two seconds.

        A client answers a ping when it has read the frames before it.
        """
        sockets = [s.socket for s in self._sessions.values() if s.socket is not None and not s.socket.closed]
        awaited = {socket: asyncio.Event() for socket in sockets}
        self._pinged.append(awaited)
        try:
            async with asyncio.timeout(_FLUSH_SECONDS):
                for socket, answered in awaited.items():
                    await socket.ping()
                    await answered.wait()
        except (ConnectionError, TimeoutError):
            return  # gone or not reading; what it missed waits for a resume
        finally:
            self._pinged.remove(awaited)

    def _pong(self, socket: web.WebSocketResponse) -> None:
        for awaited in self._pinged:
            if socket in awaited:
                awaited[socket].set()

    def hears_content(self, application: Application) -> bool:
        return Intent.MESSAGE_CONTENT in application.allowed_intents

    def listeners(self, application: Application) -> int:
        """How many sockets of the bot are connected and identified."""
        return sum(s.application is application and s.socket is not None for s in self._sessions.values())

    def drop_sockets(self) -> None:
        """Cut all connections without a goodbye; the sessions can be resumed."""
        for session in self._sessions.values():
            if session.socket is not None:
                session.leave(self._now())
        for request in list(self._sockets.values()):
            if request.transport is not None:
                request.transport.abort()

    async def invalidate_sessions(self) -> None:
        """Forget all sessions: clients must identify again and have missed what came meanwhile."""
        self._sessions.clear()
        for socket in list(self._sockets):
            await _send(socket, Op.INVALID_SESSION, data=False)

    async def close(self) -> None:
        sockets = list(self._sockets)
        await asyncio.gather(*(s.close(code=WSCloseCode.GOING_AWAY) for s in sockets))


def _check_version(request: web.Request) -> None:
    if request.query.get("v") != "10" or request.query.get("encoding", "json") != "json":
        raise _ClosedError(CloseCode.INVALID_VERSION, "Invalid API version.")


async def _send(socket: web.WebSocketResponse, op: Op, data: object) -> None:
    await socket.send_str(json.dumps({"op": int(op), "d": data, "s": None, "t": None}))
