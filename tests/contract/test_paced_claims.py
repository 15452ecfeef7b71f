"""Claims keep to the providers' limits, whoever makes them; who must wait holds up nobody else."""

import itertools
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, Engine, text

from adapters.storage.buckets import Buckets
from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.ledger import PostgresLedger
from domain.deliveries import Key, Kind, Later, LimitScope, NewDelivery, Recipient
from domain.limits import Limits
from domain.people import Address, Channel
from domain.rates import AHEAD
from tests.ledger_steps import DUE, TUESDAY, claim
from tests.paced_steps import add, told, workspaces
from tests.worlds import World

SECOND = timedelta(seconds=1)


@pytest.fixture
def ledger(connection: Connection) -> PostgresLedger:
    return PostgresLedger(connection, Limits())


def test_of_each_workspace_only_as_much_is_claimed_as_it_takes(
    connection: Connection, ledger: PostgresLedger, acme: int
) -> None:
    for workspace in ("T1", "T2"):
        add(connection, acme, 40, workspace)
    add(connection, acme, 3, "T3")
    claimed = claim(ledger)
    assert workspaces(claimed) == {"T1": 25, "T2": 25, "T3": 3}
    assert max(each.wait for each in claimed) == AHEAD
    assert claim(ledger) == []
    assert workspaces(claim(ledger, DUE + SECOND)) == {"T1": 4, "T2": 4}, "the burst is made up for"


def test_a_large_workspace_that_must_wait_hides_no_other(
    connection: Connection, ledger: PostgresLedger, acme: int
) -> None:
    add(connection, acme, 900, "T1")
    claim(ledger)
    add(connection, acme, 5, "T2", due=DUE + SECOND / 10)
    assert workspaces(claim(ledger, DUE + SECOND / 10, limit=50))["T2"] == 5


def test_nobody_is_hidden_behind_many_large_workspaces(
    connection: Connection, ledger: PostgresLedger, acme: int
) -> None:
    for number in range(8):
        add(connection, acme, 100, f"T{number}")
    for step in range(8):
        assert workspaces(claim(ledger, DUE + step * SECOND / 2, limit=24)) == {
            f"T{number}": 3 for number in range(8)
        }


def test_who_has_never_been_written_to_hides_nobody_who_has(
    connection: Connection, ledger: PostgresLedger, world: World, acme: int
) -> None:
    for number in range(100):
        person = world.person(acme)
        identity = world.identity(acme, person, Channel.SLACK, external_id=f"U9{number}", workspace="T1")
        recipient = Recipient(Address(Channel.SLACK, f"U9{number}", "T1"), None, identity)
        add_deliveries(
            connection, [NewDelivery(Key(TUESDAY, Kind.PROMPT, person), acme, recipient, DUE, person)]
        )
    add(connection, acme, 20, "T1", due=DUE + SECOND)
    claimed = claim(ledger, DUE + SECOND)
    assert sum(each.recipient.direct is not None for each in claimed) == 20
    assert sum(each.recipient.direct is None for each in claimed) == 10


def test_what_somebody_waits_for_goes_before_what_is_planned_for_many(
    connection: Connection, ledger: PostgresLedger, acme: int
) -> None:
    add(connection, acme, 400)
    claim(ledger)
    add(connection, acme, 1, kind=Kind.REPLY, due=DUE + SECOND)
    add(connection, acme, 1, kind=Kind.MARK, due=DUE + SECOND)
    answers = [each for each in claim(ledger, DUE + SECOND) if each.key.kind > Kind.DIGEST_MAIL]
    assert {each.key.kind for each in answers} == {Kind.REPLY, Kind.MARK}
    assert min(each.wait for each in answers if each.key.kind is Kind.REPLY) < SECOND / 2


def test_direct_messages_on_discord_are_opened_a_few_a_minute_and_the_known_ones_do_not_wait(
    connection: Connection, ledger: PostgresLedger, world: World, acme: int
) -> None:
    """Fault 28: whoever opens many is stopped for good."""
    for number in range(12):
        person = world.person(acme)
        identity = world.identity(acme, person, Channel.DISCORD, external_id=f"9{number}", workspace="")
        recipient = Recipient(Address(Channel.DISCORD, f"9{number}"), None, identity)
        add_deliveries(
            connection, [NewDelivery(Key(TUESDAY, Kind.PROMPT, person), acme, recipient, DUE, person)]
        )
    add(connection, acme, 10, channel=Channel.DISCORD, workspace="")
    claimed = claim(ledger, channel=Channel.DISCORD)
    assert Counter(each.recipient.direct is None for each in claimed) == {True: 5, False: 10}
    unopened = [each for each in claimed if each.recipient.direct is None]
    assert len(claim(ledger, DUE + 40 * SECOND, Channel.DISCORD)) == 2
    told(ledger, unopened[:1], Later("40003", 600 * SECOND, LimitScope.OPEN), DUE + 41 * SECOND)
    assert claim(ledger, DUE + 600 * SECOND, Channel.DISCORD) == []
    add(connection, acme, 1, channel=Channel.DISCORD, workspace="", due=DUE + 600 * SECOND)
    assert len(claim(ledger, DUE + 600 * SECOND, Channel.DISCORD)) == 1


def test_histories_are_read_beside_deliveries_and_starve_none(
    connection: Connection, ledger: PostgresLedger, acme: int
) -> None:
    """Fault 29: a gap is read at 18:00; both together stay below what Discord takes of a bot."""
    add(connection, acme, 600, channel=Channel.DISCORD, workspace="")
    buckets = Buckets(connection, Limits(), Channel.DISCORD)
    sent: list[datetime] = []
    read: list[datetime] = []
    for second in range(10):
        now = DUE + second * SECOND
        read += [now + wait for wait in buckets.take_to_read("", 10, now)]
        sent += [now + each.wait for each in claim(ledger, now, Channel.DISCORD)]
    assert len(read) == 100
    assert len(sent) >= 380, "deliveries keep four fifths"
    turns = sorted(read + sent)
    assert all(later - sooner >= SECOND for sooner, later in zip(turns, turns[50:], strict=False))
    told(
        ledger,
        claim(ledger, DUE + 10 * SECOND, Channel.DISCORD),
        Later("", 60 * SECOND, LimitScope.POST),
        now,
    )
    assert buckets.take_to_read("", 10, DUE + 50 * SECOND) == []


def test_in_a_workspace_histories_are_read_as_often_as_slack_lets_them(
    connection: Connection, acme: int
) -> None:
    """Fault 29: a few at once, and then evenly, however many workers there are."""
    buckets = Buckets(connection, Limits(), Channel.SLACK)
    read = [
        now + wait
        for now in (DUE + second * SECOND for second in range(120))
        for _worker in range(2)
        for wait in buckets.take_to_read("T1", 10, now)
    ]
    assert read[9] == DUE
    assert all(later - sooner >= 60 * SECOND for sooner, later in zip(read, read[50:], strict=False))
    assert len(read) >= 75, "no turn is lost"
    assert len(buckets.take_to_read("T2", 20, DUE)) == 10, "another workspace"


@pytest.fixture
def crowd(engine: Engine) -> Engine:
    with engine.begin() as connection:
        acme = World(connection).organization()
        PostgresLedger(connection).make_partitions(TUESDAY, 1)
        for workspace in ("T1", "T2", "T3"):
            add(connection, acme, 120, workspace)
    return engine


def test_many_workers_together_stay_below_every_limit(crowd: Engine) -> None:
    """Each sees another moment, within a second; no turn is given twice and none above the pace."""
    turns: dict[str, list[datetime]] = {"T1": [], "T2": [], "T3": []}
    writing = threading.Lock()
    moments = iter([DUE + step * SECOND / 4 for step in range(60)])

    def work(_: int) -> None:
        for now in moments:
            with crowd.begin() as connection:
                claimed = PostgresLedger(connection, Limits()).claim(
                    Channel.SLACK, DUE + 60 * SECOND, now, timedelta(seconds=60), 20
                )
            with writing:
                for each in claimed:
                    turns[each.recipient.address.workspace].append(now + each.wait)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    for taken in turns.values():
        taken.sort()
        # Moments are not handed out in order, so a worker may look a second back.
        for first, last in itertools.combinations(range(len(taken)), 2):
            assert last - first + 1 <= ((taken[last] - taken[first]) + 2 * SECOND).total_seconds() * 5 + 20
        assert len(taken) >= 30, "those of one workspace hide no other's"
    with crowd.begin() as connection:
        assert connection.scalars(text("SELECT name FROM buckets ORDER BY name")).all() == [
            f"slack {workspace} posts" for workspace in turns
        ]
