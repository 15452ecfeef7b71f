"""Whatever was said while nobody listened is heard, wherever whoever reads it dies."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catch_up import DIRECTS_AT_ONCE, SharedCatchUp
from domain.ports.directory import Direct
from domain.ports.front import StorageDown
from domain.ports.listening import Unread
from tests.fakes.listening import FakeProgress, NoPace
from tests.fakes.others import FakeClock

NOW = datetime(2026, 11, 24, 17, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PEOPLE = 10 * DIRECTS_AT_ONCE + 7


class Chat:
    """A hundred direct messages, in which something is said now and then; a process hears or reads it."""

    def __init__(self) -> None:
        self.clock = FakeClock(NOW)
        self.said: list[tuple[int, datetime]] = []
        self.heard: set[tuple[int, datetime]] = set()
        self.reads: Counter[int] = Counter()
        self.progress = FakeProgress(lambda: [Direct(n, "", f"D{n}") for n in range(1, PEOPLE + 1)], {2, 90})
        self.catch_up = SharedCatchUp(self.progress, NoPace(), self.clock)
        self.asked_meanwhile: set[int] = set()
        """Who was asked lately, once those are read who had been at first."""
        self.dies_after: int | None = None
        """How many more direct messages are read by the process that lives."""
        self.died = asyncio.Event()

    def say(self, number: int, *, live: bool) -> None:
        self.clock.forward(MINUTE)
        self.said.append((number, self.clock.now()))
        if live:
            self.heard.add(self.said[-1])

    async def read(self, direct: Direct, since: datetime) -> timedelta | None:
        if self.dies_after == 0:
            self.died.set()
            await asyncio.Event().wait()
        self.dies_after = None if self.dies_after is None else self.dies_after - 1
        self.reads[direct.number] += 1
        if direct.number == max(self.progress.asked or ()):
            self.progress.asked = self.asked_meanwhile or self.progress.asked
        self.heard |= {each for each in self.said if each[0] == direct.number and each[1] >= since}
        return None

    async def live(self, dies_after: int | None = None) -> None:
        """Start a process; returns once it has read all there is, or is about to die."""
        self.died.clear()
        self.dies_after = dies_after
        self.catch_up = SharedCatchUp(self.progress, NoPace(), self.clock)
        self.catch_up.start(self.read)
        settled = asyncio.create_task(self.catch_up.settled())
        dying = asyncio.create_task(self.died.wait())
        await asyncio.wait({settled, dying}, return_when=asyncio.FIRST_COMPLETED)
        settled.cancel()
        dying.cancel()

    @property
    def lost(self) -> set[tuple[int, datetime]]:
        return set(self.said) - self.heard


async def test_who_was_asked_lately_comes_first_and_nobody_is_read_twice() -> None:
    chat = Chat()
    chat.progress.until = NOW - timedelta(hours=1)
    await chat.live()
    assert list(chat.reads)[:3] == [2, 90, 1]
    assert chat.reads == dict.fromkeys(range(1, PEOPLE + 1), 1)
    assert chat.progress.left is None


async def test_who_is_asked_while_the_gap_is_being_read_is_not_passed_over() -> None:
    """Fault 29: she is not among those asked lately when they are read, and would not be among the rest."""
    chat = Chat()
    chat.progress.until = NOW - timedelta(hours=1)
    chat.asked_meanwhile = {2, 50, 90}
    await chat.live()
    assert chat.reads[50] == 1


async def test_the_next_process_goes_on_where_the_last_one_died() -> None:
    """Fault 29: a gap that takes an hour to read is read, even if no process lives so long."""
    chat = Chat()
    chat.progress.until = NOW - timedelta(hours=1)
    for _ in range(PEOPLE // DIRECTS_AT_ONCE + 2):
        await chat.live(dies_after=DIRECTS_AT_ONCE + 1)
        await chat.catch_up.stop()
    assert set(chat.reads) == set(range(1, PEOPLE + 1))


async def test_a_gap_that_the_provider_closes_is_not_read() -> None:
    chat = Chat()
    chat.progress.until = NOW - 3 * MINUTE
    chat.catch_up.start(chat.read, repeated=4 * MINUTE)
    await chat.catch_up.settled()
    await chat.catch_up.remember(NOW)
    assert (chat.reads, chat.progress.until) == ({}, NOW)


async def test_what_is_left_of_a_longer_one_is_read_all_the_same() -> None:
    chat = Chat()
    chat.progress.until = NOW - MINUTE
    chat.progress.left = Unread(NOW - timedelta(hours=1), asked=False, after=PEOPLE - 2)
    chat.catch_up.start(chat.read, repeated=4 * MINUTE)
    await chat.catch_up.settled()
    assert set(chat.reads) == {PEOPLE - 1, PEOPLE}


async def test_nothing_is_remembered_while_an_older_gap_is_open() -> None:
    chat = Chat()
    chat.progress.until = until = NOW - timedelta(hours=1)
    await chat.live(dies_after=60)
    await chat.catch_up.stop()
    await chat.live(dies_after=0)
    await chat.catch_up.remember(NOW)
    assert chat.progress.until == until, "who was read before has been missed since"
    await chat.catch_up.stop()


async def test_what_could_not_be_remembered_is_said_to_be_so() -> None:
    chat = Chat()
    chat.progress.until = NOW
    await chat.live()
    chat.progress.up.clear()
    with pytest.raises(StorageDown):
        await chat.catch_up.remember(NOW + MINUTE)
    chat.progress.up.set()
    await chat.catch_up.remember(NOW + MINUTE)
    assert chat.progress.until == NOW + MINUTE


@dataclass(frozen=True, slots=True)
class Life:
    """Of one process, and what is said before, in and after it."""

    before: list[int]
    reads: int
    during: list[int]
    after: list[int]


_PERSON = st.lists(st.integers(1, PEOPLE), max_size=3)
_READS = st.integers(0, PEOPLE * 2)
LIVES = st.lists(st.builds(Life, _PERSON, _READS, _PERSON, _PERSON), max_size=6)


@given(LIVES)
def test_nothing_is_lost_wherever_processes_die(lives: list[Life]) -> None:
    """Fault 29: killed at any moment, any number of times, while people go on writing."""

    async def play() -> None:
        chat = Chat()
        await chat.live()
        for life in lives:
            for number in life.before:
                chat.say(number, live=False)
            await chat.live(life.reads)
            for number in life.during:
                chat.say(number, live=True)
                await chat.catch_up.remember(chat.clock.now())
            await chat.catch_up.stop()
            for number in life.after:
                chat.say(number, live=False)
        await chat.live()
        assert chat.lost == set()

    asyncio.run(play())
