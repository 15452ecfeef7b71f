"""The proxy cuts where it is told to."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.chaos.proxy import Moment, Proxy, Trap, to_port


class Echo:
    """A server that answers every piece, and keeps what it was sent."""

    def __init__(self) -> None:
        self.got = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(1000):
            self.got += piece
            writer.write(b"answer")
        writer.close()


@pytest_asyncio.fixture
async def echo() -> AsyncIterator[tuple[Echo, Proxy]]:
    made = Echo()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    proxy = Proxy(to_port(server.sockets[0].getsockname()[1]))
    await proxy.start()
    yield made, proxy
    await proxy.stop()
    server.close()


async def ask(proxy: Proxy) -> bytes:
    """What comes back for a request; nothing where the connection was reset."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"POST /send")
    try:
        return await reader.read(1000)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("moment", "got", "answer"),
    [
        (Moment.BEFORE, b"", b""),
        (Moment.DURING, b"POST ", b""),
        (Moment.AFTER, b"POST /send", b""),
        (Moment.ANSWERED, b"POST /send", b"answer"),
    ],
)
async def test_a_trap_cuts_one_exchange_where_it_lies(
    echo: tuple[Echo, Proxy], moment: Moment, got: bytes, answer: bytes
) -> None:
    made, proxy = echo
    sprung: list[bool] = []
    proxy.traps.append(Trap(moment, b"/send", 1, lambda: sprung.append(True)))
    assert await ask(proxy) == answer
    assert (made.got, sprung) == (got, [True])
    assert await ask(proxy) == b"answer"
    assert (made.got, sprung) == (got + b"POST /send", [True])


@pytest.mark.parametrize("moment", list(Moment))
async def test_a_trap_that_does_not_cut_changes_nothing(echo: tuple[Echo, Proxy], moment: Moment) -> None:
    made, proxy = echo
    sprung: list[bool] = []
    proxy.traps.append(Trap(moment, b"/send", 1, lambda: sprung.append(True), cuts=False))
    assert await ask(proxy) == b"answer"
    assert (made.got, sprung) == (b"POST /send", [True])


async def test_a_trap_waits_for_its_turn(echo: tuple[Echo, Proxy]) -> None:
    _, proxy = echo
    proxy.traps.append(Trap(Moment.BEFORE, b"/send", 2, lambda: None))
    assert [await ask(proxy) for _ in range(3)] == [b"answer", b"", b"answer"]


async def test_what_a_trap_spares_is_neither_struck_nor_counted(echo: tuple[Echo, Proxy]) -> None:
    _, proxy = echo
    proxy.traps.append(Trap(Moment.BEFORE, b"/send", 1, lambda: None, spares=lambda piece: b"POST" in piece))
    assert await ask(proxy) == b"answer"
    assert len(proxy.traps) == 1
