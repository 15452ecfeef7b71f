"""A way that is lost: asked on the next channel, told once, and never written to again."""

from datetime import timedelta

import pytest

from domain import notices as n
from domain.deliveries import Kind, Never, RefusalScope, Result, Sent, State
from domain.delivery_events import DeliveryEvent, EventKind
from domain.people import Address, Channel, Person
from domain.teams import Role
from tests.factories import ADA, SIX, Office
from tests.fakes.rows import DeliveryRow

MAIL = Address(Channel.EMAIL, "ada@example.com")
CLOSED = Never("user_disabled", RefusalScope.ADDRESS)
REVOKED = Never("token_revoked", RefusalScope.WORKSPACE)


@pytest.fixture
def office() -> Office:
    """Ada has a second address, by mail."""
    office = Office()
    with office.storage.begin() as uow:
        uow.tenant(office.initech).people.add_identity(office.ada.id, MAIL)
        uow.commit()
    return office


def prompts_of(office: Office, person: Person) -> list[DeliveryRow]:
    rows = [row for row in office.deliveries(Kind.PROMPT) if row.new.person_id == person.id]
    return sorted(rows, key=lambda row: row.new.key.try_)


def notices(office: Office) -> list[tuple[int | None, object]]:
    return [(row.new.person_id, row.new.facts) for row in office.deliveries(Kind.NOTICE)]


def refuse(office: Office, address: Address, refusal: Never) -> None:
    """Ask everybody on that channel; one address refuses."""
    now = office.clock.now()
    batch = office.done_log.outgoing.claim(address.channel, now, now, 100)
    results = [
        Result(
            each.ref,
            each.fence,
            each.attempt,
            refusal if each.recipient.address == address else Sent(f"r{each.ref.id}"),
        )
        for each in batch.claimed
    ]
    office.done_log.outgoing.record(batch.claimed, results, now)


def test_who_refuses_on_one_channel_is_asked_on_the_next(office: Office) -> None:
    """Faults 27 and 28: deactivated, or direct messages closed."""
    office.done_log.plan_prompts(SIX)
    refuse(office, ADA, CLOSED)
    first, second = prompts_of(office, office.ada)
    assert (first.state, first.reason) == (State.FAILED, "user_disabled")
    assert (second.new.key.try_, second.new.recipient.address) == (1, MAIL)
    assert (second.state, second.new.not_after) == (State.READY, first.new.not_after)


def test_she_is_told_once_on_the_new_channel(office: Office) -> None:
    office.done_log.plan_prompts(SIX)
    refuse(office, ADA, CLOSED)
    told = n.WayLost(Channel.SLACK, Channel.EMAIL, wanted=False)
    assert notices(office) == [(office.ada.id, told)]
    office.clock.forward(timedelta(days=1))
    office.done_log.plan_prompts(office.clock.now())
    wednesday = [row for row in prompts_of(office, office.ada) if row.ref.day > SIX.date()]
    assert [row.new.recipient.address for row in wednesday] == [MAIL]
    assert len(notices(office)) == 1


def test_a_message_that_is_refused_condemns_no_address(office: Office) -> None:
    office.done_log.plan_prompts(SIX)
    refuse(office, ADA, Never("msg_too_long"))
    assert [row.state for row in prompts_of(office, office.ada)] == [State.FAILED]
    assert notices(office) == []


def test_who_has_answered_meanwhile_is_not_asked_on_the_next_channel(office: Office) -> None:
    office.done_log.plan_prompts(SIX)
    now = office.clock.now()
    batch = office.done_log.outgoing.claim(Channel.SLACK, now, now, 100)
    office.mail(MAIL, "shipped it", to=office.ada)
    results = [Result(each.ref, each.fence, each.attempt, CLOSED) for each in batch.claimed]
    office.done_log.outgoing.record(batch.claimed, results, now)
    assert [row.new.key.try_ for row in prompts_of(office, office.ada)] == [0]


def test_where_there_is_no_other_channel_a_manager_is_told(office: Office) -> None:
    office.join(office.ben, office.team, Role.MANAGER)
    office.done_log.plan_prompts(SIX)
    (mailed,) = [delivery for delivery in office.send(Channel.EMAIL) if delivery.person_id == office.dee.id]
    bounced = DeliveryEvent("e1", EventKind.BOUNCED, mailed.ref, "dee@example.com", SIX)
    office.done_log.note([bounced], office.clock.now())
    assert notices(office) == [(office.ben.id, n.OutOfReach("Dee", Channel.EMAIL, wanted=False))]


@pytest.mark.parametrize("kind", [EventKind.COMPLAINED, EventKind.UNSUBSCRIBED, EventKind.SUPPRESSED])
def test_whoever_wants_no_mail_is_asked_in_the_chat(office: Office, kind: EventKind) -> None:
    """Faults 31 to 33: mail stops at once, and she is asked elsewhere."""
    office.change(office.ada, preferred=Channel.EMAIL)
    office.done_log.plan_prompts(SIX)
    office.done_log.note([DeliveryEvent("e1", kind, None, MAIL.external_id, SIX)], office.clock.now())
    first, second = prompts_of(office, office.ada)
    assert (first.state, second.state) == (State.CANCELLED, State.READY)
    assert second.new.recipient.address == ADA
    wanted = kind is not EventKind.SUPPRESSED
    assert notices(office) == [(office.ada.id, n.WayLost(Channel.EMAIL, Channel.SLACK, wanted=wanted))]
    assert [delivery.recipient.address for delivery in office.send(Channel.EMAIL)] != [MAIL]


def test_a_mail_blocked_too_often_counts_as_dead_and_before_that_as_nothing(office: Office) -> None:
    """Fault 32: soft bounces add up."""
    for number in range(5):
        assert not office.storage.tables.identities_at(MAIL)[0].stopped
        at = SIX + timedelta(days=number)
        blocked = DeliveryEvent(f"e{number}", EventKind.BLOCKED, None, MAIL.external_id, at)
        office.done_log.note([blocked, blocked], at)
    assert office.storage.tables.identities_at(MAIL)[0].stopped


def test_a_workspace_that_refuses_is_paused_and_a_manager_told_once(office: Office) -> None:
    """Fault 26: nothing is lost with its token."""
    office.join(office.dee, office.team, Role.MANAGER)
    office.done_log.plan_prompts(SIX)
    for _ in range(2):
        office.send(outcome=REVOKED)
        office.done_log.outgoing.leave_closed(office.clock.now(), office.clock.real())
        office.clock.forward(timedelta(minutes=20))
    assert [facts for _, facts in notices(office)] == [
        n.WorkspaceLost("Initech HQ", Channel.SLACK, "token_revoked")
    ]
    moved = prompts_of(office, office.ada)
    assert [(row.state, row.new.recipient.address.channel) for row in moved] == [
        (State.FAILED, Channel.SLACK),
        (State.READY, Channel.EMAIL),
    ], "who has another channel is asked there"
    (waiting,) = prompts_of(office, office.ben)
    assert waiting.state is State.READY, "who has none is asked when it is mended"
    assert not office.storage.tables.identities_at(ADA)[0].stopped


def test_whoever_writes_where_she_was_out_of_reach_is_asked_there_again(office: Office) -> None:
    office.done_log.plan_prompts(SIX)
    refuse(office, ADA, CLOSED)
    assert office.storage.tables.identities_at(ADA)[0].stopped
    office.message(ADA, "shipped it")
    assert not office.storage.tables.identities_at(ADA)[0].stopped


def test_a_workspace_that_is_mended_is_paused_no_longer(office: Office) -> None:
    office.done_log.plan_prompts(SIX)
    office.send(outcome=REVOKED)
    now = office.clock.forward(timedelta(minutes=20))
    assert office.done_log.keep_house(now, now)["workspaces resumed"] == 0
    assert len(office.send()) > 0
    now = office.clock.forward(timedelta(minutes=1))
    assert office.done_log.keep_house(now, now)["workspaces resumed"] == 2
    assert office.done_log.keep_house(now, now)["workspaces resumed"] == 0


def test_where_no_manager_can_be_told_of_a_workspace_anybody_who_can_be_reached_is(office: Office) -> None:
    """Fault 26: it can be passed on."""
    office.join(office.ben, office.team, Role.MANAGER)
    office.done_log.plan_prompts(SIX)
    office.send(outcome=REVOKED)
    assert [facts for _, facts in notices(office)] == [
        n.WorkspaceLost("Initech HQ", Channel.SLACK, "token_revoked")
    ]
    told = {person_id for person_id, _ in notices(office)}
    assert office.ben.id not in told, "he has no other channel"
