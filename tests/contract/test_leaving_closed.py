"""Where a credential is refused, people's next channel takes over: once, and only what was not sent."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.deliveries import (
    LEASE,
    REFUSED_FOR,
    Claimed,
    Key,
    Kind,
    Later,
    LimitScope,
    NewDelivery,
    Outcome,
    Recipient,
    Result,
    Unknown,
)
from domain.doubts import ABSENCES, LONGEST_DOUBT, Absent, SafeToRepeat, Unclear, judge
from domain.facts import PromptAsked
from domain.people import Address, Channel, Identity, Profile
from domain.ports.storage import UnitOfWork
from domain.ports.tenant import Tenant
from domain.teams import Place, Role
from tests.storage_fixtures import NOW

TODAY = NOW.date()
ENDS = NOW + timedelta(hours=6)
MINUTE = timedelta(minutes=1)
DISCORD = Address(Channel.DISCORD, "")
MAIL = Address(Channel.EMAIL, "")
T1 = Address(Channel.SLACK, "", "T1")
REFUSED = Later("401", REFUSED_FOR, LimitScope.EVERYTHING, of_credential=True)
BANNED = Later("banned", MINUTE, LimitScope.EVERYTHING)
ASKED = PromptAsked(TODAY, explain=False)
MANY = 100


@pytest.fixture
def uow(limited_uow: UnitOfWork) -> UnitOfWork:
    return limited_uow


class Ben:
    """Somebody who is asked on Discord, and may have other channels."""

    def __init__(self, uow: UnitOfWork, tenant: Tenant, *others: Address, name: str = "ben") -> None:
        self._uow = uow
        self.tenant = tenant
        first = Address(Channel.DISCORD, f"8{name}")
        self.person, identity = tenant.people.add(Profile(name), first, f"9{name}", NOW)
        self.identities = [identity, *(tenant.people.add_identity(self.person.id, each) for each in others)]

    def prompt(self, identity: Identity | None = None, due_at: datetime = NOW, ends: datetime = ENDS) -> None:
        key = Key(TODAY, Kind.PROMPT, self.person.id)
        self.deliver(key, identity or self.identities[0], due_at, ends)

    def deliver(self, key: Key, identity: Identity, due_at: datetime = NOW, ends: datetime = ENDS) -> None:
        to = Recipient.at(identity)
        organization_id = self.tenant.organization_id
        facts = ASKED if key.kind is Kind.PROMPT else None
        new = NewDelivery(key, organization_id, to, due_at, self.person.id, ends, facts)
        self.tenant.outbox.add([new])

    def left(self, *places: Address, limit: int = MANY, now: datetime = NOW) -> int:
        return self._uow.ledger.leave_closed(places, now, limit)

    def claim(self, channel: Channel, now: datetime = NOW) -> list[Claimed]:
        return self._uow.ledger.claim(channel, now, now, LEASE, MANY)

    def end(self, outcome: Outcome, now: datetime = NOW) -> None:
        """Try it on Discord; it ends so."""
        (claimed,) = self.claim(Channel.DISCORD, now)
        self._uow.ledger.record([Result(claimed.ref, claimed.fence, claimed.attempt, outcome)], now)


BY_MAIL = Address(Channel.EMAIL, "ben@example.com")
ON_SLACK = Address(Channel.SLACK, "UBEN", "T1")


def test_who_has_another_channel_is_asked_there(uow: UnitOfWork, tenant: Tenant) -> None:
    """Fault 26."""
    ben = Ben(uow, tenant, BY_MAIL)
    ben.prompt()
    assert ben.left(DISCORD) == 1
    assert ben.claim(Channel.DISCORD) == []
    (asked,) = ben.claim(Channel.EMAIL)
    assert asked.key == Key(TODAY, Kind.PROMPT, ben.person.id, try_=1)
    assert asked.recipient == Recipient(BY_MAIL, None, ben.identities[1].id)
    assert (asked.due_at, asked.not_after, asked.person_id) == (NOW, ENDS, ben.person.id)
    assert uow.ledger.counts() == {"failed": 1, "sending": 1}


def test_what_was_refused_there_needs_not_wait_until_it_is_tried_again(
    uow: UnitOfWork, tenant: Tenant
) -> None:
    """Fault 26: the calls that were the first to hear of it put their deliveries off."""
    ben = Ben(uow, tenant, BY_MAIL)
    ben.prompt()
    ben.end(REFUSED)
    assert ben.left(DISCORD, now=NOW + MINUTE) == 1
    assert len(ben.claim(Channel.EMAIL, NOW + MINUTE)) == 1


def test_who_has_no_other_channel_waits_and_is_asked_when_it_is_open(uow: UnitOfWork, tenant: Tenant) -> None:
    ben = Ben(uow, tenant)
    ben.prompt()
    assert ben.left(DISCORD) == 0
    (asked,) = ben.claim(Channel.DISCORD)
    assert asked.key.try_ == 0


def test_nobody_is_asked_twice(uow: UnitOfWork, tenant: Tenant) -> None:
    ben = Ben(uow, tenant, BY_MAIL)
    ben.prompt()
    assert [ben.left(DISCORD), ben.left(DISCORD)] == [1, 0]
    ben.prompt()  # planned again by another worker
    assert [ben.left(DISCORD), len(ben.claim(Channel.EMAIL))] == [0, 1]


def test_what_may_have_been_sent_is_sent_nowhere_else(uow: UnitOfWork, tenant: Tenant) -> None:
    """Fault 26: on its way, in doubt, or to be sent there once more since nobody could tell."""
    ben = Ben(uow, tenant, BY_MAIL)
    ben.prompt()
    (claimed,) = ben.claim(Channel.DISCORD)
    assert ben.left(DISCORD) == 0
    lost = Result(claimed.ref, claimed.fence, claimed.attempt, Unknown("reset"))
    uow.ledger.record([lost], NOW)
    assert ben.left(DISCORD) == 0
    late = NOW + LONGEST_DOUBT
    (doubted,) = uow.ledger.claim_doubts(Channel.DISCORD, late, late, LEASE, MANY)
    uow.ledger.settle([judge(doubted, Unclear("401"), late)])
    assert uow.ledger.counts() == {"ready": 1}
    assert ben.left(DISCORD, now=late) == 0


def test_what_is_sent_again_since_that_is_safe_there_is_safe_nowhere_else(
    uow: UnitOfWork, tenant: Tenant
) -> None:
    """Fault 26: Discord knows its nonce, so that a second message has no effect; a mail would have one."""
    ben = Ben(uow, tenant, BY_MAIL)
    ben.prompt()
    ben.end(Unknown("reset"))
    soon = NOW + MINUTE
    (doubted,) = uow.ledger.claim_doubts(Channel.DISCORD, soon, soon, LEASE, MANY)
    uow.ledger.settle([judge(doubted, SafeToRepeat(MINUTE), soon)])
    assert uow.ledger.counts() == {"ready": 1}
    assert ben.left(DISCORD, now=soon) == 0
    ben.end(REFUSED, soon)
    assert uow.ledger.counts() == {"ready": 1}
    assert ben.left(DISCORD, now=soon) == 0, "the first attempt may have arrived all the same"


def test_what_waits_for_longer_than_it_is_safe_to_send_again_is_looked_for_first(
    uow: UnitOfWork, tenant: Tenant
) -> None:
    """Fault 26: when the channel opens again Discord has forgotten the nonce, and would take it twice."""
    ben = Ben(uow, tenant)
    ben.prompt()
    ben.end(Unknown("reset"))
    soon = NOW + MINUTE
    (doubted,) = uow.ledger.claim_doubts(Channel.DISCORD, soon, soon, LEASE, MANY)
    uow.ledger.settle([judge(doubted, SafeToRepeat(MINUTE), soon)])
    ben.end(REFUSED, soon)
    late = soon + REFUSED_FOR
    assert ben.claim(Channel.DISCORD, late) == []
    assert uow.ledger.recover(late, late) == (1, 0)
    (again,) = uow.ledger.claim_doubts(Channel.DISCORD, late, late, LEASE, MANY)
    assert again.since == NOW, "it may have arrived at the first attempt"
    uow.ledger.settle([judge(replace(again, misses=ABSENCES - 1), Absent(), late)])
    assert uow.ledger.recover(late + REFUSED_FOR, late + REFUSED_FOR) == (0, 0)
    assert len(ben.claim(Channel.DISCORD, late + REFUSED_FOR)) == 1, "proved absent it may go whenever it can"


def test_what_was_proved_not_to_be_there_may_go_elsewhere(uow: UnitOfWork, tenant: Tenant) -> None:
    ben = Ben(uow, tenant, BY_MAIL)
    ben.prompt()
    ben.end(Later("no connection"))
    assert ben.left(DISCORD) == 1


def test_what_is_not_due_or_too_late_stays(uow: UnitOfWork, tenant: Tenant) -> None:
    early, late = (Ben(uow, tenant, Address(Channel.EMAIL, name), name=name) for name in ("early", "late"))
    early.prompt(due_at=NOW + MINUTE)
    late.prompt(ends=NOW)
    assert early.left(DISCORD) == 0
    assert early.left(DISCORD, now=NOW + MINUTE) == 1


def test_what_answers_her_stays_where_she_wrote(uow: UnitOfWork, tenant: Tenant) -> None:
    ben = Ben(uow, tenant, BY_MAIL)
    ben.deliver(Key(TODAY, Kind.REPLY, 7), ben.identities[0])
    assert ben.left(DISCORD) == 0


def test_the_rest_of_a_long_message_stays_with_its_head(uow: UnitOfWork, tenant: Tenant) -> None:
    ben = Ben(uow, tenant, BY_MAIL)
    ben.deliver(Key(TODAY, Kind.PROMPT, ben.person.id, part=1), ben.identities[0])
    assert ben.left(DISCORD) == 0


def test_her_copy_of_a_digest_goes_to_her_next_channel_too(uow: UnitOfWork, tenant: Tenant) -> None:
    ben = Ben(uow, tenant, BY_MAIL)
    ben.deliver(Key(TODAY, Kind.DIGEST_MAIL, 77, ben.person.id), ben.identities[1])
    assert ben.left(MAIL) == 1
    (told,) = ben.claim(Channel.DISCORD)
    assert told.key == Key(TODAY, Kind.DIGEST_MAIL, 77, ben.person.id, try_=1)


def test_whoever_saw_only_a_copy_that_cannot_be_posted_is_sent_one(uow: UnitOfWork, tenant: Tenant) -> None:
    """Fault 26: the posted one goes on waiting, for those who have no other channel."""
    for channel, workspace in ((Channel.DISCORD, "G1"), (Channel.SLACK, "T1")):
        uow.directory.link(tenant.organization_id, channel, workspace, workspace)
    team = tenant.teams.add("Platform", "UTC", NOW)
    tenant.teams.add_target(team.id, Place(Channel.SLACK, "T1", "C1"))
    target = tenant.teams.add_target(team.id, Place(Channel.DISCORD, "G1", "C2"))
    mail = {name: Address(Channel.EMAIL, f"{name}@example.com") for name in ("ben", "sam", "ola", "ivy")}
    ben = Ben(uow, tenant, mail["ben"], name="ben")
    people = {
        "eli, who has no other": Ben(uow, tenant, name="eli").person,
        "sam, who sees Slack's": Ben(uow, tenant, ON_SLACK, mail["sam"], name="sam").person,
        "ola, who had one": Ben(uow, tenant, mail["ola"], name="ola").person,
    }
    for person in (ben.person, *people.values()):
        tenant.teams.join(team.id, person.id, Role.MEMBER, NOW)
    invited = Ben(uow, tenant, mail["ivy"], name="ivy").person
    tenant.teams.join(team.id, invited.id, Role.INVITED, NOW)
    ola = people["ola, who had one"]
    had = Key(TODAY, Kind.DIGEST_MAIL, team.id, ola.id)
    posted = Key(TODAY, Kind.DIGEST, team.id, target.id)
    to = {had: Recipient(mail["ola"]), posted: Recipient(Address(Channel.DISCORD, "C2", "G1"))}
    tenant.outbox.add(
        [NewDelivery(key, tenant.organization_id, to[key], NOW, not_after=ENDS) for key in (had, posted)]
    )
    assert len(ben.claim(Channel.EMAIL)) == 1

    assert [ben.left(T1), ben.left(DISCORD), ben.left(DISCORD)] == [0, 1, 0]

    (told,) = ben.claim(Channel.EMAIL)
    assert told.key == Key(TODAY, Kind.DIGEST_MAIL, team.id, ben.person.id)
    assert (told.recipient, told.person_id) == (Recipient.at(ben.identities[1]), ben.person.id)
    assert (told.due_at, told.not_after) == (NOW, ENDS)
    assert [each.key for each in ben.claim(Channel.DISCORD)] == [posted]


def test_of_her_channels_the_preferred_one_that_is_open(uow: UnitOfWork, tenant: Tenant) -> None:
    def asked(ben: Ben, *places: Address) -> list[Channel]:
        ben.prompt()
        ben.left(*places)
        return [channel for channel in Channel if ben.claim(channel)]

    def at(name: str) -> list[Address]:
        return [Address(Channel.SLACK, name, "T1"), Address(Channel.EMAIL, f"{name}@example.com")]

    assert asked(Ben(uow, tenant, *at("a"), name="a"), DISCORD) == [Channel.SLACK], "the first"
    assert asked(Ben(uow, tenant, *at("b"), name="b"), DISCORD, T1) == [Channel.EMAIL], "the first open one"
    assert asked(Ben(uow, tenant, *at("c"), name="c"), DISCORD, T1, MAIL) == [Channel.DISCORD], "it waits"
    ben = Ben(uow, tenant, *at("d"), name="d")
    tenant.people.save(replace(ben.person, preferred=Channel.EMAIL))
    assert asked(ben, DISCORD) == [Channel.EMAIL], "as she wants it"
    ben = Ben(uow, tenant, *at("e"), name="e")
    uow.ledger.stop({ben.identities[1].id: "user_disabled"}, NOW)
    assert asked(ben, DISCORD) == [Channel.EMAIL], "not where nothing reaches her"


def test_of_slack_only_the_workspace_that_refuses_is_left(uow: UnitOfWork, tenant: Tenant) -> None:
    here = Ben(uow, tenant, ON_SLACK, name="here")
    there = Ben(uow, tenant, Address(Channel.SLACK, "UBEN", "T2"), name="there")
    for each in (here, there):
        each.prompt(each.identities[1])
    assert here.left(T1) == 1
    assert [each.recipient.address.workspace for each in here.claim(Channel.SLACK)] == ["T2"]
    assert [each.person_id for each in here.claim(Channel.DISCORD)] == [here.person.id]


def test_no_more_than_so_many_at_once(uow: UnitOfWork, tenant: Tenant) -> None:
    for number in range(5):
        ben = Ben(uow, tenant, Address(Channel.EMAIL, f"p{number}@example.com"), name=f"p{number}")
        ben.prompt()
    assert [ben.left(DISCORD, limit=3), ben.left(DISCORD, limit=3), ben.left(DISCORD, limit=3)] == [3, 2, 0]


def test_who_is_here_no_longer_is_asked_nowhere(uow: UnitOfWork, tenant: Tenant) -> None:
    ben = Ben(uow, tenant, BY_MAIL)
    ben.prompt()
    tenant.people.save(replace(ben.person, active=False))
    assert ben.left(DISCORD) == 0
