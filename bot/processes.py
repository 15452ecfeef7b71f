"""Processes: start the parts, wait for a signal, stop in order."""

import asyncio
import contextlib
import errno
import logging
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import uvicorn
from starlette.applications import Starlette

from bot import gc_tuning
from bot.clock import DatabaseClock
from bot.compose import Installation, Work
from bot.core import Core
from bot.settings import Settings, SettingsError
from domain.ports.front import StorageDown
from scheduler import runner

CLOCK_RENEWED = 30.0
"""Seconds between two looks at the database's clock."""
log = logging.getLogger(__name__)


def run(core: Core, work: Work, tell: Callable[[str], None]) -> None:
    """Do that work until a signal comes.

    Args:
        core: the database and what stands on it.
        work: what this process does.
        tell: gets a sentence when the process is up.

    Raises:
        SettingsError: the port is taken.
    """
    listening = listen(core.settings) if Work.WEB in work else None
    asyncio.run(_run(core, work, listening, tell))


async def _run(core: Core, work: Work, listening: socket.socket | None, tell: Callable[[str], None]) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    clock = DatabaseClock()
    clock.set(await asyncio.to_thread(core.database.time))
    installation = Installation(core, clock)
    gc_tuning.tune()
    async with contextlib.AsyncExitStack() as running:
        running.push_async_callback(installation.stop)
        await installation.start(work)
        if listening is None:
            tell("Running.")
        else:
            url = await running.enter_async_context(serving(installation.web_app(), listening))
            tell(f"Running; the web server listens on {url}.")
        scheduler = runner.start(_ticks(installation, clock, work))
        running.callback(scheduler.shutdown, wait=False)
        if Work.WORKER in work:
            await running.enter_async_context(_pumping(installation))
        await stopping.wait()
    log.info("stopped", extra={"action": "stopped"})


@contextlib.asynccontextmanager
async def _pumping(installation: Installation) -> AsyncIterator[None]:
    """Send what is due until the end of the `with`; what is being sent then is still written down."""
    task = asyncio.create_task(installation.pump.run(_wake(installation)))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _ticks(
    installation: Installation, clock: DatabaseClock, work: Work
) -> dict[str, tuple[float, runner.Tick]]:
    async def renew_clock() -> None:
        try:
            clock.set(await installation.bridge.call(installation.core.database.time))
        except StorageDown:
            if installation.core.server is None:
                raise
            await installation.bridge.call(installation.core.server.revive)  # at the same address

    ticks: dict[str, tuple[float, runner.Tick]] = {"renew clock": (CLOCK_RENEWED, renew_clock)}
    if Work.WORKER in work:
        ticks.update(installation.ticks.every())
    return ticks


def _wake(installation: Installation) -> Callable[[], Awaitable[object]]:
    async def wake() -> None:
        await installation.front.answered.wait()
        installation.front.answered.clear()

    return wake


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are ours: uvicorn would raise them again on its way out and end the process early."""
        yield


@contextlib.asynccontextmanager
async def serving(app: Starlette, listening: socket.socket) -> AsyncIterator[str]:
    """Serve `app` on a socket that is bound already; gives its address."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=5,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    host, port = listening.getsockname()[:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        server.should_exit = True
        await task


def listen(settings: Settings) -> socket.socket:
    """The socket that the web server listens on, bound before anything else starts.

    Raises:
        SettingsError: the port is taken, or the host is none of this machine's.
    """
    family = socket.AF_INET6 if ":" in settings.http_host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.http_host, settings.http_port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(
                f"DONELOG_HTTP_PORT: {settings.http_port} is taken by another program, perhaps by donelog "
                "that runs already; choose another one, or 0 for any that is free."
            ) from error
        raise SettingsError(
            f"DONELOG_HTTP_HOST: cannot listen on {settings.http_host} ({error.strerror})."
        ) from error
    listening.listen(128)
    return listening
