"""What the wording of a prompt or a digest depends on, gathered for many deliveries at once."""

from dataclasses import dataclass
from datetime import date, timedelta

from domain.dones import Done
from domain.people import Person
from domain.teams import Role, Team

GOALS_STAY_OPEN = timedelta(days=14)
"""How long a goal is brought up again while no done says that it was reached."""
MOST_GOALS = 10
"""Goals that one prompt brings up at the most."""
NEW_TEAM_LOOKS_BACK = timedelta(days=7)
"""How far back the first digest of a team reaches."""


@dataclass(frozen=True, slots=True)
class PromptContext:
    """What a prompt depends on besides its day."""

    explain: bool
    """She has never answered and was not asked in the week before: the prompt explains what this is."""
    goals: tuple[str, ...]
    """Her open goals of the last `GOALS_STAY_OPEN`, oldest first, at most `MOST_GOALS`."""


@dataclass(frozen=True, slots=True)
class DigestDue:
    """A planned digest: whose it is, and the log days that it covers, both ends included."""

    organization_id: int
    team_id: int
    sent_on: date
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class MemberDays:
    """One member in the days of a digest."""

    person: Person
    role: Role
    by_mail: bool
    """She has no address but those of mail, and the digest says so."""
    dones: tuple[Done, ...]
    answered: bool
    """There is an answer of hers, possibly without lines ("nothing today")."""
    prompted: bool
    """A provider accepted a prompt of hers."""
    missed: bool
    """A prompt of hers was planned but expired or failed."""
    away_until: date | None
    away: bool
    asked_days: int
    """The weekdays on which she is asked, as a bit mask: Monday is 1."""
    days_off: frozenset[date] = frozenset()
    """Those of the days that are holidays or absences of hers."""


@dataclass(frozen=True, slots=True)
class TeamDays:
    """All that a digest tells."""

    due: DigestDue
    team: Team
    members: tuple[MemberDays, ...]
