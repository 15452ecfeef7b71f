"""Broken mails: those of the test fixtures with pieces cut out, doubled, mixed and put in."""

import random
from collections.abc import Iterator, Sequence

from tests.hostile_mails import MARKUPS, TEXTS
from tests.mail_answers import FOLDER, labelled_mails
from tests.mail_automatic import automatic_mails

_LARGEST = 20_000
_MOST_CHANGES = 8
_HOSTILE_SIZE = 300
_PIECES = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"--b\r\n",
    b"--b--",
    b"=?utf-8?b?",
    b"?=",
    b"=?x?q?=FF?=",
    b">",
    b"> ",
    b"(",
    b"<",
    b"@",
    b"\x00",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"=\n",
    b"=E2=80",
    b"-- \n",
    b"```\n",
    b"From: ",
    b"Subject: ",
    b"On 24 Nov 2026 at 18:00 a <a@b.cd> wrote:\n",
    b"Sent from my iPhone\n",
    b"Best,\nAna\n",
    b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: text/html\r\n",
    b"Content-Type: text/plain",
    b"; charset=utf-7",
    b"; charset=idna",
    b"; charset=rot13",
    b"; format=flowed; delsp=yes",
    b"; charset*=x'y'z",
    b"Content-Transfer-Encoding: base64\r\n",
    b"Content-Transfer-Encoding: x-uuencode\r\n",
    b"begin 644 x\r\n",
    b"end\n",
    b"Content-Type: message/rfc822\r\n",
    b"Received: ; 99 Xyz 0000 99:99:99 +9999\r\n",
    b"References: <>\r\n",
    b"-----Original Message-----\n",
    b"From: a\nSent: b\nTo: c\nSubject: d\n",
    b"<blockquote>",
    b"</div>",
    b"<!--",
    b'<div class="gmail_quote">',
    b'<p style="display:none">',
    b"&#x110000;",
    b"&gt;",
    b"<li>",
    b"<pre>",
    b"<br>",
    "在 2026年11月24日，a <a@b.cd> 写道：\n".encode(),
    "\u202e".encode(),
    "İ".encode(),
    "・x\n".encode(),
    b"- ",
    b"1. ",
)


def inputs(count: int, seed: int) -> Iterator[bytes]:
    """The same for the same seed."""
    chance = random.Random(seed)  # noqa: S311 -- broken mails, not secrets
    seeds = _seeds()
    for _ in range(count):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, _MOST_CHANGES)):
            _change(data, chance, seeds)
        yield bytes(data[:_LARGEST])


def _seeds() -> list[bytes]:
    files = [file.read_bytes() for file in sorted(FOLDER.parent.glob("*.eml"))]
    hostile = [attack(_HOSTILE_SIZE) for attack in (*TEXTS.values(), *MARKUPS.values())]
    return [
        *files,
        *(mail.raw for mail in labelled_mails()),
        *(mail.raw for mail in automatic_mails()),
        *(text.encode("utf-8", "surrogatepass") for text in hostile),
        b"",
    ]


def _change(data: bytearray, chance: random.Random, seeds: Sequence[bytes]) -> None:
    start = chance.randint(0, len(data))
    end = min(len(data), start + chance.randint(0, 200))
    other = chance.choice(seeds)
    begun = chance.randint(0, len(other))
    changes: tuple[bytes | bytearray, ...] = (
        chance.choice(_PIECES) + data[start:end],
        b"",
        data[start:end] * 2,
        bytes([chance.randrange(256)]) + data[start + 1 : end],
        other[begun : begun + 300],
        chance.choice(_PIECES) * chance.randint(2, 40) + data[start:end],
        chance.randbytes(chance.randint(1, 8)),
    )
    data[start:end] = chance.choice(changes)
