"""The processes: each slot runs one after the other, each life with a peril of its own."""

import asyncio
import re
import signal
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from tests.chaos.child import Child
from tests.chaos.haste import LEASE
from tests.chaos.proxy import Proxy, Trap
from tests.chaos.schedule import AT_RANDOM, CORE, REACHED, How, Peril

MOST_STILLBORN = 50
"""Processes of a slot that may end one after the other before they are up; then something else is wrong."""
PATIENCE = 15.0
"""Seconds that a process has to come to its point; then it is killed anyway, and the peril comes again."""
MOST_AT_ONE = 2
"""Traps that calls for one delivery alone come across.  What is tried again is the oldest, so that each new
process takes it first and would be struck; but what kills whoever touches it is poison, and given up."""
STOPS_WITHIN = 30.0
"""Seconds in which a process that was asked to stop must have ended."""
_ALONE = re.compile(rb"20\d{6}-\d+|^POST \S+/threads")
"""What a request holds that is for one delivery: its handle, or the head of a digest's thread."""
_URL = re.compile(r"http://127\.0\.0\.1:(\d+)")


@dataclass(slots=True)
class Tally:
    """What befell the processes."""

    kills: Counter[str] = field(default_factory=Counter)
    """By channel."""
    points: Counter[str] = field(default_factory=Counter)
    stops: Counter[str] = field(default_factory=Counter)
    struck: Counter[bytes] = field(default_factory=Counter)
    """Calls for one delivery at which a trap lay, by what tells it apart."""
    missed: Counter[str] = field(default_factory=Counter)
    """Points that a life did not come to in time."""
    asked_to_stop: int = 0
    stillborn: int = 0
    """Processes that ended because the database was down when they began."""
    complaints: list[str] = field(default_factory=list)
    """What a process must not do, whatever befalls it."""


class Slot:
    """A place for one process at a time, with proxies of its own between it and everything else.

    Args:
        environment: the settings of its processes.
        proxies: by the word of a channel.
        log: the file that takes what its processes write to standard error.
    """

    def __init__(
        self, environment: Mapping[str, str], proxies: Mapping[str, Proxy], log: str, tally: Tally
    ) -> None:
        self._environment = environment
        self._proxies = proxies
        self._log = log
        self._tally = tally
        self._process: Child | None = None
        self._asked = False
        self._stillborn = 0
        self._point = asyncio.Event()
        self.up = asyncio.Event()
        """Set once a process of it works."""
        self.port: int | None = None
        """Of the web server, while there is one."""

    async def live(self, peril: Peril) -> bool:
        """Live until the point is reached, or it has been waited for in vain; which of the two."""
        while (reached := await self._live_once(peril)) is None:  # noqa: ASYNC110 -- a pause
            await asyncio.sleep(0.5)
        return reached

    async def _live_once(self, peril: Peril) -> bool | None:
        """Whether the point was reached; None: the process was not up, or was asked to stop before."""
        self._arm(peril)
        process = self._start(peril)
        listening = asyncio.create_task(self._listen(process))
        try:
            reached = await self._await_point(peril, process)
            if reached:
                self._tally.points[peril.title] += 1
            if reached and peril.how is How.STOP:
                await self._go_on(peril, process)
        finally:
            await self._end(process)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        if reached and peril.how is How.KILL:
            self._tally.kills[peril.channel] += 1
        interrupted = self._asked or not self.up.is_set()
        return None if interrupted and not reached else reached

    async def live_calmly(self, stop: asyncio.Event, later: float = 0.0) -> None:
        """A life without a peril, until `stop`.

        It begins `later`: a process keeps house first of all, and then finds what has lapsed until then.
        """
        await asyncio.sleep(later)
        self._arm(None)
        process = self._start(Peril(CORE, "", 0, How.KILL))
        listening = asyncio.create_task(self._listen(process))
        try:
            await stop.wait()
            await self.ask_to_stop()
        finally:
            await self._end(process)
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def ask_to_stop(self) -> None:
        """SIGTERM, as a new version of the program is brought in."""
        process = self._process
        if process is None or process.returncode is not None or self._asked:
            return
        self._asked = True
        self._tally.asked_to_stop += 1
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOPS_WITHIN):
                status = await process.wait()
        except TimeoutError:
            self._tally.complaints.append(f"a process did not stop within {STOPS_WITHIN:.0f} s of SIGTERM")
            return
        if status not in {0, -signal.SIGTERM, -signal.SIGKILL}:  # the second: before it had begun to listen
            self._tally.complaints.append(f"a process that was asked to stop ended with status {status}")

    def _arm(self, peril: Peril | None) -> None:
        for proxy in self._proxies.values():
            proxy.traps.clear()
        if peril is None or peril.call is None:
            return
        by_chance = peril.point == AT_RANDOM
        trap = Trap(
            peril.moment,
            peril.call,
            peril.nth,
            partial(self._strike_later if by_chance else self._strike, peril),
            cuts=not by_chance and peril.how is How.KILL,
            spares=self._has_suffered,
        )
        self._proxies[peril.channel].traps.append(trap)

    def _has_suffered(self, request: bytes) -> bool:
        found = set(_ALONE.findall(request))
        self._tally.struck.update(found)
        return len(found) == 1 and self._tally.struck[found.pop()] > MOST_AT_ONE

    def _strike_later(self, peril: Peril) -> None:
        asyncio.get_running_loop().call_later(peril.after, self._strike, peril)

    def _strike(self, peril: Peril) -> None:
        """Send the signal now."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.Signals[peril.how.value])
            self._point.set()

    def _start(self, peril: Peril) -> Child:
        self._point.clear()
        self.up.clear()
        self._asked = False
        point = "" if peril.call else peril.name
        arguments = (peril.role, point, str(peril.nth), peril.how.value)
        self._process = Child(arguments, self._environment, self._log)
        return self._process

    async def _listen(self, process: Child) -> None:
        """Take in what the process says: that it is up and where, that it has come to its point."""
        async for line in process.lines():
            if line.startswith(REACHED):
                self._point.set()
            if line.startswith("Running"):
                self.up.set()
                self._stillborn = 0
            if found := _URL.search(line):
                self.port = int(found[1])

    async def _await_point(self, peril: Peril, process: Child) -> bool:
        ways = [asyncio.create_task(self._point.wait()), asyncio.create_task(process.wait())]
        await asyncio.wait(ways, timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        if process.returncode == -signal.SIGKILL:  # by itself: the line may be read a moment later
            return True
        if process.returncode is not None and not self._asked:
            if self.up.is_set():
                self._tally.complaints.append(f"a process ended by itself with status {process.returncode}")
            else:
                self._bury()
        elif not self._point.is_set() and not self._asked:
            self._tally.missed[peril.name] += 1
        return self._point.is_set()

    def _bury(self) -> None:
        self._tally.stillborn += 1
        self._stillborn += 1
        if self._stillborn > MOST_STILLBORN:
            raise RuntimeError(f"the processes do not start; {self._log} says why")

    async def _go_on(self, peril: Peril, process: Child) -> None:
        """Let a stopped process wake up when its leases have ended, and work on for a while."""
        self._tally.stops[peril.channel] += 1
        await asyncio.sleep(LEASE.total_seconds() + 1)
        process.send_signal(signal.SIGCONT)
        await asyncio.sleep(2)
        await self.ask_to_stop()

    async def _end(self, process: Child) -> None:
        self.port = None
        if process.returncode is None and self._asked:
            await asyncio.wait([asyncio.ensure_future(process.wait())], timeout=STOPS_WITHIN)
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)
        await process.wait()
        self._process = None
