"""What is said when a way to somebody is lost: as facts, like all else that is said."""

from dataclasses import dataclass

from domain.people import Channel


@dataclass(frozen=True, slots=True)
class WayLost:
    """To her, on the channel that takes its place."""

    lost: Channel
    to: Channel
    wanted: bool
    """She asked for it herself, by unsubscribing or complaining."""


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """To a manager: somebody of the team can be asked no more."""

    name: str
    lost: Channel
    wanted: bool


@dataclass(frozen=True, slots=True)
class WorkspaceLost:
    """To a manager: a whole workspace or server takes no messages."""

    name: str
    channel: Channel
    reason: str
    """The platform's own word for it."""


@dataclass(frozen=True, slots=True)
class ChannelLost:
    """To managers: all of a channel is closed, since what we log in with is refused."""

    channel: Channel
    reason: str
    """The provider's own words for it."""


Notice = WayLost | OutOfReach | WorkspaceLost | ChannelLost
