"""Leave to listen, which one process of an installation has at a time."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from adapters.storage.engine import make_engine
from adapters.storage.leases import LIVES
from adapters.storage.leases import Lease as PostgresLease
from domain.ports.front import StorageDown
from domain.ports.listening import Lease
from tests.fakes.leases import FakeLeases
from tests.fakes.others import FakeClock
from tests.storage_fixtures import NOW

SOON = timedelta(microseconds=1)
LeaseOf = Callable[[str], Lease]
"""The lease as that process sees it."""


class _OnPostgres:
    """`bot.listening.SharedLease`, without the rest of the program."""

    def __init__(self, lease: PostgresLease, now: Callable[[], datetime]) -> None:
        self._lease = lease
        self._now = now

    async def hold(self) -> bool:
        return await asyncio.to_thread(self._lease.hold, self._now())

    async def release(self) -> None:
        await asyncio.to_thread(self._lease.release)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture(params=["postgres", "memory"])
def lease_of(request: pytest.FixtureRequest, clock: FakeClock) -> LeaseOf:
    if request.param == "memory":
        return FakeLeases(clock.real).of
    engine: Engine = request.getfixturevalue("engine")
    return lambda process: _OnPostgres(PostgresLease(engine, "mailbox", process), clock.real)


async def test_one_process_holds_it_and_no_other(lease_of: LeaseOf) -> None:
    first, second = lease_of("first"), lease_of("second")
    assert await first.hold()
    assert not await second.hold()
    assert await first.hold()


async def test_it_is_free_at_once_when_its_holder_lets_go(lease_of: LeaseOf) -> None:
    first, second = lease_of("first"), lease_of("second")
    assert await first.hold()
    await first.release()
    assert await second.hold()
    assert not await first.hold()


async def test_nobody_lets_go_for_another(lease_of: LeaseOf) -> None:
    first, second = lease_of("first"), lease_of("second")
    assert await first.hold()
    await second.release()
    assert not await second.hold()


async def test_it_runs_out_half_a_minute_after_it_was_last_held(lease_of: LeaseOf, clock: FakeClock) -> None:
    first, second = lease_of("first"), lease_of("second")
    assert await first.hold()
    clock.forward(LIVES)
    assert await first.hold(), "kept for half a minute more"
    clock.forward(LIVES)
    assert not await second.hold()
    clock.forward(SOON)
    assert await second.hold()
    assert not await first.hold()


async def test_it_changes_hands_as_often_as_another_takes_it(engine: Engine, clock: FakeClock) -> None:
    first, second = (PostgresLease(engine, "mailbox", process) for process in ("first", "second"))
    for _ in range(3):
        assert first.hold(clock.real())
    clock.forward(LIVES + SOON)
    assert second.hold(clock.real())
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT holder, fence FROM leases").all() == [("second", 2)]


def nobody_answers() -> Lease:
    nowhere = make_engine("postgresql+psycopg2://nobody@127.0.0.1:1/none")
    return _OnPostgres(PostgresLease(nowhere, "mailbox", "first"), lambda: NOW)


def silent() -> Lease:
    leases = FakeLeases(lambda: NOW)
    leases.down = True
    return leases.of("first")


@pytest.mark.parametrize("lease", [nobody_answers(), silent()], ids=["postgres", "memory"])
async def test_nobody_can_say_while_storage_is_down(lease: Lease) -> None:
    with pytest.raises(StorageDown):
        await lease.hold()
    with pytest.raises(StorageDown):
        await lease.release()
