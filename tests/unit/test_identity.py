"""Who is it, and for which organization: nobody speaks in anybody else's name."""

from datetime import timedelta

import pytest

from domain import commands as c
from domain import facts as f
from domain.deliveries import Kind, State
from domain.errors import ProfileWanted
from domain.messages import Mark
from domain.people import Address, Channel, Profile
from domain.ports.front import Reading
from domain.ports.inbox import InboxState
from tests.factories import DEE, TUESDAY, Office

DISCORD_ADA = Address(Channel.DISCORD, "77")
STRANGER = Address(Channel.EMAIL, "who@example.net")


@pytest.fixture
def office() -> Office:
    return Office()


# ---------------------------------------------------------------- mail


def test_a_strangers_mail_is_held_and_answered_by_nothing_that_names_anybody(office: Office) -> None:
    heard = office.mail(STRANGER, "hello there")
    assert heard.row.state is InboxState.HELD
    assert heard.row.person_id is None
    assert heard.facts == f.Stranger()
    assert not office.mail(STRANGER, "hello there", aligned=None).answered, (
        "a forged sender is not written to"
    )


def test_a_mail_that_nobody_vouches_for_is_held(office: Office) -> None:
    for aligned in (None, False):
        heard = office.mail(DEE, "signed the lease", aligned=aligned)
        assert heard.row.state is InboxState.HELD
    assert office.texts(office.dee) == []


def test_a_mail_to_no_address_of_ones_own_counts_when_its_domain_vouches_for_it(office: Office) -> None:
    office.mail(DEE, "signed the lease", aligned=True)
    assert office.texts(office.dee) == ["signed the lease"]


def test_an_address_that_was_forwarded_opens_nothing_to_others(office: Office) -> None:
    for sender in (STRANGER, Address(Channel.EMAIL, "eve@example.com")):
        heard = office.mail(sender, "in her name", to=office.dee)
        assert heard.row.state is InboxState.HELD
    assert office.mail(DEE, "in her name", to=office.ada).row.state is InboxState.HELD
    assert office.texts(office.dee) == office.texts(office.ada) == []


def test_a_mail_that_its_own_domain_disowns_is_held_even_with_the_right_address(office: Office) -> None:
    assert office.mail(DEE, "signed", to=office.dee, aligned=False).row.state is InboxState.HELD
    assert office.mail(DEE, "signed", to=office.dee, aligned=None).row.state is InboxState.DONE


# ---------------------------------------------------------------- several organizations


def both(office: Office) -> None:
    """Ada is on Discord, in two organizations."""
    for organization_id in (office.initech, office.initrode):
        team = office.tenant(organization_id).teams.everything()[0]
        office.add_person(organization_id, "Ada", DISCORD_ADA, team)


def in_both(office: Office) -> list[list[str]]:
    found = (office.tenant(each).people.at(DISCORD_ADA) for each in (office.initech, office.initrode))
    return [office.texts(each[0]) for each in found if each is not None]


def test_the_only_organization_of_an_address_is_meant(office: Office) -> None:
    discord = office.add_person(office.initech, "Ada", DISCORD_ADA, office.team)
    office.message(DISCORD_ADA, "shipped it")
    assert office.texts(discord) == ["shipped it"]


def test_of_several_the_one_is_meant_that_asked_last(office: Office) -> None:
    both(office)
    office.done_log.plan_prompts(office.clock.now())
    for row in office.deliveries(Kind.PROMPT):
        if row.new.organization_id == office.initech and row.new.recipient.address == DISCORD_ADA:
            office.storage.tables.change_delivery(row.ref, state=State.CANCELLED)
    office.send(Channel.DISCORD)
    office.message(DISCORD_ADA, "shipped it")
    assert in_both(office) == [[], ["shipped it"]]


def test_where_nobody_can_tell_it_is_asked_which_one(office: Office) -> None:
    both(office)
    heard = office.message(DISCORD_ADA, "shipped it")
    assert heard.row.state is InboxState.HELD
    assert heard.facts == f.WhichOrganization(
        ((office.initech, "Initech"), (office.initrode, "Initrode")),
        heard.row.item.ref.day,
        heard.row.item.ref.id,
    )
    assert in_both(office) == [[], []]


def test_the_button_lets_go_what_was_kept_for_the_chosen_one(office: Office) -> None:
    both(office)
    origin = office.origin(DISCORD_ADA)
    request = c.Request(origin, text="shipped it")
    kept = office.say(request)
    ref = kept.row.item.ref
    pick = c.PickOrganization(office.initrode, ref.day, ref.id)
    assert office.press(DISCORD_ADA, office.initech, pick) == Mark()
    later = office.clock.forward(timedelta(minutes=1))
    assert office.done_log.waiting(later) == [ref]
    office.done_log.process(ref, Reading(request), later)
    assert in_both(office) == [[], ["shipped it"]]


def test_a_button_says_which_organization_it_is_for(office: Office) -> None:
    both(office)
    office.press(DISCORD_ADA, office.initrode, c.NothingToday(TUESDAY))
    answered = [
        row.answer.person_id for row in office.storage.tables.answers.values() if row.answer.day == TUESDAY
    ]
    found = office.tenant(office.initrode).people.at(DISCORD_ADA)
    assert found is not None
    assert answered == [found[0].id]


def test_somebody_whom_nobody_knows_is_first_asked_for_and_then_told(office: Office) -> None:
    nobody = Address(Channel.DISCORD, "13")
    with pytest.raises(ProfileWanted):
        office.message(nobody, "hello")
    heard = office.message(nobody, "hello", profile=Profile("Nobody"))
    assert heard.row.state is InboxState.HELD
    assert heard.facts == f.Stranger()


def test_whoever_is_seen_in_a_connected_guild_is_of_its_organization(office: Office) -> None:
    with office.storage.begin() as uow:
        uow.directory.link(office.initech, Channel.DISCORD, "G1", "Initech")
        uow.commit()
    newcomer = Address(Channel.DISCORD, "14")
    office.message(newcomer, "fixed the printer", profile=Profile("Nia", guild="G1"))
    found = office.tenant().people.at(newcomer)
    assert found is not None
    assert office.texts(found[0]) == ["fixed the printer"]
