"""More mail than people write is kept and put aside, whoever it is from, and nobody else waits for it."""

from datetime import timedelta

import pytest

from domain.mail_guards import MAILS_FREE, MORE_MAILS_OF_PERSON, MORE_MAILS_OF_TEAM
from domain.people import Address, Channel
from domain.ports.inbox import InboxState
from tests.factories import DEE, Office

MOST = MAILS_FREE.most + MORE_MAILS_OF_PERSON


@pytest.fixture
def office() -> Office:
    return Office()


def test_from_some_number_on_mails_of_one_person_are_put_aside(office: Office) -> None:
    states = [office.mail(DEE, f"thing {number}", to=office.dee).row.state for number in range(MOST + 5)]
    assert states == [*[InboxState.DONE] * MOST, *[InboxState.HELD] * 5]


def test_what_is_put_aside_is_answered_by_nothing_and_says_why(office: Office) -> None:
    for number in range(MOST):
        office.mail(DEE, f"thing {number}", to=office.dee)
    heard = office.mail(DEE, "one more", to=office.dee)
    assert heard.facts is None
    assert heard.row.note == "more mail than people write"
    assert heard.row.person_id == office.dee.id


def test_an_hour_later_she_is_read_again(office: Office) -> None:
    for number in range(MOST + 1):
        office.mail(DEE, f"thing {number}", to=office.dee)
    office.clock.forward(MAILS_FREE.within + timedelta(seconds=1))
    assert office.mail(DEE, "tomorrow is another day", to=office.dee).row.state is InboxState.DONE


def test_a_team_whose_members_all_write_so_much_is_put_aside_and_who_writes_little_is_not(
    office: Office,
) -> None:
    people = [
        (address, office.add_person(office.initech, f"P{number}", address, office.team))
        for number in range(6)
        for address in [Address(Channel.EMAIL, f"p{number}@example.com")]
    ]
    done = sum(
        office.mail(address, f"thing {number}", to=person).row.state is InboxState.DONE
        for address, person in people
        for number in range(MOST)
    )
    assert done == len(people) * MAILS_FREE.most + MORE_MAILS_OF_TEAM
    assert office.mail(DEE, "shipped it", to=office.dee).row.state is InboxState.DONE
