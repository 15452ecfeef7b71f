"""What providers publish of their limits, and the names of the buckets that keep them for all workers."""

from dataclasses import dataclass, replace
from datetime import timedelta
from math import inf

from domain.deliveries import Claimed, Kind, LimitScope
from domain.people import Address, Channel


@dataclass(frozen=True, slots=True)
class Limit:
    """A provider's limit as published: where the pace of a bucket begins."""

    a_second: float
    """Calls a second; `inf`: no limit, unless the provider closes it."""
    burst: float = 1
    """Calls that may be made at once after a pause."""
    within: timedelta = timedelta(0)
    """The window in which the provider counts calls.  A burst is made up for within it, and a pace that was
    kept for as long counts as proved.  Zero: nobody knows how it counts."""
    up_to: float = 0
    """The learned pace is at most so many times `a_second`, at least a tenth of it; 0: none is learned."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that providers publish, scaled by what they have granted.

    Args:
        pace: how many times as fast everything may go, where a provider has agreed to it.
    """

    pace: float = 1.0

    def of(self, name: str) -> Limit:
        """The limit of the bucket of that name."""
        words = name.split(" ")
        given = _PUBLISHED.get((words[0], words[-1] if len(words) > 1 else ""), Limit(inf))
        return replace(given, a_second=given.a_second * self.pace, within=given.within / self.pace)


_MINUTE = timedelta(minutes=1)
_PUBLISHED = {
    # "Several hundred messages a minute" in a workspace, and short bursts of more:
    # https://docs.slack.dev/apis/web-api/rate-limits
    ("slack", "posts"): Limit(5.0, burst=20, within=_MINUTE, up_to=10),
    # Both are of tier 3, "50 or more a minute":
    # https://docs.slack.dev/reference/methods/reactions.add and .../conversations.open
    ("slack", "marks"): Limit(50 / 60, burst=20, within=_MINUTE, up_to=10),
    ("slack", "opens"): Limit(50 / 60, burst=10, within=_MINUTE, up_to=10),
    # So is this; what is left is for looking for what is in doubt:
    # https://docs.slack.dev/reference/methods/conversations.history
    ("slack-history", "reads"): Limit(40 / 60, burst=10, within=_MINUTE),
    # 50 a second of one bot, over all servers; what is left is for calls that come late:
    # https://docs.discord.com/developers/topics/rate-limits#global-rate-limit
    ("discord", ""): Limit(48.8),
    # No number is published, only that a bot which opens many is stopped for good; after a refusal it goes
    # slower: https://docs.discord.com/developers/resources/user#create-dm
    ("discord", "opens"): Limit(3 / 60, burst=5, up_to=1),
}
BY_WORKSPACE = frozenset({Channel.SLACK})
"""Channels on which each workspace has limits of its own; elsewhere the bot or the account has them."""
SUFFIXES = {
    Channel.SLACK: ("", " posts", " marks", " opens", ""),
    Channel.DISCORD: ("", "", "", " opens", ""),
    Channel.EMAIL: ("", "", "", "", ""),
}
"""The end of a bucket's name, by the number of its `LimitScope`."""


def bucket_name(channel: Channel, workspace: str, scope: LimitScope) -> str:
    """`slack T1 posts`, `slack T1`, `discord opens`; a provider as a whole has its channel's name."""
    where = f" {workspace}" if channel in BY_WORKSPACE and scope is not LimitScope.EVERYTHING else ""
    return channel.name.lower() + where + SUFFIXES[channel][scope]


def place_of(name: str) -> Address:
    """The inverse of `bucket_name` for a channel or workspace as a whole: `discord`, `slack T1`."""
    channel, _, workspace = name.partition(" ")
    return Address(Channel[channel.upper()], "", workspace)


def reading_bucket(channel: Channel, workspace: str) -> str:
    """The bucket of calls that read: Slack counts those apart, Discord together with all others."""
    if channel in BY_WORKSPACE:
        return f"{channel.name.lower()}-history {workspace} reads"
    return bucket_name(channel, workspace, LimitScope.EVERYTHING)


def bucket_names(claimed: Claimed) -> frozenset[str]:
    """The buckets of which a delivery needs a turn: two where a direct message must be opened first."""
    to = claimed.recipient
    scopes = {LimitScope.POST}
    if claimed.key.kind is Kind.MARK:
        scopes = {LimitScope.MARK}
    elif to.identity_id is not None and to.direct is None:
        scopes.add(LimitScope.OPEN)
    return frozenset(bucket_name(to.address.channel, to.address.workspace, scope) for scope in scopes)
