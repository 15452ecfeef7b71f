"""The ledger from a shell and for Prometheus: what is sent, how late, and what nobody can tell."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from adapters.storage.engine import driver_url
from adapters.storage.unit_of_work import PostgresStorage
from bot.ledger_figures import figures
from domain.deliveries import LEASE, Key, Kind, Later, NewDelivery, Outcome, Recipient, Result, Sent, Unknown
from domain.facts import Left
from domain.people import Address, Channel
from tests.cli_world import Shell, shell_on

LATE = timedelta(seconds=30)


class Installation:
    """A shell, and a ledger that something happened in."""

    def __init__(self, database: str, shell: Shell) -> None:
        self.database = database
        self.shell = shell

    def happened(self, *outcomes: Outcome, channel: Channel = Channel.SLACK) -> list[str]:
        """So many replies were due half a minute ago, claimed, and ended so; how the ledger names them."""
        with self.shell.core() as core:
            now = core.database.time()
            with core.database.storage.begin() as uow:
                news = [
                    NewDelivery(
                        Key(now.date(), Kind.REPLY, number),
                        core.organization_id,
                        Recipient(Address(channel, f"U{number}", "T1")),
                        now - LATE,
                        facts=Left("platform"),
                    )
                    for number in range(len(outcomes))
                ]
                uow.tenant(core.organization_id).outbox.add(news)
                claimed = uow.ledger.claim(channel, now, now, LEASE, 100)
                results = [
                    Result(each.ref, each.fence, each.attempt, outcome)
                    for each, outcome in zip(claimed, outcomes, strict=True)
                ]
                uow.ledger.record(results, now)
                uow.commit()
            return [str(each.ref) for each in claimed]

    def execute(self, statement: str) -> None:
        engine = create_engine(driver_url(self.database), poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def states(self) -> dict[str, int]:
        with self.shell.core() as core, core.database.storage.begin() as uow:
            assert isinstance(core.database.storage, PostgresStorage)
            return uow.ledger.counts()


@pytest.fixture
def installation(database: str, tmp_path: Path) -> Installation:
    return Installation(database, shell_on(database, tmp_path))


def test_an_empty_ledger_says_so(installation: Installation) -> None:
    assert "Nothing has been sent yet." in installation.shell.says("ledger")


def test_it_counts_and_tells_how_late_and_what_is_in_doubt(installation: Installation) -> None:
    _, ref = installation.happened(Sent("D1:1"), Unknown("status 502"))
    said = installation.shell.says("ledger")
    assert "Slack    accepted   1" in said
    assert "Slack    uncertain  1" in said
    assert "30.0 s" in said
    assert f"{ref}  reply by Slack to T1/U1" in said
    assert "attempt 1" in said
    assert "status 502" in said
    assert "platform" not in said, "nothing of what is said to anybody"


def test_json_says_the_same(installation: Installation) -> None:
    _, ref = installation.happened(Sent("D1:1"), Unknown("status 502"))
    told = json.loads(installation.shell.says("ledger", "--json", "--days", "2"))
    assert {(each["channel"], each["state"]): each["rows"] for each in told["counts"]} == {
        ("slack", "accepted"): 1,
        ("slack", "uncertain"): 1,
    }
    (troubled,) = told["troubled"]
    assert (troubled["ref"], troubled["attempts"][0]["evidence"]) == (ref, "status 502")
    shown = json.loads(installation.shell.says("ledger", "show", ref, "--json"))
    assert (shown["ref"], shown["kind"], shown["state"]) == (ref, "reply", "uncertain")


def test_what_is_due_closed_or_paused_is_said(installation: Installation) -> None:
    installation.happened(Later("busy", timedelta(0)))
    installation.execute(
        "INSERT INTO buckets (name, closed_until, reason) VALUES ('slack T1', now() + interval '1 h', 'busy')"
    )
    installation.execute(
        "INSERT INTO buckets (name, closed_until, reason, probing) VALUES ('discord', now(), '401', true)"
    )
    installation.shell.says("workspace", "add", "slack", "T1", "Initech")
    installation.execute("UPDATE workspaces SET paused_at = now(), pause_reason = 'token_revoked'")
    said = installation.shell.says("ledger")
    assert "Due on Slack since" in said
    assert "UTC: slack T1 (busy)" in said
    assert "UTC; one call tries it then: discord (401)" in said, "it is still to be tried"
    assert "Initech takes no messages: token_revoked" in said


def test_what_nobody_can_tell_is_sent_again_or_cancelled_by_hand(installation: Installation) -> None:
    ref, other = installation.happened(Unknown("x"), Unknown("y"))
    assert "cannot be sent again" in installation.shell.fails("ledger", "retry", ref), "it is looked for"
    installation.execute("UPDATE deliveries SET state = 11")
    assert installation.shell.says("ledger", "retry", ref) == f"{ref} will be sent again.\n"
    assert installation.states() == {"ready": 1, "unknown": 1}
    assert installation.shell.says("ledger", "cancel", ref) == f"{ref} is cancelled.\n"
    assert "cannot be cancelled" in installation.shell.fails("ledger", "cancel", other)
    assert "asked for again" not in installation.shell.says("ledger", "show", other)


def test_it_is_not_sent_again_when_it_is_too_late_for_it(installation: Installation) -> None:
    (ref,) = installation.happened(Unknown("x"))
    installation.execute("UPDATE deliveries SET state = 11, not_after = planned_at")
    assert "too late" in installation.shell.fails("ledger", "retry", ref)


def test_what_names_no_delivery_is_said(installation: Installation) -> None:
    assert "looks like 20261124-41" in installation.shell.fails("ledger", "show", "41")
    assert "there is no delivery 20261124-41" in installation.shell.fails("ledger", "show", "20261124-41")


def test_prometheus_reads_the_same_figures(installation: Installation) -> None:
    installation.happened(Sent("D1:1"), Unknown("status 502"), Later("busy", timedelta(0)))
    with installation.shell.core() as core, core.database.storage.begin() as uow:
        now = core.database.time()
        lines = figures(uow.report.overview(now, 2), now).splitlines()
    assert 'donelog_deliveries{channel="Slack",state="accepted"} 1' in lines
    assert 'donelog_lateness_seconds{channel="Slack",quantile="0.99"} 30' in lines
    assert "donelog_paused_workspaces 0" in lines
    assert [line for line in lines if line.startswith('donelog_oldest_due_seconds{channel="Slack"}')]
    for name in {line.split()[2] for line in lines if line.startswith("# TYPE")}:
        assert lines.count(f"# TYPE {name} gauge") == 1
