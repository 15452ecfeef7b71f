"""Teams, who is in them, and where their digests go."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

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

    @property
    def writes(self) -> bool:
        """Is asked, and the team reads the answers."""
        return self in {Role.MEMBER, Role.MANAGER}

    @property
    def reads(self) -> bool:
        """Gets the digests, and finds what the team wrote."""
        return self is not Role.INVITED


MOST_TO_LEAST = (Role.MANAGER, Role.MEMBER, Role.OBSERVER, Role.INVITED)
"""Roles by how much they allow: of two of one person in one team, the first in this order counts."""


@dataclass(frozen=True, slots=True)
class Team:
    organization_id: int
    id: int
    name: str
    zone: str = DEFAULT_ZONE
    digest_minute: int = DEFAULT_DIGEST_MINUTE
    work_days: int = WORKING_WEEK


def asked_days(own_days: int | None, team_days: Iterable[int]) -> int:
    """The mask of weekdays on which somebody is asked.

    Args:
        own_days: the person's own mask, which goes first; None: the teams decide.
        team_days: the working days of each team that she writes for.
    """
    return reduce(or_, team_days, 0) if own_days is None else own_days


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
