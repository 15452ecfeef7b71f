"""Who is asked, and when.

`why_not_asked` is the rule in plain Python; the planner's SQL says the same for thousands of people at once,
and a contract test holds the two together.
"""

import enum
from dataclasses import dataclass
from datetime import date, datetime

from domain.local_time import BETWEEN_PROMPTS, due_cohorts, weekday_bit
from domain.ports.planning import Planned
from domain.ports.storage import UnitOfWork
from domain.teams import asked_days


class Reason(enum.Enum):
    """Why somebody is not asked."""

    INACTIVE = "no longer here"
    UNREACHABLE = "no address that can be written to"
    NOT_HER_DAY = "not one of her days"
    AWAY = "away"
    HOLIDAY = "a holiday where she is"
    ANSWERED = "something was logged that day already"
    PLANNED = "that day's prompt is in the ledger already"
    TOO_SOON = "less than twelve hours after the last prompt"


@dataclass(frozen=True, slots=True)
class PersonDay:
    """All that decides whether a person is asked about a log day."""

    day: date
    due_at: datetime
    active: bool
    reachable: bool
    """At least one of her addresses is active, and nothing keeps from writing there."""
    own_days: int | None
    """Her own mask of weekdays; None: her teams decide."""
    team_days: tuple[int, ...]
    """The working days of each team that she writes for and that `asks_about` this day."""
    away: bool
    holiday: bool
    answered: bool
    ask_anyway: bool
    planned: bool
    last_due_at: datetime | None
    """When her last prompt that was not cancelled was due; None: she was never asked."""


def asks_about(joined_at: datetime, due_at: datetime) -> bool:
    """Whether a team asks somebody who joined it then about a day whose question was due at `due_at`.

    Not about a day of which her hour had passed before she came: she was told that she is asked at that hour.
    """
    return joined_at <= due_at


def why_not_asked(person_day: PersonDay) -> Reason | None:
    """The first reason not to ask, or None: she is asked.

    `TOO_SOON` alone leaves a row in the ledger, cancelled, so that the day is seen to have been skipped.
    """
    mask = asked_days(person_day.own_days, person_day.team_days)
    reasons = (
        (not person_day.active, Reason.INACTIVE),
        (not mask & weekday_bit(person_day.day), Reason.NOT_HER_DAY),
        (not person_day.reachable, Reason.UNREACHABLE),
        (person_day.away, Reason.AWAY),
        (person_day.holiday, Reason.HOLIDAY),
        (person_day.answered and not person_day.ask_anyway, Reason.ANSWERED),
        (person_day.planned, Reason.PLANNED),
        (_too_soon(person_day.due_at, person_day.last_due_at), Reason.TOO_SOON),
    )
    return next((reason for applies, reason in reasons if applies), None)


def _too_soon(due_at: datetime, last_due_at: datetime | None) -> bool:
    return last_due_at is not None and due_at - last_due_at < BETWEEN_PROMPTS


def plan_prompts(uow: UnitOfWork, now: datetime) -> Planned:
    """Write a prompt into the ledger for everybody who is due at `now` and has none yet."""
    cohorts = due_cohorts(now, uow.planner.prompt_clocks())
    return uow.planner.plan_prompts(cohorts) if cohorts else Planned(0, 0)
