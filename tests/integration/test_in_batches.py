"""What is understood in a batch leaves the same behind as what is understood piece by piece."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, TextClause, text

from adapters.storage.engine import make_engine
from adapters.storage.unit_of_work import PostgresStorage
from domain import commands as c
from domain.application import DoneLog
from domain.conversation import Conversation
from domain.deliveries import Key, Kind, NewDelivery, Recipient
from domain.people import Address, Channel, Person, Profile
from domain.ports.front import Reading
from domain.ports.inbox import Arrival, Lane, Source
from domain.ports.tenant import Tenant
from domain.teams import Role
from tests.databases import Databases
from tests.fakes.others import FakeTokens
from tests.storage_fixtures import NOW

TODAY = NOW.date()
PEOPLE = 4
"""0 and 1 are in both teams, 2 is invited to one; 3 is in none, and has one address in both offices."""
SAID = (
    "shipped the importer",
    "fixed the build\nprivate: lunch",
    "core: paired with Ben",
    "yesterday: wrote it up",
    "nothing",
    "help",
    "delete 1",
    "edit 1 fixed the other build",
    "today",
    "days mon-fri",
    "stop",
    "join web",
    "leave core",
    "invite nia@example.com",
    "  ",
)
_worlds = itertools.count(1)


@dataclass(frozen=True)
class Event:
    """Something that arrives: of a person by number, in one of two organizations."""

    way: str
    office: int
    person: int
    source: int
    said: str


events = st.builds(
    Event,
    way=st.sampled_from(
        [
            "own address",
            "own address",
            "own address",
            "mail",
            "stranger",
            "forwarded",
            "chat",
            "chat",
            "edit",
            "deletion",
        ]
    ),
    office=st.integers(0, 1),
    person=st.integers(0, PEOPLE - 1),
    source=st.integers(0, 5),
    said=st.sampled_from(SAID),
)


@pytest.fixture(scope="module")
def engine(databases: Databases, migrated_template: str) -> Iterator[Engine]:
    url = databases.create(template=migrated_template)
    made = make_engine(url)
    with PostgresStorage(made, feed=False).begin() as uow:
        uow.directory.ensure_organization("the installation's own, which speaks to strangers", "UTC", NOW)
        uow.commit()
    yield made
    made.dispose()
    databases.drop(url)


class World:
    """Two organizations of their own, and what arrives there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._storage = PostgresStorage(engine, feed=True)
        self._done_log = DoneLog(self._storage, Conversation(FakeTokens(), (), frozenset(Channel)))
        self._mark = f"world{next(_worlds)}x"
        with engine.begin() as connection:
            self._offices: list[int] = list(
                connection.scalars(
                    text(
                        "INSERT INTO organizations (name, zone, created_at)"
                        " SELECT 'Office', 'Europe/Madrid', :now FROM generate_series(1, 2) RETURNING id"
                    ),
                    {"now": NOW},
                )
            )
        with self._storage.begin() as uow:
            self._people = [
                self._gather(uow.tenant(office), index) for index, office in enumerate(self._offices)
            ]
            uow.commit()

    def _gather(self, tenant: Tenant, office: int) -> list[Person]:
        core, web = (tenant.teams.add(name, "Europe/Madrid", NOW) for name in ("Core", "Web"))
        people: list[Person] = []
        for number in range(PEOPLE):
            person, mail = tenant.people.add(Profile(f"P{number}"), self._mail(office, number), None, NOW)
            tenant.people.add_identity(person.id, self._chat(office, number))
            key = Key(TODAY, Kind.PROMPT, person.id)
            recipient = Recipient(mail.address, None, mail.id)
            tenant.outbox.add([NewDelivery(key, tenant.organization_id, recipient, NOW, person.id)])
            people.append(person)
        for person in people[:2]:
            tenant.teams.join(core.id, person.id, Role.MEMBER, NOW)
            tenant.teams.join(web.id, person.id, Role.MANAGER, NOW)
        tenant.teams.join(core.id, people[2].id, Role.INVITED, NOW)
        return people

    def _mail(self, office: int, number: int) -> Address:
        where = 0 if number == PEOPLE - 1 else office
        return Address(Channel.EMAIL, f"p{number}@o{where}.{self._mark}.example.com")

    def _chat(self, office: int, number: int) -> Address:
        return Address(Channel.SLACK, f"U{number}", f"T{office}.{self._mark}")

    def take(self, arrived: Sequence[Event], sizes: Sequence[int]) -> list[str]:
        """Store all, understand so many at a time; how each ended."""
        arrivals = [
            Arrival(Source.WEB, Lane.SAID, f"{self._mark}:{place}", b"raw", NOW)
            for place, _ in enumerate(arrived)
        ]
        refs = self._done_log.store(arrivals, NOW)
        self._items = [ref.id for ref in refs if ref]
        work = [(ref, Reading(self._request(event))) for ref, event in zip(refs, arrived, strict=True) if ref]
        ended: list[str] = []
        left = iter(work)
        for size in sizes:
            ended += self._understood(list(itertools.islice(left, size)))
        return ended

    def _understood(self, work: Sequence[tuple[c.InboxRef, Reading]]) -> list[str]:
        """As `adapters.common.batches` does it."""
        try:
            return [type(reply).__name__ for reply in self._done_log.process_all(work, NOW)]
        except Exception as error:  # noqa: BLE001 -- whatever it is, it must be the same
            if len(work) == 1:
                return [type(error).__name__]
            return [ended for each in work for ended in self._understood([each])]

    def _request(self, event: Event) -> c.Request:
        ways: dict[str, Callable[[Event], c.Request]] = {
            "own address": self._to_own_address,
            "forwarded": self._to_own_address,
            "chat": self._in_chat,
            "edit": self._in_chat,
            "deletion": self._in_chat,
        }
        return ways.get(event.way, self._to_us)(event)

    def _to_own_address(self, event: Event) -> c.Request:
        person = self._people[event.office][event.person]
        sender = self._mail(event.office, event.person)
        if event.way == "forwarded":
            sender = sender._replace(external_id=f"other{event.source % 2}@{self._mark}.example.org")
        origin = self._from_mail(sender, event)
        mine: dict[str, Any] = {
            "organization_id": person.organization_id,
            "person_id": person.id,
            "claimed_by_token": True,
        }
        return c.Request(replace(origin, **mine), text=event.said)

    def _to_us(self, event: Event) -> c.Request:
        sender = self._mail(event.office, event.person)
        if event.way == "stranger":
            sender = sender._replace(external_id=f"stranger{event.person}@{self._mark}.example.org")
        return c.Request(self._from_mail(sender, event), text=event.said)

    def _from_mail(self, sender: Address, event: Event) -> c.Origin:
        source = f"mail:{event.person}:{event.source}"
        return c.Origin(sender, c.Surface.MAIL, NOW, source, answer_to=f"<{source}>", aligned=True)

    def _in_chat(self, event: Event) -> c.Request:
        address = self._chat(event.office, event.person)
        source = f"D{event.person}:{event.source}"
        direct = f"D{event.person}"
        origin = c.Origin(
            address, c.Surface.DIRECT, NOW, source, organization_id=self._offices[event.office], direct=direct
        )
        edited = NOW + timedelta(minutes=event.source)
        commands: dict[str, c.Command] = {
            "edit": c.ChangeSource(event.said, edited),
            "deletion": c.ChangeSource(None, edited),
        }
        return c.Request(origin, commands.get(event.way), text=event.said)

    def left_behind(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything written, with numbers that mean the same in every world."""
        known = {"ids": self._offices, "items": self._items, "reply": int(Kind.REPLY)}
        with self._engine.connect() as connection:
            return {
                name: sorted(self._told(connection.execute(_query(written), known)), key=repr)
                for name, written in _LEFT.items()
            }

    def _told(self, rows: Iterable[Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
        for row in rows:
            yield tuple(each.replace(self._mark, "") if isinstance(each, str) else each for each in row)


_LEFT = {
    "answers": """
        SELECT <office>, <who>, it.day, regexp_replace(it.source_ref, '^nothing:[0-9]+', ''), it.revised_at
        FROM answers AS it WHERE it.organization_id = ANY(:ids)""",
    "dones": """
        SELECT <office>, <who>, it.day, it.kind, it.text, it.position, cardinality(it.team_ids),
               CAST(it.terms AS text), it.revision, it.deleted_at,
               rank() OVER (PARTITION BY it.organization_id, it.person_id, it.day ORDER BY it.answer_id)
        FROM dones AS it WHERE it.organization_id = ANY(:ids)""",
    "lexicon": "SELECT <office>, it.word, it.uses FROM lexicon AS it WHERE it.organization_id = ANY(:ids)",
    "feed": """
        SELECT <office>, it.revision, dones.text
        FROM search_feed AS it JOIN dones ON dones.id = it.done_id WHERE it.organization_id = ANY(:ids)""",
    "deliveries": """
        SELECT <office>, <who>, it.kind, it.state, it.channel, it.workspace, it.address, it.direct,
               it.answers, it.facts->>'is', it.facts->>'lines', it.facts->>'teams', it.facts->>'sender'
        FROM deliveries AS it
        WHERE it.organization_id = ANY(:ids) OR it.subject = ANY(:items) AND it.kind = :reply""",
    "inbox": """
        SELECT <office>, <who>, it.state, it.note, it.sender, it.tries
        FROM inbox AS it WHERE it.id = ANY(:items)""",
    "people": """
        SELECT <office>, it.name, it.own_days, it.ask_anyway, it.active, it.introduced, it.address_version
        FROM people AS it WHERE it.organization_id = ANY(:ids)""",
    "identities": """
        SELECT <office>, <who>, it.channel, it.external_id, it.direct, it.active, it.mail_stopped_at,
               it.reason
        FROM identities AS it WHERE it.organization_id = ANY(:ids)""",
    "memberships": """
        SELECT <office>, <who>, teams.name, it.role
        FROM memberships AS it JOIN teams ON teams.id = it.team_id WHERE it.organization_id = ANY(:ids)""",
}
_OFFICE = "array_position(CAST(:ids AS bigint[]), it.organization_id)"
_WHO = """
    (SELECT count(*) FROM people AS other
     WHERE other.organization_id = it.organization_id AND other.id <= it.person_id)
"""


def _query(written: str) -> TextClause:
    return text(written.replace("<office>", _OFFICE).replace("<who>", _WHO))


@settings(max_examples=40, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(arrived=st.lists(events, min_size=1, max_size=14), data=st.data())
def test_batches_leave_what_one_after_the_other_leaves(
    engine: Engine, arrived: list[Event], data: st.DataObject
) -> None:
    sizes = data.draw(st.lists(st.integers(1, len(arrived)), min_size=1))
    alone, together = World(engine), World(engine)

    expected = alone.take(arrived, [1] * len(arrived))
    assert together.take(arrived, [*sizes, len(arrived)]) == expected

    assert together.left_behind() == alone.left_behind()
