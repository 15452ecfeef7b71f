"""What every storage promises of absences, senders, remarks, limits, and of mails that are put aside."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy import text as sql
from sqlalchemy.exc import DBAPIError

from adapters.storage.unit_of_work import PostgresStorage
from domain.commands import InboxRef
from domain.deliveries import Key, Kind, NewDelivery, Recipient
from domain.dones import Line, LineKind
from domain.facts import Digest
from domain.people import Address, Channel, Person, Profile
from domain.ports.inbox import Arrival, InboxState, Lane, Source
from domain.ports.replies import DigestSent
from domain.ports.storage import UnitOfWork
from domain.ports.tenant import Tenant
from domain.teams import Role
from tests.storage_fixtures import NOW

DAY = date(2026, 11, 24)
MAIL = Address(Channel.EMAIL, "ada@example.com")


@pytest.fixture
def ada(tenant: Tenant) -> Person:
    return tenant.people.add(Profile("Ada"), MAIL, None, NOW)[0]


def day(number: int) -> date:
    return DAY + timedelta(days=number)


# ---------------------------------------------------------------- absences


def test_absences_are_told_until_they_end(tenant: Tenant, ada: Person) -> None:
    tenant.absences.put(ada.id, day(5), day(9))
    tenant.absences.put(ada.id, day(0), day(2))
    assert tenant.absences.of(ada.id, day(0)) == [(day(0), day(2)), (day(5), day(9))]
    assert tenant.absences.of(ada.id, day(2)) == [(day(0), day(2)), (day(5), day(9))]
    assert tenant.absences.of(ada.id, day(3)) == [(day(5), day(9))]
    assert tenant.absences.of(ada.id, day(10)) == []


@pytest.mark.parametrize(
    ("first", "last", "then"),
    [
        (3, 4, [(0, 2), (3, 4)]),
        (0, 20, [(0, 20)]),
        (2, None, [(0, 1), (2, None)]),
        (-5, -1, [(-5, -1), (0, 9)]),
        (10, 12, [(0, 9), (10, 12)]),
    ],
)
def test_the_newer_absence_takes_the_place_of_the_older(
    tenant: Tenant, ada: Person, first: int, last: int | None, then: list[tuple[int, int | None]]
) -> None:
    tenant.absences.put(ada.id, day(0), day(9))
    tenant.absences.put(ada.id, day(first), None if last is None else day(last))
    expected = [(day(start), None if end is None else day(end)) for start, end in then]
    assert tenant.absences.of(ada.id, day(-9)) == expected


def test_coming_back_ends_what_is_and_drops_what_is_to_come(tenant: Tenant, ada: Person) -> None:
    tenant.absences.put(ada.id, day(-3), day(1))
    tenant.absences.put(ada.id, day(7), None)
    assert tenant.absences.end(ada.id, day(0)) == 2
    assert tenant.absences.of(ada.id, day(-9)) == [(day(-3), day(-1))]
    assert tenant.absences.end(ada.id, day(0)) == 0


# ---------------------------------------------------------------- senders and addresses


def test_what_she_says_of_a_sender_is_kept_and_can_change(tenant: Tenant, ada: Person) -> None:
    assert tenant.senders.is_hers(ada.id, "boss@example.org") is None
    tenant.senders.remember(ada.id, "boss@example.org", NOW, hers=True)
    assert tenant.senders.is_hers(ada.id, "boss@example.org") is True
    tenant.senders.remember(ada.id, "boss@example.org", NOW, hers=False)
    assert tenant.senders.is_hers(ada.id, "boss@example.org") is False
    assert tenant.senders.is_hers(ada.id + 1, "boss@example.org") is None


def test_an_address_is_renewed_for_her_and_whoever_became_her(
    uow: UnitOfWork, tenant: Tenant, ada: Person
) -> None:
    other, _ = tenant.people.add(Profile("A"), Address(Channel.EMAIL, "a@example.com"), None, NOW)
    ben, _ = tenant.people.add(Profile("Ben"), Address(Channel.EMAIL, "b@example.com"), None, NOW)
    tenant.people.merge(ada.id, other.id)
    assert uow.directory.address_versions([ada.id, other.id, ben.id]) == {}
    tenant.people.renew_address(ada.id)
    assert [tenant.people.address_version(each.id) for each in (ada, other, ben)] == [1, 1, 0]
    assert uow.directory.address_versions([ada.id, ben.id]) == {ada.id: 1}
    assert tenant.people.address_version(10**9) is None


# ---------------------------------------------------------------- remarks


def test_a_digest_is_known_by_its_message_id_to_whom_it_was_sent(
    uow: UnitOfWork, tenant: Tenant, ada: Person
) -> None:
    team = tenant.teams.add("platform", "UTC", NOW)
    key = Key(DAY, Kind.DIGEST_MAIL, team.id, ada.id)
    facts = Digest("platform", day(-3), day(-1), ())
    new = NewDelivery(key, tenant.organization_id, Recipient(MAIL), NOW, ada.id, facts=facts)
    tenant.outbox.add([new])
    assert tenant.remarks.digest("<d.1@example.com>", ada.id) is None
    assert uow.ledger.idle(NOW) is False


def test_the_lines_of_a_digest_are_what_its_team_sees_of_its_members(tenant: Tenant, ada: Person) -> None:
    team = tenant.teams.add("platform", "UTC", NOW)
    ben, _ = tenant.people.add(Profile("Ben"), Address(Channel.EMAIL, "b@example.com"), None, NOW)
    for person in (ada, ben):
        tenant.teams.join(team.id, person.id, Role.MEMBER, NOW)
    for number, (person, when, seen) in enumerate(
        [
            (ben, 0, (team.id,)),
            (ada, 0, (team.id,)),
            (ada, 0, ()),
            (ada, -1, (team.id,)),
            (ada, -5, (team.id,)),
        ]
    ):
        line = Line(LineKind.DONE, f"line {number}")
        tenant.log.record(person.id, day(when), str(number), NOW, [(line, seen)])
    lines = tenant.remarks.lines(DigestSent(team.id, day(-1), day(0)))
    assert [(each.name, each.done.text) for each in lines] == [
        ("Ada", "line 3"),
        ("Ada", "line 1"),
        ("Ben", "line 0"),
    ]
    tenant.teams.leave(team.id, ada.id)
    assert [each.name for each in tenant.remarks.lines(DigestSent(team.id, day(-9), day(0)))] == ["Ben"]


def test_a_remark_is_kept_once(tenant: Tenant, ada: Person) -> None:
    tenant.log.record(ada.id, DAY, "1", NOW, [(Line(LineKind.DONE, "It"), ())])
    done_id = tenant.log.day(ada.id, DAY)[0].id
    assert tenant.remarks.comment(done_id, ada.id, "mail:1:0", NOW, "great")
    assert not tenant.remarks.comment(done_id, ada.id, "mail:1:0", NOW, "great")
    assert tenant.remarks.comment(done_id, ada.id, "mail:1:1", NOW, "great")
    assert tenant.remarks.like(done_id, ada.id, NOW)
    assert not tenant.remarks.like(done_id, ada.id, NOW)


def test_nothing_is_remarked_on_in_another_organization(engine: Engine) -> None:
    with PostgresStorage(engine, feed=False).begin() as uow:
        tenant = uow.tenant(uow.directory.ensure_organization("Acme", "UTC", NOW))
        ada, _ = tenant.people.add(Profile("Ada"), MAIL, None, NOW)
        tenant.log.record(ada.id, DAY, "1", NOW, [(Line(LineKind.DONE, "It"), ())])
        recorded = tenant.log.day(ada.id, DAY)
        uow.commit()
    with engine.begin() as connection:
        other = connection.scalar(
            sql("INSERT INTO organizations (name, zone, created_at) VALUES ('B', 'UTC', now()) RETURNING id")
        )
    with PostgresStorage(engine, feed=False).begin() as uow:
        assert other is not None
        eve, _ = uow.tenant(other).people.add(Profile("Eve"), MAIL, None, NOW)
        with pytest.raises(DBAPIError, match="fk_likes_dones"):
            uow.tenant(other).remarks.like(recorded[0].id, eve.id, NOW)


# ---------------------------------------------------------------- limits


def test_so_many_are_allowed_in_a_while_and_then_again(uow: UnitOfWork) -> None:
    hour = timedelta(hours=1)
    allowed = [uow.limits.allow("x", NOW + timedelta(minutes=10 * step), hour, 2) for step in range(14)]
    assert [step for step, each in enumerate(allowed) if each] == [0, 1, 6, 7, 12, 13]
    assert uow.limits.allow("y", NOW, hour)
    assert not uow.limits.allow("y", NOW, hour)
    assert uow.limits.allow("\ud800 any name", NOW, hour)


def test_how_often_there_was_something_in_a_while_is_counted(uow: UnitOfWork) -> None:
    hour = timedelta(hours=1)
    steps = (0, 10, 59, 60, 61)
    counted = [uow.limits.count("x", NOW + timedelta(minutes=each), hour) for each in steps]
    assert counted == [1, 2, 3, 1, 2]
    assert not uow.limits.allow("x", NOW + hour, hour, 2), "it is the same count"


def test_a_count_is_forgotten_once_its_while_has_begun_long_ago(uow: UnitOfWork) -> None:
    day, later = timedelta(days=1), NOW + timedelta(minutes=1)
    uow.limits.count("x", NOW, day)
    uow.limits.count("y", later, day)
    assert (uow.limits.forget(NOW), uow.limits.forget(later)) == (0, 1)
    assert (uow.limits.count("x", later, day), uow.limits.count("y", later, day)) == (1, 2)


# ---------------------------------------------------------------- what is put aside


def put_aside(uow: UnitOfWork, key: str, state: InboxState, sender: str, whose: Person | None) -> InboxRef:
    [ref] = uow.inbox.add([Arrival(Source.MAIL_RAW, Lane.SAID, key, b"raw", NOW)], NOW)
    assert ref is not None
    organization_id = whose.organization_id if whose else None
    uow.inbox.finish(ref, state, organization_id, whose.id if whose else None, "why", sender)
    return ref


def test_what_is_put_aside_is_listed_for_her_who_is_asked(
    uow: UnitOfWork, tenant: Tenant, ada: Person
) -> None:
    one = put_aside(uow, "1", InboxState.HELD, "boss@example.org", ada)
    put_aside(uow, "2", InboxState.HELD, "boss@example.org", None)
    put_aside(uow, "3", InboxState.DONE, "", ada)
    (kept,) = uow.inbox.held_for(tenant.organization_id, ada.id)
    assert (kept.ref, kept.sender, kept.note, kept.state) == (one, "boss@example.org", "why", InboxState.HELD)
    assert uow.inbox.held_for(tenant.organization_id + 1, ada.id) == []


def test_what_she_says_is_hers_is_read_again_as_hers(uow: UnitOfWork, tenant: Tenant, ada: Person) -> None:
    ref = put_aside(uow, "1", InboxState.HELD, "boss@example.org", ada)
    uow.inbox.release(ref, tenant.organization_id, ada.id)
    item = uow.inbox.load(ref)
    assert item is not None
    assert (item.organization_id, item.person_id) == (tenant.organization_id, ada.id)


def test_what_a_stranger_wrote_is_read_again_and_nothing_that_somebody_is_asked_about(
    uow: UnitOfWork, tenant: Tenant, ada: Person
) -> None:
    strangers = put_aside(uow, "1", InboxState.HELD, "boss@example.org", None)
    asked = put_aside(uow, "2", InboxState.HELD, "boss@example.org", ada)
    others = put_aside(uow, "3", InboxState.HELD, "eve@example.org", None)
    assert uow.inbox.release_from("boss@example.org", tenant.organization_id) == 1
    assert [uow.inbox.load(each) is not None for each in (strangers, asked, others)] == [True, False, False]


def test_what_is_stuck_can_be_replayed_and_nothing_else(uow: UnitOfWork, ada: Person) -> None:
    states = (InboxState.HELD, InboxState.FAILED, InboxState.DONE)
    refs = [put_aside(uow, str(state), state, "x@example.com", ada) for state in states]
    listed = uow.inbox.kept([InboxState.HELD, InboxState.FAILED], 10)
    assert [each.ref for each in listed] == [refs[1], refs[0]]
    assert [uow.inbox.replay(each) for each in refs] == [True, True, False]
    item = uow.inbox.load(refs[0])
    assert item is not None
    assert (item.organization_id, item.person_id, item.tries) == (None, None, 0), "nothing is vouched for"


def test_an_item_is_found_by_its_number(uow: UnitOfWork, ada: Person) -> None:
    ref = put_aside(uow, "1", InboxState.FAILED, "", ada)
    found = uow.inbox.find(ref.id)
    assert found is not None
    assert (found[0].ref, found[1]) == (ref, b"raw")
    assert uow.inbox.find(ref.id + 1_000_000) is None
