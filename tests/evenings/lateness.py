"""How late everybody was asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from domain.deliveries import Kind, Ref
from domain.people import Channel
from tests.evenings.services import Arrivals

_DUE = text(
    "SELECT day, id, channel, coalesce(planned_at, due_at) AS due FROM deliveries WHERE kind = :prompt"
)


@dataclass(frozen=True, slots=True)
class Lateness:
    """Seconds from when each was to be asked until the first message arrived; `inf` where none has."""

    seconds: Mapping[Channel, Sequence[float]] = field(default_factory=dict)

    @property
    def everybody(self) -> list[float]:
        return sorted(each for seconds in self.seconds.values() for each in seconds)

    def later_than(self, limit: timedelta) -> int:
        return sum(each > limit.total_seconds() for each in self.everybody)

    def lines(self) -> list[str]:
        named = [(channel.word, sorted(seconds)) for channel, seconds in self.seconds.items()]
        return [_line(name, seconds) for name, seconds in [*named, ("together", self.everybody)] if seconds]


def lateness(connection: Connection, arrivals: Arrivals, begun: datetime) -> Lateness:
    """Held against when each was due, or when the processes were started, if that was later."""
    found: dict[Channel, list[float]] = {channel: [] for channel in Channel}
    for row in connection.execute(_DUE, {"prompt": int(Kind.PROMPT)}):
        channel = Channel(row.channel)
        found[channel].append(_late(row.day, row.id, arrivals[channel], max(row.due, begun)))
    return Lateness(found)


def percentile(ordered: Sequence[float], part: float) -> float:
    """The smallest that so large a part of them does not exceed."""
    return ordered[max(0, -int(-len(ordered) * part // 1) - 1)]


def _late(day: date, number: int, arrivals: Mapping[str, list[datetime]], due: datetime) -> float:
    times = arrivals.get(str(Ref(day, number)))
    return (min(times) - due).total_seconds() if times else float("inf")


def _line(name: str, ordered: Sequence[float]) -> str:
    told = "  ".join(f"{label} {percentile(ordered, part):6.1f} s" for label, part in _PARTS)
    return f"{name:9} {len(ordered):6} asked, late by  {told}"


_PARTS = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))
