"""Whoever joins after her hour is asked from the next day on: of this one she was told no question."""

from datetime import timedelta

import pytest

from domain.deliveries import Kind
from domain.people import Person
from domain.teams import Role
from tests.factories import CLEO, PLATFORM, Office

MINUTE = timedelta(minutes=1)
TO_MIDNIGHT = timedelta(hours=5, minutes=50)
"""From six to ten to twelve."""


@pytest.fixture
def office() -> Office:
    """It is six in the evening on a Tuesday."""
    return Office()


def asked(office: Office, person: Person) -> int:
    office.done_log.plan_prompts(office.clock.now())
    return sum(row.new.person_id == person.id for row in office.deliveries(Kind.PROMPT))


@pytest.mark.parametrize("later", [MINUTE, TO_MIDNIGHT])
def test_whoever_joins_after_her_hour_is_asked_the_next_day(office: Office, later: timedelta) -> None:
    office.clock.forward(later)
    office.slash(CLEO, "join", PLATFORM)
    assert asked(office, office.cleo) == 0
    office.clock.forward(timedelta(days=1) - later)
    assert asked(office, office.cleo) == 1


def test_whoever_joins_in_time_is_asked_the_same_day(office: Office) -> None:
    office.slash(CLEO, "join", PLATFORM)
    office.clock.forward(MINUTE)
    assert asked(office, office.cleo) == 1


def test_another_team_that_is_joined_later_changes_nothing(office: Office) -> None:
    office.join(office.cleo, office.team, Role.MEMBER)
    office.clock.forward(MINUTE)
    office.join(office.cleo, office.add_team(office.initech, "ops"), Role.MEMBER)
    assert asked(office, office.cleo) == 1
