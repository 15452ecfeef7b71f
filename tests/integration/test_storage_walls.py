"""No row of one organization can point into another, and none is shown there."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from domain.deliveries import LEASE, Key, Kind, NewDelivery, Recipient, Result, Sent
from domain.dones import Line, LineKind
from domain.people import Address, Channel, Identity, Person, Profile
from domain.ports.inbox import Arrival, InboxState, Lane, Source
from domain.ports.storage import Storage, UnitOfWork
from domain.ports.tenant import Tenant
from domain.teams import Role
from tests.storage_fixtures import NOW, STORAGES

ADA = Address(Channel.SLACK, "U1", "T1")
TODAY = NOW.date()


@pytest.fixture
def storage(engine: Engine) -> Storage:
    """PostgreSQL alone: the walls are foreign keys, and the second organization is put there by SQL."""
    return STORAGES["postgres"](engine)


@pytest.fixture
def uow(storage: Storage) -> Iterator[UnitOfWork]:
    with storage.begin() as begun:
        yield begun


@pytest.fixture
def other(engine: Engine, uow: UnitOfWork) -> Tenant:
    """A second organization in the same installation."""
    with engine.begin() as connection:
        number = connection.execute(
            text(
                "INSERT INTO organizations (name, zone, created_at) VALUES ('Beta', 'UTC', :now) RETURNING id"
            ),
            {"now": NOW},
        ).scalar_one()
    return uow.tenant(number)


@pytest.fixture
def ada(tenant: Tenant) -> tuple[Person, Identity]:
    return tenant.people.add(Profile("Ada"), ADA, None, NOW)


def test_one_address_may_belong_to_people_of_two_organizations(
    uow: UnitOfWork, tenant: Tenant, other: Tenant, ada: tuple[Person, Identity]
) -> None:
    beta, _ = other.people.add(Profile("Ada at Beta"), ADA, None, NOW)

    assert [door.organization_name for door in uow.directory.identities_at(ADA)] == ["Acme", "Beta"]
    assert tenant.people.at(ADA) == ada
    found = other.people.at(ADA)
    assert found is not None
    assert found[0] == beta


def test_the_last_prompt_says_which_organization_is_meant(
    uow: UnitOfWork, tenant: Tenant, other: Tenant, ada: tuple[Person, Identity]
) -> None:
    beta = other.people.add(Profile("Ada at Beta"), ADA, None, NOW)
    for person, identity in (ada, beta):
        recipient = Recipient(ADA, None, identity.id)
        new = NewDelivery(
            Key(TODAY, Kind.PROMPT, person.id), person.organization_id, recipient, NOW, person.id
        )
        uow.tenant(person.organization_id).outbox.add([new])
    claimed = {each.person_id: each for each in uow.ledger.claim(Channel.SLACK, NOW, NOW, LEASE, 10)}
    first, last = claimed[beta[0].id], claimed[ada[0].id]

    uow.ledger.record([Result(first.ref, first.fence, first.attempt, Sent("D:1"))], NOW)
    assert uow.directory.last_prompted(ADA) == other.organization_id

    uow.ledger.record([Result(last.ref, last.fence, last.attempt, Sent("D:2"))], NOW + LEASE)
    assert uow.directory.last_prompted(ADA) == tenant.organization_id
    assert other.outbox.find(Channel.SLACK, "D:2") is None


Reach = Callable[[UnitOfWork, Tenant, Tenant, Person, Identity], None]


def _record(_uow: UnitOfWork, _own: Tenant, other: Tenant, person: Person, _identity: Identity) -> None:
    other.log.record(person.id, TODAY, "1", NOW, [])


def _join(_uow: UnitOfWork, own: Tenant, other: Tenant, person: Person, _identity: Identity) -> None:
    other.teams.join(own.teams.add("Core", "UTC", NOW).id, person.id, Role.MEMBER, NOW)


def _open_door(_uow: UnitOfWork, _own: Tenant, other: Tenant, person: Person, _identity: Identity) -> None:
    other.people.add_identity(person.id, Address(Channel.DISCORD, "813"))


def _merge(_uow: UnitOfWork, _own: Tenant, other: Tenant, person: Person, _identity: Identity) -> None:
    beta, _ = other.people.add(Profile("Ben"), Address(Channel.DISCORD, "7"), None, NOW)
    other.people.merge(person.id, beta.id)


def _send(_uow: UnitOfWork, _own: Tenant, other: Tenant, person: Person, identity: Identity) -> None:
    recipient, key = Recipient(ADA, None, identity.id), Key(TODAY, Kind.REPLY, 1)
    other.outbox.add([NewDelivery(key, other.organization_id, recipient, NOW)])


def _send_as(_uow: UnitOfWork, _own: Tenant, other: Tenant, person: Person, _identity: Identity) -> None:
    recipient, key = Recipient(ADA), Key(TODAY, Kind.REPLY, 1)
    other.outbox.add([NewDelivery(key, other.organization_id, recipient, NOW, person.id)])


def _attribute(uow: UnitOfWork, _own: Tenant, other: Tenant, person: Person, _identity: Identity) -> None:
    [ref] = uow.inbox.add([Arrival(Source.WEB, Lane.ASKED, "k", b"", NOW)], NOW)
    assert ref is not None
    uow.inbox.finish(ref, InboxState.DONE, other.organization_id, person.id, "")


@pytest.mark.parametrize("reach", [_record, _join, _open_door, _merge, _send, _send_as, _attribute])
def test_a_reference_into_another_organization_cannot_be_stored(
    uow: UnitOfWork, tenant: Tenant, other: Tenant, ada: tuple[Person, Identity], reach: Reach
) -> None:
    with pytest.raises(IntegrityError):  # noqa: PT012 -- some of it is written at the end only
        reach(uow, tenant, other, *ada)
        uow.commit()


def test_nothing_of_one_organization_is_shown_in_another(
    tenant: Tenant, other: Tenant, ada: tuple[Person, Identity]
) -> None:
    person, identity = ada
    team = tenant.teams.add("Core", "UTC", NOW)
    tenant.log.record(person.id, TODAY, "1", NOW, [(Line(LineKind.DONE, "Secret"), (team.id,))])
    dones = tenant.log.day(person.id, TODAY)

    assert other.people.everybody() == []
    assert other.people.named("ada") == []
    assert other.people.identities(person.id) == []
    assert other.people.at(ADA) is None
    assert other.people.identity(identity.id) is None
    assert other.teams.get(team.id) is None
    assert other.teams.named("core") is None
    assert other.teams.everything() == []
    assert other.teams.of(person.id) == []
    assert other.teams.members(team.id) == []
    assert other.log.readable([dones[0].id], person.id, [team.id]) == {}
    assert other.log.day(person.id, TODAY) == []
    assert other.log.by_source("1") is None
    assert other.log.has_answered(person.id, TODAY) is False
    with pytest.raises(LookupError):
        other.people.get(person.id)


def test_nothing_of_one_organization_is_changed_from_another(
    uow: UnitOfWork, tenant: Tenant, other: Tenant, ada: tuple[Person, Identity]
) -> None:
    person, identity = ada
    prompt = Key(TODAY, Kind.PROMPT, person.id)
    tenant.outbox.add(
        [NewDelivery(prompt, tenant.organization_id, Recipient(ADA, None, identity.id), NOW, person.id)]
    )
    team = tenant.teams.add("Core", "UTC", NOW)
    tenant.teams.join(team.id, person.id, Role.MEMBER, NOW)
    tenant.log.record(person.id, TODAY, "1", NOW, [(Line(LineKind.DONE, "Mine"), (team.id,))])
    dones = tenant.log.day(person.id, TODAY)

    other.log.change(dones[0].id, None)
    other.people.keep_direct(identity.id, "D9")
    other.people.save(Person(other.organization_id, person.id, "Changed"))
    other.teams.leave(team.id, person.id)
    other.outbox.cancel_prompt(person.id, None)
    other.outbox.cancel_prompt(person.id, TODAY)

    assert tenant.log.day(person.id, TODAY) == dones
    assert tenant.people.at(ADA) == ada
    assert tenant.teams.members(team.id) == [(person, Role.MEMBER)]
    assert [each.key for each in uow.ledger.claim(Channel.SLACK, NOW, NOW, LEASE, 10)] == [prompt]


def test_names_and_sources_are_unique_in_one_organization_only(
    tenant: Tenant, other: Tenant, ada: tuple[Person, Identity]
) -> None:
    beta, _ = other.people.add(Profile("Ben"), Address(Channel.SLACK, "U2", "T2"), None, NOW)

    assert tenant.log.record(ada[0].id, TODAY, "1", NOW, [])
    assert other.log.record(beta.id, TODAY, "1", NOW, [])
    assert tenant.teams.add("Core", "UTC", NOW).name == other.teams.add("Core", "UTC", NOW).name


def test_managers_are_those_of_the_organization_alone(
    tenant: Tenant, other: Tenant, ada: tuple[Person, Identity]
) -> None:
    team = tenant.teams.add("Core", "UTC", NOW)
    tenant.teams.join(team.id, ada[0].id, Role.MANAGER, NOW)

    assert tenant.teams.managers() == [ada[0]]
    assert other.teams.managers() == []
