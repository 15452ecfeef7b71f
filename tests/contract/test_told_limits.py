"""What a provider tells of its limits holds for every worker: refusals close, windows spread."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from adapters.storage.ledger import PostgresLedger
from domain.deliveries import Kind, Later, LimitScope, Sent
from domain.limit_reports import CallSpacing
from domain.limits import Limits
from domain.people import Channel
from tests.ledger_steps import DUE, claim
from tests.paced_steps import add, told, workspaces

SECOND = timedelta(seconds=1)


@pytest.fixture
def ledger(connection: Connection) -> PostgresLedger:
    return PostgresLedger(connection, Limits())


def test_a_refusal_closes_the_bucket_to_all_and_no_other(
    connection: Connection, ledger: PostgresLedger, acme: int
) -> None:
    """Fault 19."""
    for workspace in ("T1", "T2"):
        add(connection, acme, 60, workspace)
    add(connection, acme, 2, kind=Kind.MARK)
    first = [each for each in claim(ledger) if each.recipient.address.workspace == "T1"]
    told(ledger, first[:1], Later("ratelimited", 30 * SECOND, LimitScope.POST), DUE + SECOND)
    another = PostgresLedger(connection, Limits())
    assert workspaces(claim(another, DUE + 20 * SECOND)) == {"T2": 25}
    assert "T1" in workspaces(claim(another, DUE + 31 * SECOND))


def test_a_refused_mark_stops_no_message(connection: Connection, ledger: PostgresLedger, acme: int) -> None:
    add(connection, acme, 2, kind=Kind.MARK)
    told(ledger, claim(ledger)[:1], Later("ratelimited", 30 * SECOND, LimitScope.MARK), DUE)
    add(connection, acme, 1, kind=Kind.MARK)
    add(connection, acme, 1)
    assert [each.key.kind for each in claim(ledger, DUE + SECOND)] == [Kind.PROMPT]


def test_a_provider_that_refuses_everything_is_tried_once_a_minute(
    connection: Connection, ledger: PostgresLedger, acme: int
) -> None:
    """Fault 20: at most twenty calls in ten minutes."""
    add(connection, acme, 200, channel=Channel.DISCORD, workspace="")
    banned = Later("refused before it came to Discord", 60 * SECOND, LimitScope.EVERYTHING)
    tried = 0
    for half_second in range(1_200):
        now = DUE + half_second * SECOND / 2
        claimed = claim(ledger, now, Channel.DISCORD, 5)
        tried += len(claimed)
        if claimed:
            told(ledger, claimed, banned, now)
    assert tried <= 20
    now = DUE + 11 * 60 * SECOND
    [probe] = claim(ledger, now, Channel.DISCORD)
    assert claim(ledger, now + SECOND, Channel.DISCORD) == []
    told(ledger, [probe], Sent("D1:1"), now + SECOND)
    assert len(claim(ledger, now + 2 * SECOND, Channel.DISCORD)) > 40


def test_mail_has_no_turns_but_can_be_closed(
    connection: Connection, ledger: PostgresLedger, acme: int
) -> None:
    add(connection, acme, 60, channel=Channel.EMAIL, workspace="")
    first = claim(ledger, channel=Channel.EMAIL, limit=50)
    assert [each.wait for each in first] == [timedelta(0)] * 50
    told(ledger, first, Later("SendGrid asks to wait", 20 * SECOND, LimitScope.POST), DUE)
    assert claim(ledger, DUE + 19 * SECOND, Channel.EMAIL) == []
    assert len(claim(ledger, DUE + 20 * SECOND, Channel.EMAIL)) == 60


def test_mail_is_spread_over_the_window_that_the_provider_tells_of(
    connection: Connection, ledger: PostgresLedger, acme: int
) -> None:
    """Two calls are left for six seconds: all workers together make one every two seconds."""
    add(connection, acme, 60, channel=Channel.EMAIL, workspace="")
    [first] = claim(ledger, channel=Channel.EMAIL, limit=1)
    ledger.report_limit(first.recipient.address, CallSpacing(2 * SECOND), DUE)
    another = PostgresLedger(connection, Limits())
    taken = [claim(another, DUE + second * SECOND, Channel.EMAIL, 20) for second in range(7)]
    assert [len(each) for each in taken] == [0, 20, 0, 20, 0, 19, 0]
    assert {each.wait for each in taken[1]} == {SECOND}, "a second ahead, as all turns"
    add(connection, acme, 60, channel=Channel.EMAIL, workspace="")
    another.report_limit(first.recipient.address, CallSpacing(timedelta(0)), DUE + 7 * SECOND)
    later = [len(claim(another, DUE + second * SECOND, Channel.EMAIL, 20)) for second in (8, 8, 8)]
    assert later == [20, 20, 20]
