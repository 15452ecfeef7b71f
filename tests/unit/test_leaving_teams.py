"""Leaving a team by a slip is undone as easily as it is done, or asks for the team's name first."""

import pytest

from domain import commands as c
from domain import facts as f
from domain.deliveries import Kind
from domain.teams import Role
from tests.factories import ADA, DEE, Office, words


@pytest.fixture
def office() -> Office:
    return Office()


def test_whoever_left_by_a_slip_is_back_by_one_button_or_one_word(office: Office) -> None:
    def she_left() -> None:
        told = words(office.slash(ADA, "leave"))
        assert "[Come back]" in told
        assert "/done join platform" in told
        assert office.role(office.ada, office.team) is None

    she_left()
    office.press(ADA, office.initech, c.Join(office.team.id))
    assert office.role(office.ada, office.team) is Role.MEMBER
    she_left()
    office.slash(ADA, "join platform")
    assert office.role(office.ada, office.team) is Role.MEMBER
    office.done_log.plan_prompts(office.clock.now())
    assert office.ada.id in {row.new.person_id for row in office.deliveries(Kind.PROMPT)}


def test_whoever_leaves_by_mail_is_told_the_word_for_a_mail(office: Office) -> None:
    heard = office.mail(DEE, "leave platform", to=office.dee)
    assert heard.facts == f.Left("platform", office.team.id)
    office.mail(DEE, "join platform", to=office.dee)
    assert office.role(office.dee, office.team) is Role.MEMBER


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OBSERVER])
def test_whoever_would_not_come_back_as_what_she_was_names_the_team_that_she_leaves(
    office: Office, role: Role
) -> None:
    office.join(office.ada, office.team, role)
    assert "/done leave platform" in words(office.slash(ADA, "leave"))
    assert office.role(office.ada, office.team) is role
    assert "You have left platform" in words(office.slash(ADA, "leave platform"))
    assert office.role(office.ada, office.team) is None
