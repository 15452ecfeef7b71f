"""Inbox, directory and search feed in memory: what reads across organizations."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from domain.commands import InboxRef
from domain.deliveries import SENT_STATES, Kind
from domain.errors import Refusal
from domain.people import Address, Channel
from domain.ports.directory import Direct, Organization, OrganizationIdentity, Workspace
from domain.ports.inbox import Arrival, InboxItem, InboxState, KeptItem, LockedItem
from domain.ports.search import FeedEntry
from tests.fakes.rows import DoneRow, FeedRow, InboxRow, OrganizationRow, Tables, WorkspaceRow


class FakeInbox:
    """`domain.ports.inbox.Inbox`."""

    def __init__(self, tables: Tables, busy: set[InboxRef]) -> None:
        self._tables = tables
        self._busy = busy
        self.taken: set[InboxRef] = set()
        """Items that this unit of work has locked; the storage's `busy` holds those of all."""

    def add(self, arrivals: Sequence[Arrival], now: datetime) -> list[InboxRef | None]:
        return [self._add(each, now) for each in arrivals]

    def _add(self, arrival: Arrival, now: datetime) -> InboxRef | None:
        key = (arrival.source, arrival.key)
        if key in self._tables.inbox_keys:
            return None
        ref = InboxRef(now.astimezone(UTC).date(), next(self._tables.numbers))
        self._tables.inbox_keys[key] = ref.day
        item = InboxItem(ref, arrival.source, arrival.lane, arrival.raw, arrival.at, tries=0)
        self._tables.inbox[ref] = InboxRow(item, now, now)
        return ref

    def take(self, refs: Sequence[InboxRef]) -> list[LockedItem]:
        items = [item for ref in refs if (item := self.load(ref)) is not None]
        return [LockedItem(each.ref, each.lane, each.organization_id, each.person_id) for each in items]

    def load(self, ref: InboxRef) -> InboxItem | None:
        row = self._tables.inbox.get(ref)
        if row is None or row.state is not InboxState.NEW or ref in self._busy - self.taken:
            return None
        self._busy.add(ref)
        self.taken.add(ref)
        return row.item

    def let_go(self) -> None:
        """The transaction is over."""
        self._busy -= self.taken
        self.taken.clear()

    def waiting(self, older_than: datetime, limit: int) -> list[InboxRef]:
        new = [
            row
            for row in self._tables.inbox.values()
            if row.state is InboxState.NEW and row.try_at < older_than
        ]
        return [row.item.ref for row in sorted(new, key=lambda row: (row.try_at, row.item.ref.id))[:limit]]

    def finish(
        self,
        ref: InboxRef,
        state: InboxState,
        organization_id: int | None,
        person_id: int | None,
        note: str,
        sender: str = "",
    ) -> None:
        row = self._tables.inbox[ref]
        item = replace(row.item, organization_id=organization_id, person_id=person_id)
        self._tables.inbox[ref] = replace(
            row, item=item, state=state, person_id=person_id, note=note, sender=sender
        )

    def release(self, ref: InboxRef, organization_id: int, person_id: int | None = None) -> None:
        row = self._tables.inbox.get(ref)
        if row is not None and row.state is InboxState.HELD:
            self._let_go(row, organization_id, person_id)

    def release_from(self, sender: str, organization_id: int) -> int:
        held = [each for each in self._held() if each.sender == sender and each.person_id is None]
        for row in held:
            self._let_go(row, organization_id, None)
        return len(held)

    def held_for(self, organization_id: int, person_id: int) -> list[KeptItem]:
        hers = [
            each
            for each in self._held()
            if (each.item.organization_id, each.person_id) == (organization_id, person_id)
        ]
        return [_kept(row) for row in sorted(hers, key=_age)]

    def kept(self, states: Collection[InboxState], limit: int) -> list[KeptItem]:
        found = [each for each in self._tables.inbox.values() if each.state in states]
        return [_kept(row) for row in sorted(found, key=_age, reverse=True)[:limit]]

    def find(self, number: int) -> tuple[KeptItem, bytes] | None:
        found = [each for each in self._tables.inbox.values() if each.item.ref.id == number]
        return (_kept(found[0]), found[0].item.raw) if found else None

    def replay(self, ref: InboxRef) -> bool:
        row = self._tables.inbox.get(ref)
        if row is None or row.state not in {InboxState.HELD, InboxState.FAILED}:
            return False
        self._let_go(row, None, None)
        return True

    def _held(self) -> list[InboxRow]:
        return [each for each in self._tables.inbox.values() if each.state is InboxState.HELD]

    def _let_go(self, row: InboxRow, organization_id: int | None, person_id: int | None) -> None:
        item = replace(row.item, organization_id=organization_id, person_id=person_id, tries=0)
        again = replace(row, item=item, state=InboxState.NEW, person_id=person_id, sender="")
        self._tables.inbox[row.item.ref] = again

    def failed(self, ref: InboxRef, note: str, most_tries: int, again_at: datetime) -> None:
        row = self._tables.inbox[ref]
        item = replace(row.item, tries=row.item.tries + 1)
        state = InboxState.FAILED if item.tries >= most_tries else row.state
        self._tables.inbox[ref] = replace(row, item=item, state=state, note=note, try_at=again_at)

    def forget_keys(self, before: date) -> int:
        old = [key for key, day in self._tables.inbox_keys.items() if day < before]
        for key in old:
            del self._tables.inbox_keys[key]
        return len(old)


def _age(row: InboxRow) -> tuple[datetime, int]:
    return row.stored_at, row.item.ref.id


def _kept(row: InboxRow) -> KeptItem:
    item = row.item
    return KeptItem(
        item.ref, item.source, row.state, row.stored_at, item.tries, row.note, row.sender, row.person_id
    )


class FakeDirectory:
    """`domain.ports.directory.Directory`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def organization_of(self, channel: Channel, workspace: str) -> int | None:
        found = self._tables.workspaces.get((channel, workspace))
        return None if found is None else found.organization_id

    def identities_at(self, address: Address) -> list[OrganizationIdentity]:
        return [
            OrganizationIdentity(organization.id, organization.name, identity)
            for identity in self._tables.identities_at(address)
            if identity.active and self._tables.owner(identity).active
            for organization in [self._tables.organizations[self._tables.owner(identity).organization_id]]
        ]

    def address_versions(self, person_ids: Collection[int]) -> dict[int, int]:
        known = self._tables.address_versions
        return {each: known[each] for each in person_ids if known.get(each)}

    def last_prompted(self, address: Address) -> int | None:
        people = {each.person_id for each in self._tables.identities_at(address) if each.active}
        prompts = [
            row
            for row in self._tables.deliveries.values()
            if row.new.key.kind is Kind.PROMPT
            and row.new.key.subject in people
            and row.new.recipient.address == address
            and row.state in SENT_STATES
        ]
        last = max(prompts, key=lambda row: (row.sent_at is not None, row.sent_at, row.ref.day), default=None)
        return None if last is None else last.new.organization_id

    def directs(
        self, channel: Channel, days: tuple[date, date], after: int, limit: int, *, asked: bool
    ) -> list[Direct]:
        first, last = days
        prompted = {
            row.new.key.subject
            for row in self._tables.deliveries.values()
            if row.new.key.kind is Kind.PROMPT and first <= row.ref.day <= last
        }
        found = [
            Direct(each.id, each.address.workspace, each.direct)
            for each in self._tables.identities.values()
            if each.address.channel is channel and each.active and each.direct is not None
            if each.id > after and (each.person_id in prompted or not asked)
        ]
        return sorted(found, key=lambda each: each.number)[:limit]

    def link(self, organization_id: int, channel: Channel, workspace: str, name: str) -> None:
        kept = self._tables.workspaces.setdefault((channel, workspace), WorkspaceRow(organization_id, name))
        if kept.organization_id != organization_id:
            raise Refusal(f"{name or workspace} is connected to another organization already.")

    def ensure_organization(self, name: str, zone: str, now: datetime) -> int:  # noqa: ARG002 -- the port says so
        for organization in self._tables.organizations.values():
            if organization.own:
                return organization.id
        made = OrganizationRow(next(self._tables.numbers), name, zone, own=True)
        self._tables.organizations[made.id] = made
        return made.id

    def organizations(self) -> list[Organization]:
        return [Organization(each.id, each.name) for each in self._tables.organizations.values()]

    def workspaces(self, organization_id: int) -> list[Workspace]:
        mine = [
            Workspace(channel, external_id, workspace.name)
            for (channel, external_id), workspace in self._tables.workspaces.items()
            if workspace.organization_id == organization_id
        ]
        return sorted(mine, key=lambda each: (each.channel, each.name, each.external_id))

    def pause(self, channel: Channel, workspace: str, reason: str, now: datetime) -> str | None:  # noqa: ARG002 -- the port says so
        known = self._tables.workspaces.get((channel, workspace))
        if known is None or known.paused_at is not None:
            return None
        self._tables.workspaces[channel, workspace] = replace(known, paused_at=now)
        return known.name

    def resume(self, channel: Channel, workspace: str) -> bool:
        known = self._tables.workspaces.get((channel, workspace))
        if known is None or known.paused_at is None:
            return False
        self._tables.workspaces[channel, workspace] = replace(known, paused_at=None)
        return True

    def resume_those_reached(self, now: datetime) -> int:  # noqa: ARG002 -- the port says so
        reached = {
            (row.new.recipient.address.channel, row.new.recipient.address.workspace, row.sent_at)
            for row in self._tables.deliveries.values()
            if row.state in SENT_STATES and row.sent_at is not None
        }
        mended = {
            (channel, workspace)
            for channel, workspace, sent_at in reached
            if (known := self._tables.workspaces.get((channel, workspace))) is not None
            and known.paused_at is not None
            and sent_at > known.paused_at
        }
        for place in mended:
            self.resume(*place)
        return len(mended)


class FakeFeed:
    """`domain.ports.search.SearchFeed`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def claim(self, lease_now: datetime, lease: timedelta, limit: int) -> list[FeedEntry]:
        waiting = [
            (done_id, row)
            for done_id, row in sorted(self._tables.feed.items())
            if row.claimed_until is None or row.claimed_until < lease_now
        ][:limit]
        for done_id, row in waiting:
            self._tables.feed[done_id] = FeedRow(row.revision, lease_now + lease)
        return [FeedEntry(done_id, row.revision, self._document(done_id)) for done_id, row in waiting]

    def indexed(self, entries: Sequence[FeedEntry]) -> int:
        known = [each for each in entries if each.done_id in self._tables.feed]
        current = [each for each in known if self._tables.feed[each.done_id].revision == each.revision]
        for entry in known:
            self._tables.feed[entry.done_id] = FeedRow(self._tables.feed[entry.done_id].revision)
        for entry in current:
            del self._tables.feed[entry.done_id]
        return len(current)

    def refill(self) -> int:
        for done_id, row in self._tables.dones.items():
            self._tables.feed[done_id] = FeedRow(row.revision)
        return len(self._tables.dones)

    def idle(self) -> bool:
        return not self._tables.feed

    def _document(self, done_id: int) -> dict[str, object] | None:
        row = self._tables.dones[done_id]
        return None if row.deleted else document(row)


def document(row: DoneRow) -> dict[str, object]:
    """What an engine is told of a done."""
    return {
        "organization_id": row.organization_id,
        "person_id": row.done.person_id,
        "team_ids": list(row.done.team_ids),
        "day": row.done.day,
        "kind": int(row.done.kind),
        "text": row.done.text,
    }
