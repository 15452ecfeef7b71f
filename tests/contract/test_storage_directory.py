"""What every `Directory` promises."""

from datetime import timedelta

import pytest

from domain.deliveries import LEASE, Key, Kind, NewDelivery, Recipient, Result, Sent
from domain.errors import Refusal
from domain.people import Address, Channel, Identity, Profile
from domain.ports.directory import Direct
from domain.ports.storage import Storage, UnitOfWork
from domain.ports.tenant import Tenant
from tests.storage_fixtures import NOW

ADA = Address(Channel.SLACK, "U1", "T1")


def test_the_own_organization_is_made_once(uow: UnitOfWork) -> None:
    first = uow.directory.ensure_organization("Acme", "Europe/Madrid", NOW)

    again = uow.directory.ensure_organization("Another name", "UTC", NOW)

    assert again == first
    assert uow.directory.organizations() == [(first, "Acme")]
    assert (uow.tenant(first).name, uow.tenant(first).zone) == ("Acme", "Europe/Madrid")


def test_a_workspace_nobody_linked_belongs_to_nobody(uow: UnitOfWork, tenant: Tenant) -> None:
    assert uow.directory.organization_of(Channel.SLACK, "T1") is None


def test_a_linked_workspace_is_found_by_its_channel_and_id(uow: UnitOfWork, tenant: Tenant) -> None:
    uow.directory.link(tenant.organization_id, Channel.SLACK, "T1", "Acme on Slack")

    assert uow.directory.organization_of(Channel.SLACK, "T1") == tenant.organization_id
    assert uow.directory.organization_of(Channel.DISCORD, "T1") is None
    assert uow.directory.workspaces(tenant.organization_id) == [(Channel.SLACK, "T1", "Acme on Slack")]


def test_linking_twice_changes_nothing(uow: UnitOfWork, tenant: Tenant) -> None:
    uow.directory.link(tenant.organization_id, Channel.SLACK, "T1", "Acme on Slack")
    uow.directory.link(tenant.organization_id, Channel.SLACK, "T1", "")

    assert uow.directory.workspaces(tenant.organization_id) == [(Channel.SLACK, "T1", "Acme on Slack")]


def test_a_door_opens_to_an_active_person_only(uow: UnitOfWork, tenant: Tenant) -> None:
    person, identity = tenant.people.add(Profile("Ada"), ADA, "D1", NOW)

    (door,) = uow.directory.identities_at(ADA)

    assert (door.organization_id, door.organization_name) == (tenant.organization_id, "Acme")
    assert (door.identity, door.identity.person_id) == (identity, person.id)


def test_an_address_nobody_has_opens_no_door(uow: UnitOfWork, tenant: Tenant) -> None:
    tenant.people.add(Profile("Ada"), ADA, None, NOW)

    assert uow.directory.identities_at(Address(Channel.SLACK, "U1", "T2")) == []
    assert uow.directory.identities_at(Address(Channel.DISCORD, "U1")) == []


def test_nobody_was_prompted_last_where_nothing_was_sent(uow: UnitOfWork, tenant: Tenant) -> None:
    tenant.people.add(Profile("Ada"), ADA, None, NOW)

    assert uow.directory.last_prompted(ADA) is None


def test_a_link_to_another_organization_is_refused(storage: Storage) -> None:
    """Only an installation with several organizations meets this: the number stands for the other one."""
    with storage.begin() as uow:
        own = uow.directory.ensure_organization("Acme", "UTC", NOW)
        uow.directory.link(own, Channel.DISCORD, "G1", "Guild")

        with pytest.raises(Refusal):
            uow.directory.link(own + 1, Channel.DISCORD, "G1", "Guild")


def test_a_workspace_is_paused_once_and_resumed_when_something_reaches_it(
    uow: UnitOfWork, tenant: Tenant
) -> None:
    uow.directory.link(tenant.organization_id, Channel.SLACK, "T1", "Acme on Slack")
    assert uow.directory.pause(Channel.SLACK, "T9", "token_revoked", NOW) is None, "nobody's"
    assert uow.directory.pause(Channel.SLACK, "T1", "token_revoked", NOW) == "Acme on Slack"
    assert uow.directory.pause(Channel.SLACK, "T1", "token_revoked", NOW) is None, "known"
    assert uow.directory.resume_those_reached(NOW) == 0
    person, identity = tenant.people.add(Profile("Ada"), ADA, "D1", NOW)
    recipient = Recipient(ADA, "D1", identity.id)
    key = Key(NOW.date(), Kind.REPLY, 1)
    tenant.outbox.add([NewDelivery(key, tenant.organization_id, recipient, NOW, person.id)])
    (claimed,) = uow.ledger.claim(Channel.SLACK, NOW, NOW, LEASE, 10)
    later = NOW + timedelta(minutes=1)
    uow.ledger.record([Result(claimed.ref, claimed.fence, claimed.attempt, Sent("D1:1"))], later)
    assert uow.directory.resume_those_reached(later) == 1
    assert uow.directory.resume_those_reached(later) == 0
    assert uow.directory.pause(Channel.SLACK, "T1", "token_revoked", later) == "Acme on Slack"
    uow.directory.resume(Channel.SLACK, "T1")
    assert uow.directory.pause(Channel.SLACK, "T1", "token_revoked", later) == "Acme on Slack"


def test_open_direct_messages_are_told_of_those_who_were_asked_and_of_all(
    uow: UnitOfWork, tenant: Tenant
) -> None:
    def add(name: str, channel: Channel, direct: str | None) -> Identity:
        return tenant.people.add(Profile(name), Address(channel, name), direct, NOW)[1]

    asked, other = add("ada", Channel.DISCORD, "D1"), add("ben", Channel.DISCORD, "D2")
    third = add("dee", Channel.DISCORD, "D3")
    add("never written to", Channel.DISCORD, None)
    add("elsewhere", Channel.SLACK, "D4")
    key = Key(NOW.date(), Kind.PROMPT, asked.person_id)
    prompt = NewDelivery(key, tenant.organization_id, Recipient(asked.address, "D1", asked.id), NOW)
    tenant.outbox.add([prompt])
    today = (NOW.date(), NOW.date())

    def directs(after: int = 0, *, asked: bool) -> list[Direct]:
        return uow.directory.directs(Channel.DISCORD, today, after, 10, asked=asked)

    assert directs(asked=True) == [Direct(asked.id, "", "D1")]
    assert [each.conversation for each in directs(asked=False)] == ["D1", "D2", "D3"]
    assert directs(other.id, asked=False) == [Direct(third.id, "", "D3")]
    assert len(uow.directory.directs(Channel.DISCORD, today, 0, 1, asked=False)) == 1
    assert uow.directory.directs(Channel.SLACK, today, 0, 10, asked=False)[0].conversation == "D4"
