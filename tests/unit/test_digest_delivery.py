"""What a team reads next morning goes out once, whole, and true."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.deliveries import (
    Kind,
    Later,
    Result,
    Sent,
    State,
)
from domain.messages import Group, Message, plain
from domain.people import Address, Channel
from domain.teams import Role
from tests.factories import ADA, BEN, DEE, TUESDAY, Office, said
from tests.fakes.rows import DeliveryRow
from tests.mornings import DISCORD, next_morning, spoken


@pytest.fixture
def office() -> Office:
    return Office()


def test_next_morning_the_team_reads_what_got_done(office: Office) -> None:
    office.done_log.plan_prompts(office.clock.now())
    office.send()
    office.send(Channel.EMAIL)
    office.message(ADA, "shipped the importer\n! no DNS access\nprivate: told Cleo")
    office.mail(DEE, "signed the lease", to=office.dee)
    office.send()
    next_morning(office)
    (posted,) = [delivery for delivery in office.send() if delivery.recipient.address.external_id == "C1"]
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
    assert {delivery.person_id for delivery in office.send(Channel.EMAIL)} == {fay.id, office.dee.id}


def test_a_digest_that_is_planned_by_many_is_told_once(office: Office) -> None:
    """Fault 17."""
    office.message(ADA, "shipped it")
    for _ in range(3):
        next_morning(office)
    posted = [delivery for delivery in office.send() if delivery.kind is Kind.DIGEST]
    assert len(posted) == 1
    next_morning(office)
    assert [delivery for delivery in office.send() if delivery.kind is Kind.DIGEST] == []


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
    told = spoken([delivery for delivery in office.send() if delivery.kind is Kind.DIGEST])
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
    assert {delivery.answers for delivery in parts} == {head_row.receipt}, "in the thread of the head"
    lines = [item for delivery in (head, *parts) for item in items(delivery.message)]
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
    batch = office.done_log.outgoing.claim(Channel.SLACK, now, now, 100)
    results = [Result(each.ref, each.fence, each.attempt, Sent("C1:1")) for each in batch.claimed]
    for _ in range(2):
        office.done_log.outgoing.record(batch.claimed, results, now)
    keys = [row.new.key for row in office.deliveries(Kind.DIGEST)]
    assert len(keys) == len({*keys}) > 2


def test_a_long_answer_arrives_whole(office: Office) -> None:
    discord = Address(Channel.DISCORD, "77")
    office.add_person(office.initech, "Fay", discord, office.team)
    office.message(discord, "\n".join(f"line {number} " + "y" * 150 for number in range(40)))
    office.message(discord, "today", source="M2", answer_to="M2")
    told = []
    while deliveries := [delivery for delivery in office.send(Channel.DISCORD) if delivery.message]:
        assert all(len(said(delivery.message)) < 2_000 for delivery in deliveries if delivery.message)
        assert {delivery.answers for delivery in deliveries} == {"M2"}, "all in one thread"
        told += [item for delivery in deliveries for item in items(delivery.message)]
    assert [int(item.split()[2]) for item in told] == list(range(40))


def items(message: Message | None) -> list[str]:
    blocks = message.blocks if message is not None else ()
    return [plain(item) for block in blocks if isinstance(block, Group) for item in block.items]
