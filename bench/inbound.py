"""`inbound`: a mail's whole way in: verified, stored, read, told from what came before, its dones committed.

The bound commits single rows into a table like that of the dones, by psycopg2 alone, over as many connections
at a time as there are mails.
"""

import asyncio
import itertools
import threading
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg2
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url
from starlette.applications import Starlette

from adapters.email.reader import MailReader
from adapters.email.reader_process import ReaderProcess
from adapters.email.routes import MailDoor, routes
from adapters.storage.search import PostgresSearch
from adapters.storage.unit_of_work import PostgresStorage
from bench import postgres
from bench.crowd import DAY, PEAK
from bench.figures import Figure, Sample, Sizes, compared, interleaved
from bench.mails import BOUNDARY, posted
from bench.product import NAMES, StandingClock, tokens
from bench.webhook_server import TOKEN
from bot.bridge import Bridge
from bot.front import CoreFront
from bot.tokens import SignedTokens
from domain.application import DoneLog
from domain.conversation import Conversation
from domain.people import Address, Channel, Profile
from domain.ports.inbox import Source
from domain.ports.tenant import Tenant
from domain.teams import Role

AT_ONCE = 16
ORGANIZATIONS = 40
PEOPLE = 25
"""Of each organization, in teams of five."""
DAYS = (-1, 8)
"""Of the ledger's and the inbox's days, those that there are, as seen from the day of the mails."""
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
    "closed",
    "sent",
)
_WHAT = (
    "importer",
    "invoice",
    "pipe",
    "report",
    "login",
    "ticket",
    "budget",
    "release",
    "mail",
    "parser",
    "page",
    "talk",
    "site",
)
_ORGANIZATION = text(
    "INSERT INTO organizations (name, zone, created_at)"
    " SELECT :name, zone, created_at FROM organizations WHERE own"
)
_MAKE_BOUND = """
    DROP SCHEMA IF EXISTS bound CASCADE;
    CREATE SCHEMA bound;
    CREATE TABLE bound.dones (LIKE public.dones INCLUDING ALL)
"""


def run(sizes: Sizes) -> list[Figure]:
    count = max(sizes.few // 5, 100)
    spent = postgres.Spent()
    with postgres.server() as running:
        url = postgres.fresh(running, "inbound")
        with postgres.engine(url) as engine:
            people = _people(engine)
            pairs = interleaved(
                sizes.rounds,
                lambda: _taken(engine, people, count, spent),
                lambda: _committed(engine, url, count),
            )
    goals = ("", "", "2: one to store it, one to read it")
    return [
        *compared("inbound", "mails", pairs, "ratio >= 0.7 (floor 0.55)"),
        *spent.figures(count * sizes.rounds, goals),
    ]


def _people(engine: Engine) -> Sequence[tuple[str, str]]:
    """Address of each person, and the address that she answers to."""
    signs, found = tokens(), list[tuple[str, str]]()
    with PostgresStorage(engine, feed=False).begin() as uow:
        uow.ledger.make_partitions(DAY, DAYS[1])
        first = uow.directory.ensure_organization("Organization 0", "UTC", PEAK)
        uow.commit()
    with engine.begin() as connection:
        more = [{"name": f"Organization {number}"} for number in range(1, ORGANIZATIONS)]
        connection.execute(_ORGANIZATION, more)
        organizations = connection.execute(
            text("SELECT id FROM organizations WHERE id >= :first"), {"first": first}
        )
        ids = organizations.scalars().all()
    for organization_id in ids:
        with PostgresStorage(engine, feed=False).begin() as uow:
            found += _members(uow.tenant(organization_id), signs)
            uow.commit()
    return [
        found[(number * PEOPLE) % len(found) + number * PEOPLE // len(found)] for number in range(len(found))
    ]


def _members(tenant: Tenant, signs: SignedTokens) -> Iterator[tuple[str, str]]:
    teams = [tenant.teams.add(f"Team {number}", "UTC", PEAK) for number in range(PEOPLE // 5)]
    for number in range(PEOPLE):
        address = f"p{number}@o{tenant.organization_id}.example.com"
        profile = Profile(f"Person {number}", "UTC")
        person, _ = tenant.people.add(profile, Address(Channel.EMAIL, address), None, PEAK)
        tenant.teams.join(teams[number % len(teams)].id, person.id, Role.MEMBER, PEAK)
        yield address, str(NAMES.own(signs, tenant.organization_id, person.id))


def _taken(engine: Engine, people: Sequence[tuple[str, str]], count: int, spent: postgres.Spent) -> Sample:
    """So many answers, posted as SendGrid does, until the dones of the last one are committed."""
    bodies = [_answer(people[number % len(people)]) for number in range(count)]
    before = _dones(engine)
    with postgres.counting(engine, spent):
        sample = postgres.sample(engine, count, lambda: asyncio.run(_post_all(engine, bodies)))
    written = _dones(engine) - before
    if written != count:
        raise AssertionError(f"{written} dones of {count} mails")
    return sample


def _answer(person: tuple[str, str]) -> bytes:
    number = next(_numbers)
    said = f"{_DID[number % len(_DID)]} {_WHAT[number % len(_WHAT)]} number {number}"
    return posted(*person, f"m{number}", said, 2_000)


async def _post_all(engine: Engine, bodies: Sequence[bytes]) -> None:
    clock, bridge, process = StandingClock(), Bridge(lambda: None), ReaderProcess()
    done_log = DoneLog(
        PostgresStorage(engine, feed=False),
        Conversation(tokens(), (PostgresSearch(engine),), frozenset(Channel)),
    )
    front = CoreFront(done_log, bridge, clock)
    front.understand_by({Source.MAIL_RAW: MailReader(tokens(), NAMES, process.understand)})
    app = Starlette(routes=routes(front, MailDoor(inbound_token=TOKEN), clock))
    left = iter(bodies)
    try:
        await asyncio.gather(*(_post_each(app, left) for _ in range(AT_ONCE)))
        await front.settled()
    finally:
        await process.stop()
        bridge.close()


async def _post_each(app: Starlette, bodies: Iterator[bytes]) -> None:
    headers = [(b"content-type", f"multipart/form-data; boundary={BOUNDARY}".encode())]
    for body in bodies:
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/sendgrid/inbound",
            "query_string": f"token={TOKEN}".encode(),
            "headers": headers,
        }
        sent: list[Any] = []

        async def receive(body: bytes = body) -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any, sent: list[Any] = sent) -> None:
            sent.append(message)

        await app(scope, receive, send)
        if sent[0]["status"] != 200:  # noqa: PLR2004 -- OK
            raise AssertionError(f"a mail was answered {sent[0]['status']}")


def _dones(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM dones")).scalar_one())


# ---------------------------------------------------------------- the bound


_INSERT = """
    INSERT INTO bound.dones (organization_id, person_id, answer_id, day, kind, text, position, team_ids,
                             created_at, terms)
    VALUES (1, %s, %s, %s, 1, %s, 1, ARRAY[1]::bigint[], %s, to_tsvector('simple', %s))
"""


def _committed(engine: Engine, url: str, count: int) -> Sample:
    with engine.begin() as connection:
        for statement in _MAKE_BOUND.split(";"):
            connection.execute(text(statement))
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    opened = [psycopg2.connect(dsn) for _ in range(AT_ONCE)]
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
