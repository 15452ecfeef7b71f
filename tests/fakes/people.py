"""The people of one organization, in memory."""

import unicodedata
from dataclasses import replace
from datetime import datetime

from domain.deliveries import Kind, State
from domain.errors import Refusal
from domain.people import Address, Identity, Person, Profile
from domain.teams import MOST_TO_LEAST, Role
from tests.fakes.rows import Tables


def fold(name: str) -> str:
    """Folded, a blank before each word."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    return " " + " ".join(bare.split())


class FakePeople:
    """`domain.ports.tenant.People`."""

    def __init__(self, tables: Tables, organization_id: int) -> None:
        self._tables = tables
        self._organization_id = organization_id

    def get(self, person_id: int) -> Person:
        person = self._tables.people.get(self._tables.merged.get(person_id, person_id))
        if person is None or person.organization_id != self._organization_id:
            raise LookupError(f"organization {self._organization_id} has no person {person_id}")
        return person

    def at(self, address: Address) -> tuple[Person, Identity] | None:
        identity = self._identity_at(address)
        if identity is None or not identity.active:
            return None
        person = self._tables.owner(identity)
        return (person, identity) if person.active else None

    def identities(self, person_id: int) -> list[Identity]:
        return [each for each in self._tables.identities_of(person_id) if self._mine(each)]

    def identity(self, identity_id: int) -> Identity | None:
        found = self._tables.identities.get(identity_id)
        return found if found is not None and self._mine(found) else None

    def add(
        self,
        profile: Profile,
        address: Address,
        direct: str | None,
        now: datetime,  # noqa: ARG002 -- the port says so
    ) -> tuple[Person, Identity]:
        found = self.at(address)
        if found is not None:
            return found
        organization = self._tables.organizations[self._organization_id]
        person = Person(
            self._organization_id,
            next(self._tables.numbers),
            profile.name,
            zone=profile.zone or organization.zone,
            zone_chosen=profile.zone is not None,
            prompt_minute=organization.prompt_minute,
        )
        self._tables.people[person.id] = person
        return person, self._give(address, person.id, direct)

    def add_identity(self, person_id: int, address: Address) -> Identity:
        found = self.at(address)
        if found is None:
            return self._give(address, person_id, None)
        if found[0].id != person_id:
            raise Refusal(f"{address.external_id} belongs to somebody else already.")
        return found[1]

    def merge(self, kept_id: int, other_id: int) -> None:
        if kept_id == other_id:
            raise ValueError(f"person {kept_id} cannot be merged into herself")
        tables = self._tables
        self._merge_deliveries(kept_id, other_id)
        self._merge_memberships(kept_id, other_id)
        for identity in [each for each in tables.identities.values() if each.person_id == other_id]:
            tables.identities[identity.id] = replace(identity, person_id=kept_id)
        for number, row in tables.answers.items():
            if row.answer.person_id == other_id:
                tables.answers[number] = replace(row, answer=replace(row.answer, person_id=kept_id))
        for number, told in tables.dones.items():
            if told.done.person_id == other_id:
                moved = replace(told, done=replace(told.done, person_id=kept_id), revision=told.revision + 1)
                tables.dones[number] = moved
        tables.people[other_id] = replace(tables.people[other_id], active=False)
        tables.merged |= {each: kept_id for each, into in tables.merged.items() if into == other_id}
        tables.merged[other_id] = kept_id

    def _merge_deliveries(self, kept_id: int, other_id: int) -> None:
        rows = self._tables.deliveries
        keys = {row.new.key for row in rows.values()}
        for ref, row in list(rows.items()):
            key = row.new.key
            if row.new.person_id != other_id:
                continue
            new = replace(row.new, person_id=kept_id)
            if key.kind is Kind.PROMPT and row.state is State.READY:
                rows[ref] = replace(row, new=new, state=State.CANCELLED)
                continue
            by_subject = key.kind in {Kind.PROMPT, Kind.INVITATION}
            hers = key._replace(subject=kept_id) if by_subject else key
            hers = hers._replace(target=kept_id) if key.kind is Kind.DIGEST_MAIL else hers
            if hers not in keys and row.state is not State.CANCELLED:
                new = replace(new, key=hers)
            rows[ref] = replace(row, new=new)

    def _merge_memberships(self, kept_id: int, other_id: int) -> None:
        members = self._tables.memberships
        for team_id in [team_id for team_id, person_id in members if person_id == other_id]:
            roles = [members.pop((team_id, other_id)), members.get((team_id, kept_id), Role.INVITED)]
            members[team_id, kept_id] = min(roles, key=MOST_TO_LEAST.index)

    def save(self, person: Person) -> None:
        if self._tables.people[person.id].organization_id == self._organization_id:
            self._tables.people[person.id] = person

    def keep_direct(self, identity_id: int, direct: str) -> None:
        self._set(identity_id, direct=direct)

    def resume_mail(self, identity_id: int) -> None:
        self._set(identity_id, stopped=False)

    def address_version(self, person_id: int) -> int | None:
        person = self._tables.people.get(person_id)
        if person is None or person.organization_id != self._organization_id:
            return None
        return self._tables.address_versions.get(person_id, 0)

    def renew_address(self, person_id: int) -> None:
        merged = [each for each, into in self._tables.merged.items() if into == person_id]
        for each in (person_id, *merged):
            self._tables.address_versions[each] = self._tables.address_versions.get(each, 0) + 1

    def named(self, name: str) -> list[Person]:
        return [each for each in self.everybody() if fold(name) in fold(each.name)]

    def everybody(self) -> list[Person]:
        mine = (
            each
            for each in self._tables.people.values()
            if each.organization_id == self._organization_id and each.id not in self._tables.merged
        )
        return sorted(mine, key=lambda each: (fold(each.name), each.id))

    def _identity_at(self, address: Address) -> Identity | None:
        return next((each for each in self._tables.identities_at(address) if self._mine(each)), None)

    def _give(self, address: Address, person_id: int, direct: str | None) -> Identity:
        old = self._identity_at(address)
        number = next(self._tables.numbers) if old is None else old.id
        identity = Identity(number, person_id, address, direct or (old.direct if old else None))
        if old is not None and old.stopped:
            identity = replace(identity, stopped=True)
        self._tables.identities[number] = identity
        return identity

    def _set(self, identity_id: int, *, direct: str | None = None, stopped: bool | None = None) -> None:
        old = self.identity(identity_id)
        if old is not None:
            stopped = old.stopped if stopped is None else stopped
            self._tables.identities[identity_id] = replace(old, direct=direct or old.direct, stopped=stopped)

    def _mine(self, identity: Identity) -> bool:
        return self._tables.owner(identity).organization_id == self._organization_id


def usable(identity: Identity) -> bool:
    """Whether anything may be sent there."""
    return identity.active and not identity.stopped
