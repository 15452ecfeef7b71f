"""What is written at the end, as sets: whoever looks sees it; of two that do the same one begins again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, text

from adapters.storage.unit_of_work import PostgresStorage, PostgresUnitOfWork
from domain.commands import Origin, Surface
from domain.deliveries import LEASE, Key, Kind, NewDelivery, Recipient
from domain.dones import Line, LineKind
from domain.people import Address, Channel, Person, Profile
from domain.ports.inbox import Arrival, InboxState, Lane, Source
from domain.ports.storage import WriteConflict
from domain.teams import Role
from tests.storage_fixtures import NOW

TODAY = NOW.date()
ADA = Address(Channel.EMAIL, "ada@example.com")
IT = [(Line(LineKind.DONE, "It"), (7,))]


@pytest.fixture
def storage(engine: Engine) -> PostgresStorage:
    return PostgresStorage(engine, feed=False)


@pytest.fixture
def ada(storage: PostgresStorage) -> Person:
    with storage.begin() as uow:
        tenant = uow.tenant(uow.directory.ensure_organization("Acme", "UTC", NOW))
        person, _ = tenant.people.add(Profile("Ada"), ADA, None, NOW)
        team = tenant.teams.add("Core", "UTC", NOW)
        tenant.teams.join(team.id, person.id, Role.MEMBER, NOW)
        uow.commit()
        return person


def written_by_her(ada: Person) -> Origin:
    return Origin(
        ADA,
        Surface.MAIL,
        NOW,
        "mail:1",
        organization_id=ada.organization_id,
        person_id=ada.id,
        claimed_by_token=True,
    )


def test_of_two_that_record_the_same_the_second_begins_again(storage: PostgresStorage, ada: Person) -> None:
    with storage.begin() as slow:
        assert slow.tenant(ada.organization_id).log.record(ada.id, TODAY, "mail:1", NOW, IT)
        with storage.begin() as quick:
            assert quick.tenant(ada.organization_id).log.record(ada.id, TODAY, "mail:1", NOW, IT)
            quick.commit()
        with pytest.raises(WriteConflict):
            slow.commit()

    with storage.begin() as again:
        log = again.tenant(ada.organization_id).log
        assert not log.record(ada.id, TODAY, "mail:1", NOW, IT)
        assert [done.text for done in log.day(ada.id, TODAY)] == ["It"]


def test_a_prompt_that_is_planned_and_answered_at_once_is_not_sent(
    storage: PostgresStorage, ada: Person
) -> None:
    with storage.begin() as uow:
        outbox = uow.tenant(ada.organization_id).outbox
        key = Key(TODAY, Kind.PROMPT, ada.id)
        outbox.add([NewDelivery(key, ada.organization_id, Recipient(ADA), NOW, ada.id)])
        outbox.cancel_prompt(ada.id, TODAY)
        assert uow.ledger.claim(Channel.EMAIL, NOW, NOW, LEASE, 10) == []


def test_what_is_read_ahead_is_not_asked_again(storage: PostgresStorage, engine: Engine, ada: Person) -> None:
    with storage.begin() as uow:
        uow.expect([written_by_her(ada)])
        asked: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
        tenant = uow.tenant(ada.organization_id)
        assert tenant.people.address_version(ada.id) == 0
        assert tenant.people.get(ada.id) == ada
        assert [each.address for each in tenant.people.identities(ada.id)] == [ADA]
        assert [team.name for team, _ in tenant.teams.of(ada.id)] == ["Core"]
        assert tenant.log.record(ada.id, TODAY, "mail:1", NOW, IT)
        assert asked == []


def test_who_is_asked_for_by_two_numbers_has_each_identity_once(
    storage: PostgresStorage, engine: Engine, ada: Person
) -> None:
    also = Address(Channel.SLACK, "U1", "T1")
    with storage.begin() as uow:
        tenant = uow.tenant(ada.organization_id)
        other, _ = tenant.people.add(Profile("Ada as well"), also, None, NOW)
        tenant.people.merge(ada.id, other.id)
        uow.commit()

    with storage.begin() as uow:
        uow.expect([written_by_her(ada), written_by_her(other)])
        asked: list[str] = []
        event.listen(engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))
        people = uow.tenant(ada.organization_id).people
        assert people.get(ada.id) == ada
        assert [each.address for each in people.identities(ada.id)] == [ADA, also]
        assert asked == []


def test_a_mail_is_not_written_again_when_it_is_understood(storage: PostgresStorage, engine: Engine) -> None:
    raw = b"Received: by mail.example.com with SMTP id %d; Tue, 24 Nov 2026 18:05:00 +0000\r\n"
    mail = b"".join(raw % number for number in range(60))
    with storage.begin() as uow:
        uow.ledger.make_partitions(TODAY, 1)
        uow.commit()
    with storage.begin() as uow:
        refs = uow.inbox.add(
            [Arrival(Source.MAIL_RAW, Lane.SAID, str(number), mail, NOW) for number in range(100)], NOW
        )
        for ref in refs:
            assert ref is not None
            uow.inbox.finish(ref, InboxState.DONE, None, None, "")
        uow.commit()

    with engine.connect() as connection:
        octets = connection.scalar(text(f"SELECT pg_relation_size('inbox_{TODAY:%Y%m%d}')"))
    assert octets < len(refs) * len(mail) / 10


Change = Callable[[PostgresUnitOfWork, Person], object]


def _leave(uow: PostgresUnitOfWork, ada: Person) -> None:
    tenant = uow.tenant(ada.organization_id)
    tenant.teams.leave(tenant.teams.everything()[0].id, ada.id)


@pytest.mark.parametrize(
    "change",
    [
        _leave,
        lambda uow, ada: uow.tenant(ada.organization_id).people.renew_address(ada.id),
        lambda uow, ada: uow.tenant(ada.organization_id).people.add_identity(
            ada.id, Address(Channel.SLACK, "U1", "T1")
        ),
        lambda uow, ada: uow.tenant(ada.organization_id).teams.join(
            uow.tenant(ada.organization_id).teams.add("Web", "UTC", NOW).id, ada.id, Role.MEMBER, NOW
        ),
    ],
    ids=["leaves", "renews her address", "has another door", "joins"],
)
def test_whoever_changes_something_sees_the_change(
    storage: PostgresStorage, ada: Person, change: Change
) -> None:
    def seen(uow: PostgresUnitOfWork) -> object:
        tenant = uow.tenant(ada.organization_id)
        doors = tenant.people.identities(ada.id)
        return tenant.people.address_version(ada.id), doors, tenant.teams.of(ada.id)

    with storage.begin() as uow:
        uow.expect([written_by_her(ada)])
        before = seen(uow)
        change(uow, ada)
        after = seen(uow)
        uow.commit()
    assert after != before
    with storage.begin() as uow:
        assert seen(uow) == after


def test_what_is_counted_ahead_is_counted_for_all(storage: PostgresStorage) -> None:
    hour = timedelta(hours=1)
    with storage.begin() as uow:
        uow.limits.expect(["x"], NOW)
        assert [uow.limits.allow("x", NOW, hour, 2) for _ in range(3)] == [True, True, False]
        uow.commit()
    with storage.begin() as uow:
        assert not uow.limits.allow("x", NOW, hour, 3)
        assert uow.limits.allow("x", NOW, hour, 5)
        uow.commit()
    with storage.begin() as uow:
        uow.limits.expect(["x"], NOW + hour)
        assert uow.limits.allow("x", NOW + hour, hour)
        uow.commit()
    with storage.begin() as uow:
        assert not uow.limits.allow("x", NOW + hour, hour)
