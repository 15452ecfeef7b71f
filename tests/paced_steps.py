"""Steps of the tests of limits: many wait for their turns, and a provider tells what it takes."""

import itertools
from collections import Counter
from datetime import datetime

from sqlalchemy import Connection

from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.ledger import PostgresLedger
from domain.deliveries import Claimed, Key, Kind, Later, NewDelivery, Outcome, Recipient, Result
from domain.people import Address, Channel
from tests.ledger_steps import DUE, TUESDAY

_subjects = itertools.count(1_000)
"""None of them a person's number, or both would have one key."""


def add(
    connection: Connection,
    organization_id: int,
    count: int,
    workspace: str = "T1",
    *,
    channel: Channel = Channel.SLACK,
    kind: Kind = Kind.PROMPT,
    due: datetime = DUE,
) -> None:
    add_deliveries(
        connection,
        [
            NewDelivery(
                Key(TUESDAY, kind, subject),
                organization_id,
                Recipient(Address(channel, f"U{subject}", workspace), f"D{subject}"),
                due,
            )
            for subject in itertools.islice(_subjects, count)
        ],
    )


def told(ledger: PostgresLedger, claimed: list[Claimed], outcome: Outcome, now: datetime) -> None:
    results = [Result(each.ref, each.fence, each.attempt, outcome) for each in claimed]
    ledger.record(results, now)
    if isinstance(outcome, Later):
        ledger.report_limit(claimed[0].recipient.address, outcome, now)
    ledger.reopen(claimed[0].recipient.address.channel, results, now)


def workspaces(claimed: list[Claimed]) -> Counter[str]:
    return Counter(each.recipient.address.workspace for each in claimed)
