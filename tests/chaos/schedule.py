"""What happens in a run, drawn from its seed: the perils of the processes, one for each life."""

import enum
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle, islice

from domain.people import Channel
from tests.chaos.proxy import Moment

CORE = "core"
"""Beside the channels: what arrives, what is planned, what is tidied up."""
AT_RANDOM = "at random"
CALLS = {
    Channel.SLACK.word: b"/chat.postMessage",
    Channel.DISCORD.word: b"/messages",
    Channel.EMAIL.word: b"/v3/mail/send",
}
"""What the first line of a request that sends something holds."""
OTHER_CALLS = {
    Channel.SLACK.word: {
        "opening": b"/conversations.open",
        "marking": b"/reactions.add",
        "looking": b"/conversations.history",
    },
    Channel.DISCORD.word: {
        "opening": b"/users/@me/channels",
        "marking": b"/reactions/",
        "looking": b"/messages?",
        "threading": b"/threads",
    },
}
"""The same of the other calls, by what they are called here."""
COMMITS = ("before claim", "after claim", "before record", "after record")
_CORE = (
    "store",
    "process_all",
    "plan_prompts",
    "plan_digests",
    "leave_closed",
    "keep_house",
    "claim_doubts",
    "settle",
    "note",
)
CORE_COMMITS = tuple(f"{when} {what}" for what in _CORE for when in ("before", "after"))
ON_THE_WIRE = tuple(moment.value for moment in Moment)
POINTS = (*COMMITS, *ON_THE_WIRE, AT_RANDOM)
OTHER_POINTS = {
    word: tuple(f"{when} {what}" for what in calls for when in ("before", "after"))
    for word, calls in OTHER_CALLS.items()
}
MOST = {
    "plan_prompts": 1,
    "plan_digests": 1,
    "leave_closed": 1,
    "claim_doubts": 1,
    "settle": 1,
    "threading": 1,
    Channel.EMAIL.word: 1,
    "keep_house": 4,
}
"""How often a point may be passed before the one that counts, where it is not twice: most are rare."""
ROLES = ("run", "run", "worker")
REACHED = "reached"
"""A process that comes to a point of its own says so in a line that begins with this word."""


class How(enum.Enum):
    KILL = "SIGKILL"
    STOP = "SIGSTOP"
    """Stopped until its leases have ended, then it goes on."""


@dataclass(frozen=True, slots=True)
class Peril:
    """What a process will meet."""

    channel: str
    """The word of a channel, or `CORE`."""
    point: str
    nth: int
    """The how manieth time the point is passed."""
    how: How
    after: float = 0.0
    """Seconds from a call to a kill at random."""
    role: str = "run"

    @property
    def name(self) -> str:
        """As workers and reports name it: `before claim Slack`, `after the call Slack`."""
        return self.point if self.channel == CORE else f"{self.point} {self.channel}"

    @property
    def title(self) -> str:
        """With what happens there."""
        return f"{self.how.value} {self.name}"

    @property
    def call(self) -> bytes | None:
        """What the request holds at which the point lies; None: the process comes to it by itself."""
        other = OTHER_CALLS.get(self.channel, {}).get(self.point.partition(" ")[2])
        return other or (CALLS[self.channel] if self.point in {*ON_THE_WIRE, AT_RANDOM} else None)

    @property
    def moment(self) -> Moment:
        """Where in that call."""
        if self.point in ON_THE_WIRE:
            return Moment(self.point)
        return Moment.AFTER if self.point.startswith("after") else Moment.BEFORE


def perils(seed: int, kills: int) -> list[Peril]:
    """`kills` kills for each channel, spread evenly over its points; some more elsewhere; some stops."""
    draw = random.Random(seed)  # noqa: S311 -- a schedule, no secret
    found = [
        _peril(draw, word, point, how)
        for how, count in ((How.KILL, kills), (How.STOP, round(kills / 10)))
        for word in CALLS
        for point in _some(draw, POINTS, count)
    ]
    found += [
        _peril(draw, word, point, How.KILL)
        for word, points in OTHER_POINTS.items()
        for point in _some(draw, points, kills * len(points) // 20)
    ]
    found += [
        _peril(draw, CORE, point, How.KILL) for point in _some(draw, CORE_COMMITS, kills * len(_CORE) // 5)
    ]
    draw.shuffle(found)
    return found


def _some(draw: random.Random, points: tuple[str, ...], count: int) -> Iterator[str]:
    """That many points, each as often as the others as far as it comes out even."""
    return islice(cycle(draw.sample(points, len(points))), count)


def _peril(draw: random.Random, channel: str, point: str, how: How) -> Peril:
    what = point.rsplit(maxsplit=1)[-1]
    return Peril(
        channel=channel,
        point=point,
        nth=draw.randint(1, MOST.get(what, MOST.get(channel, 2))),
        how=how,
        after=draw.uniform(0, 0.4),
        role="run" if what in {"store", "process_all", "note"} else draw.choice(ROLES),
    )
