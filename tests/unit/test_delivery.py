"""What is planned goes out once, in parts where it must, and is told truly afterwards."""

from datetime import date, timedelta

import pytest

from domain.application import DoneLog
from domain.conversation import Conversation
from domain.deliveries import LEASE, Delivery, Kind, Later, Never, State, Unknown
from domain.delivery_events import DeliveryEvent, EventKind
from domain.doubts import Found, SafeToRepeat
from domain.people import Channel
from domain.ports.planning import Planned
from domain.retention import Retention
from tests.factories import ADA, BEN, SIX, TUESDAY, Office
from tests.mornings import next_morning, spoken


@pytest.fixture
def office() -> Office:
    return Office()


def prompts(deliveries: list[Delivery]) -> dict[int | None, Delivery]:
    return {delivery.person_id: delivery for delivery in deliveries if delivery.kind is Kind.PROMPT}


# ---------------------------------------------------------------- prompts


def test_at_six_everybody_in_a_team_is_asked_once(office: Office) -> None:
    """Fault 3: however often a tick comes."""
    for _ in range(3):
        office.done_log.plan_prompts(office.clock.now())
    asked = office.send() + office.send(Channel.EMAIL)
    assert sorted(delivery.recipient.address.external_id for delivery in asked) == [
        "UADA",
        "UBEN",
        "UEVE",
        "dee@example.com",
    ]
    assert all("What'd you get done today?" in spoken([delivery]) for delivery in asked)
    assert office.send() == []


def test_whoever_was_never_asked_is_told_how_to_answer(office: Office) -> None:
    office.message(BEN, "yesterday: reviewed a PR")
    office.done_log.plan_prompts(office.clock.now())
    asked = prompts(office.send())
    assert "A line for each thing." in spoken([asked[office.ada.id]])
    assert "A line for each thing." not in spoken([asked[office.ben.id]])


def test_open_goals_stand_under_the_question(office: Office) -> None:
    office.message(ADA, "yesterday: [ ] pair with Ben\n[ ] write the docs\nshipped")
    office.message(ADA, "yesterday: write the docs")
    office.done_log.plan_prompts(office.clock.now())
    told = spoken([prompts(office.send())[office.ada.id]])
    assert "Still open\npair with Ben" in told
    assert "write the docs" not in told


def test_a_prompt_says_the_same_however_often_it_is_tried(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    first = office.send(outcome=Later("busy"))
    office.clock.forward(timedelta(minutes=30))
    office.message(ADA, "yesterday: [ ] a goal set meanwhile")
    second = office.send()
    assert [delivery.message for delivery in first] == [
        delivery.message for delivery in second if delivery.kind is Kind.PROMPT
    ]
    assert {delivery.attempt for delivery in second if delivery.kind is Kind.PROMPT} == {2}


def test_a_new_hour_neither_moves_nor_doubles_the_question_that_is_planned(office: Office) -> None:
    """Fault 11."""
    office.done_log.plan_prompts(office.clock.now())
    office.slash(ADA, "time 20:00")
    office.clock.forward(timedelta(hours=2))
    assert office.done_log.plan_prompts(office.clock.now()) == Planned(0, 0), "neither anew nor as skipped"
    hers = [delivery for delivery in office.send() if delivery.person_id == office.ada.id]
    assert [delivery.kind for delivery in hers] == [Kind.PROMPT]


def test_nothing_is_planned_ahead(office: Office) -> None:
    """Fault 12: whatever a new zone database says, no row stands at an hour that the old one gave."""
    office.clock.forward(timedelta(minutes=-1))
    office.done_log.plan_prompts(office.clock.now())
    assert office.deliveries(Kind.PROMPT) == []
    office.clock.forward(timedelta(minutes=1))
    office.done_log.plan_prompts(office.clock.now())
    assert {row.ref.day for row in office.deliveries(Kind.PROMPT)} == {TUESDAY}


def test_six_hours_late_a_prompt_is_not_sent_any_more_and_the_digest_says_so(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    late = office.clock.forward(timedelta(hours=6))
    assert office.send() == []
    assert office.done_log.keep_house(late, late)["expired"] == 4
    next_morning(office)
    assert "Not asked Ada, Ben and Dee" in spoken(office.send())


def test_a_call_without_an_outcome_is_looked_for_before_it_is_made_again(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    office.send(outcome=Unknown("time-out"))
    office.clock.forward(timedelta(minutes=1))
    assert office.send() == []
    assert office.look(SafeToRepeat()) == {State.READY: 3}
    assert [delivery.attempt for delivery in office.send()] == [2, 2, 2]


def test_what_a_dead_worker_held_is_looked_for_by_the_next(office: Office) -> None:
    now = office.clock.now()
    office.done_log.plan_prompts(now)
    died = office.done_log.outgoing.claim(Channel.SLACK, now, now, 100)
    assert office.send() == [], "not while its lease runs"
    later = office.clock.forward(LEASE + timedelta(seconds=1))
    assert office.done_log.keep_house(later, later)["in doubt"] == 3
    assert office.send() == []
    assert office.look(Found("D1:1")) == {State.ACCEPTED: 3}
    assert office.done_log.outgoing.record(died.claimed, [], later) == 0


def test_an_address_that_is_refused_for_good_is_no_secret(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    office.send(outcome=Never("account_inactive"))
    assert {row.reason for row in office.deliveries(Kind.PROMPT) if row.state is State.FAILED} == {
        "account_inactive"
    }


def test_whoever_answers_or_leaves_before_it_is_sent_is_not_asked(office: Office) -> None:
    """Fault 75: in the transaction in which she says so."""
    office.done_log.plan_prompts(office.clock.now())
    office.message(ADA, "shipped it")
    office.slash(BEN, "leave platform")
    asked = {delivery.person_id for delivery in office.send() if delivery.kind is Kind.PROMPT}
    assert asked & {office.ada.id, office.ben.id} == set()
    cancelled = {row.new.person_id for row in office.deliveries(Kind.PROMPT) if row.state is State.CANCELLED}
    assert cancelled == {office.ada.id, office.ben.id}


def test_an_answer_settles_the_doubt_whether_she_was_asked(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    office.send(outcome=Unknown("time-out"))
    office.message(ADA, "shipped it")
    office.clock.forward(timedelta(minutes=1))
    office.look(SafeToRepeat())
    assert office.ada.id not in {
        delivery.person_id for delivery in office.send() if delivery.kind is Kind.PROMPT
    }


def test_a_mark_goes_on_the_message_it_answers(office: Office) -> None:
    office.message(ADA, "shipped it", source="D1:5")
    (mark,) = office.send()
    assert (mark.kind, mark.message, mark.answers) == (Kind.MARK, None, "D1:5")


# ---------------------------------------------------------------- what providers tell later


def test_a_bounce_stops_mail_and_the_next_prompt_is_not_written(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    (delivery,) = office.send(Channel.EMAIL)
    bounce = DeliveryEvent("e1", EventKind.BOUNCED, delivery.ref, "dee@example.com", SIX, "no such user")
    assert office.done_log.note([bounce, bounce], office.clock.now()) == 1
    assert office.done_log.note([bounce], office.clock.now()) == 0
    office.clock.forward(timedelta(days=1))
    office.done_log.plan_prompts(office.clock.now())
    days = {row.new.key.day for row in office.deliveries(Kind.PROMPT) if row.new.person_id == office.dee.id}
    assert days == {TUESDAY}


# ---------------------------------------------------------------- the house


def test_the_house_is_idle_when_nothing_is_due_or_on_its_way(office: Office) -> None:
    now = office.clock.now()
    assert office.done_log.idle(now)
    office.done_log.plan_prompts(now)
    assert not office.done_log.idle(now)
    office.send()
    office.send(Channel.EMAIL)
    assert office.done_log.idle(now)


def test_keeping_house_makes_the_days_to_come_and_says_what_it_did(office: Office) -> None:
    now = office.clock.now()
    assert office.done_log.keep_house(now, now) == {
        "expired": 0,
        "in doubt": 0,
        "given up": 0,
        "workspaces resumed": 0,
        "partitions": 9,
        "days dropped": 0,
        "keys forgotten": 0,
        "counters forgotten": 0,
    }
    assert date(2026, 12, 1) in office.storage.tables.partitions
    assert office.done_log.keep_house(now, now)["partitions"] == 0


def test_days_are_forgotten_once_they_are_as_old_as_the_installation_says(office: Office) -> None:
    kept = Retention(deliveries=timedelta(days=40))
    done_log = DoneLog(office.storage, Conversation(office.tokens, [], frozenset()), kept)
    now = office.clock.now()
    done_log.keep_house(now, now)
    at_forty = now + timedelta(days=40)
    assert office.done_log.keep_house(at_forty, at_forty)["days dropped"] == 0
    assert done_log.keep_house(at_forty, at_forty)["days dropped"] == 1
