"""A TLS server on a loopback port that takes whatever Slack, Discord and SendGrid are sent, at once, always.

Run as a program of its own, so that its work is not counted as the sender's: `python -m bench.fast_server
CERTIFICATE KEY` prints its port.  It reads no more of a request than it must to answer: a benchmark of
senders wants a provider that costs little; whether the requests are right is what the simulators are asked.
"""

import asyncio
import itertools
import ssl
import sys

_ME = (
    b'{"id": "900000000000000001", "username": "donelog", "discriminator": "0", "avatar": null, "bot": true}'
)
_TEAM = (
    b'{"ok": true, "url": "https://bench.slack.com/", "team": "Bench", "user": "donelog",'
    b' "team_id": "T0BENCH", "user_id": "U0BOT", "bot_id": "B0BOT"}'
)
_sequence = itertools.count(1)


class Provider(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while self._answer_one():
            pass

    def _answer_one(self) -> bool:
        """Answer the first request if it is here as a whole."""
        end = self._received.find(b"\r\n\r\n")
        if end < 0 or self._transport is None:
            return False
        head = bytes(self._received[:end])
        lowered = head.lower()
        begins = end + 4
        at = lowered.find(b"content-length:")
        if at >= 0:
            length = int(lowered[at + 15 :].split(b"\r\n", 1)[0])
        elif b"chunked" in lowered:
            closing = self._received.find(b"0\r\n\r\n", begins)
            if closing < 0:
                return False
            length = closing + 5 - begins
        else:
            length = 0
        if len(self._received) < begins + length:
            return False
        del self._received[: begins + length]
        self._transport.write(_answer(head.split(b" ", 2)[1]))
        return True


def _answer(path: bytes) -> bytes:
    number = next(_sequence)
    if path.startswith(b"/v3/mail/send"):
        return b"HTTP/1.1 202 Accepted\r\nX-Message-Id: m%d\r\nContent-Length: 0\r\n\r\n" % number
    if path.endswith(b"/users/@me"):
        body = _ME
    elif path.endswith(b"/auth.test"):
        body = _TEAM
    elif b"/channels/" in path:
        channel = path.split(b"/channels/")[1].split(b"/")[0]
        body = b'{"id": "%d", "channel_id": "%s", "content": ""}' % (
            300_000_000_000_000_000 + number,
            channel,
        )
    else:
        body = b'{"ok": true, "channel": "D%d", "ts": "1764003600.%06d", "message": {}}' % (number, number)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    return head + body


async def _serve(certificate: str, key: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server = await asyncio.get_running_loop().create_server(
        Provider, "127.0.0.1", 0, ssl=context, backlog=512
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(*sys.argv[1:]))
