"""What is planned goes out once, in parts where it must, and is told truly afterwards."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.deliveries import (
    LEASE,
    MOST_ATTEMPTS,
    DeliveryEvent,
    EventKind,
    Kind,
    Later,
    Never,
    Parcel,
    Result,
    Sent,
    State,
    Unknown,
)
from domain.messages import Group, Message, plain
from domain.people import Address, Channel
from domain.teams import Place, Role
from tests.factories import ADA, BEN, DEE, SIX, TUESDAY, Office, said
from tests.fakes.rows import DeliveryRow

MORNING = datetime(2026, 11, 25, 8, tzinfo=UTC)
"""Wednesday, 09:00 in Madrid."""
DISCORD = Place(Channel.DISCORD, "G1", "C7", "mornings")


@pytest.fixture
def office() -> Office:
    return Office()


def spoken(parcels: list[Parcel]) -> str:
    return "\n".join(said(parcel.message) for parcel in parcels if parcel.message is not None)


def prompts(parcels: list[Parcel]) -> dict[int | None, Parcel]:
    return {parcel.person_id: parcel for parcel in parcels if parcel.kind is Kind.PROMPT}


def next_morning(office: Office) -> None:
    office.clock.forward(MORNING - office.clock.now())
    office.done_log.plan_digests(MORNING)


# ---------------------------------------------------------------- prompts


def test_at_six_everybody_in_a_team_is_asked_once(office: Office) -> None:
    for _ in range(3):
        office.done_log.plan_prompts(office.clock.now())
    asked = office.send() + office.send(Channel.EMAIL)
    assert sorted(parcel.recipient.address.external_id for parcel in asked) == [
        "UADA",
        "UBEN",
        "UEVE",
        "dee@example.com",
    ]
    assert all("What'd you get done today?" in spoken([parcel]) for parcel in asked)
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
    assert [parcel.message for parcel in first] == [
        parcel.message for parcel in second if parcel.kind is Kind.PROMPT
    ]
    assert {parcel.attempt for parcel in second if parcel.kind is Kind.PROMPT} == {2}


def test_six_hours_late_a_prompt_is_not_sent_any_more_and_the_digest_says_so(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    late = office.clock.forward(timedelta(hours=6))
    assert office.send() == []
    assert office.done_log.keep_house(late, late)["expired"] == 4
    next_morning(office)
    assert "Not asked Ada, Ben and Dee" in spoken(office.send())


def test_a_call_without_an_outcome_is_tried_again_and_given_up_in_the_end(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    for attempt in range(1, MOST_ATTEMPTS + 1):
        parcels = office.send(outcome=Unknown("time-out"))
        assert [parcel.attempt for parcel in parcels] == [attempt] * 3
        office.clock.forward(timedelta(minutes=20))
    assert office.send() == []
    slack = [
        row for row in office.deliveries(Kind.PROMPT) if row.new.recipient.address.channel is Channel.SLACK
    ]
    assert {row.state for row in slack} == {State.UNKNOWN}


def test_what_a_dead_worker_held_is_sent_by_the_next(office: Office) -> None:
    now = office.clock.now()
    office.done_log.plan_prompts(now)
    died = office.done_log.claim(Channel.SLACK, now, now, 100)
    assert office.send() == [], "not while its lease runs"
    later = office.clock.forward(LEASE + timedelta(seconds=1))
    assert office.done_log.keep_house(later, later)["again"] == 3
    assert len(office.send()) == 3
    assert office.done_log.record(died.claimed, [], later) == 0


def test_an_address_that_is_refused_for_good_is_no_secret(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    office.send(outcome=Never("account_inactive"))
    assert {row.reason for row in office.deliveries(Kind.PROMPT) if row.state is State.FAILED} == {
        "account_inactive"
    }


def test_a_mark_goes_on_the_message_it_answers(office: Office) -> None:
    office.message(ADA, "shipped it", source="D1:5")
    (mark,) = office.send()
    assert (mark.kind, mark.message, mark.answers) == (Kind.MARK, None, "D1:5")


# ---------------------------------------------------------------- digests


def test_next_morning_the_team_reads_what_got_done(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    office.send()
    office.send(Channel.EMAIL)
    office.message(ADA, "shipped the importer\n! no DNS access\nprivate: told Cleo")
    office.mail(DEE, "signed the lease", to=office.dee)
    office.send()
    next_morning(office)
    (posted,) = [parcel for parcel in office.send() if parcel.recipient.address.external_id == "C1"]
    told = spoken([posted])
    assert "shipped the importer" in told
    assert "no DNS access" in told
    assert "told Cleo" not in told
    assert "signed the lease" in told
    assert "Quiet Ben" in told
    assert posted.day == TUESDAY
    (mailed,) = office.send(Channel.EMAIL)
    assert (mailed.kind, mailed.recipient.address) == (Kind.DIGEST_MAIL, DEE)
    assert mailed.unsubscribe


def test_whoever_only_looks_on_reads_it_by_mail(office: Office) -> None:
    fay = office.add_person(office.initech, "Fay", Address(Channel.EMAIL, "fay@example.org"))
    office.join(fay, office.team, Role.OBSERVER)
    office.message(ADA, "shipped it")
    next_morning(office)
    assert {parcel.person_id for parcel in office.send(Channel.EMAIL)} == {fay.id, office.dee.id}


def test_what_was_written_after_the_planning_is_told_all_the_same(office: Office) -> None:
    office.message(ADA, "shipped it")
    next_morning(office)
    office.message(BEN, "yesterday: reviewed it")
    assert "reviewed it" in spoken(office.send())


def test_on_monday_the_weekend_is_told_too(office: Office) -> None:
    friday = datetime(2026, 11, 27, 17, tzinfo=UTC)
    office.clock.forward(friday - office.clock.now())
    office.message(ADA, "cut the release")
    office.send()
    for day in (28, 29, 30):
        now = datetime(2026, 11, day, 8, tzinfo=UTC)
        office.clock.forward(now - office.clock.now())
        office.message(BEN, f"yesterday: on call before the {day}th")
        planned = office.done_log.plan_digests(now)
        assert (planned > 0) == (day == 30)
    told = spoken([parcel for parcel in office.send() if parcel.kind is Kind.DIGEST])
    assert "cut the release" in told
    assert "on call before the 29th" in told
    assert "on call before the 30th" in told


def test_nothing_asked_and_nothing_written_makes_no_digest(office: Office) -> None:
    next_morning(office)
    assert office.deliveries(Kind.DIGEST) == []


def test_a_digest_that_turns_out_to_have_nothing_to_tell_is_cancelled(office: Office) -> None:
    office.message(ADA, "said too much", source="D1:1")
    office.send()
    next_morning(office)
    for number in list(office.storage.tables.answers):
        del office.storage.tables.answers[number]
    office.storage.tables.dones.clear()
    assert office.send() == []
    assert [row.state for row in office.deliveries(Kind.DIGEST)] == [State.CANCELLED]


def test_a_line_deleted_before_the_morning_is_not_told(office: Office) -> None:
    office.message(ADA, "said too much", source="D1:1")
    office.message(ADA, "shipped it", source="D1:2")
    office.edit(ADA, "D1:1", None)
    next_morning(office)
    told = spoken(office.send())
    assert "too much" not in told
    assert "shipped it" in told


def test_the_parts_of_a_long_digest_follow_its_head_once_that_was_accepted(office: Office) -> None:
    with office.storage.begin() as uow:
        uow.directory.link(office.initech, Channel.DISCORD, "G1", "Initech")
        uow.tenant(office.initech).teams.add_target(office.team.id, DISCORD)
        uow.commit()
    office.message(ADA, "\n".join(f"line {number} " + "x" * 200 for number in range(30)))
    next_morning(office)
    assert spoken(office.send(Channel.DISCORD, Later("busy"))) != ""
    assert len(discord_posts(office)) == 1, "no part before its head"
    office.clock.forward(timedelta(minutes=1))
    (head,) = office.send(Channel.DISCORD)
    (head_row, *part_rows) = discord_posts(office)
    parts = office.send(Channel.DISCORD)
    assert len(parts) == len(part_rows) > 2
    assert {parcel.answers for parcel in parts} == {head_row.receipt}, "in the thread of the head"
    lines = [item for parcel in (head, *parts) for item in items(parcel.message)]
    assert [int(line.split()[2]) for line in lines] == list(range(30)), "in order, and nothing is cut"
    assert office.send(Channel.DISCORD) == []


def discord_posts(office: Office) -> list[DeliveryRow]:
    return [
        row for row in office.deliveries(Kind.DIGEST) if row.new.recipient.address.channel is Channel.DISCORD
    ]


def test_recording_the_head_twice_makes_no_part_twice(office: Office) -> None:
    office.message(ADA, "\n".join(f"line {number} " + "x" * 900 for number in range(30)))
    next_morning(office)
    now = office.clock.now()
    batch = office.done_log.claim(Channel.SLACK, now, now, 100)
    results = [Result(each.ref, each.fence, each.attempt, Sent("C1:1")) for each in batch.claimed]
    for _ in range(2):
        office.done_log.record(batch.claimed, results, now)
    keys = [row.new.key for row in office.deliveries(Kind.DIGEST)]
    assert len(keys) == len({*keys}) > 2


def test_a_long_answer_arrives_whole(office: Office) -> None:
    discord = Address(Channel.DISCORD, "77")
    office.add_person(office.initech, "Fay", discord, office.team)
    office.message(discord, "\n".join(f"line {number} " + "y" * 150 for number in range(40)))
    office.message(discord, "today", source="M2", answer_to="M2")
    told = []
    while parcels := [parcel for parcel in office.send(Channel.DISCORD) if parcel.message]:
        assert all(len(said(parcel.message)) < 2_000 for parcel in parcels if parcel.message)
        assert {parcel.answers for parcel in parcels} == {"M2"}, "all in one thread"
        told += [item for parcel in parcels for item in items(parcel.message)]
    assert [int(item.split()[2]) for item in told] == list(range(40))


def items(message: Message | None) -> list[str]:
    blocks = message.blocks if message is not None else ()
    return [plain(item) for block in blocks if isinstance(block, Group) for item in block.items]


# ---------------------------------------------------------------- what providers tell later


def test_a_bounce_stops_mail_and_the_next_prompt_is_not_written(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    (parcel,) = office.send(Channel.EMAIL)
    bounce = DeliveryEvent("e1", EventKind.BOUNCED, parcel.ref, "dee@example.com", SIX, "no such user")
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
        "again": 0,
        "given up": 0,
        "partitions": 9,
        "keys forgotten": 0,
    }
    assert date(2026, 12, 1) in office.storage.tables.partitions
    assert office.done_log.keep_house(now, now)["partitions"] == 0
