"""Facts that people are told when an address, a workspace or a whole channel stops working."""

from dataclasses import dataclass

from domain.people import Channel


@dataclass(frozen=True, slots=True)
class WayLost:
    """To the person, on the channel that is used instead: her address on another one does not work."""

    lost: Channel
    to: Channel
    wanted: bool
    """She stopped it herself, by unsubscribing or complaining."""


@dataclass(frozen=True, slots=True)
class OutOfReach:
    """To a manager: a member of the team has no address left that works."""

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
