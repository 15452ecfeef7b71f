"""Who is due for a prompt or a digest.  Reads across organizations."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.local_time import Cohort


@dataclass(frozen=True, slots=True)
class Planned:
    """How many people a planning of prompts was about."""

    new: int
    """Prompts that are in the ledger now and were not before."""
    skipped: int
    """Prompts recorded as skipped: less than twelve hours after the last one of the same person."""


class Planner(Protocol):
    """Turns due cohorts into ledger rows, one statement for many; reads across organizations."""

    def prompt_clocks(self) -> list[tuple[str, int]]:
        """All pairs of a zone and a prompt time in it, in minutes after midnight, that anybody has."""

    def plan_prompts(self, cohorts: Sequence[Cohort]) -> Planned:
        """A ready prompt for everybody of these cohorts for whom `why_not_asked` is None."""

    def digest_clocks(self) -> list[tuple[str, int]]:
        """All pairs of a zone and a digest time in it, in minutes after midnight, that any team has."""

    def plan_digests(self, cohorts: Sequence[Cohort]) -> int:
        """Posts and mails of the teams of these cohorts that work that day and have anything to tell."""
