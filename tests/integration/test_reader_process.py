"""Mails are read in a process of their own: one that takes too long or too much ends no other mail."""

import asyncio
import fcntl
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from adapters.email.reader import MailReader
from adapters.email.reader_process import MOST_OCTETS_AT_ONCE, MailTooHard, ReaderProcess, _load
from adapters.email.understanding import understand, understand_all
from tests.mail_world import NAMES, READER, FakeTokens, letter, mail_file, raw_item

DAY = date(2026, 11, 24)
PLAIN = raw_item(
    letter("From: ana@example.com", "Subject: Re: today", body="shipped it\r\nmended the pipe")
).raw
FIXTURES = sorted((Path(__file__).parent.parent / "fixtures" / "mail").glob("*.eml"))


@pytest.fixture
async def process() -> AsyncIterator[ReaderProcess]:
    made = ReaderProcess()
    yield made
    await made.stop()


def pid_of(process: ReaderProcess) -> int:
    assert process._process is not None  # noqa: SLF001 -- nobody else wants to know
    return process._process.pid  # noqa: SLF001 -- nothing else tells it


async def test_it_tells_the_same_as_reading_here(process: ReaderProcess) -> None:
    assert len(FIXTURES) > 3
    for file in FIXTURES:
        stored = raw_item(mail_file(file.name)).raw
        assert await process.understand(stored, NAMES.domain, DAY) == understand(stored, NAMES.domain, DAY)
    assert await process.understand(b"no mail at all", NAMES.domain, DAY) is None


def test_mails_read_side_by_side_say_what_each_says_alone() -> None:
    mails = [raw_item(mail_file(file.name)).raw for file in FIXTURES]
    unreadable = cast("bytes", "no octets")
    *found, nothing, error = understand_all(
        [(each, NAMES.domain, DAY) for each in (*mails, b"no mail at all", unreadable)]
    )
    assert found == [understand(each, NAMES.domain, DAY) for each in mails]
    assert nothing is None
    assert error == "TypeError"


def test_a_mail_that_has_been_read_leaves_nothing_to_the_collector_of_cycles() -> None:
    questions = [(raw_item(mail_file(file.name)).raw, NAMES.domain, DAY) for file in FIXTURES]
    understand_all(questions)  # what is made once stays
    gc.collect()
    gc.disable()  # the process that reads mails hardly ever runs it
    try:
        assert len(understand_all(questions)) > 3
        assert gc.collect() == 0
    finally:
        gc.enable()


async def test_one_process_reads_many_mails(process: ReaderProcess) -> None:
    found = await asyncio.gather(*(process.understand(PLAIN, NAMES.domain, DAY) for _ in range(20)))
    assert {each.text for each in found if each} == {"shipped it\nmended the pipe"}
    first = pid_of(process)
    await process.understand(PLAIN, NAMES.domain, DAY)
    assert pid_of(process) == first


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a pipe hold more")
async def test_what_is_read_at_once_is_handed_over_at_once(process: ReaderProcess) -> None:
    await process.understand(PLAIN, NAMES.domain, DAY)
    stdin = process._process.stdin if process._process else None  # noqa: SLF001 -- nothing else tells of it
    assert stdin is not None
    pipe = stdin.transport.get_extra_info("pipe")
    assert fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ) == MOST_OCTETS_AT_ONCE


async def test_when_it_dies_the_next_mail_gets_a_new_one(process: ReaderProcess) -> None:
    await process.understand(PLAIN, NAMES.domain, DAY)
    first = pid_of(process)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(MailTooHard):
        await process.understand(PLAIN, NAMES.domain, DAY)
    assert await process.understand(PLAIN, NAMES.domain, DAY) is not None
    assert pid_of(process) != first


async def test_when_it_dies_over_several_each_is_read_alone(process: ReaderProcess) -> None:
    await process.understand(PLAIN, NAMES.domain, DAY)
    tasks = [
        asyncio.create_task(process.understand(each, NAMES.domain, DAY))
        for each in (PLAIN, b"no mail at all", PLAIN)
    ]
    await asyncio.sleep(0)  # now all of them wait
    os.kill(pid_of(process), signal.SIGKILL)
    first, none, last = await asyncio.gather(*tasks)
    assert first == last == await process.understand(PLAIN, NAMES.domain, DAY)
    assert none is None


async def test_who_asks_and_goes_away_keeps_nobody_from_being_read(process: ReaderProcess) -> None:
    tasks = [asyncio.create_task(process.understand(PLAIN, NAMES.domain, DAY)) for _ in range(4)]
    await asyncio.sleep(0.05)  # the first one begins the process
    for gone in (tasks[0], tasks[2]):
        gone.cancel()
    assert None not in await asyncio.gather(tasks[1], tasks[3])
    assert not process._asked._waiting  # noqa: SLF001 -- nothing is left behind


async def test_whatever_goes_wrong_whoever_waits_is_told(process: ReaderProcess) -> None:
    unfit = cast("bytes", memoryview(PLAIN))  # cannot be handed over
    read, refused = await process.understand_all([(each, NAMES.domain, DAY) for each in (PLAIN, unfit)])
    assert read == understand(PLAIN, NAMES.domain, DAY)
    assert isinstance(refused, MailTooHard)
    assert str(refused) == "TypeError"


async def test_a_mail_that_takes_too_long_ends_it_and_no_other_mail() -> None:
    process = ReaderProcess(deadline=0.0)
    with pytest.raises(MailTooHard, match="TimeoutError"):
        await process.understand(PLAIN, NAMES.domain, DAY)
    process._deadline = 10.0  # noqa: SLF001 -- the same mail, in time
    assert await process.understand(PLAIN, NAMES.domain, DAY) is not None
    await process.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit")
async def test_memory_has_a_limit() -> None:
    process = ReaderProcess(most_memory=400 * 1024 * 1024)
    with pytest.raises(MailTooHard):
        await process.understand(b"x" * 200_000_000, NAMES.domain, DAY)
    assert await process.understand(PLAIN, NAMES.domain, DAY) is not None
    await process.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
async def test_it_knows_none_of_our_settings(process: ReaderProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DONELOG_SECRET", "0123456789abcdef0123456789abcdef")
    await process.understand(PLAIN, NAMES.domain, DAY)
    seen = await asyncio.to_thread(Path(f"/proc/{pid_of(process)}/environ").read_bytes)
    assert b"DONELOG" not in seen


def test_nothing_that_could_act_is_loaded_from_it() -> None:
    import pickle  # noqa: PLC0415 -- beside its only use

    with pytest.raises(pickle.UnpicklingError, match="not expected"):
        _load(pickle.dumps([os.getcwd]), 1)


async def test_the_reader_of_mails_reads_through_it(process: ReaderProcess) -> None:
    item = raw_item(letter("From: ana@example.com", body="shipped it"))
    through, here = MailReader(FakeTokens(), NAMES, process.understand_all), READER
    assert await through.read(item) == await here.read(item)
