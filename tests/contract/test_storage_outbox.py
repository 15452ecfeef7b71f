"""What every `Outbox` promises."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.commands import Origin, Surface
from domain.deliveries import LEASE, Key, Kind, NewDelivery, Recipient, Result, Sent, Unknown
from domain.dones import Line, LineKind
from domain.facts import Invitation, NothingNoted
from domain.people import Address, Channel, Identity, Person, Profile
from domain.ports.storage import UnitOfWork
from domain.ports.tenant import Tenant
from tests.storage_fixtures import NOW

TODAY = NOW.date()
FACTS = Invitation("Ben \u202e", "Core", 1080, "UTC", 31)


@pytest.fixture
def ada(tenant: Tenant) -> tuple[Person, Identity]:
    return tenant.people.add(Profile("Ada"), Address(Channel.SLACK, "U1", "T1"), "D1", NOW)


def prompt(ada: tuple[Person, Identity]) -> NewDelivery:
    person, identity = ada
    return NewDelivery(
        key=Key(TODAY, Kind.PROMPT, person.id),
        organization_id=person.organization_id,
        recipient=Recipient(identity.address, identity.direct, identity.id),
        due_at=NOW,
        person_id=person.id,
        not_after=NOW + timedelta(hours=6),
    )


def waiting(uow: UnitOfWork, channel: Channel = Channel.SLACK) -> list[Recipient]:
    return [each.recipient for each in uow.ledger.claim(channel, NOW, NOW, LEASE, 10)]


def test_a_delivery_goes_out_as_it_was_written(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    new = replace(prompt(ada), key=Key(TODAY, Kind.REPLY, 5, 6, 7, 1), facts=FACTS, answers="D1:17")

    tenant.outbox.add([new])

    (claimed,) = uow.ledger.claim(Channel.SLACK, NOW, NOW, LEASE, 10)
    assert (claimed.key, claimed.recipient, claimed.facts) == (new.key, new.recipient, FACTS)
    assert (claimed.organization_id, claimed.person_id) == (tenant.organization_id, ada[0].id)
    assert (claimed.due_at, claimed.answers) == (NOW, "D1:17")


def test_a_key_means_once(uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]) -> None:
    first = prompt(ada)

    tenant.outbox.add([first, replace(first, answers="the same again")])
    tenant.outbox.add([replace(first, answers="once more")])
    tenant.outbox.add([replace(first, key=first.key._replace(try_=1))])
    tenant.outbox.add([])

    claimed = uow.ledger.claim(Channel.SLACK, NOW, NOW, LEASE, 10)
    assert sorted((each.key.try_, each.answers) for each in claimed) == [(0, ""), (1, "")]


def test_an_answered_prompt_is_not_sent(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    tenant.outbox.add([prompt(ada)])

    tenant.outbox.cancel_prompt(ada[0].id, TODAY - timedelta(days=1))
    tenant.outbox.cancel_prompt(ada[0].id, TODAY)

    assert waiting(uow) == []


def test_a_prompt_that_was_cancelled_in_time_can_be_sent_after_all(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    tenant.outbox.add([prompt(ada)])
    tenant.outbox.cancel_prompt(ada[0].id, TODAY)

    tenant.outbox.renew_prompt(ada[0].id, TODAY - timedelta(days=1), NOW)
    tenant.outbox.renew_prompt(ada[0].id + 1, TODAY, NOW)
    tenant.outbox.renew_prompt(ada[0].id, TODAY, NOW + timedelta(hours=6))
    assert waiting(uow) == []

    tenant.outbox.renew_prompt(ada[0].id, TODAY, NOW)
    assert len(waiting(uow)) == 1


def test_a_prompt_that_may_have_been_sent_is_never_renewed(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    tenant.outbox.add([prompt(ada)])
    (claimed,) = uow.ledger.claim(Channel.SLACK, NOW, NOW, LEASE, 10)
    tenant.outbox.renew_prompt(ada[0].id, TODAY, NOW)
    uow.ledger.record([Result(claimed.ref, claimed.fence, claimed.attempt, Unknown("timeout"))], NOW)
    tenant.outbox.cancel_prompt(ada[0].id, TODAY)

    tenant.outbox.renew_prompt(ada[0].id, TODAY, NOW)

    later = NOW + timedelta(hours=1)
    uow.ledger.recover(later, later)
    assert uow.ledger.claim(Channel.SLACK, later, later, LEASE, 10) == []


def test_the_prompt_of_another_day_is_still_sent(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    tenant.outbox.add([prompt(ada)])

    tenant.outbox.cancel_prompt(ada[0].id, TODAY - timedelta(days=1))

    assert len(waiting(uow)) == 1


def test_an_answered_prompt_that_may_have_been_sent_is_not_sent_again(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    tenant.outbox.add([prompt(ada)])
    (claimed,) = uow.ledger.claim(Channel.SLACK, NOW, NOW, LEASE, 10)
    uow.ledger.record([Result(claimed.ref, claimed.fence, claimed.attempt, Unknown("timeout"))], NOW)

    tenant.outbox.cancel_prompt(ada[0].id, TODAY)

    later = NOW + timedelta(hours=1)
    uow.ledger.recover(later, later)
    assert uow.ledger.claim_doubts(Channel.SLACK, later, later, LEASE, 10) == []
    assert uow.ledger.claim(Channel.SLACK, later, later, LEASE, 10) == []


def test_whoever_leaves_her_last_team_is_asked_about_no_day(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    asked = prompt(ada)
    yesterdays = replace(asked, key=asked.key._replace(day=TODAY - timedelta(days=1)))
    digest = replace(asked, key=Key(TODAY, Kind.DIGEST_MAIL, 3, ada[0].id), facts=NothingNoted(TODAY))
    tenant.outbox.add([asked, yesterdays, digest])

    tenant.outbox.cancel_prompt(ada[0].id, None)

    left = [each.key for each in uow.ledger.claim(Channel.SLACK, NOW, NOW, LEASE, 10)]
    assert left == [digest.key]


def test_a_prompt_tells_the_goals_that_no_done_says_yet(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    goals = [(Line(LineKind.GOAL, text), ()) for text in ("Ship it", "Sleep")]
    tenant.log.record(ada[0].id, TODAY - timedelta(days=1), "1", NOW, goals)
    tenant.log.record(ada[0].id, TODAY, "2", NOW, [(Line(LineKind.GOAL, "of today"), ())])
    tenant.outbox.add([prompt(ada)])
    claimed = uow.ledger.claim(Channel.SLACK, NOW, NOW, LEASE, 10)
    (before,) = uow.ledger.prompt_contexts(claimed).values()

    tenant.log.record(ada[0].id, TODAY, "3", NOW, [(Line(LineKind.DONE, "ship it"), ())])

    (after,) = uow.ledger.prompt_contexts(claimed).values()
    assert (before.goals, after.goals) == (("Ship it", "Sleep"), ("Sleep",))


def test_what_waits_follows_her_to_another_door(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    door = tenant.people.add_identity(ada[0].id, Address(Channel.DISCORD, "813"))
    tenant.people.keep_direct(door.id, "998")
    tenant.outbox.add([prompt(ada)])

    tenant.outbox.reroute(ada[0].id, Recipient(door.address, "998", door.id))

    assert waiting(uow, Channel.SLACK) == []
    assert waiting(uow, Channel.DISCORD) == [Recipient(door.address, "998", door.id)]


def test_what_was_tried_stays_where_it_is(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    door = tenant.people.add_identity(ada[0].id, Address(Channel.DISCORD, "813"))
    tenant.outbox.add([prompt(ada)])
    waiting(uow)

    tenant.outbox.reroute(ada[0].id, Recipient(door.address, "998", door.id))

    later = NOW + timedelta(hours=1)
    assert uow.ledger.claim(Channel.DISCORD, later, later, LEASE, 10) == []


def test_a_sent_delivery_is_found_by_its_receipt(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    tenant.outbox.add([prompt(ada)])
    (claimed,) = uow.ledger.claim(Channel.SLACK, NOW, NOW, LEASE, 10)
    uow.ledger.record([Result(claimed.ref, claimed.fence, claimed.attempt, Sent("D1:17.5"))], NOW)

    assert tenant.outbox.find(Channel.SLACK, "D1:17.5") == (claimed.ref, TODAY, ada[0].id)
    assert tenant.outbox.find(Channel.SLACK, "D1:17.6") is None
    assert tenant.outbox.find(Channel.DISCORD, "D1:17.5") is None


@pytest.mark.parametrize("day", [TODAY, TODAY - timedelta(days=40), None], ids=["right", "wrong", "unknown"])
def test_what_an_answer_names_is_found_whatever_day_it_seems_to_be_of(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity], day: date | None
) -> None:
    tenant.outbox.add([prompt(ada)])
    (claimed,) = uow.ledger.claim(Channel.SLACK, NOW, NOW, LEASE, 10)
    uow.ledger.record([Result(claimed.ref, claimed.fence, claimed.attempt, Sent("D1:17.5"))], NOW)
    answer = Origin(ada[1].address, Surface.DIRECT, NOW, answers="D1:17.5", prompt_day=day)

    uow.expect([answer, replace(answer, answers="D1:17.6")])

    assert tenant.outbox.find(Channel.SLACK, "D1:17.5") == (claimed.ref, TODAY, ada[0].id)
    assert tenant.outbox.find(Channel.SLACK, "D1:17.6") is None


def test_the_organization_that_prompted_last_is_known(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    tenant.outbox.add([prompt(ada)])
    (claimed,) = uow.ledger.claim(Channel.SLACK, NOW, NOW, LEASE, 10)
    uow.ledger.record([Result(claimed.ref, claimed.fence, claimed.attempt, Sent("D1:17.5"))], NOW)

    assert uow.directory.last_prompted(ada[1].address) == tenant.organization_id


def test_two_people_made_one_are_asked_once(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    other = tenant.people.add(Profile("Ada"), Address(Channel.SLACK, "U2", "T1"), None, NOW)
    tenant.outbox.add([prompt(ada), prompt(other)])

    tenant.people.merge(ada[0].id, other[0].id)

    assert waiting(uow) == [prompt(ada).recipient]


def test_what_was_sent_to_the_other_counts_as_hers(
    uow: UnitOfWork, tenant: Tenant, ada: tuple[Person, Identity]
) -> None:
    other = tenant.people.add(Profile("Ada"), Address(Channel.SLACK, "U2", "T1"), None, NOW)
    tenant.outbox.add([prompt(other)])
    waiting(uow)

    tenant.people.merge(ada[0].id, other[0].id)

    tenant.outbox.add([prompt(ada)])
    assert waiting(uow) == []


def test_a_delivery_of_another_organization_is_an_error(tenant: Tenant, ada: tuple[Person, Identity]) -> None:
    with pytest.raises(ValueError, match="deliveries of"):
        tenant.outbox.add([replace(prompt(ada), organization_id=tenant.organization_id + 1)])
