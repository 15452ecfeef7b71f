"""Many planners and many senders at once: everybody is asked once."""

import threading
from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.ledger import PostgresLedger
from adapters.storage.planner import PostgresPlanner
from domain.deliveries import LEASE, Result, Sent
from domain.local_time import due_cohorts
from domain.people import Address, Channel
from domain.ports.planning import Planned
from tests.worlds import LONG_AGO, World, reply

PLANNERS, SENDERS, PEOPLE, BATCH = 3, 8, 2_000, 25
NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)

_PEOPLE = text("""
    WITH made AS (
        INSERT INTO people (organization_id, name, folded_name, zone, prompt_minute, created_at)
        SELECT :organization_id, 'P' || number, ' p' || number, 'Europe/Madrid', 1080, :now
        FROM generate_series(1, :people) AS number
        RETURNING id
    ), joined AS (
        INSERT INTO memberships (organization_id, team_id, person_id, role, joined_at)
        SELECT :organization_id, :team_id, id, 1, :joined_at FROM made
    )
    INSERT INTO identities (organization_id, person_id, channel, workspace, external_id)
    SELECT :organization_id, id, :channel, 'T1', 'U' || id FROM made
""")

_BY_MAIL_TOO = text("""
    INSERT INTO identities (organization_id, person_id, channel, external_id)
    SELECT organization_id, id, :mail, 'p' || id || '@example.com' FROM people
""")
T1 = Address(Channel.SLACK, "", "T1")


@pytest.fixture
def crowd(engine: Engine) -> Engine:
    """The database with everybody in it, and a partition for the day."""
    with engine.begin() as connection:
        world = World(connection)
        acme = world.organization()
        bound = {"organization_id": acme, "team_id": world.team(acme), "now": NOW, "joined_at": LONG_AGO}
        connection.execute(_PEOPLE, bound | {"people": PEOPLE, "channel": int(Channel.SLACK)})
        PostgresLedger(connection).make_partitions(NOW.date(), 1)
    return engine


def test_everybody_is_asked_once(crowd: Engine) -> None:
    """Fault 4: planners and senders start together; senders go on until all is planned and none is left."""
    posted: Counter[int] = Counter()
    counting = threading.Lock()
    planning = threading.Event()

    def plan() -> Planned:
        with crowd.begin() as connection:
            planner = PostgresPlanner(connection)
            return planner.plan_prompts(due_cohorts(NOW, planner.prompt_clocks()))

    def send() -> None:
        while True:
            over = planning.is_set()
            with crowd.begin() as connection:
                claimed = PostgresLedger(connection).claim(Channel.SLACK, NOW, NOW, LEASE, BATCH)
            with counting:
                posted.update(each.key.subject for each in claimed)
            results = [
                Result(each.ref, each.fence, each.attempt, Sent(f"D:{each.ref.id}")) for each in claimed
            ]
            with crowd.begin() as connection:
                assert PostgresLedger(connection).record(results, NOW) == len(results)
            if over and not claimed:
                return

    with ThreadPoolExecutor(PLANNERS + SENDERS) as pool:
        senders: list[Future[None]] = [pool.submit(send) for _ in range(SENDERS)]
        planned = [each.result() for each in [pool.submit(plan) for _ in range(PLANNERS)]]
        planning.set()
        for sender in senders:
            sender.result()

    assert sum(each.new for each in planned) == PEOPLE
    assert len(posted) == PEOPLE
    assert set(posted.values()) == {1}
    with crowd.begin() as connection:
        assert PostgresLedger(connection).counts() == {"accepted": PEOPLE}
        assert PostgresLedger(connection).idle(NOW)


def test_everybody_is_asked_once_while_some_leave_a_channel_by_which_others_still_send(crowd: Engine) -> None:
    """Fault 26: whoever leaves takes what nobody has claimed, and whoever claims what nobody has taken."""
    with crowd.begin() as connection:
        connection.execute(_BY_MAIL_TOO, {"mail": int(Channel.EMAIL)})
        planner = PostgresPlanner(connection)
        planner.plan_prompts(due_cohorts(NOW, planner.prompt_clocks()))

    def send(channel: Channel) -> list[int]:
        """Until there is nothing more; who was asked there."""
        asked: list[int] = []
        while True:
            with crowd.begin() as connection:
                claimed = PostgresLedger(connection).claim(channel, NOW, NOW, LEASE, BATCH)
            if not claimed:
                return asked
            asked += [each.key.subject for each in claimed]
            results = [Result(each.ref, each.fence, each.attempt, Sent(f"{each.ref.id}")) for each in claimed]
            with crowd.begin() as connection:
                PostgresLedger(connection).record(results, NOW)

    def leave() -> int:
        """Until there is nothing more; how many go by mail."""
        moved = 0
        while True:
            with crowd.begin() as connection:
                left = PostgresLedger(connection).leave_closed([T1], NOW, BATCH)
            if not left:
                return moved
            moved += left

    with ThreadPoolExecutor(PLANNERS + SENDERS) as pool:
        leaving = [pool.submit(leave) for _ in range(PLANNERS)]
        sending = [pool.submit(send, Channel.SLACK) for _ in range(SENDERS)]
        moved = sum(each.result() for each in leaving)
        on_slack = [subject for each in sending for subject in each.result()]
    by_mail = send(Channel.EMAIL)

    assert len(by_mail) == moved
    assert {len(on_slack + by_mail), len({*on_slack, *by_mail})} == {PEOPLE}
    with crowd.begin() as connection:
        assert PostgresLedger(connection).counts() == {"accepted": PEOPLE, "failed": moved}
    assert min(len(on_slack), moved) > 0, "both got some"


def test_partitions_may_be_made_by_many_at_once(engine: Engine) -> None:
    def make(_: int) -> int:
        with engine.begin() as connection:
            return PostgresLedger(connection).make_partitions(NOW.date(), 7)

    with ThreadPoolExecutor(5) as pool:
        assert sum(pool.map(make, range(5))) == 28


def test_whoever_works_is_not_killed_by_the_making_of_partitions(engine: Engine) -> None:
    """What arrived is locked first, deliveries are next: the other way round from the making of days."""

    def make() -> int:
        with engine.begin() as connection:
            return PostgresLedger(connection).make_partitions(NOW.date(), 7)

    with engine.connect() as working, engine.connect() as watching, ThreadPoolExecutor(1) as pool:
        acme = World(working).organization()
        working.commit()
        working.execute(text("SELECT FROM inbox FOR UPDATE"))
        making = pool.submit(make)
        while not making.done() and not watching.scalar(
            text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        ):
            continue
        add_deliveries(working, [reply(acme, 1, NOW)])
        working.commit()
        made = making.result()
    assert made < 28, "it gave way"
    assert made + make() == 28
