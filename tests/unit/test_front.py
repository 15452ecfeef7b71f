"""What is asked is stored first: from then on it is answered, now or late, whatever goes wrong."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.bridge import Bridge
from bot.front import AT_ONCE, LARGE, MOST_IN_HAND, CoreFront
from domain import commands as c
from domain.application import DoneLog
from domain.conversation import Conversation
from domain.errors import DoneLogError
from domain.messages import Reply, Say
from domain.people import Address, Channel, Profile
from domain.ports.front import AnswerDelayed, Reading, StorageDown
from domain.ports.inbox import Arrival, InboxItem, InboxState, Lane, Source
from tests.factories import ADA, SIX, Office
from tests.fakes.storage import FakeStorage, FakeUnitOfWork

NEWCOMER = Address(Channel.SLACK, "UNEW", "T1")


class SilentStorage:
    """A database that does not answer."""

    def begin(self) -> FakeUnitOfWork:
        raise StorageDown


class ForgetfulStorage:
    """A database that falls silent while it answers the first COMMIT, which it has carried out."""

    def __init__(self, storage: FakeStorage) -> None:
        self._storage = storage
        self._is_first = True

    def begin(self) -> FakeUnitOfWork:
        uow = self._storage.begin()
        if self._is_first:
            self._is_first = False
            commit = uow.commit

            def commit_unheard() -> None:
                commit()
                raise StorageDown

            uow.commit = commit_unheard  # type: ignore[method-assign] # of this one unit of work alone
        return uow


class OneReader:
    """Understands one request, and knows who somebody is as soon as Slack is up."""

    def __init__(self, request: c.Request) -> None:
        self._request = request
        self.is_down = False
        self.late: list[Reply] = []

    async def read(self, _item: InboxItem) -> Reading:
        return Reading(self._request)

    async def profile(self, _address: Address) -> Profile:
        if self.is_down:
            raise DoneLogError("Slack does not answer")
        return Profile("Nia", "Europe/Madrid")

    async def answer_late(self, _item: InboxItem, reply: Reply) -> None:
        self.late.append(reply)


class SlowReader(OneReader):
    """Understands nothing until it is told to."""

    def __init__(self, request: c.Request) -> None:
        super().__init__(request)
        self.go_on = asyncio.Event()
        self.held = 0
        """Octets of what it has been given so far."""

    async def read(self, item: InboxItem) -> Reading:
        self.held += len(item.raw)
        await self.go_on.wait()
        return Reading(None, "nothing to do")


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    made = Bridge(lambda: None)
    yield made
    made.close()


def request(office: Office, address: Address) -> c.Request:
    origin = office.origin(address, surface=c.Surface.SLASH, direct=None)
    return c.Request(origin, text="add shipped it")


def arrival() -> Arrival:
    return Arrival(Source.SLACK_COMMAND, Lane.ASKED, "trigger 1", b"{}", SIX)


def front(office: Office, bridge: Bridge, reader: OneReader) -> CoreFront:
    made = CoreFront(office.done_log, bridge, office.clock)
    made.understand_by({Source.SLACK_COMMAND: reader})
    return made


async def test_what_is_asked_is_answered(office: Office, bridge: Bridge) -> None:
    asked = request(office, ADA)
    reply = await front(office, bridge, OneReader(asked)).ask(arrival(), asked)
    assert isinstance(reply, Say)
    assert office.texts(office.ada) == ["shipped it"]


async def test_what_cannot_be_carried_out_yet_is_kept_and_answered_late(
    office: Office, bridge: Bridge
) -> None:
    asked = request(office, NEWCOMER)
    reader = OneReader(asked)
    made = front(office, bridge, reader)
    reader.is_down = True
    with pytest.raises(AnswerDelayed):
        await made.ask(arrival(), asked)
    reader.is_down = False
    [left] = office.done_log.waiting(SIX + timedelta(minutes=1))
    await made.understand(left)
    assert [type(each) for each in reader.late] == [Say]


async def test_what_was_stored_although_nobody_heard_so_is_answered_late_and_not_refused(
    office: Office, bridge: Bridge
) -> None:
    """She would ask again, and it would be there twice."""
    asked = request(office, ADA)
    done_log = DoneLog(ForgetfulStorage(office.storage), Conversation(office.tokens, [], frozenset()))
    made = CoreFront(done_log, bridge, office.clock)
    with pytest.raises(AnswerDelayed):
        await made.ask(arrival(), asked)
    assert len(office.done_log.waiting(SIX + timedelta(minutes=1))) == 1


async def test_what_cannot_be_stored_must_be_asked_again(office: Office, bridge: Bridge) -> None:
    asked = request(office, ADA)
    made = CoreFront(
        DoneLog(SilentStorage(), Conversation(office.tokens, [], frozenset())), bridge, office.clock
    )
    with pytest.raises(StorageDown):
        await made.ask(arrival(), asked)


async def test_what_there_is_no_room_for_is_let_go_and_read_back(office: Office, bridge: Bridge) -> None:
    reader = SlowReader(request(office, ADA))
    made = front(office, bridge, reader)
    count = MOST_IN_HAND // LARGE + 5 * AT_ONCE
    said = [Arrival(Source.SLACK_COMMAND, Lane.SAID, str(each), b"x" * LARGE, SIX) for each in range(count)]
    await asyncio.gather(*(made.hear(each) for each in said))

    assert LARGE < reader.held <= MOST_IN_HAND + AT_ONCE * LARGE
    reader.go_on.set()
    await made.settled()
    assert reader.held == count * LARGE
    assert office.done_log.waiting(SIX + timedelta(minutes=1)) == []


class ReaderOfMails(OneReader):
    """Reads many at once, in its own time: of each what it says, unless that is nonsense."""

    def __init__(self, origin: c.Origin) -> None:
        super().__init__(c.Request(origin))
        self._origin = origin
        self.read_together: list[int] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def read_all(self, items: Sequence[InboxItem]) -> Sequence[Reading | Exception]:
        await self.go_on.wait()
        self.read_together.append(len(items))
        return [self._meant(each) for each in items]

    def _meant(self, item: InboxItem) -> Reading | Exception:
        said = item.raw.decode()
        if said == "nonsense":
            return ValueError(said)
        return Reading(c.Request(replace(self._origin, source_ref=said), text=said))


def mail(said: str) -> Arrival:
    return Arrival(Source.MAIL_RAW, Lane.SAID, said, said.encode(), SIX)


async def heard(office: Office, bridge: Bridge, *said: str) -> tuple[CoreFront, ReaderOfMails]:
    """What came at the same moment, begun to be understood."""
    reader = ReaderOfMails(office.origin(ADA))
    made = CoreFront(office.done_log, bridge, office.clock)
    made.understand_by({Source.MAIL_RAW: reader})
    reader.go_on.clear()
    await asyncio.gather(*(made.hear(mail(each)) for each in said))
    return made, reader


async def test_what_is_stored_together_is_read_together_and_only_what_is_bad_fails(
    office: Office, bridge: Bridge
) -> None:
    made, reader = await heard(office, bridge, "one", "nonsense", "search one", "two")
    reader.go_on.set()
    await made.settled()

    assert reader.read_together == [4]
    assert sorted(office.texts(office.ada)) == ["one", "two"]
    assert made.answered.is_set()
    with office.storage.begin() as uow:
        [left] = uow.inbox.kept([InboxState.NEW], 10)
    assert (left.tries, left.note) == (1, "ValueError: see the log")


async def test_what_is_read_together_is_left_alone_by_the_sweep_until_it_is_done(
    office: Office, bridge: Bridge
) -> None:
    made, reader = await heard(office, bridge, "one", "two")
    office.clock.forward(timedelta(minutes=1))
    assert await asyncio.wait_for(made.sweep(), 5.0) == 0
    reader.go_on.set()
    await made.settled()
    assert reader.read_together == [2]
    assert await made.sweep() == 0
    assert sorted(office.texts(office.ada)) == ["one", "two"]
