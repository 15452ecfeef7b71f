"""Whose a mail is: reply address, what vouches for the sender, and From decide; else she is asked."""

from datetime import timedelta

import pytest

from domain import commands as c
from domain import facts as f
from domain import replies as r
from domain import talk as t
from domain.deliveries import Kind
from domain.people import Address, Channel, Person, Profile
from domain.ports.front import Reading
from domain.ports.inbox import InboxState
from tests.factories import ADA, BEN, DEE, SIX, Heard, Office

ADAS_MAIL = Address(Channel.EMAIL, "ada@example.com")
NOBODY = Address(Channel.EMAIL, "who@example.net")
BOSS = Address(Channel.EMAIL, "boss@example.org")

ACCEPT, WEAK, ASK, HELP, ASIDE = "accept", "accept, marked weak", "hold and ask", "one helpful mail", "hold"


@pytest.fixture
def office() -> Office:
    """Ada is on Slack, which she prefers, and has a mail address; Dee has hers alone."""
    made = Office()
    with made.storage.begin() as uow:
        uow.tenant(made.initech).people.add_identity(made.ada.id, ADAS_MAIL)
        uow.commit()
    return made


def became(office: Office, heard: Heard) -> str:
    """The outcome, in the words of the table."""
    if heard.row.state is InboxState.DONE:
        return WEAK if "nobody vouches" in heard.row.note else ACCEPT
    if office.deliveries(Kind.QUESTION):
        return ASK
    return HELP if heard.facts == f.Stranger() else ASIDE


MATRIX = [
    # reply address, sender, vouched for, outcome
    ("hers", ADAS_MAIL, True, ACCEPT),
    ("hers", ADAS_MAIL, None, WEAK),
    ("hers", ADAS_MAIL, False, ASK),
    ("hers", DEE, True, ASK),
    ("hers", DEE, None, ASK),
    ("hers", DEE, False, ASK),
    ("hers", NOBODY, True, ASK),
    ("hers", NOBODY, None, ASK),
    ("hers", NOBODY, False, ASK),
    ("renewed", ADAS_MAIL, True, ASIDE),
    ("renewed", NOBODY, True, ASIDE),
    ("none", ADAS_MAIL, True, ACCEPT),
    ("none", ADAS_MAIL, None, ASK),
    ("none", ADAS_MAIL, False, ASK),
    ("none", NOBODY, True, HELP),
    ("none", NOBODY, None, ASIDE),
    ("none", NOBODY, False, ASIDE),
]


@pytest.mark.parametrize(("to", "sender", "aligned", "outcome"), MATRIX)
def test_whose_a_mail_is_follows_from_address_sender_and_proof(
    office: Office, to: str, sender: Address, *, aligned: bool | None, outcome: str
) -> None:
    if to == "renewed":
        office.storage.tables.address_versions[office.ada.id] = 1
    heard = office.mail(sender, "signed the lease", to=None if to == "none" else office.ada, aligned=aligned)
    assert became(office, heard) == outcome
    recorded = outcome in {ACCEPT, WEAK}
    assert office.texts(office.ada) == (["signed the lease"] if recorded else [])
    assert office.texts(office.dee) == []


@pytest.mark.parametrize("aligned", [True, None, False])
def test_a_question_goes_to_her_whose_address_it_was_and_to_nobody_else(
    office: Office, *, aligned: bool | None
) -> None:
    heard = office.mail(NOBODY, "in her name", to=office.ada, aligned=aligned)
    (question,) = office.deliveries(Kind.QUESTION)
    assert question.new.recipient.address == ADA
    assert not heard.answered
    ref = heard.row.item.ref
    assert question.new.facts == t.WasItYou(NOBODY.external_id, SIX.date(), ref.day, ref.id)


@pytest.mark.parametrize(
    "sender",
    ["ada+work@example.com", "ADA@example.com", "ada@example.com"],
)
def test_a_mailbox_is_hers_with_any_tag(office: Office, sender: str) -> None:
    address = Address(Channel.EMAIL, sender.lower())
    assert became(office, office.mail(address, "one", to=office.ada)) == ACCEPT
    assert became(office, office.mail(address, "two", aligned=True)) == ACCEPT
    assert office.texts(office.ada) == ["one", "two"]


def test_each_of_her_addresses_is_hers(office: Office) -> None:
    second = Address(Channel.EMAIL, "a.lovelace@example.org")
    with office.storage.begin() as uow:
        uow.tenant(office.initech).people.add_identity(office.ada.id, second)
        uow.commit()
    for sender in (ADAS_MAIL, second):
        assert became(office, office.mail(sender, f"from {sender}", to=office.ada)) == ACCEPT


def test_the_address_of_somebody_she_was_merged_with_works_on(office: Office) -> None:
    old = office.add_person(office.initech, "Ada L", Address(Channel.EMAIL, "al@example.com"))
    with office.storage.begin() as uow:
        uow.tenant(office.initech).people.merge(office.ada.id, old.id)
        uow.commit()
    assert became(office, office.mail(ADAS_MAIL, "to the old one", to=old)) == ACCEPT
    assert office.texts(office.ada) == ["to the old one"]


def test_who_has_left_is_asked_nothing(office: Office) -> None:
    office.change(office.ada, active=False)
    assert became(office, office.mail(NOBODY, "hello", to=office.ada)) == ASIDE


# ---------------------------------------------------------------- her answer


def held(office: Office, sender: Address, text: str, whose: Person | None = None) -> c.Request:
    """A mail that is put aside; the request is what it is read as again."""
    origin = office.origin(
        sender,
        surface=c.Surface.MAIL,
        guild="",
        direct=None,
        aligned=True,
        organization_id=office.initech,
        person_id=(whose or office.ada).id,
        claimed_by_token=True,
    )
    request = c.Request(origin, text=text)
    assert office.say(request).row.state is InboxState.HELD
    return request


def read_again(office: Office, *requests: c.Request) -> None:
    later = office.clock.forward(timedelta(minutes=1))
    for ref, request in zip(
        sorted(office.done_log.waiting(later), key=lambda ref: ref.id), requests, strict=True
    ):
        office.done_log.process(ref, Reading(request), later)


def claim(office: Office, number: int = 0, *, hers: bool) -> r.ClaimMail:
    ref = sorted((row.item.ref for row in office.held()), key=lambda ref: ref.id)[number]
    return r.ClaimMail(ref.day, ref.id, hers)


def test_yes_records_what_was_put_aside_and_what_comes_from_there_later(office: Office) -> None:
    request = held(office, BOSS, "signed the lease")
    reply = office.press(ADA, office.initech, claim(office, hers=True))
    assert "It counts as yours" in str(reply)
    read_again(office, request)
    assert office.texts(office.ada) == ["signed the lease"]
    office.mail(BOSS, "sold the car", to=office.ada)
    assert office.texts(office.ada) == ["signed the lease", "sold the car"]
    assert became(office, office.mail(BOSS, "without her address", aligned=True)) != ACCEPT


def test_no_puts_it_away_and_she_is_not_asked_about_that_sender_again(office: Office) -> None:
    held(office, NOBODY, "in her name")
    office.press(ADA, office.initech, claim(office, hers=False))
    assert not office.held()
    office.clock.forward(timedelta(days=2))
    held(office, NOBODY, "in her name again")
    assert len(office.deliveries(Kind.QUESTION)) == 1
    assert office.texts(office.ada) == []


@pytest.mark.parametrize("typed", ["yes boss@example.org", "Yes, <Boss@Example.org>"])
def test_the_typed_twin_does_the_same(office: Office, typed: str) -> None:
    request = held(office, BOSS, "signed the lease")
    said = office.message(ADA, typed).facts
    assert said == t.MailClaimed("boss@example.org", hers=True, count=1, remembered=True)
    read_again(office, request)
    assert office.texts(office.ada) == ["signed the lease"]


def test_no_later_undoes_yes(office: Office) -> None:
    held(office, BOSS, "signed the lease")
    office.message(ADA, "yes boss@example.org")
    office.message(ADA, "no boss@example.org")
    assert became(office, office.mail(BOSS, "sold the car", to=office.ada)) == ASK
    assert office.texts(office.ada) == []


def test_nobody_else_can_answer_for_her(office: Office) -> None:
    held(office, BOSS, "in her name")
    settled = office.press(BEN, office.initech, claim(office, hers=True))
    assert "That has been settled already" in str(settled)
    assert office.message(BEN, "yes boss@example.org").facts == t.MailClaimed(
        "boss@example.org", hers=True, count=0, remembered=False
    )
    assert len(office.held()) == 1


def test_that_a_forger_used_her_own_address_closes_it_to_nobody(office: Office) -> None:
    office.mail(ADAS_MAIL, "in her name", aligned=False)
    office.press(ADA, office.initech, claim(office, hers=False))
    assert became(office, office.mail(ADAS_MAIL, "shipped it", to=office.ada)) == ACCEPT


def test_what_she_says_of_a_forged_sender_counts_for_that_mail_alone(office: Office) -> None:
    office.mail(ADAS_MAIL, "shipped it", aligned=False)
    (row,) = office.held()
    office.press(ADA, office.initech, claim(office, hers=True))
    again = c.Request(office.origin(ADAS_MAIL, surface=c.Surface.MAIL, aligned=False), text="shipped it")
    office.done_log.process(row.item.ref, Reading(again), office.clock.now())
    assert office.texts(office.ada) == ["shipped it"]
    assert became(office, office.mail(ADAS_MAIL, "once more", aligned=False)) == ASK


def test_several_doubtful_mails_of_a_day_make_one_question_and_then_the_next(office: Office) -> None:
    held(office, BOSS, "one")
    held(office, NOBODY, "two")
    assert len(office.deliveries(Kind.QUESTION)) == 1
    settled = office.message(ADA, "no boss@example.org").facts
    assert isinstance(settled, t.MailClaimed)
    assert settled.then is not None
    assert settled.then.sender == NOBODY.external_id


# ---------------------------------------------------------------- strangers


def test_a_stranger_gets_one_helpful_mail_a_week(office: Office) -> None:
    answered = []
    for _ in range(15):
        answered.append(office.mail(NOBODY, "hello there").answered)
        office.clock.forward(timedelta(days=1))
    assert [day for day, each in enumerate(answered) if each] == [0, 7, 14]


def test_what_somebody_wrote_before_she_was_known_is_read_once_she_is(office: Office) -> None:
    first = c.Request(
        office.origin(BOSS, surface=c.Surface.MAIL, aligned=True, guild="", direct=None), text="early"
    )
    office.say(first)
    office.message(ADA, "invite boss@example.org")
    assert len(office.held()) == 1, "an invitation is not accepted by what was written before"
    office.mail(BOSS, "and later", aligned=True)
    read_again(office, first)
    found = office.tenant().people.at(BOSS)
    assert found is not None
    assert sorted(office.texts(found[0])) == ["and later", "early"]


def test_what_a_stranger_wrote_in_chat_is_read_once_she_has_joined(office: Office) -> None:
    """As the answer to her says: `what you wrote is kept until then`."""
    nia = Address(Channel.DISCORD, "99")
    first = c.Request(office.origin(nia, guild="", profile=Profile("Nia")), text="fixed the printer")
    assert office.say(first).facts == f.Stranger()
    with office.storage.begin() as uow:
        uow.directory.link(office.initech, Channel.DISCORD, "G1", "Initech")
        uow.commit()
    office.slash(nia, "join platform", guild="G1", profile=Profile("Nia", guild="G1"))
    read_again(office, first)
    found = office.tenant().people.at(nia)
    assert found is not None
    assert office.texts(found[0]) == ["fixed the printer"]
