"""What every `Storage` and `UnitOfWork` promise."""

import pytest

from domain.people import Address, Channel, Profile
from domain.ports.storage import Storage
from tests.storage_fixtures import NOW


def test_nothing_is_kept_without_a_commit(storage: Storage) -> None:
    with storage.begin() as uow:
        uow.directory.ensure_organization("Acme", "UTC", NOW)

    with storage.begin() as uow:
        assert uow.directory.organizations() == []


def test_what_was_committed_is_kept_whatever_happens_then(storage: Storage) -> None:
    def fail_after_commit() -> None:
        with storage.begin() as uow:
            number = uow.directory.ensure_organization("Acme", "UTC", NOW)
            uow.commit()
            uow.directory.link(number, Channel.SLACK, "T1", "lost")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_commit()

    with storage.begin() as uow:
        assert [name for _, name in uow.directory.organizations()] == ["Acme"]
        assert uow.directory.organization_of(Channel.SLACK, "T1") is None


def test_a_unit_of_work_sees_what_it_wrote_and_others_do_not(storage: Storage) -> None:
    address = Address(Channel.EMAIL, "ada@example.com")
    with storage.begin() as writer:
        number = writer.directory.ensure_organization("Acme", "UTC", NOW)
        writer.tenant(number).people.add(Profile("Ada"), address, None, NOW)

        with storage.begin() as reader:
            assert len(writer.directory.identities_at(address)) == 1
            assert reader.directory.identities_at(address) == []


def test_an_organization_that_does_not_exist_has_no_name(storage: Storage) -> None:
    with storage.begin() as uow, pytest.raises(LookupError):
        _ = uow.tenant(1).name
