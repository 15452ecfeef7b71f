"""The people of one organization and their addresses."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert

from adapters.storage.merging import merge
from adapters.storage.rows import IDENTITY, identity_of, of_organization, person_of, select_people
from adapters.storage.search_text import fold_name
from adapters.storage.search_writes import SearchWrites
from adapters.storage.tables import identities, organizations, people
from adapters.storage.transaction import Transaction
from domain.errors import Refusal
from domain.people import Address, Identity, Person, Profile

# Two messages of somebody new may be understood at once: the second waits here and finds her.
_LOCK_ADDRESS = text("SELECT pg_advisory_xact_lock(hashtextextended(:address, :organization_id))")
_MEANT_BY = text("""
    SELECT asked.address_version AS asked_version, person.*
    FROM people AS asked
    JOIN people AS person ON person.organization_id = asked.organization_id
                         AND person.id = coalesce(asked.merged_into, asked.id)
    WHERE asked.organization_id = :organization_id AND asked.id = :id
""")


class PostgresPeople:
    """`domain.ports.tenant.People`."""

    def __init__(self, transaction: Transaction, organization_id: int, search: SearchWrites) -> None:
        self._transaction = transaction
        self._connection = transaction.connection
        self._remembered = transaction.remembered
        self._organization_id = organization_id
        self._mine = partial(of_organization, organization_id)
        self._search = search

    def get(self, person_id: int) -> Person:
        """The person, or whom she was merged into.

        Raises:
            LookupError: the organization has nobody of that number.
        """
        found = self._meant_by(person_id)
        if found is None:
            raise LookupError(f"organization {self._organization_id} has no person {person_id}")
        return found[0]

    def at(self, address: Address) -> tuple[Person, Identity] | None:
        here = (self._organization_id, address)
        if here not in self._remembered.behind:
            read_ahead = address in self._remembered.by_address  # then nobody of this organization was found
            self._remembered.behind[here] = None if read_ahead else self._behind(address)
        return _if_active(self._remembered.behind[here])

    def identities(self, person_id: int) -> list[Identity]:
        hers = (self._organization_id, person_id)
        if hers not in self._remembered.identities:
            self._remembered.identities[hers] = self._identities(person_id)
        return self._remembered.identities[hers]

    def _identities(self, person_id: int) -> list[Identity]:
        query = select(*IDENTITY).where(
            self._mine(identities), identities.c.person_id == person_id, identities.c.active
        )
        return [identity_of(row) for row in self._connection.execute(query.order_by(identities.c.id))]

    def identity(self, identity_id: int) -> Identity | None:
        query = select(*IDENTITY).where(self._mine(identities), identities.c.id == identity_id)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else identity_of(row)

    def add(
        self, profile: Profile, address: Address, direct: str | None, now: datetime
    ) -> tuple[Person, Identity]:
        """Who is active at the address already is returned as she is; an identity out of use becomes hers."""
        self._lock(address)
        found = _if_active(self._behind(address))
        if found is not None:
            return found
        person = self._new_person(profile, now)
        return person, self._give(address, person.id, direct)

    def add_identity(self, person_id: int, address: Address) -> Identity:
        self._lock(address)
        found = _if_active(self._behind(address))
        if found is None:
            return self._give(address, person_id, None)
        owner, identity = found
        if owner.id != person_id:
            raise Refusal(f"{address.external_id} belongs to somebody else already.")
        return identity

    def merge(self, kept_id: int, other_id: int) -> None:
        self._transaction.write()
        self._remembered.forget()
        dones = merge(self._connection, self._organization_id, kept_id, other_id)
        self._search.feed(dones)

    def save(self, person: Person) -> None:
        values = {
            "name": person.name,
            "folded_name": fold_name(person.name),
            "zone": person.zone,
            "zone_chosen": person.zone_chosen,
            "prompt_minute": person.prompt_minute,
            "minute_chosen": person.minute_chosen,
            "own_days": person.own_days,
            "ask_anyway": person.ask_anyway,
            "preferred": person.preferred,
            "active": person.active,
            "introduced": person.introduced,
        }
        self._remembered.forget()
        self._connection.execute(
            update(people).where(self._mine(people), people.c.id == person.id).values(values)
        )

    def keep_direct(self, identity_id: int, direct: str) -> None:
        self._set(identity_id, direct=direct)

    def resume_mail(self, identity_id: int) -> None:
        self._set(identity_id, mail_stopped_at=None, reason=None)

    def address_version(self, person_id: int) -> int | None:
        found = self._meant_by(person_id)
        return None if found is None else found[1]

    def renew_address(self, person_id: int) -> None:
        """And those of people who were merged into her, which work for her too."""
        hers = or_(people.c.id == person_id, people.c.merged_into == person_id)
        newer = {"address_version": people.c.address_version + 1}
        self._remembered.forget()
        self._connection.execute(update(people).where(self._mine(people), hers).values(newer))

    def named(self, name: str) -> list[Person]:
        return self._all(func.strpos(people.c.folded_name, fold_name(name)) > 0)

    def everybody(self) -> list[Person]:
        """By name, also those who are no longer active."""
        return self._all()

    def _meant_by(self, person_id: int) -> tuple[Person, int] | None:
        """Who has that number or was merged with who has, and the version of the address given to it."""
        hers = (self._organization_id, person_id)
        if hers not in self._remembered.people:
            row = self._connection.execute(
                _MEANT_BY, {"organization_id": self._organization_id, "id": person_id}
            ).one_or_none()
            self._remembered.people[hers] = None if row is None else (person_of(row), row.asked_version)
        return self._remembered.people[hers]

    def _lock(self, address: Address) -> None:
        where = f"{int(address.channel)}:{address.workspace}:{address.external_id}"
        self._connection.execute(_LOCK_ADDRESS, {"address": where, "organization_id": self._organization_id})

    def _behind(self, address: Address) -> tuple[Person, Identity] | None:
        query = (
            select(people, *IDENTITY)
            .join(identities, identities.c.person_id == people.c.id)
            .where(
                self._mine(identities),
                identities.c.channel == address.channel,
                identities.c.workspace == address.workspace,
                identities.c.external_id == address.external_id,
            )
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else (person_of(row), identity_of(row))

    def _new_person(self, profile: Profile, now: datetime) -> Person:
        values = {
            "organization_id": organizations.c.id,
            "name": literal(profile.name),
            "folded_name": literal(fold_name(profile.name)),
            "zone": func.coalesce(profile.zone, organizations.c.zone),
            "zone_chosen": literal(profile.zone is not None),
            "prompt_minute": organizations.c.prompt_minute,
            "created_at": literal(now),
        }
        self._remembered.forget()
        defaults = select(*values.values()).where(organizations.c.id == self._organization_id)
        new = insert(people).from_select(list(values), defaults).returning(people)
        return person_of(self._connection.execute(new).one())

    def _give(self, address: Address, person_id: int, direct: str | None) -> Identity:
        new = insert(identities).values(
            organization_id=self._organization_id,
            person_id=person_id,
            channel=address.channel,
            workspace=address.workspace,
            external_id=address.external_id,
            direct=direct,
        )
        given = new.on_conflict_do_update(
            index_elements=["organization_id", "channel", "workspace", "external_id"],
            set_={
                "person_id": person_id,
                "active": True,
                "direct": func.coalesce(new.excluded.direct, identities.c.direct),
            },
        )
        self._remembered.forget()
        return identity_of(self._connection.execute(given.returning(*IDENTITY)).one())

    def _all(self, *where: ColumnElement[bool]) -> list[Person]:
        query = select_people().where(self._mine(people), people.c.merged_into.is_(None), *where)
        rows = self._connection.execute(query.order_by(people.c.folded_name, people.c.id))
        return [person_of(row) for row in rows]

    def _set(self, identity_id: int, **values: Any) -> None:
        self._remembered.forget()
        self._connection.execute(
            update(identities).where(self._mine(identities), identities.c.id == identity_id).values(values)
        )


def _if_active(found: tuple[Person, Identity] | None) -> tuple[Person, Identity] | None:
    return found if found is not None and found[0].active and found[1].active else None
