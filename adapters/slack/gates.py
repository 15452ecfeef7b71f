"""Limits that this process knows to be closed, and caps on calls to workspaces that answer slowly."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import islice

from domain.deliveries import Later, LimitScope

MOST_HANGING = 5
"""Hanging calls that one workspace may have, so that it does not use up the calls of the others."""
HANGING = 3.0
"""Seconds without an answer that make a call one of those."""
ASK_AGAIN = timedelta(seconds=5)


class Gates:
    """Knows for each workspace and kind of call whether it may be made now."""

    def __init__(self) -> None:
        self._closed: dict[tuple[str, LimitScope], float] = {}
        self._begun: dict[str, dict[object, float]] = {}

    def closed(self, workspace: str, scope: LimitScope) -> Later | None:
        """Why a call must not be made now; None: it may."""
        now = asyncio.get_running_loop().time()
        for where, closes in (
            (workspace, scope),
            (workspace, LimitScope.WORKSPACE),
            ("", LimitScope.EVERYTHING),
        ):
            left = self._closed.get((where, closes), now) - now
            if left > 0:
                return Later("another call found it closed", timedelta(seconds=left), closes)
        return Later("its workspace does not answer", ASK_AGAIN) if self._hangs(workspace, now) else None

    def close(self, workspace: str, told: Later) -> None:
        """Take in that a limit was reached."""
        if told.closes is not None and told.after is not None:
            where = "" if told.closes is LimitScope.EVERYTHING else workspace
            until = asyncio.get_running_loop().time() + told.after.total_seconds()
            key = (where, told.closes)
            self._closed[key] = max(until, self._closed.get(key, until))
            self._forget()

    @contextmanager
    def passing(self, workspace: str) -> Iterator[None]:
        """While a call of that workspace is on its way."""
        call = object()
        begun = self._begun.setdefault(workspace, {})
        begun[call] = asyncio.get_running_loop().time()
        try:
            yield
        finally:
            del begun[call]
            if not begun:
                self._begun.pop(workspace, None)

    def _hangs(self, workspace: str, now: float) -> bool:
        calls = self._begun.get(workspace, {}).values()  # as they began
        return next(islice(calls, MOST_HANGING - 1, None), now) < now - HANGING

    def _forget(self) -> None:
        now = asyncio.get_running_loop().time()
        self._closed = {key: until for key, until in self._closed.items() if until > now}
