"""What tests of several kinds share: one embedded PostgreSQL, kept from run to run, and databases on it.

def test_x(empty_database):          # the address of a database without tables, this test's own
def test_y(databases):               # databases.create(template=...) copies a prepared one in 20 ms
"""

import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from adapters.storage.embedded import EmbeddedServer, start
from tests.databases import Databases

pytest_plugins = ["tests.storage_fixtures"]

settings.register_profile("without deadlines", deadline=None)  # a busy machine breaks no promise
settings.load_profile("without deadlines")
zoneinfo.reset_tzpath(to=[])  # the pinned tzdata alone, as the product does it
_HOME = Path(__file__).resolve().parent.parent / ".donelog" / "test"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[EmbeddedServer]:
    """The tests' own server. Its data lie in the project's folder, never in anybody's DONELOG_HOME."""
    server = start(_HOME)
    yield server
    server.release()


@pytest.fixture(scope="session")
def databases(postgres_server: EmbeddedServer) -> Iterator[Databases]:
    """Makes and copies databases for this session and drops them at its end."""
    made = Databases(postgres_server)
    yield made
    made.close()


@pytest.fixture
def empty_database(databases: Databases) -> Iterator[str]:
    """The SQLAlchemy address of a database without tables."""
    url = databases.create()
    yield url
    databases.drop(url)
