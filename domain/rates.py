"""How fast a provider may be called: buckets that all workers share, and what is learned from refusals.

A bucket gives out turns at even distances, ahead of time: a worker takes as many as it has deliveries, and
sends each at its turn.  So all workers together keep the pace however they come and go, and a worker that is
busy writing outcomes down loses no turn.  After a pause some turns may be taken at once, as providers allow.

Where a provider does not publish its limit the pace is learned: it grows a little with every call while there
is a backlog, and a refusal (429) brings it back to what really went through.  Everything here is pure; all
instants are real time, whatever the product's clock shows.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import floor, inf, isinf

from domain.deliveries import Claimed, Kind, Way
from domain.people import Channel

AHEAD = timedelta(seconds=1)
"""How far ahead turns are given out: what is urgent waits no longer behind those that are taken."""
GROWTH = 0.005
"""Calls a second by which one call lets the pace grow: from five on it doubles within three minutes.

Faster, and much more than the provider takes is on its way before it says so.
"""
SLOW_GROWTH = 0.00015
"""The same close to a pace that was refused: one refusal for more than a thousand calls."""
CLOSE = 0.9
"""From this part of a refused pace on growth is slow."""
PAST = 1.03
"""From this multiple of it on the refusal is history, and growth is quick again."""
BELOW = 0.985
"""What a refusal leaves of the pace that went through."""
EVIDENCE = timedelta(seconds=3)
"""Calls of so long make a pace that a refusal can be measured by; fewer prove little."""
STEP_DOWN = 0.8
"""What a refusal leaves of the pace where little is proved."""
REMEMBERED = timedelta(seconds=90)
"""What went through is averaged over at least half of this, and at most all of it."""
MANY = 1_000_000
"""Turns where nothing limits them."""
PROBE_EVERY = timedelta(minutes=1)
"""Between two calls to a provider that refuses everything."""


@dataclass(frozen=True, slots=True)
class Limit:
    """What is known of a bucket before anything was learned."""

    a_second: float
    """Calls; `inf`: as many as one likes, until it is closed."""
    burst: float = 1
    """Calls that may be made at once after a pause."""
    learns: bool = False
    """The pace follows what the provider takes, between a tenth and ten times of it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the providers publish, and how their clients fare.

    Args:
        pace: how many times as fast everything may go, where a provider has agreed to it.
    """

    pace: float = 1.0

    def of(self, name: str) -> Limit:
        """The limit of the bucket of that name."""
        words = name.split(" ")
        given = _PUBLISHED.get((words[0], words[-1] if len(words) > 1 else ""), Limit(inf))
        return replace(given, a_second=given.a_second * self.pace, burst=max(1.0, given.burst * self.pace))


_PUBLISHED = {
    # "Several hundred messages a minute" in a workspace, and short bursts of more:
    # https://docs.slack.dev/apis/web-api/rate-limits
    ("slack", "posts"): Limit(5.0, burst=20, learns=True),
    # Both are of tier 3, "50 or more a minute":
    # https://docs.slack.dev/reference/methods/reactions.add and .../conversations.open
    ("slack", "marks"): Limit(50 / 60, burst=20, learns=True),
    ("slack", "opens"): Limit(50 / 60, burst=10, learns=True),
    # 50 a second of one bot, over all servers; what is left is for calls that are not deliveries:
    # https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
    ("discord", ""): Limit(48.75, burst=1),
    # No number is published, only that a bot which opens many is stopped for good:
    # https://docs.discord.com/developers/resources/user#create-dm
    ("discord", "opens"): Limit(3 / 60, burst=5),
}
BY_WORKSPACE = frozenset({Channel.SLACK})
"""Channels on which each workspace has limits of its own; elsewhere the bot or the account has them."""
SUFFIXES = {
    Channel.SLACK: ("", " posts", " marks", " opens"),
    Channel.DISCORD: ("", "", "", " opens"),
    Channel.EMAIL: ("", "", "", ""),
}
"""What ends a bucket's name, by the number of the way."""


def bucket_name(channel: Channel, workspace: str, way: Way) -> str:
    """`slack T1 posts`, `discord opens`; the provider as a whole has its channel's name."""
    where = f" {workspace}" if channel in BY_WORKSPACE and way is not Way.EVERYTHING else ""
    return channel.name.lower() + where + SUFFIXES[channel][way]


def bucket_names(claimed: Claimed) -> frozenset[str]:
    """Those of which a delivery needs a turn: with a person whose direct message is not open yet, two."""
    to = claimed.recipient
    ways = {Way.POST}
    if claimed.key.kind is Kind.MARK:
        ways = {Way.MARK}
    elif to.identity_id is not None and to.direct is None:
        ways.add(Way.OPEN)
    return frozenset(bucket_name(to.address.channel, to.address.workspace, way) for way in ways)


@dataclass(frozen=True, slots=True)
class Bucket:
    """The turns of one lane."""

    limit: Limit
    rate: float
    """Calls a second at present."""
    next_at: datetime
    """The first turn that nobody has taken."""
    closed_until: datetime
    since: datetime
    """Since when `taken` counts."""
    taken: float = 0
    ceiling: float = field(default=inf)
    """The last pace that was refused."""
    probing: bool = False
    """The provider refuses everything: one call a minute, until one goes through."""

    def base(self, now: datetime) -> datetime:
        """The first turn that can be had now; in the past by as much as a burst allows."""
        return max(self.next_at, now - self.span(self.limit.burst - 1))

    def room(self, now: datetime) -> int:
        """How many turns may be taken now."""
        if self.closed_until > now:
            return 0
        if self.probing:
            return 1
        if isinf(self.rate):
            return MANY
        ahead = (now + AHEAD - self.base(now)).total_seconds()
        return floor(ahead * self.rate) + 1 if ahead >= 0 else 0

    def span(self, calls: float) -> timedelta:
        """How long so many calls take at the present pace."""
        return timedelta(seconds=calls / self.rate)


def fresh(limit: Limit, now: datetime) -> Bucket:
    """A bucket of which nothing is known yet."""
    return Bucket(limit, limit.a_second, now - _long(limit), now, now)


def take(bucket: Bucket, turns: int, now: datetime) -> tuple[Bucket, list[datetime]]:
    """Take that many turns, and when each is; none may lie before now."""
    base = bucket.base(now)
    at = [max(base + bucket.span(number), now) for number in range(turns)]
    busy = bucket.next_at > now - EVIDENCE and bucket.closed_until <= now
    counted = _slid(bucket, now) if busy else replace(bucket, since=now, taken=0.0)
    rate = _grown(bucket, turns) if busy and bucket.limit.learns else bucket.rate
    held = now + PROBE_EVERY if bucket.probing else bucket.closed_until
    taken = replace(
        counted,
        taken=counted.taken + turns,
        next_at=base + bucket.span(turns),
        rate=rate,
        closed_until=held,
    )
    return taken, at


def refuse(bucket: Bucket, after: timedelta, now: datetime, *, everything: bool = False) -> Bucket:
    """Close it for so long; the pace follows what went through.

    Refusals of calls that were on their way when it was closed teach nothing more.

    Args:
        bucket: as it is.
        after: what the provider asks to wait.
        now: when the refusal is written down.
        everything: the provider refuses whatever is asked; it is probed until one call goes through.
    """
    until = max(bucket.closed_until, now + after)
    closed = replace(
        bucket,
        closed_until=until,
        next_at=until,
        since=until,
        taken=0.0,
        probing=bucket.probing or everything,
    )
    if everything or bucket.probing or bucket.closed_until > now or not bucket.limit.learns:
        return closed
    passed = bucket.taken - max(0.0, (bucket.next_at - now).total_seconds() * bucket.rate)
    went_through = passed / max((until - bucket.since).total_seconds(), 0.001)
    least, most = bucket.limit.a_second / 10, bucket.rate * BELOW
    if passed < bucket.rate * EVIDENCE.total_seconds():
        return replace(closed, rate=max(least, bucket.rate * STEP_DOWN))
    rate = max(least, bucket.rate / 2, min(went_through * BELOW, most))
    return replace(closed, rate=rate, ceiling=rate / BELOW)


def reopen(bucket: Bucket, now: datetime) -> Bucket:
    """A call went through to a provider that has refused everything."""
    return replace(bucket, probing=False, closed_until=min(bucket.closed_until, now), next_at=now)


def _grown(bucket: Bucket, calls: int) -> float:
    slow = CLOSE * bucket.ceiling <= bucket.rate <= PAST * bucket.ceiling
    # Relative to where it began, so that methods which may be called seldom grow as gently.
    step = (SLOW_GROWTH if slow else GROWTH) * bucket.limit.a_second / _TYPICAL
    return min(bucket.rate + step * calls, bucket.limit.a_second * 10)


def _slid(bucket: Bucket, now: datetime) -> Bucket:
    """Let go of half of what is remembered when that gets long, so that the average is of late."""
    elapsed = now - bucket.since
    if elapsed < REMEMBERED:
        return bucket
    return replace(bucket, since=now - elapsed / 2, taken=bucket.taken / 2)


_TYPICAL = 5.0
"""Calls a second at which growth is as `GROWTH` says."""


def _long(limit: Limit) -> timedelta:
    return timedelta(seconds=limit.burst / limit.a_second) + EVIDENCE
