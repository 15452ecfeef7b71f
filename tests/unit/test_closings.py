"""A channel that is closed as a whole: managers are told, once, and people's next channel takes over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain import notices as n
from domain.closings import STILL_THE_SAME
from domain.deliveries import REFUSED_FOR, Kind, Later, LimitScope, Never, RefusalScope, State
from domain.people import Address, Channel, Person
from domain.teams import Role
from tests.factories import ADA, BEN, DEE, Office
from tests.mornings import MORNING, next_morning, spoken

REFUSED = Later("401", REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)
MAIL = Address(Channel.EMAIL, "", "")
DISCORD = Address(Channel.DISCORD, "", "")


@pytest.fixture
def office() -> Office:
    """Ada and Dee manage the team; Ada writes on Slack, Dee by mail alone."""
    office = Office()
    for person in (office.ada, office.dee):
        office.join(person, office.team, Role.MANAGER)
    return office


def close(office: Office, where: Address, told: Later = REFUSED, credential: str = "old") -> None:
    office.done_log.outgoing.report_limit(where, told, office.clock.now(), office.clock.real(), credential)


def told(office: Office) -> list[tuple[Address, object]]:
    return [(row.new.recipient.address, row.new.facts) for row in office.deliveries(Kind.NOTICE)]


def test_managers_are_told_where_they_can_be_reached(office: Office) -> None:
    """Fault 26."""
    close(office, MAIL)
    lost = n.ChannelLost(Channel.EMAIL, "401")
    assert told(office)[0] == (ADA, lost)
    assert DEE not in [address for address, _ in told(office)], "her only scope is the one that is closed"


def test_all_managers_are_told(office: Office) -> None:
    close(office, DISCORD)
    lost = n.ChannelLost(Channel.DISCORD, "401")
    assert [(ADA, lost), (DEE, lost)] == told(office)[:2]


def test_where_no_manager_can_be_reached_somebody_else_passes_it_on(office: Office) -> None:
    office.join(office.ada, office.team, Role.MEMBER)
    close(office, MAIL)
    assert len([address for address, _ in told(office) if address in {ADA, BEN}]) == 1


def test_nobody_is_told_on_a_channel_that_is_closed_too(office: Office) -> None:
    with office.storage.begin() as uow:
        uow.tenant(office.initech).people.add_identity(office.dee.id, Address(Channel.DISCORD, "8"))
        uow.commit()
    close(office, MAIL)
    close(office, DISCORD)
    by_discord = [facts for address, facts in told(office) if address.channel is Channel.DISCORD]
    assert by_discord == [n.ChannelLost(Channel.EMAIL, "401")]
    assert not any(address.channel is Channel.EMAIL for address, _ in told(office))


def test_each_closing_is_told_once(office: Office) -> None:
    for _ in range(3):
        close(office, DISCORD)
        office.clock.forward(REFUSED_FOR)
    assert len([address for address, _ in told(office) if address == ADA]) == 1


def test_the_next_closing_is_told_too_even_on_the_same_day(office: Office) -> None:
    with office.storage.begin() as uow:
        uow.tenant(office.initech).people.add_identity(office.ben.id, Address(Channel.DISCORD, "8"))
        uow.commit()
    office.change(office.ben, preferred=Channel.DISCORD)
    close(office, DISCORD)
    office.clock.forward(STILL_THE_SAME)
    office.done_log.plan_prompts(office.clock.now())
    assert office.send(Channel.DISCORD), "it was mended"
    close(office, DISCORD)
    assert len([address for address, _ in told(office) if address == ADA]) == 2


def test_what_is_no_credential_is_told_to_nobody(office: Office) -> None:
    close(office, DISCORD, Later("banned", timedelta(minutes=1), LimitScope.EVERYTHING))
    close(office, DISCORD, Later("busy", timedelta(minutes=1), LimitScope.POST))
    assert told(office) == []


def test_what_waited_for_another_credential_goes_at_once(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    deliveries = office.send(Channel.EMAIL, outcome=REFUSED)
    close(office, MAIL)
    office.clock.forward(timedelta(seconds=10))
    now = office.clock.now()
    office.done_log.outgoing.begin_sending(Channel.EMAIL, "old", now, now)
    assert office.send(Channel.EMAIL) == []
    office.done_log.outgoing.begin_sending(Channel.EMAIL, "new", now, now)
    assert [each.ref for each in office.send(Channel.EMAIL)] == [each.ref for each in deliveries]


def test_a_workspace_that_is_let_in_again_is_written_to_at_once(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    office.send(outcome=Never("token_revoked", RefusalScope.WORKSPACE))
    now = office.clock.forward(timedelta(seconds=10))
    assert office.send() == []
    office.done_log.workspace_found(Channel.SLACK, "T1", "Initech HQ", now)
    assert {each.recipient.address.workspace for each in office.send()} == {"T1"}


# ---------------------------------------------------------------- whose next channel takes over


def asked(office: Office, person: Person) -> list[tuple[State, Channel]]:
    rows = [row for row in office.deliveries(Kind.PROMPT) if row.new.person_id == person.id]
    return [(row.state, row.new.recipient.address.channel) for row in rows]


@pytest.fixture
def by_mail(office: Office) -> Office:
    """Ben and Cleo are asked on Discord; Ben alone can be asked by mail, too."""
    for person, others in ((office.ben, [Address(Channel.EMAIL, "ben@example.com")]), (office.cleo, [])):
        with office.storage.begin() as uow:
            for each in (Address(Channel.DISCORD, f"8{person.id}"), *others):
                uow.tenant(office.initech).people.add_identity(person.id, each)
            uow.commit()
        office.join(person, office.team)
        office.change(person, preferred=Channel.DISCORD)
        (slack, *_) = office.storage.tables.identities_of(person.id)
        office.storage.tables.identities[slack.id] = replace(slack, active=False)
    return office


def leave(office: Office) -> int:
    return office.done_log.outgoing.leave_closed(office.clock.now(), office.clock.real())


def test_who_has_another_channel_is_asked_there_and_whoever_has_none_where_she_always_was(
    by_mail: Office,
) -> None:
    """Fault 26: nothing is asked twice."""
    by_mail.done_log.plan_prompts(by_mail.clock.now())
    by_mail.send(Channel.DISCORD, outcome=REFUSED)
    close(by_mail, DISCORD)
    assert leave(by_mail) == 1
    assert asked(by_mail, by_mail.ben) == [(State.FAILED, Channel.DISCORD), (State.READY, Channel.EMAIL)]
    assert asked(by_mail, by_mail.cleo) == [(State.READY, Channel.DISCORD)]
    by_mail.send(Channel.EMAIL)
    by_mail.clock.forward(REFUSED_FOR)
    assert [each.person_id for each in by_mail.send(Channel.DISCORD)] == [by_mail.cleo.id]
    assert leave(by_mail) == 0
    assert asked(by_mail, by_mail.ben) == [(State.FAILED, Channel.DISCORD), (State.ACCEPTED, Channel.EMAIL)]


def test_the_next_day_everybody_is_asked_where_it_is_open_again(by_mail: Office) -> None:
    close(by_mail, DISCORD)
    now = by_mail.clock.now()
    by_mail.done_log.outgoing.begin_sending(Channel.DISCORD, "new", now, now)
    by_mail.clock.forward(timedelta(days=1))
    by_mail.done_log.plan_prompts(by_mail.clock.now())
    assert leave(by_mail) == 0, "one call tries it first"
    for _ in range(2):
        by_mail.send(Channel.DISCORD)
    assert asked(by_mail, by_mail.ben) == asked(by_mail, by_mail.cleo) == [(State.ACCEPTED, Channel.DISCORD)]


def test_who_answers_meanwhile_is_asked_nowhere(by_mail: Office) -> None:
    by_mail.done_log.plan_prompts(by_mail.clock.now())
    close(by_mail, DISCORD)
    by_mail.message(Address(Channel.DISCORD, f"8{by_mail.ben.id}"), "shipped it")
    assert leave(by_mail) == 0


def test_who_answers_before_the_mail_is_sent_gets_none(by_mail: Office) -> None:
    by_mail.done_log.plan_prompts(by_mail.clock.now())
    close(by_mail, DISCORD)
    assert leave(by_mail) == 1
    by_mail.message(Address(Channel.DISCORD, f"8{by_mail.ben.id}"), "shipped it")
    assert by_mail.ben.id not in {each.person_id for each in by_mail.send(Channel.EMAIL)}


def test_where_every_channel_of_hers_is_closed_she_waits(by_mail: Office) -> None:
    by_mail.done_log.plan_prompts(by_mail.clock.now())
    close(by_mail, DISCORD)
    close(by_mail, MAIL)
    assert leave(by_mail) == 0
    assert asked(by_mail, by_mail.ben) == [(State.READY, Channel.DISCORD)]


# ---------------------------------------------------------------- what was not told meanwhile


def test_whoever_has_mail_alone_reads_in_her_next_digest_what_this_one_would_have_told(
    office: Office,
) -> None:
    """Fault 26: the channel is told every morning; Dee, whose mail is closed for a day, loses none of it."""
    office.message(ADA, "shipped the importer")
    next_morning(office)
    office.send()
    office.send(Channel.EMAIL, outcome=REFUSED)
    office.message(BEN, "closed 14 tickets")
    for morning, told in (
        (MORNING + timedelta(days=1), ["shipped the importer", "closed 14 tickets"]),
        (MORNING + timedelta(days=2), []),
    ):
        office.clock.forward(morning - office.clock.now())
        office.done_log.keep_house(morning, morning)
        office.done_log.plan_digests(morning)
        office.send()
        mailed = spoken(each for each in office.send(Channel.EMAIL) if each.kind is Kind.DIGEST_MAIL)
        assert [line for line in ("shipped the importer", "closed 14 tickets") if line in mailed] == told
