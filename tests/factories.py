"""The cast of the unit tests, and their way through the front door.

Ada and Ben are in Initech's team platform and write on Slack; Cleo is a colleague outside the team; Dee takes
part by mail alone.  Eve works for Initrode, whose team is called platform too.  It is Tuesday, 18:00 in
Madrid.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from domain import commands as c
from domain.application import DoneLog
from domain.conversation import Conversation
from domain.deliveries import Delivery, Kind, NewDelivery, Outcome, Result, Sent, State
from domain.dones import Done
from domain.doubts import Evidence
from domain.facts import Facts
from domain.messages import Actions, Group, Heading, Message, Paragraph, Reply, Say, plain
from domain.people import Address, Channel, Person, Profile
from domain.ports.front import Reading
from domain.ports.inbox import Arrival, InboxState, Lane, Source
from domain.ports.search import SearchIndex
from domain.teams import Place, Role, Team
from tests.fakes.others import FakeClock, FakeIndex, FakeTokens
from tests.fakes.rows import DeliveryRow, InboxRow
from tests.fakes.storage import FakeStorage, FakeTenant

TUESDAY = date(2026, 11, 24)
SIX = datetime(2026, 11, 24, 17, tzinfo=UTC)
"""18:00 in Madrid."""

ADA = Address(Channel.SLACK, "UADA", "T1")
BEN = Address(Channel.SLACK, "UBEN", "T1")
CLEO = Address(Channel.SLACK, "UCLEO", "T1")
DEE = Address(Channel.EMAIL, "dee@example.com")
EVE = Address(Channel.SLACK, "UEVE", "T2")
PLATFORM = Place(Channel.SLACK, "T1", "C1", "platform")


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of something said: how its inbox item ended, and what is answered."""

    row: InboxRow
    reply: NewDelivery | None
    mark: NewDelivery | None

    @property
    def facts(self) -> Facts | None:
        return self.reply.facts if self.reply else None

    @property
    def answered(self) -> bool:
        return self.reply is not None or self.mark is not None


class Office:
    """Two organizations over the fakes, and the sentences tests are made of."""

    def __init__(
        self,
        engines: Callable[[FakeStorage], Sequence[SearchIndex]] = lambda storage: [FakeIndex(storage)],
        channels: frozenset[Channel] = frozenset(Channel),
    ) -> None:
        self.storage = FakeStorage()
        self.clock = FakeClock(SIX)
        self.tokens = FakeTokens()
        conversation = Conversation(self.tokens, engines(self.storage), channels)
        self.done_log = DoneLog(self.storage, conversation)
        self._written = 0
        self.initech = self.storage.add_organization("Initech", "Europe/Madrid")
        self.initrode = self.storage.add_organization("Initrode", "Europe/Madrid")
        self._workspace(self.initech, "T1", "Initech HQ")
        self._workspace(self.initrode, "T2", "Initrode HQ")
        self.team = self.add_team(self.initech, "platform", PLATFORM)
        self.ada = self.add_person(self.initech, "Ada", ADA, self.team)
        self.ben = self.add_person(self.initech, "Ben", BEN, self.team)
        self.cleo = self.add_person(self.initech, "Cleo", CLEO)
        self.dee = self.add_person(self.initech, "Dee", DEE, self.team)
        self.eve = self.add_person(
            self.initrode,
            "Eve",
            EVE,
            self.add_team(self.initrode, "platform", Place(Channel.SLACK, "T2", "C2")),
        )

    # ------------------------------------------------------------ who is there

    def _workspace(self, organization_id: int, workspace: str, name: str) -> None:
        with self.storage.begin() as uow:
            uow.directory.link(organization_id, Channel.SLACK, workspace, name)
            uow.commit()

    def add_team(
        self, organization_id: int, name: str, place: Place | None = None, zone: str = "Europe/Madrid"
    ) -> Team:
        with self.storage.begin() as uow:
            teams = uow.tenant(organization_id).teams
            team = teams.add(name, zone, self.clock.now())
            if place is not None:
                teams.add_target(team.id, place)
            uow.commit()
            return team

    def add_person(self, organization_id: int, name: str, address: Address, *teams: Team) -> Person:
        """Somebody who knows donelog already."""
        with self.storage.begin() as uow:
            tenant = uow.tenant(organization_id)
            person, _ = tenant.people.add(Profile(name), address, None, self.clock.now())
            person = replace(person, introduced=True)
            tenant.people.save(person)
            for team in teams:
                tenant.teams.join(team.id, person.id, Role.MEMBER, self.clock.now())
            uow.commit()
            return person

    def join(self, person: Person, team: Team, role: Role = Role.MEMBER) -> None:
        self.storage.tables.memberships[team.id, person.id] = role

    def change(self, person: Person, **values: Any) -> None:
        """Store something else about her."""
        old = self.storage.tables.people[person.id]
        self.storage.tables.people[person.id] = replace(old, **values)

    def tenant(self, organization_id: int | None = None) -> FakeTenant:
        """For looking only: nothing changed through it is kept."""
        return self.storage.begin().tenant(self.initech if organization_id is None else organization_id)

    # ------------------------------------------------------------ what is said

    def message(self, address: Address, text: str, *, source: str | None = None, **origin: Any) -> Heard:
        """A direct message; `origin` says more about where it comes from."""
        return self.say(c.Request(self.origin(address, source, **origin), text=text))

    def edit(self, address: Address, source: str, text: str | None, minutes: int = 1) -> Heard:
        """The message `source` is edited, or deleted, that many minutes from now."""
        command = c.ChangeSource(text, self.clock.now() + timedelta(minutes=minutes))
        return self.say(c.Request(self.origin(address, source), command))

    def mail(self, sender: Address, text: str, *, to: Person | None = None, **origin: Any) -> Heard:
        """A mail, to somebody's own address if `to` is given."""
        more: dict[str, Any] = {"surface": c.Surface.MAIL, "aligned": True, "guild": "", "direct": None}
        if to is not None:
            more |= {"organization_id": to.organization_id, "person_id": to.id, "claimed_by_token": True}
        return self.say(c.Request(self.origin(sender, None, **(more | origin)), text=text))

    def origin(self, address: Address, source: str | None = None, **more: Any) -> c.Origin:
        self._written += 1
        made = c.Origin(
            address=address,
            surface=c.Surface.DIRECT,
            at=self.clock.now(),
            source_ref=f"message {self._written}" if source is None else source,
            guild=address.workspace,
            direct=f"D{address.external_id}" if address.channel is not Channel.EMAIL else None,
        )
        return replace(made, **more)

    def say(self, request: c.Request, key: str | None = None) -> Heard:
        """Something said, stored and understood."""
        ref = self._store(Lane.SAID, key)
        assert ref is not None
        self.done_log.process(ref, Reading(request), self.clock.now())
        by_kind = {
            row.new.key.kind: row.new
            for row in self.storage.tables.deliveries.values()
            if row.new.key.kind in {Kind.REPLY, Kind.MARK} and row.new.key.subject == ref.id
        }
        return Heard(self.storage.tables.inbox[ref], by_kind.get(Kind.REPLY), by_kind.get(Kind.MARK))

    # ------------------------------------------------------------ what is asked

    def slash(self, address: Address, text: str, place: Place | None = None, **origin: Any) -> Reply:
        """`/done text`, in a channel if `place` is given."""
        more: dict[str, Any] = {
            "surface": c.Surface.SLASH,
            "source_ref": "",
            "place": place,
            "direct": None,
        }
        return self.ask(c.Request(self.origin(address, **(more | origin)), text=text))

    def press(self, address: Address, organization_id: int, command: c.Command, **origin: Any) -> Reply:
        """A button of a message that was made for that organization."""
        more: dict[str, Any] = {"surface": c.Surface.BUTTON, "source_ref": ""}
        more |= {"organization_id": organization_id}
        return self.ask(c.Request(self.origin(address, **(more | origin)), command))

    def ask(self, request: c.Request) -> Reply:
        ref = self._store(Lane.ASKED, None)
        assert ref is not None
        return self.done_log.process(ref, Reading(request), self.clock.now())

    def _store(self, lane: Lane, key: str | None) -> c.InboxRef | None:
        self._written += 1
        named = f"item {self._written}" if key is None else key
        now = self.clock.now()
        [ref] = self.done_log.store([Arrival(Source.SLACK_EVENT, lane, named, b"raw", now)], now)
        return ref

    # ------------------------------------------------------------ what goes out

    def send(self, channel: Channel = Channel.SLACK, outcome: Outcome | None = None) -> list[Delivery]:
        """Claim what is due there and record how that ended; `r<id>` is the receipt of what was sent."""
        now = self.clock.now()
        batch = self.done_log.outgoing.claim(channel, now, now, 100)
        results = [
            Result(each.ref, each.fence, each.attempt, outcome or Sent(f"r{each.ref.id}"))
            for each in batch.claimed
        ]
        self.done_log.outgoing.record(batch.claimed, results, now)
        return list(batch.deliveries)

    def look(self, evidence: Evidence, channel: Channel = Channel.SLACK) -> dict[State, int]:
        """Look for what is in doubt there and find that; how many came to which state."""
        now = self.clock.now()
        batch = self.done_log.outgoing.claim_doubts(channel, now, now, 100)
        return dict(self.done_log.outgoing.settle(batch.doubted, [evidence] * len(batch.doubted), now))

    def deliveries(self, kind: Kind) -> list[DeliveryRow]:
        return [row for row in self.storage.tables.deliveries.values() if row.new.key.kind is kind]

    # ------------------------------------------------------------ what is known then

    def dones(self, person: Person) -> list[Done]:
        return [row.done for row in self.storage.tables.dones_of(person.id)]

    def texts(self, person: Person) -> list[str]:
        return [done.text for done in self.dones(person)]

    def role(self, person: Person, team: Team) -> Role | None:
        return self.storage.tables.memberships.get((team.id, person.id))

    def held(self) -> list[InboxRow]:
        return [row for row in self.storage.tables.inbox.values() if row.state is InboxState.HELD]


def words(reply: Reply) -> str:
    """Everything that a reply says, in a row."""
    assert isinstance(reply, Say), reply
    return said(reply.message)


def said(message: Message) -> str:
    spoken: list[str] = []
    for block in message.blocks:
        match block:
            case Heading(text):
                spoken.append(text)
            case Paragraph(text):
                spoken.append(plain(text))
            case Group(title, items):
                spoken += [plain(title), *map(plain, items)]
            case Actions(actions):
                spoken += [f"[{action.label}]" for action in actions]
    return "\n".join(spoken)
