"""Rows for tests of the storage that sees all organizations at once: planner, ledger, feed, search."""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert

from adapters.storage import tables
from domain.deliveries import Key, Kind, NewDelivery, Recipient
from domain.dones import LineKind
from domain.local_time import WORKING_WEEK
from domain.people import Address, Channel
from domain.teams import Role

_numbers = itertools.count(1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class World:
    """Makes rows with plain defaults and gives back their ids."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def organization(self, holiday_country: str | None = None) -> int:
        return self._add(
            tables.organizations,
            name="Acme",
            zone="UTC",
            holiday_country=holiday_country,
            created_at=LONG_AGO,
        )

    def person(self, organization_id: int, name: str = "Ada", **more: Any) -> int:
        fields = {"zone": "Europe/Madrid", "prompt_minute": 18 * 60, "folded_name": f" {name.casefold()}"}
        return self._add(
            tables.people,
            organization_id=organization_id,
            name=name,
            created_at=LONG_AGO,
            **(fields | more),
        )

    def identity(self, organization_id: int, person_id: int, channel: Channel, **more: Any) -> int:
        fields = {"external_id": f"a{next(_numbers)}@example.org"}
        return self._add(
            tables.identities,
            organization_id=organization_id,
            person_id=person_id,
            channel=int(channel),
            **(fields | more),
        )

    def team(self, organization_id: int, name: str | None = None, **more: Any) -> int:
        called = name or f"Team {next(_numbers)}"
        fields = {"zone": "Europe/Madrid", "digest_minute": 9 * 60, "work_days": WORKING_WEEK}
        return self._add(
            tables.teams,
            organization_id=organization_id,
            name=called,
            folded_name=called.casefold(),
            created_at=LONG_AGO,
            **(fields | more),
        )

    def member(
        self,
        organization_id: int,
        team_id: int,
        person_id: int,
        role: Role = Role.MEMBER,
        joined_at: datetime = LONG_AGO,
    ) -> None:
        self._connection.execute(
            insert(tables.memberships).values(
                organization_id=organization_id,
                team_id=team_id,
                person_id=person_id,
                role=int(role),
                joined_at=joined_at,
            )
        )

    def target(self, organization_id: int, team_id: int, channel: Channel, workspace: str) -> int:
        known = self._connection.execute(
            tables.workspaces.select().where(
                tables.workspaces.c.channel == int(channel), tables.workspaces.c.external_id == workspace
            )
        ).first()
        if known is None:
            self._connection.execute(
                insert(tables.workspaces).values(
                    organization_id=organization_id, channel=int(channel), external_id=workspace
                )
            )
        return self._add(
            tables.digest_targets,
            organization_id=organization_id,
            team_id=team_id,
            channel=int(channel),
            workspace=workspace,
            external_id=f"C{next(_numbers)}",
        )

    def absence(self, organization_id: int, person_id: int, first: date, last: date | None) -> None:
        self._add(
            tables.absences,
            organization_id=organization_id,
            person_id=person_id,
            first_day=first,
            last_day=last,
        )

    def holiday(self, organization_id: int, country: str, day: date) -> None:
        self._connection.execute(
            insert(tables.holidays).values(
                organization_id=organization_id, country=country, day=day, name="a holiday"
            )
        )

    def answer(self, organization_id: int, person_id: int, day: date) -> int:
        return self._add(
            tables.answers,
            organization_id=organization_id,
            person_id=person_id,
            day=day,
            source_ref=f"source {next(_numbers)}",
            revised_at=LONG_AGO,
        )

    def done(
        self,
        organization_id: int,
        person_id: int,
        day: date,
        text: str,
        team_ids: Sequence[int] = (),
        kind: LineKind = LineKind.DONE,
        **more: Any,
    ) -> int:
        fields: dict[str, Any] = {"position": 0, "terms": ""}
        if "answer_id" not in more:
            fields["answer_id"] = self.answer(organization_id, person_id, day)
        return self._add(
            tables.dones,
            organization_id=organization_id,
            person_id=person_id,
            day=day,
            kind=int(kind),
            text=text,
            team_ids=list(team_ids),
            created_at=LONG_AGO,
            **(fields | more),
        )

    def delivery(self, organization_id: int, key: Key, due_at: datetime, **more: Any) -> int:
        fields = {"channel": int(Channel.EMAIL), "address": "ada@example.org"}
        return self._add(
            tables.deliveries,
            organization_id=organization_id,
            day=key.day,
            kind=int(key.kind),
            subject=key.subject,
            target=key.target,
            part=key.part,
            try_=key.try_,
            due_at=due_at,
            **(fields | more),
        )

    def _add(self, table: Any, **fields: Any) -> int:
        return int(
            self._connection.execute(insert(table).values(**fields).returning(table.c.id)).scalar_one()
        )


def reply(
    organization_id: int, number: int, due_at: datetime, channel: Channel = Channel.SLACK
) -> NewDelivery:
    """A reply to the inbox item of that number."""
    return NewDelivery(
        key=Key(due_at.date(), Kind.REPLY, number),
        organization_id=organization_id,
        recipient=Recipient(Address(channel, f"U{number}", "T1")),
        due_at=due_at,
    )
