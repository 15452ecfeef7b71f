"""Programs that write by themselves: no circle of answers, and reports only of who has seen a mail."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import commands as c
from domain import replies as r
from domain.deliveries import Kind
from domain.people import Address, Channel, Person
from tests.factories import DEE, Office, said

NOBODY = Address(Channel.EMAIL, "who@example.net")


@pytest.fixture
def office() -> Office:
    return Office()


def test_a_bot_that_answers_everything_gets_one_mail(office: Office) -> None:
    stranger = sum(office.mail(NOBODY, "Thank you for your message!").answered for _ in range(10_000))
    member = sum(
        office.mail(DEE, "Serch message!", to=office.dee, aligned=aligned).answered
        for aligned in (True, None, False)
        for _ in range(300)
    )
    assert (stranger, member) == (1, 1)


def test_a_bot_that_sends_commands_is_soon_left_alone(office: Office) -> None:
    assert sum(office.mail(DEE, "help", to=office.dee).answered for _ in range(500)) <= 3
    varied = sum(office.mail(DEE, f"search word{number}", to=office.dee).answered for number in range(500))
    assert varied <= 20


def test_the_last_answer_of_an_hour_says_that_it_is_the_last_and_no_other_does(office: Office) -> None:
    """A person knows then why there is silence; a program gets no mail more than before."""

    def answers(mails: int) -> list[str]:
        for number in range(mails):
            office.mail(DEE, f"search word{number}", to=office.dee)
        return [said(each.message) for each in office.send(Channel.EMAIL) if each.message is not None]

    for _ in range(2):
        heard = answers(40)
        assert len(heard) == 20
        assert ["last answer by mail for this hour" in each for each in heard] == [False] * 19 + [True]
        assert all("word" in each for each in heard), "it is an answer like the others"
        assert answers(10) == []
        office.clock.forward(timedelta(hours=1))


def test_what_is_said_again_and_again_takes_no_answer_from_what_is_not(office: Office) -> None:
    for _ in range(30):
        office.mail(DEE, "help", to=office.dee)
    assert office.mail(DEE, "search invoices", to=office.dee).answered


def test_each_of_a_few_mistakes_of_a_day_gets_its_sentence(office: Office) -> None:
    mistakes = ("serch invoices", "setings", "-- ??? --", "serach tickets", "delte 2")
    assert [office.mail(DEE, each, to=office.dee).answered for each in mistakes] == [True] * 3 + [False] * 2
    assert not office.mail(DEE, "serch invoices", to=office.dee).answered, "said before"
    office.clock.forward(timedelta(days=1))
    assert office.mail(DEE, "serch invoices", to=office.dee).answered


# ---------------------------------------------------------------- reports


def test_a_report_counts_only_for_her_whose_mail_it_is_about(office: Office) -> None:
    """Anybody can write one: it must come to her own address, and name a mail that she was sent."""
    office.mail(DEE, "help", to=office.dee)
    office.send(Channel.EMAIL)
    receipt = next(row.receipt for row in office.deliveries(Kind.REPLY))
    daemon = Address(Channel.EMAIL, "mailer-daemon@example.com")

    def told(about: str, whose: Person | None) -> bool:
        origin = office.origin(daemon, surface=c.Surface.MAIL, guild="", direct=None)
        if whose is not None:
            origin = replace(
                origin, organization_id=whose.organization_id, person_id=whose.id, claimed_by_token=True
            )
        heard = office.say(c.Request(origin, r.Undelivered(about, "bounced", "dee@example.com")))
        assert not heard.answered
        return office.tenant().people.identities(office.dee.id)[0].stopped

    assert not told(receipt, None)
    assert not told(receipt, office.ada)
    assert not told("<made up>", office.dee)
    assert told(receipt, office.dee)
