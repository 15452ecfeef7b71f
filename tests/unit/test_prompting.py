"""Who is asked, and why not."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.local_time import WORKING_WEEK
from domain.services.prompting import PersonDay, Reason, why_not_asked

TUESDAY = date(2026, 11, 24)
DUE = datetime(2026, 11, 24, 17, tzinfo=UTC)
ADA = PersonDay(
    day=TUESDAY,
    due_at=DUE,
    active=True,
    reachable=True,
    own_days=None,
    team_days=(WORKING_WEEK,),
    away=False,
    holiday=False,
    answered=False,
    ask_anyway=False,
    planned=False,
    last_due_at=DUE - timedelta(days=1),
)


def test_a_member_is_asked_on_her_teams_working_day() -> None:
    assert why_not_asked(ADA) is None


@pytest.mark.parametrize(
    ("person_day", "reason"),
    [
        (replace(ADA, active=False), Reason.INACTIVE),
        (replace(ADA, reachable=False), Reason.UNREACHABLE),
        (replace(ADA, team_days=()), Reason.NOT_HER_DAY),
        (replace(ADA, own_days=0b1111101), Reason.NOT_HER_DAY),
        (replace(ADA, own_days=0), Reason.NOT_HER_DAY),
        (replace(ADA, away=True), Reason.AWAY),
        (replace(ADA, holiday=True), Reason.HOLIDAY),
        (replace(ADA, answered=True), Reason.ANSWERED),
        (replace(ADA, planned=True), Reason.PLANNED),
        (replace(ADA, last_due_at=DUE - timedelta(hours=11, minutes=59)), Reason.TOO_SOON),
    ],
)
def test_each_rule_alone_is_reason_enough(person_day: PersonDay, reason: Reason) -> None:
    assert why_not_asked(person_day) is reason


@pytest.mark.parametrize(
    "person_day",
    [
        replace(ADA, own_days=0b0000010, team_days=()),
        replace(ADA, team_days=(0b0000001, 0b0000010)),
        replace(ADA, answered=True, ask_anyway=True),
        replace(ADA, last_due_at=DUE - timedelta(hours=12)),
        replace(ADA, last_due_at=None),
    ],
)
def test_she_is_asked_all_the_same(person_day: PersonDay) -> None:
    assert why_not_asked(person_day) is None
