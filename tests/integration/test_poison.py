"""A message that kills whoever sends it: it dies, nothing else does, and nothing is sent twice for it."""

from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import Engine, text

from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.ledger import PostgresLedger
from domain.deliveries import LEASE, Claimed, Result, Sent
from domain.doubts import Absent, Doubted, Evidence, Found, judge
from domain.people import Channel
from domain.retrying import CRASHES_IN_BATCH, MOST_CRASHES
from tests.ledger_steps import DUE, TUESDAY, claim
from tests.worlds import World, reply

DELIVERIES = 12
BATCH = 5
SECOND = timedelta(seconds=1)


class Worker:
    """Sends one after the other, and is killed by the poison before it has written anything down."""

    def __init__(self, ledger: PostgresLedger, poison: int) -> None:
        self._ledger = ledger
        self._poison = poison
        self.arrived: Counter[int] = Counter()
        self.killed_with: list[int] = []
        """How many others each crash has left in doubt."""

    def work(self, now: datetime) -> None:
        claimed = claim(self._ledger, now, limit=BATCH)
        for each in claimed:
            if each.ref.id == self._poison:
                self.killed_with.append(len(claimed) - 1)
                return
            self.arrived[each.ref.id] += 1
        self._ledger.record([_sent(each) for each in claimed], now)

    def look(self, now: datetime) -> None:
        self._ledger.recover(now, now)
        doubted = self._ledger.claim_doubts(Channel.SLACK, now, now, LEASE, 100)
        self._ledger.settle([judge(each, self._seen(each), now) for each in doubted])

    def _seen(self, doubted: Doubted) -> Evidence:
        return Found("D1:1") if self.arrived[doubted.claimed.ref.id] else Absent()


def _sent(claimed: Claimed) -> Result:
    return Result(claimed.ref, claimed.fence, claimed.attempt, Sent("D1:1"))


def test_a_delivery_that_kills_workers_is_given_up_and_takes_no_other_with_it(engine: Engine) -> None:
    """Fault 15: five crashes, the last three of which nobody else is touched by."""
    with engine.begin() as connection:
        acme = World(connection).organization()
        ledger = PostgresLedger(connection)
        ledger.make_partitions(TUESDAY, 1)
        add_deliveries(connection, [reply(acme, number, DUE) for number in range(DELIVERIES)])
        poison = connection.scalars(text("SELECT id FROM deliveries ORDER BY id")).all()[BATCH // 2]
        worker = Worker(ledger, poison)
        now = DUE
        while not ledger.idle(now + timedelta(days=1)):
            worker.work(now)
            now += LEASE + SECOND
            worker.look(now)
        assert ledger.counts() == {"accepted": DELIVERIES - 1, "failed": 1}
    assert set(worker.arrived.values()) == {1}
    assert poison not in worker.arrived
    assert len(worker.killed_with) == MOST_CRASHES
    assert worker.killed_with[CRASHES_IN_BATCH:] == [0] * (MOST_CRASHES - CRASHES_IN_BATCH)
    assert all(worker.killed_with[:CRASHES_IN_BATCH])
