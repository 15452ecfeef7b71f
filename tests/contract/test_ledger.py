"""What the ledger promises: each delivery goes to one worker at a time, and none is lost in silence."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, text

from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.ledger import PostgresLedger
from domain.deliveries import (
    LEASE,
    Key,
    Kind,
    Later,
    Never,
    NewDelivery,
    Outcome,
    Recipient,
    Result,
    Sent,
    State,
    Unknown,
)
from domain.facts import PromptAsked
from domain.people import Address, Channel
from domain.retrying import CRASHES_IN_BATCH, MOST_RETRIES
from tests.ledger_steps import DUE, TUESDAY, attempts, claim, end
from tests.worlds import World, reply

# ---------------------------------------------------------------- claiming


def test_what_is_due_is_claimed_earliest_first_and_once(
    connection: Connection, acme: int, ledger: PostgresLedger
) -> None:
    dues = [DUE, DUE - timedelta(hours=1), DUE + timedelta(seconds=1)]
    add_deliveries(connection, [reply(acme, number, due) for number, due in enumerate(dues, 1)])
    assert [each.key.subject for each in claim(ledger)] == [2, 1]
    assert claim(ledger) == []


def test_a_claim_takes_its_channel_and_no_more_than_asked(
    connection: Connection, acme: int, ledger: PostgresLedger
) -> None:
    add_deliveries(connection, [reply(acme, number, DUE) for number in (1, 2, 3)])
    add_deliveries(connection, [reply(acme, 4, DUE, Channel.DISCORD)])
    assert len(claim(ledger, limit=2)) == 2
    assert [each.key.subject for each in claim(ledger, channel=Channel.DISCORD)] == [4]


def test_a_claim_says_where_it_goes_and_which_attempt_it_is(
    connection: Connection, acme: int, ledger: PostgresLedger
) -> None:
    new = replace(reply(acme, 1, DUE), answers="thread", facts=PromptAsked(TUESDAY, explain=True))
    assert add_deliveries(connection, [new, new]) == 1
    (claimed,) = claim(ledger)
    assert (claimed.key, claimed.recipient, claimed.facts) == (new.key, new.recipient, new.facts)
    assert (claimed.attempt, claimed.fence, claimed.answers) == (1, 1, "thread")


def test_the_recipient_is_read_again_before_the_first_attempt_only(
    connection: Connection, world: World, acme: int, ledger: PostgresLedger
) -> None:
    person = world.person(acme)
    identity = world.identity(acme, person, Channel.SLACK, external_id="U1", workspace="T1", direct="D1")
    prompt = NewDelivery(
        Key(TUESDAY, Kind.PROMPT, person),
        acme,
        Recipient(Address(Channel.SLACK, "old"), None, identity),
        DUE,
        person,
    )
    add_deliveries(connection, [prompt])
    (first,) = claim(ledger)
    assert first.recipient == Recipient(Address(Channel.SLACK, "U1", "T1"), "D1", identity)
    end(ledger, first, Later("busy"))
    connection.execute(text("UPDATE identities SET external_id = 'U2'"))
    (second,) = claim(ledger, DUE + timedelta(hours=1))
    assert second.recipient == first.recipient


def test_nothing_is_sent_to_an_address_that_is_not_used_any_more(
    connection: Connection, world: World, acme: int, ledger: PostgresLedger
) -> None:
    person = world.person(acme)
    identity = world.identity(acme, person, Channel.EMAIL, mail_stopped_at=DUE)
    key = Key(TUESDAY, Kind.PROMPT, person)
    world.delivery(acme, key, DUE, person_id=person, identity_id=identity)
    assert claim(ledger, channel=Channel.EMAIL) == []
    assert ledger.counts() == {"cancelled": 1}


def test_what_it_is_too_late_for_is_not_claimed_but_expires(
    world: World, acme: int, ledger: PostgresLedger
) -> None:
    """Fault 14: what was planned before an outage."""
    world.delivery(acme, Key(TUESDAY, Kind.PROMPT, 1), DUE, not_after=DUE + timedelta(hours=6))
    world.delivery(acme, Key(date(2026, 1, 1), Kind.REPLY, 2), DUE - timedelta(days=200))
    late = DUE + timedelta(hours=6)
    assert claim(ledger, late, Channel.EMAIL) == []
    assert ledger.expire(late - timedelta(seconds=1)) == 1, "a reply of long ago"
    assert ledger.expire(late) == 1
    assert ledger.counts() == {"expired": 2}


def test_facts_once_fixed_come_with_every_later_claim(
    connection: Connection, acme: int, ledger: PostgresLedger
) -> None:
    add_deliveries(connection, [reply(acme, 1, DUE)])
    facts = PromptAsked(TUESDAY, explain=False, goals=("write the docs",))
    (first,) = ledger.claim(
        Channel.SLACK, DUE, DUE, LEASE, 1, lambda picked: {each.ref: facts for each in picked}
    )
    end(ledger, first, Later("busy"))
    (second,) = claim(ledger, DUE + timedelta(hours=1))
    assert (first.facts, second.facts) == (facts, facts)


def test_what_has_nothing_to_tell_is_cancelled(
    connection: Connection, acme: int, ledger: PostgresLedger
) -> None:
    add_deliveries(connection, [reply(acme, 1, DUE)])
    claimed = ledger.claim(
        Channel.SLACK, DUE, DUE, LEASE, 1, lambda picked: {each.ref: None for each in picked}
    )
    assert claimed == []
    assert ledger.counts() == {"cancelled": 1}
    assert ledger.idle(DUE)


# ---------------------------------------------------------------- outcomes


def test_what_was_sent_is_over_and_leaves_no_row_for_its_first_attempt(
    connection: Connection, world: World, acme: int, ledger: PostgresLedger
) -> None:
    person = world.person(acme)
    identity = world.identity(acme, person, Channel.SLACK, external_id="U1", workspace="T1")
    key = Key(TUESDAY, Kind.PROMPT, person)
    world.delivery(acme, key, DUE, person_id=person, identity_id=identity, channel=int(Channel.SLACK))
    (claimed,) = claim(ledger)
    assert end(ledger, claimed, Sent("D1:123.456", direct="D1")) == 1
    row = connection.execute(text("SELECT receipt, sent_at, lease_until FROM deliveries")).one()
    assert tuple(row) == ("D1:123.456", DUE, None)
    assert connection.scalar(text("SELECT direct FROM identities")) == "D1"
    assert attempts(connection) == []
    assert ledger.counts() == {"accepted": 1}


def test_what_was_refused_for_now_comes_again_when_the_provider_says(
    connection: Connection, acme: int, ledger: PostgresLedger
) -> None:
    add_deliveries(connection, [reply(acme, 1, DUE)])
    (first,) = claim(ledger)
    end(ledger, first, Later("429", timedelta(seconds=90)))
    assert claim(ledger, DUE + timedelta(seconds=89)) == []
    (second,) = claim(ledger, DUE + timedelta(seconds=90))
    assert (second.attempt, second.fence) == (2, 2)
    end(ledger, second, Sent("C:1"))
    assert [number for number, _, _ in attempts(connection)] == [1, 2]


def test_what_fails_for_a_day_has_failed(connection: Connection, acme: int, ledger: PostgresLedger) -> None:
    add_deliveries(connection, [reply(acme, 1, DUE)])
    connection.execute(text("UPDATE deliveries SET retries = :almost"), {"almost": MOST_RETRIES - 1})
    end(ledger, claim(ledger)[0], Later("busy"))
    assert ledger.counts() == {"failed": 1}


def test_whoever_is_told_how_long_to_wait_may_wait_any_number_of_times(
    connection: Connection, acme: int, ledger: PostgresLedger
) -> None:
    """Fault 19: a 429 gives its count back, both of attempts and of failures."""
    add_deliveries(connection, [reply(acme, 1, DUE)])
    connection.execute(text("UPDATE deliveries SET retries = :almost"), {"almost": MOST_RETRIES - 1})
    now = DUE
    for _ in range(5):
        end(ledger, claim(ledger, now)[0], Later("429", timedelta(seconds=1)), now)
        now += timedelta(seconds=1)
    assert connection.execute(text("SELECT state, vain, retries FROM deliveries")).one() == (
        State.READY,
        0,
        MOST_RETRIES - 1,
    )


def test_when_it_was_planned_is_kept_when_it_has_to_wait(
    connection: Connection, acme: int, ledger: PostgresLedger
) -> None:
    add_deliveries(connection, [reply(acme, 1, DUE)])
    end(ledger, claim(ledger)[0], Later("busy"))
    end(ledger, claim(ledger, DUE + timedelta(hours=1))[0], Later("busy"), DUE + timedelta(hours=1))
    assert connection.scalar(text("SELECT planned_at FROM deliveries")) == DUE


def test_a_refusal_for_good_is_final_and_says_why(
    connection: Connection, acme: int, ledger: PostgresLedger
) -> None:
    add_deliveries(connection, [reply(acme, 1, DUE)])
    end(ledger, claim(ledger)[0], Never("account_inactive"))
    assert ledger.counts() == {"failed": 1}
    assert connection.scalar(text("SELECT reason FROM deliveries")) == "account_inactive"


def test_many_outcomes_are_recorded_at_once(
    connection: Connection, acme: int, ledger: PostgresLedger
) -> None:
    add_deliveries(connection, [reply(acme, number, DUE) for number in range(4)])
    outcomes: list[Outcome] = [Sent("a"), Later("b"), Never("c"), Unknown("d")]
    claimed = claim(ledger)
    results = [
        Result(each.ref, each.fence, each.attempt, outcome)
        for each, outcome in zip(claimed, outcomes, strict=True)
    ]
    assert ledger.record(results, DUE) == 4
    assert ledger.counts() == {"accepted": 1, "failed": 1, "ready": 1, "uncertain": 1}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_what_workers_did_not_come_back_from_goes_alone_so_that_poison_takes_no_others_with_it(
    connection: Connection, acme: int, ledger: PostgresLedger, place: int
) -> None:
    """Fault 15."""
    add_deliveries(connection, [reply(acme, number, DUE) for number in (1, 2, 3)])
    doubtful = connection.scalars(text("SELECT id FROM deliveries ORDER BY id")).all()[place]
    vain = text("UPDATE deliveries SET vain = :vain WHERE id = :id")
    connection.execute(vain, {"vain": CRASHES_IN_BATCH, "id": doubtful})
    batches = [[each.ref.id for each in claim(ledger)] for _ in range(2)]
    assert [doubtful] in batches
    assert sorted(len(batch) for batch in batches) == [1, 2]
