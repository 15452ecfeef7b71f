"""A gateway session: who listens, to what, and what may still be replayed."""

import json
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from simulators.discord.flags import Intent
from simulators.discord.world import Application

Json = dict[str, Any]

RESUME_WINDOW = timedelta(minutes=3)
"""How long a session without a socket can be resumed. Discord does not publish it."""
REPLAY_LIMIT = 5000


@dataclass(slots=True, eq=False)
class Session:
    id: str
    application: Application
    intents: Intent
    socket: web.WebSocketResponse | None
    sequence: int = 0
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=REPLAY_LIMIT))
    left_at: datetime | None = None
    """Since when it has no socket."""

    def is_alive(self, now: datetime) -> bool:
        """Whether it listens, or may come back for what it missed."""
        return self.socket is not None or (self.left_at is not None and now - self.left_at <= RESUME_WINDOW)

    async def dispatch(self, name: str, payload: Json) -> bool:
        """Send an event, or keep it for a resume.

        Returns:
            Whether it was written to a socket.
        """
        self.sequence += 1
        frame = json.dumps({"op": 0, "t": name, "s": self.sequence, "d": payload})
        self.sent.append((self.sequence, frame))
        return await self._write(frame)

    async def replay(self, after: int) -> None:
        for sequence, frame in list(self.sent):
            if sequence > after:
                await self._write(frame)

    def leave(self, now: datetime) -> None:
        self.socket = None
        self.left_at = now

    async def _write(self, frame: str) -> bool:
        if self.socket is None or self.socket.closed:
            return False
        try:
            await self.socket.send_str(frame)
        except ConnectionError:
            # The peer is gone; its handler notices by itself and the frame waits for a resume.
            return False
        return True
