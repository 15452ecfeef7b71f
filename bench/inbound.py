"""`inbound`: a mail's whole way in: let in, stored, read, told from what came before, its dones committed.

Answers of many people of several organizations, of some 5 kB as Gmail writes them, are posted as SendGrid
does, signed, some at a time; the process that reads mails runs beside, as it does for days in production.
The bound commits single rows into a table like that of the dones, by psycopg2 alone, over as many connections
at a time as there are mails.
"""

import asyncio
import base64
import itertools
import os
import threading
from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

import psycopg2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from starlette.applications import Starlette

from adapters.email.reader import MailReader
from adapters.email.reader_process import ReaderProcess
from adapters.email.routes import MailDoor, routes
from adapters.email.signatures import SIGNATURE_HEADER, TIMESTAMP_HEADER
from adapters.storage.search import PostgresSearch
from adapters.storage.unit_of_work import PostgresStorage
from bench import postgres
from bench.asked import Asked, asked
from bench.crowd import DAY, PEAK
from bench.figures import Figure, Sample, Sizes, compared, interleaved
from bench.mails import BOUNDARY, replied
from bench.product import NAMES, StandingClock, tokens
from bot.bridge import Bridge
from bot.front import CoreFront
from domain.application import DoneLog
from domain.conversation import Conversation
from domain.people import Channel
from domain.ports.inbox import Source

AT_ONCE = (16, 64)
"""Posts at a time: on an ordinary day, and when everybody answers (PostgreSQL takes 100 connections)."""
SIGNED_AT = b"1795543200"
_numbers = itertools.count(1)
_DID = (
    "shipped",
    "fixed",
    "reviewed",
    "drafted",
    "measured",
    "mended",
    "tested",
    "planned",
    "called",
    "sent",
)
_WHAT = ("importer", "invoice", "pipe", "report", "login", "ticket", "budget", "release", "parser", "page")
_MAKE_BOUND = """
    DROP SCHEMA IF EXISTS bound CASCADE;
    CREATE SCHEMA bound;
    CREATE TABLE bound.dones (LIKE public.dones INCLUDING ALL)
"""


def run(sizes: Sizes) -> list[Figure]:
    return [figure for at_once in AT_ONCE for figure in _measured(sizes, at_once)]


def _measured(sizes: Sizes, at_once: int) -> list[Figure]:
    count = max(sizes.few // 5, 100)
    spent = postgres.DatabaseUse()
    with postgres.server() as running:
        url = postgres.fresh(running, "inbound")
        with postgres.engine(url) as engine, Door(engine, at_once) as door:
            people = itertools.cycle(asked(engine))
            door.take(people, 100)  # the first ones pay for what is made once
            pairs = interleaved(
                sizes.rounds,
                lambda: _taken(engine, door, people, count, spent),
                lambda: _committed(engine, url, count, at_once),
            )
    goals = ("", "", "2 at most: one to store it, one to read it")
    return [
        *compared(f"inbound, {at_once} at a time", "mails", pairs, "ratio >= 0.7 (floor 0.55)"),
        *spent.figures(count * sizes.rounds, goals, "mail"),
    ]


class Door:
    """The product's door for mail, with all that is behind it, until the `with` ends.

    Args:
        engine: of the database.
        at_once: posts at a time.
    """

    def __init__(self, engine: Engine, at_once: int) -> None:
        self._engine = engine
        self._at_once = at_once
        self._runner = asyncio.Runner()
        self._key = ec.generate_private_key(ec.SECP256R1())

    def __enter__(self) -> Self:
        self._runner.run(self._open())
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.run(self._process.stop())
        self._bridge.close()
        self._runner.close()

    async def _open(self) -> None:
        clock = StandingClock()
        self._bridge, self._process = Bridge(lambda: None), ReaderProcess()
        done_log = DoneLog(
            PostgresStorage(self._engine, feed=False),
            Conversation(tokens(), (PostgresSearch(self._engine),), frozenset(Channel)),
        )
        self._front = CoreFront(done_log, self._bridge, clock)
        reader = MailReader(tokens(), NAMES, self._process.understand_all)
        self._front.understand_by({Source.MAIL_RAW: reader})
        shown = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        settings = MailDoor(inbound_public_keys=(base64.b64encode(shown).decode(),))
        self._app = Starlette(routes=routes(self._front, settings, clock))

    def posts(self, people: Iterator[Asked], count: int) -> list[tuple[bytes, bytes]]:
        """Bodies of so many answers, each with its signature."""
        bodies = [_answer(person) for person in itertools.islice(people, count)]
        return [(each, self._key.sign(SIGNED_AT + each, ec.ECDSA(SHA256()))) for each in bodies]

    def take(self, people: Iterator[Asked], count: int) -> None:
        self.take_all(self.posts(people, count))

    def take_all(self, posts: Sequence[tuple[bytes, bytes]]) -> None:
        """Post them, some at a time, until the dones of the last one are committed."""
        self._runner.run(self._take_all(iter(posts)))

    async def _take_all(self, posts: Iterator[tuple[bytes, bytes]]) -> None:
        await asyncio.gather(*(self._take_each(posts) for _ in range(self._at_once)))
        await self._front.settled()

    async def _take_each(self, posts: Iterator[tuple[bytes, bytes]]) -> None:
        for body, signature in posts:
            scope = {
                "type": "http",
                "method": "POST",
                "path": "/sendgrid/inbound",
                "query_string": b"",
                "headers": [
                    (b"content-type", f"multipart/form-data; boundary={BOUNDARY}".encode()),
                    (SIGNATURE_HEADER.lower().encode(), base64.b64encode(signature)),
                    (TIMESTAMP_HEADER.lower().encode(), SIGNED_AT),
                ],
            }
            sent: list[Any] = []

            async def receive(body: bytes = body) -> dict[str, Any]:
                return {"type": "http.request", "body": body, "more_body": False}

            async def send(message: Any, sent: list[Any] = sent) -> None:
                sent.append(message)

            await self._app(scope, receive, send)
            if sent[0]["status"] != HTTPStatus.OK:
                raise AssertionError(f"a mail was answered {sent[0]['status']}")


def _taken(
    engine: Engine, door: Door, people: Iterator[Asked], count: int, spent: postgres.DatabaseUse
) -> Sample:
    posts, before = door.posts(people, count), _dones(engine)
    with postgres.counting(engine, spent):
        sample = postgres.sample(engine, count, lambda: door.take_all(posts), _children())
    written = _dones(engine) - before
    if written != count:
        raise AssertionError(f"{written} dones of {count} mails")
    return sample


def _children() -> Sequence[int]:
    """The processes that this one has begun: the one that reads mails, and PostgreSQL's first."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(each) for each in listed.read_text().split()] if listed.exists() else []


def _answer(person: Asked) -> bytes:
    number = next(_numbers)
    said = f"{_DID[number % len(_DID)]} {_WHAT[number // 3 % len(_WHAT)]} number {number}"
    return replied(person.address, person.own, person.question, f"m{number}", said)


def _dones(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM dones")).scalar_one())


# ---------------------------------------------------------------- the bound


_INSERT = """
    INSERT INTO bound.dones (organization_id, person_id, answer_id, day, kind, text, position, team_ids,
                             created_at, terms)
    VALUES (1, %s, %s, %s, 1, %s, 1, ARRAY[1]::bigint[], %s, to_tsvector('simple', %s))
"""


def _committed(engine: Engine, url: str, count: int, at_once: int) -> Sample:
    with engine.begin() as connection:
        for statement in _MAKE_BOUND.split(";"):
            connection.execute(text(statement))
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    opened = [psycopg2.connect(dsn) for _ in range(at_once)]
    left = iter(range(count))
    try:
        return postgres.sample(engine, count, lambda: _insert_all(opened, left))
    finally:
        for each in opened:
            each.close()


def _insert_all(connections: Sequence[Any], left: Iterator[int]) -> None:
    threads = [threading.Thread(target=_insert_each, args=(each, left)) for each in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _insert_each(connection: Any, left: Iterator[int]) -> None:
    with connection.cursor() as cursor:
        for number in left:
            said = f"shipped the importer, part {number}"
            cursor.execute(_INSERT, (number, number, DAY, said, PEAK, said))
            connection.commit()
