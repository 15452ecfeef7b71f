"""What every `People` promises."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.dones import Line, LineKind
from domain.errors import Refusal
from domain.local_time import DEFAULT_PROMPT_MINUTE
from domain.people import Address, Channel, Person, Profile
from domain.ports.storage import UnitOfWork
from domain.ports.tenant import Tenant
from domain.teams import Role
from tests.storage_fixtures import NOW

SLACK = Address(Channel.SLACK, "U1", "T1")
DISCORD = Address(Channel.DISCORD, "81384788765712384")
MAIL = Address(Channel.EMAIL, "ada@example.com")
TODAY = NOW.date()


def add(tenant: Tenant, name: str, address: Address, zone: str | None = None) -> Person:
    return tenant.people.add(Profile(name, zone), address, None, NOW)[0]


def test_a_new_person_takes_zone_and_hour_of_her_organization(tenant: Tenant) -> None:
    person, identity = tenant.people.add(Profile("Ada Lovelace"), SLACK, "D1", NOW)

    assert person == Person(
        tenant.organization_id,
        person.id,
        "Ada Lovelace",
        zone="Europe/Madrid",
        prompt_minute=DEFAULT_PROMPT_MINUTE,
    )
    assert (identity.person_id, identity.address, identity.direct) == (person.id, SLACK, "D1")


def test_a_zone_told_by_the_platform_counts_as_chosen(tenant: Tenant) -> None:
    person = add(tenant, "Ada", SLACK, "Asia/Tokyo")

    assert (person.zone, person.zone_chosen) == ("Asia/Tokyo", True)


def test_a_person_is_found_by_id_and_by_address(tenant: Tenant) -> None:
    person, identity = tenant.people.add(Profile("Ada"), SLACK, None, NOW)

    assert tenant.people.get(person.id) == person
    assert tenant.people.at(SLACK) == (person, identity)
    assert tenant.people.identity(identity.id) == identity
    assert tenant.people.at(MAIL) is None
    assert tenant.people.identity(identity.id + 1) is None


def test_nobody_of_that_number_is_an_error(tenant: Tenant) -> None:
    with pytest.raises(LookupError):
        tenant.people.get(1)


def test_who_is_added_twice_at_one_address_is_one_person(tenant: Tenant) -> None:
    person = add(tenant, "Ada", SLACK)

    assert add(tenant, "Ada again", SLACK) == person
    assert tenant.people.everybody() == [person]


def test_all_that_can_be_changed_is_saved(tenant: Tenant) -> None:
    person = add(tenant, "Ada", SLACK)
    changed = Person(
        person.organization_id,
        person.id,
        "Ada King",
        zone="Asia/Kolkata",
        zone_chosen=True,
        prompt_minute=17 * 60,
        minute_chosen=True,
        own_days=0b1010101,
        ask_anyway=True,
        preferred=Channel.EMAIL,
        active=True,
        introduced=True,
    )

    tenant.people.save(changed)

    assert tenant.people.get(person.id) == changed


def test_nobody_inactive_is_at_an_address(tenant: Tenant) -> None:
    person = add(tenant, "Ada", SLACK)

    tenant.people.save(replace(person, active=False))

    assert tenant.people.at(SLACK) is None
    assert tenant.people.get(person.id).active is False


def test_the_door_of_somebody_who_left_can_become_another_persons(tenant: Tenant) -> None:
    left = add(tenant, "Ada", MAIL)
    tenant.people.save(replace(left, active=False))

    new = add(tenant, "Ben", MAIL)

    assert new.id != left.id
    found = tenant.people.at(MAIL)
    assert found is not None
    assert found[0] == new


def test_one_person_may_have_several_doors(tenant: Tenant) -> None:
    person = add(tenant, "Ada", SLACK)

    added = tenant.people.add_identity(person.id, DISCORD)
    again = tenant.people.add_identity(person.id, DISCORD)

    assert added == again
    assert [each.address for each in tenant.people.identities(person.id)] == [SLACK, DISCORD]


def test_a_door_of_somebody_else_is_refused(tenant: Tenant) -> None:
    add(tenant, "Ada", SLACK)
    ben = add(tenant, "Ben", MAIL)

    with pytest.raises(Refusal):
        tenant.people.add_identity(ben.id, SLACK)


def test_the_direct_channel_is_kept(tenant: Tenant) -> None:
    _, identity = tenant.people.add(Profile("Ada"), DISCORD, None, NOW)

    tenant.people.keep_direct(identity.id, "998")

    assert tenant.people.identity(identity.id) == replace(identity, direct="998")


def test_mail_stops_and_starts_again(uow: UnitOfWork, tenant: Tenant) -> None:
    _, identity = tenant.people.add(Profile("Ada"), MAIL, None, NOW)

    uow.ledger.stop({identity.id: "unsubscribed"}, NOW)
    uow.ledger.stop({identity.id: "complained"}, NOW + timedelta(days=1))
    assert tenant.people.identity(identity.id) == replace(identity, stopped=True)

    tenant.people.resume_mail(identity.id)
    assert tenant.people.identity(identity.id) == identity


@pytest.mark.parametrize("typed", ["ada", "ADA L", "lovel", "Lóvelace", "ada lovelace"])
def test_a_name_is_found_by_how_it_or_a_word_of_it_begins(tenant: Tenant, typed: str) -> None:
    ada = add(tenant, "Àda Lovelace", SLACK)
    add(tenant, "Nevada Smith", MAIL)

    assert tenant.people.named(typed) == [ada]


@pytest.mark.parametrize("typed", ["vada", "%", "_", "ada smith", "\\"])
def test_a_name_is_not_found_by_what_stands_inside_a_word(tenant: Tenant, typed: str) -> None:
    add(tenant, "Nevada Smith", SLACK)

    assert tenant.people.named(typed) == []


def test_everybody_is_listed_by_name(tenant: Tenant) -> None:
    names = ["Zoë", "ada", "Émile", "Ben"]
    for number, name in enumerate(names):
        add(tenant, name, Address(Channel.DISCORD, str(number)))

    assert [person.name for person in tenant.people.everybody()] == ["ada", "Ben", "Émile", "Zoë"]


def test_of_two_people_one_is_made(uow: UnitOfWork, tenant: Tenant) -> None:
    ada, other = add(tenant, "Ada", SLACK), add(tenant, "Ada by mail", MAIL)
    team, both = tenant.teams.add("Core", "UTC", NOW), tenant.teams.add("Web", "UTC", NOW)
    tenant.teams.join(team.id, other.id, Role.OBSERVER, NOW)
    tenant.teams.join(both.id, ada.id, Role.MEMBER, NOW)
    tenant.teams.join(both.id, other.id, Role.MANAGER, NOW)
    tenant.log.record(other.id, TODAY, "m1", NOW, [(Line(LineKind.DONE, "By mail"), (team.id,))])

    tenant.people.merge(ada.id, other.id)

    assert [each.address for each in tenant.people.identities(ada.id)] == [SLACK, MAIL]
    assert tenant.teams.of(ada.id) == [(team, Role.OBSERVER), (both, Role.MANAGER)]
    assert [done.text for done in tenant.log.day(ada.id, TODAY)] == ["By mail"]
    assert tenant.log.has_answered(ada.id, TODAY)
    assert tenant.people.everybody() == [ada]
    found = tenant.people.at(MAIL)
    assert found is not None
    assert found[0] == ada


def test_what_was_given_out_as_the_others_still_leads_to_her(tenant: Tenant) -> None:
    people = [add(tenant, "Ada", Address(Channel.DISCORD, str(number))) for number in range(3)]

    tenant.people.merge(people[1].id, people[2].id)
    tenant.people.merge(people[0].id, people[1].id)

    assert {tenant.people.get(person.id).id for person in people} == {people[0].id}


def test_nobody_is_merged_into_herself(tenant: Tenant) -> None:
    ada = add(tenant, "Ada", SLACK)

    with pytest.raises(ValueError, match="herself"):
        tenant.people.merge(ada.id, ada.id)


@pytest.mark.parametrize(
    "name", ["\u202e" * 50 + "Ada", "x" * 100_000, "🎉", "李", "'; DROP TABLE people --", "{1,2}", ""]
)
def test_any_clean_name_is_kept_as_it_is(tenant: Tenant, name: str) -> None:
    person = add(tenant, name, SLACK)

    assert tenant.people.get(person.id).name == name
    assert tenant.people.named(name) == [person]
