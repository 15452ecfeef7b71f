"""The versions of a message, in whatever order and however often they come: the newest one counts."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from domain import commands as c
from domain.conversation import Conversation
from domain.people import Address, Channel, Person, Profile
from domain.ports.storage import UnitOfWork
from domain.ports.tenant import Tenant
from tests.fakes.others import FakeTokens
from tests.storage_fixtures import NOW

ADA = Address(Channel.SLACK, "U1", "T1")
YESTERDAY = NOW.date() - timedelta(days=1)
SAID = "shipped the importer\nlunch"
HISTORIES: dict[str, tuple[tuple[str | None, ...], list[tuple[date, str]]]] = {
    "deleted": ((SAID, "shipped it", "shipped\nsome of it", None), []),
    "a command, deleted": ((SAID, "help", "fixed the build", None), []),
    "dones": (("help", SAID, "---", "shipped the importer"), [(NOW.date(), "shipped the importer")]),
    "a command": ((SAID, "fixed the build", "nothing", "search build"), []),
    "no word": ((SAID, "help", "fixed the build", "---"), []),
    "another day": (("lunch", SAID, "help", "yesterday: lunch"), [(YESTERDAY, "lunch")]),
    "a day to come": ((SAID, "lunch", "yesterday: lunch", "2027-01-01: lunch"), []),
}
"""What each version says (None: deleted), and what stays."""


@pytest.fixture
def ada(tenant: Tenant) -> Person:
    return tenant.people.add(Profile("Ada"), ADA, "D1", NOW)[0]


@pytest.mark.parametrize("history", HISTORIES)
def test_the_newest_version_counts(uow: UnitOfWork, tenant: Tenant, ada: Person, history: str) -> None:
    versions, expected = HISTORIES[history]
    conversation = Conversation(FakeTokens(), (), frozenset(Channel))
    for number, order in enumerate(permutations(range(len(versions)))):
        source = f"D1:{number}"
        for again in (order, order[::-1]):
            for version in again:
                conversation.handle(uow, _request(ada, source, version, versions[version]), NOW)
            found = tenant.log.by_source(source)
            assert found is not None
            answer, left = found
            assert [(done.day, done.text) for done in left] == expected, order
            assert {answer.day} >= {done.day for done in left}
    assert tenant.log.has_answered(ada.id, NOW.date()) is (NOW.date() in dict(expected))


def _request(person: Person, source: str, version: int, said: str | None) -> c.Request:
    known: dict[str, Any] = {
        "organization_id": person.organization_id,
        "person_id": person.id,
        "vouched": True,
    }
    origin = replace(c.Origin(ADA, c.Surface.DIRECT, NOW, source, direct="D1"), **known)
    if version == 0:
        return c.Request(origin, text=said or "")
    return c.Request(origin, c.ChangeSource(said, NOW + timedelta(minutes=version)))
