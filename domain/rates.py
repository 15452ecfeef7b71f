"""How fast a provider may be called: buckets that all workers share, and what is learned from refusals.

A bucket gives out turns at even distances, ahead of time: a worker takes as many as it has deliveries, and
sends each at its turn.  So all workers together keep the pace however they come and go, and a worker that is
busy writing outcomes down loses no turn.  After a pause some turns may be taken at once, as providers allow;
they are made up for by a slower pace while the provider still counts them.

Where a provider does not publish its limit the pace is learned: it grows a little with every call while there
is a backlog, and a refusal (429) brings it back to what really went through.  Everything here is pure; all
instants are real time, whatever the product's clock shows.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import floor, inf, isinf

from domain.limits import Limit

AHEAD = timedelta(seconds=1)
"""How far ahead turns are given out: the longest that something urgent waits behind what is planned."""
GROWTH = 0.01
"""Calls a second by which one call lets the pace grow, where a provider began at `GROWTH_IS_FOR`.

From there it doubles within two minutes.  Were it faster, much more than the provider takes would be on its
way before it says so.
"""
GROWTH_NEAR_REFUSED = 0.0001
"""The same near a pace that was refused: one refusal for about a thousand calls."""
GROWTH_IS_FOR = 5.0
"""Calls a second.  Methods that may be called more seldom grow as much more gently."""
NEAR_REFUSED = 0.9
"""From this part of a refused pace on growth is slow."""
PAST_REFUSED = 1.03
"""From this multiple of it on the refusal is history, and growth is quick again."""
LEFT_OF_MEASURED = 0.9875
"""The part that a refusal leaves of the pace at which calls went through."""
LEFT_OF_UNMEASURED = 0.8
"""The part that it leaves of a pace that was not kept for long enough to be measured."""
LEFT_NEAR_REFUSED = 0.96
"""The same where an earlier one was measured, so that this one cannot be far off."""
LEFT_AT_LEAST = 0.5
"""The part of a pace that one refusal leaves at the least."""
LOWEST = 0.1
"""The part of the published limit below which no number of refusals brings the pace."""
BACKLOG_ENDS = timedelta(seconds=3)
"""Where no turn was taken for this long there was no backlog."""
UNLIMITED = 1_000_000
"""Turns of a bucket that nothing limits."""
PROBE_EVERY = timedelta(minutes=1)
"""Time between two calls to a provider that refuses everything."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """The turns of one of a provider's limits."""

    limit: Limit
    rate: float
    """Calls a second, as learned; `pace` is what is kept."""
    next_at: datetime
    """The first turn that nobody has taken."""
    closed_until: datetime
    since: datetime
    """Since when there is a backlog, or since it opened again."""
    taken: float = 0
    """Calls since then; once that is longer than the provider counts, about those that it still counts."""
    ceiling: float = field(default=inf)
    """The last pace that was refused."""
    probing: bool = False
    """The provider refuses everything: one call a minute, until one goes through."""

    @property
    def by_batch(self) -> bool:
        """Whether a whole batch takes one turn: the provider is probed, or `spread` spreads its calls."""
        return self.probing or (isinf(self.limit.a_second) and not isinf(self.rate))

    def first_turn(self, now: datetime) -> datetime:
        """The first turn that can be had now; in the past by as much as a burst allows."""
        return max(self.next_at, now - self.span(self.limit.burst - 1))

    def room(self, now: datetime) -> int:
        """How many turns may be taken now."""
        if self.closed_until > now:
            return 0
        if self.probing:
            return 1
        if isinf(self.limit.a_second):
            return 0 if self.by_batch and self.next_at > now + AHEAD else UNLIMITED
        ahead = (now + AHEAD - self.first_turn(now)).total_seconds()
        return floor(ahead * self.recounted(now).pace) + 1 if ahead >= 0 else 0

    def recounted(self, now: datetime) -> "Bucket":
        """The same bucket, its count begun again where there was no backlog."""
        busy = self.next_at > now - BACKLOG_ENDS and self.closed_until <= now
        return self if busy else replace(self, since=now, taken=0.0)

    def span(self, calls: float) -> timedelta:
        """How long so many calls take at the learned pace."""
        return timedelta(seconds=calls / self.rate)

    @property
    def pace(self) -> float:
        """Calls a second at present: less while the provider counts a burst, until that is made up for."""
        passed = max(0.0, (self.next_at - self.since).total_seconds())
        left = self.limit.within.total_seconds() - passed
        too_many = self.taken - passed * self.rate
        return max(self.rate / 2, self.rate - too_many / left) if left > 0 and too_many > 0 else self.rate


def fresh(limit: Limit, now: datetime) -> Bucket:
    """A bucket of which nothing is known yet."""
    last = now - BACKLOG_ENDS - timedelta(seconds=limit.burst / limit.a_second)
    return Bucket(limit, limit.a_second, last, now, now)


def take(bucket: Bucket, turns: int, now: datetime) -> tuple[Bucket, list[datetime]]:
    """Take that many turns, and when each is; none may lie before now."""
    if bucket.probing:
        return replace(bucket, closed_until=now + PROBE_EVERY), [now] * turns
    if bucket.by_batch:
        turn = max(bucket.next_at, now)
        return replace(bucket, next_at=turn + bucket.span(1)), [turn] * turns
    first = bucket.first_turn(now)
    recounted = bucket.recounted(now)
    apart = 1 / recounted.pace
    at = [max(first + timedelta(seconds=number * apart), now) for number in range(turns)]
    taken = replace(
        recounted,
        taken=_taken_lately(recounted, turns),
        next_at=first + timedelta(seconds=turns * apart),
        rate=_grown(recounted, turns) if _is_proved(bucket, now) else bucket.rate,
    )
    return taken, at


def refuse(bucket: Bucket, after: timedelta, now: datetime, *, everything: bool = False) -> Bucket:
    """Close it for `after`; the pace follows what went through.

    Refusals of calls that were on their way when it was closed teach nothing more.

    Args:
        bucket: as it is.
        after: what the provider asks to wait.
        now: when the refusal was heard.
        everything: the provider refuses whatever is asked; it is probed until one call goes through.
    """
    until = max(bucket.closed_until, now + after)
    closed = replace(
        bucket,
        closed_until=until,
        next_at=_next_after(bucket, now, until),
        since=until,
        taken=0.0,
        probing=bucket.probing or everything,
    )
    if everything or bucket.probing or bucket.closed_until > now or not bucket.limit.up_to:
        return closed
    rate, ceiling = _after_refusal(bucket, until, now)
    return replace(closed, rate=rate, ceiling=ceiling)


def reopen(bucket: Bucket, now: datetime) -> Bucket:
    """A call went through to a provider that has refused everything."""
    return replace(bucket, probing=False, closed_until=min(bucket.closed_until, now), next_at=now)


def spread(bucket: Bucket, apart: timedelta, now: datetime) -> Bucket:
    """One turn every `apart` from now on, as the provider tells how many calls are left; zero: no limit."""
    if not apart:
        return replace(bucket, rate=inf)
    return replace(bucket, rate=1 / apart.total_seconds(), next_at=now + apart)


def _grown(bucket: Bucket, calls: int) -> float:
    near = NEAR_REFUSED * bucket.ceiling <= bucket.rate <= PAST_REFUSED * bucket.ceiling
    step = (GROWTH_NEAR_REFUSED if near else GROWTH) * bucket.limit.a_second / GROWTH_IS_FOR
    return min(bucket.rate + step * calls, bucket.limit.a_second * bucket.limit.up_to)


def _is_proved(bucket: Bucket, now: datetime) -> bool:
    """All turns up to now were used, for as long as the provider counts: it takes at least this pace."""
    no_gap = bucket.next_at >= now >= bucket.closed_until
    return no_gap and bucket.limit.up_to > 0 and now - bucket.since >= bucket.limit.within


def _next_after(bucket: Bucket, now: datetime, until: datetime) -> datetime:
    """The first free turn after a closing: turns given out for later than that are used, so they stay taken.

    Turns within the closing are lost; where the provider takes bursts as many may go at once when it opens.
    """
    if bucket.next_at > until:
        return bucket.next_at
    return now if bucket.limit.within else until


def _taken_lately(bucket: Bucket, calls: int) -> float:
    """Calls within the last window, as an average that moves towards the present pace with each call."""
    if bucket.next_at - bucket.since < bucket.limit.within or not bucket.limit.within:
        return bucket.taken + calls
    in_all = bucket.rate * bucket.limit.within.total_seconds()
    return bucket.taken + min(1.0, 2 * calls / in_all) * (in_all - bucket.taken)


def _after_refusal(bucket: Bucket, until: datetime, now: datetime) -> tuple[float, float]:
    """The pace to go on with after a refusal, and the pace that counts as refused; both in calls a second.

    Args:
        bucket: as it was when the call was refused.
        until: when it opens again.
        now: when the refusal was heard.
    """
    limit = bucket.limit
    lowest = limit.a_second * LOWEST
    if not limit.within:  # nobody knows how the provider counts
        return max(lowest, bucket.rate * LEFT_AT_LEAST), bucket.rate
    measured = _measured_pace(bucket, until, now)
    if measured is None:
        was_refused = bucket.rate <= PAST_REFUSED * bucket.ceiling < inf
        left = LEFT_NEAR_REFUSED if was_refused else LEFT_OF_UNMEASURED
        return max(lowest, bucket.rate * left), bucket.ceiling
    kept = min(measured, bucket.rate) * LEFT_OF_MEASURED
    rate = max(lowest, bucket.rate * LEFT_AT_LEAST, kept)
    return rate, rate / LEFT_OF_MEASURED


def _measured_pace(bucket: Bucket, until: datetime, now: datetime) -> float | None:
    """Calls a second that went through of late; None: there was a backlog for too short a time to tell."""
    within = bucket.limit.within
    if bucket.next_at - bucket.since >= within:
        return bucket.taken / within.total_seconds()
    if until - bucket.since >= within:  # it waits until the first calls are forgotten: it counts all of them
        still_out = max(0.0, (bucket.next_at - now).total_seconds() * bucket.rate)
        return (bucket.taken - still_out) / within.total_seconds()
    return None
