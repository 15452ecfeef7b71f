"""A migrated database for each test that asks for one, and the storage over it.

`storage` is what the contract suites run on: they speak to the ports alone, so that another implementation of
`domain.ports.storage.Storage` passes them by being added to `STORAGES`.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from adapters.storage.engine import make_engine
from adapters.storage.unit_of_work import PostgresStorage
from domain.ports.storage import Storage, UnitOfWork
from domain.ports.tenant import Tenant
from migrations.run import migrate
from tests.databases import Databases
from tests.fakes.storage import FakeStorage

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)
"""A Tuesday, 18:00 in Madrid."""
STORAGES: dict[str, Callable[[Engine], Storage]] = {
    "postgres": lambda engine: PostgresStorage(engine, feed=True),
    "memory": lambda _: FakeStorage(feed=True),
}


@pytest.fixture(scope="session")
def migrated_template(databases: Databases) -> str:
    """The address of a database at the newest schema, to copy from."""

    def prepare(url: str) -> None:
        migrate(url)

    return databases.prepared(prepare)


@pytest.fixture
def database(databases: Databases, migrated_template: str) -> Iterator[str]:
    """The address of an empty database at the newest schema, this test's own."""
    url = databases.create(template=migrated_template)
    yield url
    databases.drop(url)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = make_engine(database)
    yield made
    made.dispose()


@pytest.fixture(params=[*STORAGES.values()], ids=[*STORAGES])
def storage(request: pytest.FixtureRequest, engine: Engine) -> Storage:
    """A storage in which nothing is stored yet."""
    made: Storage = request.param(engine)
    return made


@pytest.fixture(scope="session")
def untouched(databases: Databases, migrated_template: str) -> Iterator[Engine]:
    """One database for all the tests that commit nothing."""
    made = make_engine(databases.create(template=migrated_template))
    yield made
    made.dispose()


@pytest.fixture(params=[*STORAGES.values()], ids=[*STORAGES])
def uow(request: pytest.FixtureRequest, untouched: Engine) -> Iterator[UnitOfWork]:
    """A unit of work on a storage in which nothing is stored; it is undone at the end and never committed."""
    made: Storage = request.param(untouched)
    with made.begin() as begun:
        yield begun


@pytest.fixture
def tenant(uow: UnitOfWork) -> Tenant:
    """The installation's own organization, in Madrid, with nobody in it."""
    return uow.tenant(uow.directory.ensure_organization("Acme", "Europe/Madrid", NOW))
