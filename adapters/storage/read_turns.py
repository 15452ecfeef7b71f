"""Turns for calls that are no deliveries, out of the same bucket."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Engine

from adapters.storage.buckets import Buckets
from domain.people import Channel
from domain.rates import Limits


class ReadTurns:
    """Those of one channel's provider as a whole."""

    def __init__(self, engine: Engine, limits: Limits, channel: Channel) -> None:
        self._engine = engine
        self._limits = limits
        self._channel = channel

    def take(self, count: int, now: datetime) -> Sequence[timedelta]:
        """From `now`, which is real time, until each turn; none while the provider has closed it."""
        with self._engine.begin() as connection:
            return Buckets(connection, self._limits, self._channel).take_some(count, now)
