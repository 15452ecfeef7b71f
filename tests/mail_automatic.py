"""Mails that programs write, from `tests/fixtures/mail/automatic.txt`, and many that people write.

A block there is `## name | language`, headers as they are read, an empty line and the text.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from pathlib import Path

from tests.mail_answers import labelled_mails

FILE = Path(__file__).parent / "fixtures" / "mail" / "automatic.txt"
_PEOPLE = (
    *("ana@example.com", "jonas.weber@example.org", "notes@example.com", "auto.shop@example.com"),
    *(
        "rootcause@example.com",
        "lists.keeper@example.org",
        "kim+done@example.net",
        "daemon.jones@example.com",
    ),
)
_SUBJECTS = (
    *("Re: What'd you get done today? (Tue 24 Nov)", "AW: What'd you get done today? (Tue 24 Nov)"),
    *(
        "RE: What'd you get done today?",
        "Réf. : What'd you get done today?",
        "Sv: What'd you get done today?",
    ),
    *("my day", "Auto repaired", "Urlaub geplant", "absent minded but done", "Delivery of the desks", ""),
    *("Read the contract", "vacation plan for 2027 written", "Automation finished", "holiday cover arranged"),
    *("Absence list sent to HR", "Fwd: figures", "回复：What'd you get done today?", "office moved"),
)
_HEADERS = (
    *("", "Precedence: bulk", "Precedence: list", "Auto-Submitted: no", "X-Auto-Response-Suppress: OOF"),
    *(
        "X-Auto-Response-Suppress: DR, OOF",
        "Importance: high",
        "X-Mailer: Apple Mail",
        "Sensitivity: personal",
        "In-Reply-To: <p@in.example.com>\nList-Id: <team.lists.example.org>",
    ),
)


@dataclass(frozen=True, slots=True)
class AutomaticMail:
    name: str
    language: str
    raw: bytes


def automatic_mails() -> Iterator[AutomaticMail]:
    for block in FILE.read_text(encoding="utf-8").split("## ")[1:]:
        title, _, rest = block.partition("\n")
        if "|" not in title:  # a line of a mail that begins so
            continue
        name, language = (each.strip() for each in title.split("|"))
        head, _, body = rest.partition("\n\n")
        yield AutomaticMail(name, language, _message(head.split("\n"), body.encode()))


def mails_of_people(count: int, seed: int = 24) -> Iterator[bytes]:
    """Answers with subjects and headers that come near those of programs."""
    chance = random.Random(seed)  # noqa: S311 -- mails for a test
    bodies = [mail.raw.partition(b"\n\n") for mail in labelled_mails()]
    for _ in range(count):
        head, _, body = chance.choice(bodies)
        kept = [line for line in head.decode().split("\n") if line.lower().startswith(("content-", "mime-"))]
        subject, sender = chance.choice(_SUBJECTS), chance.choice(_PEOPLE)
        lines = [f"From: Ana Lopez <{sender}>", f"Subject: {subject}", chance.choice(_HEADERS), *kept]
        yield _message([line for line in lines if line], body)


def _message(headers: list[str], body: bytes) -> bytes:
    names = {line.partition(":")[0].lower() for line in headers}
    if "from" not in names:
        headers = ["From: Ana Lopez <ana@example.com>", *headers]
    if "content-type" not in names:
        headers = [*headers, "Content-Type: text/plain; charset=utf-8"]
    encoded = []
    for line in headers:
        name, _, value = line.partition(": ")
        encoded.append(line if line.isascii() else f"{name}: {Header(value, 'utf-8').encode()}")
    return "\n".join(encoded).encode() + b"\n\n" + body
