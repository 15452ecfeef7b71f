"""Towns for the tests: an installation among simulated services, on a database of its own.

`town` is shared by the tests of a module, each of which brings people of its own; `own_town` is one test's.
Every test ends by asking whether the services understood all they were sent.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from simulators.town import Descriptions, Town, opened
from tests import published
from tests.databases import Databases

STARTS = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
"""A Tuesday morning, 09:30 in Madrid."""


@pytest.fixture(scope="session")
def descriptions() -> Descriptions:
    return Descriptions(
        sendgrid=published.SENDGRID, discord=published.DISCORD, meilisearch=published.MEILISEARCH
    )


@pytest.fixture(scope="module")
def module_database(databases: Databases, migrated_template: str) -> Iterator[str]:
    """A database at the newest schema for all the tests of a module."""
    url = databases.create(template=migrated_template)
    yield url
    databases.drop(url)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_town(module_database: str, descriptions: Descriptions) -> AsyncIterator[Town]:
    async with opened(module_database, STARTS, descriptions=descriptions) as town:
        yield town


@pytest.fixture
def town(shared_town: Town) -> Iterator[Town]:
    """The module's town."""
    yield shared_town
    assert shared_town.services.problems == []


@pytest_asyncio.fixture(loop_scope="module")
async def own_town(database: str, descriptions: Descriptions) -> AsyncIterator[Town]:
    """A town for one test alone, with PostgreSQL as the only search engine."""
    async with opened(database, STARTS, descriptions=descriptions) as town:
        yield town
        assert town.services.problems == []


@pytest_asyncio.fixture(loop_scope="module")
async def searching_town(database: str, descriptions: Descriptions) -> AsyncIterator[Town]:
    """A town for one test alone, with Meilisearch."""
    async with opened(database, STARTS, meilisearch=True, descriptions=descriptions) as town:
        yield town
        assert town.services.problems == []
