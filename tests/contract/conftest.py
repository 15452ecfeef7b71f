"""An open transaction on a database of the test's own, and builders over it; nothing of it is committed."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Connection, Engine

from adapters.storage.claim_cursors import ClaimCursors
from adapters.storage.ledger import PostgresLedger
from adapters.storage.unit_of_work import PostgresStorage
from domain.limits import Limits
from domain.ports.storage import Storage, UnitOfWork
from tests.fakes.storage import FakeStorage
from tests.worlds import World


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as opened:
        yield opened


@pytest.fixture
def world(connection: Connection) -> World:
    return World(connection)


@pytest.fixture
def acme(world: World) -> int:
    return world.organization()


@pytest.fixture
def ledger(connection: Connection) -> PostgresLedger:
    """Its walks take no time, however busy the machine is."""
    return PostgresLedger(connection, cursors=ClaimCursors(lambda: 0.0))


LIMITED: dict[str, Callable[[Engine], Storage]] = {
    "postgres": lambda engine: PostgresStorage(engine, feed=False, limits=Limits(1_000.0)),
    "memory": lambda _: FakeStorage(),
}


@pytest.fixture(params=[*LIMITED.values()], ids=[*LIMITED])
def limited_uow(request: pytest.FixtureRequest, untouched: Engine) -> Iterator[UnitOfWork]:
    """As `uow`, where providers have limits: wide ones, so that nothing waits for a turn."""
    made: Storage = request.param(untouched)
    with made.begin() as begun:
        yield begun
