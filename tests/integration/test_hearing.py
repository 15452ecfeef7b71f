"""What is heard at once is stored together and understood together; only what is bad fails."""

import asyncio
from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, event, text

from adapters.storage.unit_of_work import PostgresStorage
from bot.bridge import Bridge
from bot.front import LARGE, CoreFront
from domain.application import DoneLog
from domain.commands import Origin, Request, Surface
from domain.conversation import Conversation
from domain.messages import Reply
from domain.people import Address, Channel, Profile
from domain.ports.front import Reading
from domain.ports.inbox import Arrival, InboxItem, Lane, Source
from tests.fakes.others import FakeClock, FakeTokens
from tests.storage_fixtures import NOW

ADA = Address(Channel.SLACK, "UADA", "T1")
NIA = Address(Channel.SLACK, "UNIA", "T1")


class Reader:
    """Understands each message as what it holds, if that is a text; Nia is new."""

    async def read(self, item: InboxItem) -> Reading:
        said = item.raw.decode()
        origin = Origin(
            NIA if said.startswith("Nia") else ADA,
            Surface.DIRECT,
            item.at,
            source_ref=str(item.ref.id),
            guild="T1",
            direct="D1",
        )
        return Reading(Request(origin, text=said))

    async def profile(self, _address: Address) -> Profile:
        return Profile("Nia", "UTC")

    async def answer_late(self, _item: InboxItem, _reply: Reply) -> None:
        """What is said is answered by deliveries."""


@pytest.fixture
def front(engine: Engine) -> Iterator[CoreFront]:
    storage = PostgresStorage(engine, feed=False)
    with storage.begin() as uow:
        organization_id = uow.directory.ensure_organization("Acme", "UTC", NOW)
        uow.directory.link(organization_id, Channel.SLACK, "T1", "Acme")
        uow.tenant(organization_id).people.add(Profile("Ada"), ADA, "D1", NOW)
        uow.commit()
    bridge = Bridge(lambda: None)
    done_log = DoneLog(storage, Conversation(FakeTokens(), (), frozenset(Channel)))
    made = CoreFront(done_log, bridge, FakeClock(NOW))
    made.understand_by({Source.SLACK_EVENT: Reader()})
    yield made
    bridge.close()


async def hear(front: CoreFront, *said: bytes) -> None:
    """Each of them twice, all at once."""
    arrivals = [Arrival(Source.SLACK_EVENT, Lane.SAID, f"Ev {each[:20]!r}", each, NOW) for each in said]
    await asyncio.gather(*(front.hear(each) for each in [*arrivals, *arrivals]))
    await front.settled()


def told(engine: Engine, query: str) -> list[object]:
    with engine.connect() as connection:
        return list(connection.scalars(text(query)))


async def test_each_is_understood_once_and_only_what_is_bad_fails(engine: Engine, front: CoreFront) -> None:
    large = b"large " + b"x" * LARGE
    await hear(front, b"one", b"two", b"\xff no text", b"search one", b"Nia did it", large)

    written = told(engine, "SELECT split_part(text, ' ', 1) FROM dones ORDER BY text")
    assert sorted(map(str, written)) == ["Nia", "large", "one", "two"]
    assert told(engine, "SELECT name FROM people ORDER BY id") == ["Ada", "Nia"]
    notes = told(engine, "SELECT note FROM inbox WHERE state = 1")
    assert notes == ["UnicodeDecodeError: see the log"]


async def test_many_cost_few_transactions(engine: Engine, front: CoreFront) -> None:
    commits: list[object] = []
    event.listen(engine, "commit", commits.append)
    await hear(front, *(f"done {number}".encode() for number in range(60)))

    assert len(told(engine, "SELECT text FROM dones")) == 60
    assert len(commits) < 20
