"""Turns due cohorts into rows of the ledger.  Reads across organizations; returns numbers, no text.

`why_not_asked` in `domain/services/prompting.py` says in plain Python what `PLAN_PROMPTS` says for everybody
at once.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, text

from adapters.storage.delivery_rows import arrays
from adapters.storage.planning_sql import (
    ASKED,
    DIGEST_CLOCKS,
    DIGESTS,
    PLAN_DIGESTS,
    PLAN_PROMPTS,
    PROMPT_CLOCKS,
    SENT,
    TOLD,
)
from domain.deliveries import Kind, State
from domain.local_time import BETWEEN_PROMPTS, Cohort
from domain.people import Channel
from domain.ports.contexts import NEW_TEAM_LOOKS_BACK
from domain.ports.planning import Planned
from domain.retention import DIGESTS_LOOK_BACK
from domain.services.prompting import Reason
from domain.teams import Role


class PostgresPlanner:
    """The planner of a unit of work, over its connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def prompt_clocks(self) -> list[tuple[str, int]]:
        return [(row.zone, row.prompt_minute) for row in self._connection.execute(PROMPT_CLOCKS)]

    def plan_prompts(self, cohorts: Sequence[Cohort]) -> Planned:
        if not cohorts:
            return Planned(0, 0)
        near = timedelta(days=2)  # log days at most so far apart may lie within twelve hours of each other
        bound = _cohort_arrays(cohorts) | {
            "first_day": _first(cohorts) - near,
            "last_day": _last(cohorts) + near,
            "asked": ASKED,
            "prompt": int(Kind.PROMPT),
            "ready": int(State.READY),
            "cancelled": int(State.CANCELLED),
            "too_soon": Reason.TOO_SOON.value,
            "between": BETWEEN_PROMPTS,
        }
        with self._probing():
            counted = self._connection.execute(PLAN_PROMPTS, bound).one()
        return Planned(counted.new, counted.skipped)

    def digest_clocks(self) -> list[tuple[str, int]]:
        return [(row.zone, row.digest_minute) for row in self._connection.execute(DIGEST_CLOCKS)]

    def plan_digests(self, cohorts: Sequence[Cohort]) -> int:
        if not cohorts:
            return 0
        bound = _cohort_arrays(cohorts) | {
            "first_day": _first(cohorts) - DIGESTS_LOOK_BACK,
            "last_day": _last(cohorts),
            "new_team": NEW_TEAM_LOOKS_BACK.days,
            "asked": ASKED,
            "told": TOLD,
            "sent": SENT,
            "digests": DIGESTS,
            "prompt": int(Kind.PROMPT),
            "digest": int(Kind.DIGEST),
            "digest_mail": int(Kind.DIGEST_MAIL),
            "cancelled": int(State.CANCELLED),
            "observer": int(Role.OBSERVER),
            "email": int(Channel.EMAIL),
            "discord": int(Channel.DISCORD),
        }
        with self._probing():
            return self._connection.execute(PLAN_DIGESTS, bound).rowcount

    @contextmanager
    def _probing(self) -> Iterator[None]:
        """Read by indexes alone: statistics know nothing of a day that has just begun.

        A peak of tens of thousands may take longer on a busy machine than a statement is given elsewhere; one
        that is cut off would begin anew with every tick.
        """
        self._connection.execute(text("SET LOCAL statement_timeout = '120s'"))
        self._connection.execute(text("SET LOCAL enable_seqscan = off"))
        yield
        self._connection.execute(text("SET LOCAL enable_seqscan = on"))


def _cohort_arrays(cohorts: Sequence[Cohort]) -> dict[str, Any]:
    rows = [
        (each.zone, each.minute, each.day, each.due_at, each.not_after, each.weekday_bit) for each in cohorts
    ]
    return arrays(("zones", "minutes", "days", "dues", "ends", "bits"), rows)


def _first(cohorts: Sequence[Cohort]) -> date:
    return min(each.day for each in cohorts)


def _last(cohorts: Sequence[Cohort]) -> date:
    return max(each.day for each in cohorts)
