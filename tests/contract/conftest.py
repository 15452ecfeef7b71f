"""An open transaction on a database of the test's own, and builders over it; nothing of it is committed."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine

from adapters.storage.claim_cursors import ClaimCursors
from adapters.storage.ledger import PostgresLedger
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
