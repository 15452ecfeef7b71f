"""`webhook-cpu`: what taking a mail of 20 KB from Inbound Parse costs before the database.

The bound is an ASGI application under the same web server that reads the body and does nothing with it.
"""

import asyncio
import base64
import contextlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

import aiohttp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.email.signatures import SIGNATURE_HEADER, TIMESTAMP_HEADER
from bench.figures import Figure, Sample, Sizes, compared, interleaved
from bench.mails import BOUNDARY, posted
from bench.webhook_server import TOKEN

CONNECTIONS = 16
OCTETS = 20_000
WHEN = b"1795543200"
"""A moment, as SendGrid signs it."""


@dataclass
class Server:
    process: "subprocess.Popen[str]"
    port: int

    def cpu(self) -> float:
        """Seconds of processor so far."""
        return float(_line(self.process, "\n"))


def run(sizes: Sizes) -> list[Figure]:
    count = max(sizes.few // 4, 100)
    key = ec.generate_private_key(ec.SECP256R1())
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    body = posted("ana@example.com", "done@in.example.com", "m1", "shipped the importer", OCTETS)
    signature = key.sign(WHEN + body, ec.ECDSA(SHA256()))
    headers = {
        "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        SIGNATURE_HEADER: base64.b64encode(signature).decode(),
        TIMESTAMP_HEADER: WHEN.decode(),
    }
    figures: list[Figure] = []
    with (
        serving("bare") as bare,
        serving("token") as token,
        serving("signed", base64.b64encode(der).decode()) as signed,
    ):
        for each in (bare, token, signed):
            _taken(each, body, headers, count // 4)  # the first ones pay for what is made once
        for name, product in (("webhook-cpu", token), ("webhook-cpu signed", signed)):
            pairs = interleaved(
                sizes.rounds,
                lambda product=product: _taken(product, body, headers, count),  # type: ignore[misc] # mypy gives a default no type
                lambda: _taken(bare, body, headers, count),
            )
            figures += compared(
                name, "mails", pairs, "CPU ratio >= 0.33 (floor 0.17): at most 3 times, 6 times"
            )
    return figures


@contextlib.contextmanager
def serving(kind: str, key: str = "") -> Iterator[Server]:
    words = [sys.executable, "-m", "bench.webhook_server", kind, key]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 -- ours
    try:
        yield Server(process, int(_line(process, "")))
    finally:
        process.communicate()


def _line(process: "subprocess.Popen[str]", question: str) -> str:
    """What it says to that."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("both are pipes")
    process.stdin.write(question)
    process.stdin.flush()
    return process.stdout.readline()


def _taken(server: Server, body: bytes, headers: dict[str, str], count: int) -> Sample:
    before = server.cpu()
    took = asyncio.run(_post(server.port, body, headers, count))
    return Sample(count / took, (server.cpu() - before) * 1_000 / count)


async def _post(port: int, body: bytes, headers: dict[str, str], count: int) -> float:
    """Post it so often over a few connections; seconds on the wall clock."""
    url = f"http://127.0.0.1:{port}/sendgrid/inbound?token={TOKEN}"
    left = iter(range(count))
    loop = asyncio.get_running_loop()

    async def one_after_another(session: aiohttp.ClientSession) -> None:
        for _ in left:
            async with session.post(url, data=body, headers=headers) as answer:
                if answer.status != HTTPStatus.OK:
                    raise AssertionError(f"{answer.status} {await answer.text()}")
                await answer.read()

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=CONNECTIONS)) as session:
        began = loop.time()
        await asyncio.gather(*(one_after_another(session) for _ in range(CONNECTIONS)))
        return loop.time() - began
