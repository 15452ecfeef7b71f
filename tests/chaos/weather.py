"""What befalls the services and the ways to them while processes come and go, drawn from the seed."""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from domain.people import Channel
from simulators.base import Fault, How, Journal, When
from tests.chaos.lives import Slot
from tests.chaos.proxy import Moment, Proxy, Trap
from tests.chaos.schedule import CALLS
from tests.chaos.server import Server

DATABASE = "database"
COMMIT = b"COMMIT\x00"
POINTS = {
    Channel.SLACK.word: ("chat.postMessage", "conversations.open", "reactions.add"),
    Channel.DISCORD.word: ("POST /channels/{id}/messages", "POST /users/@me/channels"),
    Channel.EMAIL.word: ("mail/send",),
}
"""What the simulators call what is called."""
JSON = {"Content-Type": "application/json"}
SLOW_DOWN = {
    Channel.SLACK.word: Fault(
        status=429, headers={**JSON, "Retry-After": "1"}, body='{"ok": false, "error": "ratelimited"}'
    ),
    Channel.DISCORD.word: Fault(
        status=429,
        headers={**JSON, "Retry-After": "1", "Via": "1.1 google"},
        body=json.dumps({"message": "You are being rate limited.", "retry_after": 0.7, "global": False}),
    ),
    Channel.EMAIL.word: Fault(
        status=429,
        headers={**JSON, "Retry-After": "1"},
        body='{"errors": [{"message": "too many requests", "field": null, "help": null}]}',
    ),
}
REFUSED = {
    Channel.DISCORD.word: Fault(status=401, headers=JSON, body='{"message": "401: Unauthorized", "code": 0}'),
    Channel.EMAIL.word: Fault(
        status=401,
        headers=JSON,
        body='{"errors": [{"message": "authorization required", "field": null, "help": null}]}',
    ),
}
"""What closes the channel for a while, so that people's next one takes over."""
ABSURD = (
    *('{"ok": tru', "<html><body>502 Bad Gateway</body></html>", "[]", "null", '{"ok": true}'),
    *('{"ok": true, "channel": 7, "ts": null}', '{"id": []}', "\x00\x01", " " * 2_000_000),
)
"""Bodies of status 200 for a message that was taken, which tell nobody so."""


@dataclass(slots=True)
class Weather:
    """Draws what happens next."""

    draw: random.Random
    journals: dict[str, Journal]
    """By the word of a channel."""
    proxies: Sequence[dict[str, Proxy]]
    """Of each slot, by the word of a channel or `DATABASE`."""
    slots: Sequence[Slot]
    server: Server
    crashes: int
    """How often PostgreSQL is stopped at once."""
    was: Counter[str] = field(default_factory=Counter)
    mails_in_doubt: int = 0
    """Calls to SendGrid that may have been carried out without an answer that says so."""

    async def blow(self, progress: Callable[[], float]) -> None:
        """Until cancelled; `progress` is the part of the run that is over."""
        while True:
            await asyncio.sleep(self.draw.uniform(0.5, 2.0))
            if self.was["PostgreSQL stopped at once"] < self.crashes * progress() - 0.5:
                self.was["PostgreSQL stopped at once"] += 1
                await self.server.crash()
                continue
            await self.draw.choices(
                (
                    self._failing,
                    self._storm,
                    self._refusal,
                    self._cut_call,
                    self._cut_commit,
                    self._rolling,
                ),
                (40, 10, 16, 20, 20, 1),
            )[0]()

    async def _failing(self) -> None:
        """The next call, or the next few, end as calls end on a bad day."""
        channel = self.draw.choice(list(POINTS))
        name, fault = self.draw.choice(_failures(self.draw, channel))
        times = self.draw.choice((1, 1, 1, 3))
        if self._fail(channel, self.draw.choice(POINTS[channel]), fault, times):
            self.mails_in_doubt += times if channel == Channel.EMAIL.word else 0
            self.was[name] += 1

    async def _storm(self) -> None:
        channel = self.draw.choice(list(POINTS))
        self.was["storm of 429"] += self._fail(
            channel, POINTS[channel][0], SLOW_DOWN[channel], self.draw.randint(2, 8)
        )

    async def _refusal(self) -> None:
        channel = self.draw.choice(list(REFUSED))
        self.was["credential refused"] += self._fail(channel, POINTS[channel][0], REFUSED[channel])

    def _fail(self, channel: str, point: str, fault: Fault, times: int = 1) -> bool:
        """Whether it is to come: not before what was to come there has.

        A channel that is closed is tried now and then, and would meet one failure after the other.
        """
        journal = self.journals[channel]
        if journal.is_failing(point):
            return False
        journal.fail(point, fault, times)
        return True

    async def _cut_call(self) -> None:
        channel = self.draw.choice(list(CALLS))
        self.mails_in_doubt += channel == Channel.EMAIL.word
        self._cut(channel, CALLS[channel], "call")

    async def _cut_commit(self) -> None:
        self._cut(DATABASE, COMMIT, "commit")

    def _cut(self, whose: str, pattern: bytes, what: str) -> None:
        moment = self.draw.choice([Moment.BEFORE, Moment.DURING, Moment.AFTER])
        when = moment.value.split()[0]
        trap = Trap(
            moment, pattern, self.draw.randint(1, 4), self._counter(f"connection cut {when} a {what}")
        )
        self.draw.choice(self.proxies)[whose].traps.append(trap)

    def _counter(self, name: str) -> Callable[[], None]:
        def count() -> None:
            self.was[name] += 1

        return count

    async def _rolling(self) -> None:
        """A new version is brought in: every process is asked to stop, one after the other."""
        for slot in self.slots:
            await slot.ask_to_stop()
        self.was["rolling restart"] += 1


def _failures(draw: random.Random, channel: str) -> list[tuple[str, Fault]]:
    server_error = draw.choice((500, 502, 503, 504))
    when = draw.choice((When.BEFORE, When.AFTER))
    found = [
        ("5xx without effect", Fault(status=server_error, body="no")),
        ("5xx after accepting", Fault(status=server_error, when=When.AFTER, body="no")),
        (f"reset {when.value}", Fault(How.RESET, when)),
        (f"hang {when.value}", Fault(How.HANG, when)),
    ]
    if channel == Channel.EMAIL.word:  # the status alone says that it was taken
        return [*found, ("drip after", Fault(How.DRIP, When.AFTER))]
    absurd = Fault(when=When.AFTER, status=200, headers=JSON, body=draw.choice(ABSURD))
    return [*found, (f"drip {when.value}", Fault(How.DRIP, when)), ("absurd answer", absurd)]
