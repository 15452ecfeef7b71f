"""Mail that arrives in a mailbox is kept, once, whoever else reads it and whatever happens meanwhile."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import pytest

from adapters.email.accounts import Mailbox
from tests.dovecot import MISSING, Dovecot, dovecot
from tests.fakes.leases import FakeLeases
from tests.imap_server import ImapServer, imap_server
from tests.mail_world import FakeClock
from tests.mailbox_world import WITHIN, FakePositions, Keeper, listening, reading, settled


def mail(subject: str, *headers: str) -> bytes:
    lines = [*headers, "From: ana@example.com", f"Subject: {subject}", "", "shipped it", ""]
    return "\r\n".join(lines).encode()


class Server(Protocol):
    @property
    def mailbox(self) -> Mailbox: ...

    async def deliver(self, raw: bytes) -> None: ...

    async def marked(self) -> list[bool]: ...

    async def renumber(self) -> None: ...


class Real:
    """Dovecot, from within the loop."""

    def __init__(self, server: Dovecot) -> None:
        self._server = server
        self.mailbox = server.mailbox

    async def deliver(self, raw: bytes) -> None:
        await asyncio.to_thread(self._server.deliver, raw)

    async def marked(self) -> list[bool]:
        return await asyncio.to_thread(self._server.marked)

    async def renumber(self) -> None:
        await asyncio.to_thread(self._server.renumber)


@pytest.fixture(params=["stand-in", "dovecot"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    """A mailbox of our own making, and a real one where it is installed."""
    if request.param == "stand-in":
        async with imap_server() as made:
            yield made
    elif MISSING:
        pytest.skip(MISSING)
    else:
        with dovecot() as real:
            yield Real(real)


@pytest.fixture
async def stand_in() -> AsyncIterator[ImapServer]:
    async with imap_server() as made:
        yield made


# ---------------------------------------------------------------- on every server


async def test_what_arrives_is_kept_at_once_and_what_was_there_before_is_left_alone(server: Server) -> None:
    await server.deliver(mail("private"))
    front = Keeper()
    async with listening(server.mailbox, front, FakePositions()) as reader:
        await server.deliver(mail("one"))
        await front.until("one")
        await settled(reader)
        await server.deliver(mail("two"))
        await front.until("one", "two")
        await settled(reader)
    assert await server.marked() == [False, True, True]


async def test_what_arrives_while_nobody_listens_is_kept_afterwards(server: Server) -> None:
    front, positions = Keeper(), FakePositions()
    async with listening(server.mailbox, front, positions):
        pass
    for number in range(30):
        await server.deliver(mail(f"{number}"))
    async with listening(server.mailbox, front, positions) as reader:
        await settled(reader)
    assert front.subjects == [f"{number}" for number in range(30)]
    async with listening(server.mailbox, front, positions):
        pass
    assert len(front.subjects) == 30


async def test_a_folder_with_new_numbers_is_looked_through_and_nothing_is_kept_twice(server: Server) -> None:
    front, positions = Keeper(), FakePositions()
    async with listening(server.mailbox, front, positions) as reader:
        await server.deliver(mail("one"))
        await front.until("one")
        await settled(reader)
    before = positions.known
    assert before is not None
    positions.known = replace(before, at=datetime.fromisoformat("2020-01-01T00:00:00+00:00"))
    await server.deliver(mail("two"))
    await server.renumber()
    async with listening(server.mailbox, front, positions):
        pass
    assert front.subjects == ["one", "two"]
    assert positions.known is not None
    assert positions.known.validity != before.validity


async def test_the_bytes_are_kept_as_they_came(server: Server) -> None:
    front = Keeper()
    raw = mail("=?utf-8?q?caf=C3=A9?=") + b"\xff\x00 and\r\n--a boundary\r\n".replace(b"\x00", b"")
    async with listening(server.mailbox, front, FakePositions()):
        await server.deliver(raw)
        await front.until("café")
    assert raw in front.heard[0].raw


async def test_what_the_provider_has_proved_is_known_and_what_others_claim_is_not(server: Server) -> None:
    front = Keeper()
    ours = "Authentication-Results: mx; spf=pass smtp.mailfrom=example.com; dkim=pass header.d=example.com"
    theirs = "Authentication-Results: evil.example; dkim=pass header.d=example.com"
    async with listening(server.mailbox, front, FakePositions()) as reader:
        await server.deliver(mail("proved", ours))
        await front.until("proved")
        await settled(reader)
        await server.deliver(mail("claimed", theirs))
        await front.until("proved", "claimed")
    assert [each.dkim for each in front.mails] == [{"example.com": "pass"}, {}]
    assert [each.spf for each in front.mails] == ["pass", ""]


# ---------------------------------------------------------------- when something goes wrong


@pytest.mark.parametrize("farewell", [b"", b"* BYE later\r\n"])
async def test_a_connection_that_ends_is_made_anew(stand_in: ImapServer, farewell: bytes) -> None:
    front = Keeper()
    async with listening(stand_in.mailbox, front, FakePositions()) as reader:
        stand_in.hang_up(farewell)
        await stand_in.deliver(mail("one"))
        await front.until("one")
        await settled(reader)
    assert stand_in.logins == 2


async def test_while_the_database_is_down_mail_stays_where_it_is_unmarked(stand_in: ImapServer) -> None:
    front, positions = Keeper(), FakePositions()
    async with listening(stand_in.mailbox, front, positions) as reader:
        front.down = True
        await stand_in.deliver(mail("one"))
        await asyncio.wait_for(front.tried.wait(), WITHIN)
        assert await stand_in.marked() == [False]
        front.down = False
        await front.until("one")
        await settled(reader)
    assert await stand_in.marked() == [True]


async def test_a_mail_that_cannot_be_fetched_is_tried_again_and_then_passed_over(
    stand_in: ImapServer, caplog: pytest.LogCaptureFixture
) -> None:
    front = Keeper()
    stand_in.refuses = {1: 2, 2: 100}
    async with listening(stand_in.mailbox, front, FakePositions()):
        for subject in ("hard", "impossible", "easy"):
            await stand_in.deliver(mail(subject))
        await front.until("hard", "easy")
    assert "cannot be fetched" in caplog.text


async def test_of_two_processes_one_reads_and_the_other_takes_over(stand_in: ImapServer) -> None:
    front, positions, leases = Keeper(), FakePositions(), FakeLeases(FakeClock().real)
    first, second = leases.of("the first"), leases.of("the second")
    async with reading(stand_in.mailbox, front, positions, first) as reader:
        await settled(reader)
        async with reading(stand_in.mailbox, front, positions, second) as other:
            await asyncio.wait_for(second.asked.wait(), WITHIN)
            assert not other.listening.is_set()
            await first.release()
            assert await second.hold()
            await settled(other)
            await stand_in.deliver(mail("one"))
            await front.until("one")
    assert leases.holder is None


async def test_a_wrong_password_is_said_without_it(
    stand_in: ImapServer, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = replace(stand_in.mailbox, server=replace(stand_in.mailbox.server, password="hunter2"))
    async with reading(wrong, Keeper(), FakePositions()):
        for _ in range(2):  # the second time the first is in the log
            stand_in.refused.clear()
            await asyncio.wait_for(stand_in.refused.wait(), WITHIN)
    assert "AUTHENTICATIONFAILED" in caplog.text
    assert "hunter2" not in caplog.text
