"""Vacations, pauses and coming back, in the same words on every channel."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import commands as c
from domain import facts as f
from domain import replies as r
from domain import talk as t
from domain.deliveries import Kind, State
from domain.errors import Refusal
from domain.grammar import read_message, read_slash
from domain.local_time import DEFAULT_PROMPT_MINUTE
from domain.people import Address, Channel
from domain.periods import read_period
from domain.ports.inbox import InboxState
from tests.factories import ADA, DEE, TUESDAY, Heard, Office

MONDAY = date(2026, 11, 30)
ADAS_MAIL = Address(Channel.EMAIL, "ada@example.com")


@pytest.fixture
def office() -> Office:
    return Office()


PERIODS = [
    ("until monday", TUESDAY, date(2026, 11, 29)),
    ("until tuesday", TUESDAY, date(2026, 11, 30)),
    ("until tomorrow", TUESDAY, TUESDAY),
    ("until 2026-11-30", TUESDAY, date(2026, 11, 29)),
    ("until 30 Nov", TUESDAY, date(2026, 11, 29)),
    ("until January 3rd".replace("rd", ""), TUESDAY, date(2027, 1, 2)),
    ("3 days", TUESDAY, date(2026, 11, 26)),
    ("2 weeks", TUESDAY, date(2026, 12, 7)),
    ("1 day", TUESDAY, TUESDAY),
    ("today", TUESDAY, TUESDAY),
    ("friday", date(2026, 11, 27), date(2026, 11, 27)),
    ("next week", MONDAY, date(2026, 12, 6)),
    ("2026-12-24 to 2027-01-02", date(2026, 12, 24), date(2027, 1, 2)),
    ("24 dec - 2 jan", date(2026, 12, 24), date(2027, 1, 2)),
    ("thursday to friday", date(2026, 11, 26), date(2026, 11, 27)),
    ("from friday", date(2026, 11, 27), None),
    ("", TUESDAY, None),
]


@pytest.mark.parametrize(("typed", "first", "last"), PERIODS)
def test_days_are_read_as_people_type_them(typed: str, first: date, last: date | None) -> None:
    period = read_period(typed, TUESDAY)
    assert (period.first_day, period.last_day) == (first, last)
    if typed:
        for command in (f"vacation {typed}", f"Away {typed.upper()}", f"pause {typed}"):
            assert isinstance(read_message(command, lambda _: False), r.Away), command
            assert isinstance(read_slash(command), r.Away), command


@pytest.mark.parametrize(
    "typed", ["until 2026-11-20", "2026-12-24 to 2026-12-01", "until 2026-02-30", "0 days"]
)
def test_days_that_are_over_or_do_not_exist_are_refused(typed: str) -> None:
    with pytest.raises(Refusal):
        read_period(typed, TUESDAY)


@pytest.mark.parametrize(
    "typed",
    [
        "vacation planning",
        "vacation",
        "away message written",
        "paused the old job",
        "back to the drawing board",
        "stop words removed from the index",
        "stopped the leak",
        "until monday",
        "vacation until the review is over",
        "away 3 days\nsold the car",
        "no problem",
        "yes",
        "yes ana@example.com said so",
    ],
)
def test_what_only_looks_like_it_is_a_done(typed: str) -> None:
    assert isinstance(read_message(typed, lambda _: False), c.Record)


@given(st.text(max_size=30))
def test_no_period_makes_the_reader_fail(typed: str) -> None:
    read_message(f"vacation {typed}", lambda _: False)


def planned(office: Office) -> list[int | None]:
    office.done_log.plan_prompts(office.clock.now())
    ready = [row for row in office.deliveries(Kind.PROMPT) if row.state is State.READY]
    return [row.new.person_id for row in ready]


def test_nobody_is_asked_while_away_and_is_when_back(office: Office) -> None:
    assert office.message(ADA, "vacation until monday").facts == t.Absent(
        TUESDAY, date(2026, 11, 29), MONDAY, begins_now=True
    )
    assert office.ada.id not in planned(office)
    office.clock.forward(timedelta(days=6))
    assert office.ada.id in planned(office)


def test_the_day_she_is_asked_again_is_one_of_hers(office: Office) -> None:
    said = office.message(ADA, "away 4 days").facts
    assert isinstance(said, t.Absent)
    assert (said.last_day, said.asked_again) == (date(2026, 11, 27), MONDAY)


def test_a_question_that_is_still_to_be_sent_is_not_sent(office: Office) -> None:
    assert office.ada.id in planned(office)
    office.message(ADA, "pause")
    assert office.ada.id not in planned(office)
    assert all(
        row.new.person_id != office.ada.id
        for row in office.deliveries(Kind.PROMPT)
        if row.state is State.READY
    )


def test_a_vacation_to_come_changes_nothing_today(office: Office) -> None:
    assert office.ada.id in planned(office)
    said = office.message(ADA, "vacation 2026-12-24 to 2027-01-02").facts
    assert said == t.Absent(date(2026, 12, 24), date(2027, 1, 2), date(2027, 1, 4), begins_now=False)
    assert office.ada.id in planned(office)


def test_back_ends_an_absence_once(office: Office) -> None:
    office.message(ADA, "pause")
    assert office.message(ADA, "back").facts == t.Returned(
        was_away=True, minute=DEFAULT_PROMPT_MINUTE, zone="Europe/Madrid"
    )
    assert office.ada.id in planned(office)
    again = office.message(ADA, "I am back").facts
    assert isinstance(again, t.Returned)
    assert not again.was_away


def test_back_the_same_evening_she_is_asked_after_all(office: Office) -> None:
    assert office.ada.id in planned(office)
    office.message(ADA, "pause")
    office.clock.forward(timedelta(minutes=20))
    office.message(ADA, "back")
    assert office.ada.id in planned(office)


def test_back_after_she_has_answered_nothing_is_asked(office: Office) -> None:
    assert office.ada.id in planned(office)
    office.message(ADA, "pause")
    office.message(ADA, "signed the lease")
    office.message(ADA, "back")
    assert office.ada.id not in planned(office)


def test_back_after_the_end_of_the_evening_nothing_is_asked(office: Office) -> None:
    assert office.ada.id in planned(office)
    office.message(ADA, "pause")
    office.clock.forward(timedelta(hours=7))
    office.message(ADA, "back")
    assert office.ada.id not in planned(office)


def test_back_without_having_been_away_asks_nothing_anew(office: Office) -> None:
    assert office.ada.id in planned(office)
    office.message(ADA, "nothing")
    office.message(ADA, "back")
    assert office.ada.id not in planned(office)


def test_the_last_word_on_a_day_counts(office: Office) -> None:
    office.message(ADA, "vacation until 2026-12-20")
    office.message(ADA, "away 2 days")
    assert office.tenant().absences.of(office.ada.id, TUESDAY) == [(TUESDAY, date(2026, 11, 25))]
    office.message(ADA, "vacation 2026-12-24 to 2027-01-02")
    office.message(ADA, "pause")
    assert office.tenant().absences.of(office.ada.id, TUESDAY) == [(TUESDAY, None)]


@pytest.mark.parametrize("typed", ["stop", "unsubscribe", "STOP"])
def test_stop_by_mail_stops_the_mail_and_says_so_once(office: Office, typed: str) -> None:
    heard = office.mail(DEE, typed, to=office.dee)
    assert heard.facts == f.MailStopped(DEE.external_id)
    assert heard.reply is not None
    assert heard.reply.recipient.identity_id is None, "nothing to an address that wants none, but this"
    assert office.tenant().people.identities(office.dee.id)[0].stopped
    assert office.dee.id not in planned(office)


def test_stop_does_not_accept_an_invitation(office: Office) -> None:
    office.message(ADA, "invite zoe@example.com")
    zoe = Address(Channel.EMAIL, "zoe@example.com")
    office.mail(zoe, "stop", aligned=True)
    found = office.tenant().people.at(zoe)
    assert found is not None
    assert office.tenant().teams.of(found[0].id)[0][1].name == "INVITED"


def test_stop_in_chat_pauses(office: Office) -> None:
    said = office.message(ADA, "stop").facts
    assert said == t.Absent(TUESDAY, None, None, begins_now=True)
    assert office.ada.id not in planned(office)


# ---------------------------------------------------------------- out of office


def out_of_office(office: Office, back_on: date | None = MONDAY, **origin: Any) -> Heard:
    more: dict[str, Any] = {"aligned": True, "organization_id": office.initech, "person_id": office.ada.id}
    made = office.origin(
        ADAS_MAIL,
        surface=c.Surface.MAIL,
        guild="",
        direct=None,
        **(more | origin),
    )
    return office.say(c.Request(made, r.OutOfOffice(back_on)))


@pytest.fixture
def by_mail(office: Office) -> Office:
    with office.storage.begin() as uow:
        uow.tenant(office.initech).people.add_identity(office.ada.id, ADAS_MAIL)
        uow.commit()
    return office


def test_a_program_that_says_she_is_away_makes_her_be_asked_once_elsewhere(by_mail: Office) -> None:
    for _ in range(3):
        heard = out_of_office(by_mail, claimed_by_token=True)
        assert heard.row.state is InboxState.DONE
        assert not heard.answered, "a program is never answered"
        by_mail.clock.forward(timedelta(days=1))
    (question,) = by_mail.deliveries(Kind.QUESTION)
    assert question.new.recipient.address == ADA
    assert question.new.facts == t.AwayOffered(MONDAY)
    assert by_mail.texts(by_mail.ada) == []


def test_whose_only_channel_is_that_mailbox_is_not_asked(office: Office) -> None:
    origin = office.origin(
        DEE,
        surface=c.Surface.MAIL,
        aligned=True,
        organization_id=office.initech,
        person_id=office.dee.id,
        claimed_by_token=True,
        guild="",
        direct=None,
    )
    assert not office.say(c.Request(origin, r.OutOfOffice(MONDAY))).answered
    assert not office.deliveries(Kind.QUESTION)


def test_who_is_away_already_or_back_by_then_is_not_asked(by_mail: Office) -> None:
    out_of_office(by_mail, TUESDAY, claimed_by_token=True)
    by_mail.message(ADA, "pause")
    out_of_office(by_mail, claimed_by_token=True)
    assert not by_mail.deliveries(Kind.QUESTION)


def test_a_program_accepts_no_invitation_and_starts_no_mail_again(office: Office) -> None:
    office.message(ADA, "invite zoe@example.com")
    zoe = Address(Channel.EMAIL, "zoe@example.com")
    origin = office.origin(zoe, surface=c.Surface.MAIL, aligned=True, guild="", direct=None)
    office.say(c.Request(origin, r.OutOfOffice()))
    found = office.tenant().people.at(zoe)
    assert found is not None
    assert office.tenant().teams.of(found[0].id)[0][1].name == "INVITED"


def test_a_program_in_nobodys_name_is_put_away(office: Office) -> None:
    origin = office.origin(
        Address(Channel.EMAIL, "who@example.net"), surface=c.Surface.MAIL, guild="", direct=None
    )
    heard = office.say(c.Request(origin, r.OutOfOffice()))
    assert heard.row.state is InboxState.DONE
    assert not heard.answered


def test_the_buttons_do_what_they_say(by_mail: Office) -> None:
    by_mail.press(ADA, by_mail.initech, r.Away("until 2026-11-30"))
    assert by_mail.ada.id not in planned(by_mail)
    by_mail.press(ADA, by_mail.initech, r.Back())
    assert by_mail.ada.id in planned(by_mail)
