"""Real time that a test can move forward: for the product, the simulators and the event loop alike."""

import asyncio
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self


class FastForward:
    """`domain.ports.front.Clock`, and the running loop's own time while it is entered.

    Nothing sleeps: what waits for a minute is called a minute later, which `forward` makes of no time at all.
    """

    def __init__(self, start: datetime) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop_time = self._loop.time
        self._began = self._loop_time()
        self._start = start
        self._forward = 0.0

    def __enter__(self) -> Self:
        self._loop.time = lambda: self._loop_time() + self._forward  # type: ignore[method-assign] # of this one loop alone
        return self

    def __exit__(
        self, _: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.time = self._loop_time  # type: ignore[method-assign] # as it was

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._loop.time() - self._began)

    def real(self) -> datetime:
        return self.now()

    def forward(self, by: timedelta) -> None:
        self._forward += by.total_seconds()
