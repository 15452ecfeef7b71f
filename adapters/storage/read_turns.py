"""Turns for calls that read, such as catching up on a history, under the same limits as deliveries."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine

from adapters.storage.buckets import Buckets
from domain.limits import Limits
from domain.people import Channel


class ReadTurns:
    """The turns of one channel."""

    def __init__(self, engine: Engine, limits: Limits, channel: Channel) -> None:
        self._engine = engine
        self._limits = limits
        self._channel = channel

    def take(self, workspace: str, count: int, now: datetime) -> Sequence[timedelta]:
        """From `now`, which is real time, until each turn: at most `count`, none while there are none."""
        with self._engine.begin() as connection:
            return Buckets(connection, self._limits, self._channel).take_to_read(workspace, count, now)
