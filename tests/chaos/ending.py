"""Programs that begin other processes, and end them all in order when they are told to end."""

import asyncio
import signal
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run_to_its_end(main: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run`, with SIGTERM as Ctrl-C has it: `main` is cancelled, and stops what it has started.

    It is cancelled once, so that a second SIGTERM does not keep it from that.

    Raises:
        SystemExit: it was told to end; with the status that a shell gives to whoever a signal has ended.
    """
    try:
        return asyncio.run(_heedful(main))
    except asyncio.CancelledError:
        sys.exit(128 + signal.SIGTERM)


async def _heedful(main: Coroutine[Any, Any, T]) -> T:
    running = asyncio.ensure_future(main)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, _cancel_once, running)
    return await running


def _cancel_once(running: asyncio.Task[Any]) -> None:
    if not running.cancelling():
        running.cancel()
