"""Teams, who is in them, and where their digests go."""

import enum
from dataclasses import dataclass

from domain.local_time import DEFAULT_DIGEST_MINUTE, DEFAULT_ZONE, WORKING_WEEK
from domain.people import Channel


class Role(enum.IntEnum):
    """What somebody is in a team; the numbers are stored."""

    MEMBER = 1
    MANAGER = 2
    OBSERVER = 3
    """Gets the digests, is never asked."""
    INVITED = 4
    """Has been written to and has not answered yet: is neither asked nor told anything."""


@dataclass(frozen=True, slots=True)
class Team:
    organization_id: int
    id: int
    name: str
    zone: str = DEFAULT_ZONE
    digest_minute: int = DEFAULT_DIGEST_MINUTE
    work_days: int = WORKING_WEEK


@dataclass(frozen=True, slots=True)
class Place:
    """A channel in which a team's digest is posted and `/done team here` was typed."""

    channel: Channel
    workspace: str
    """Slack team id or Discord guild id."""
    external_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class DigestTarget:
    id: int
    team_id: int
    place: Place
