"""Reads rows into the domain's records."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, select

from adapters.storage.tables import dones, identities, people, teams
from domain.dones import Done, LineKind
from domain.people import Address, Channel, Identity, Person
from domain.teams import Role, Team

AnyRow = Row[*tuple[Any, ...]]
CHANNELS = {int(each): each for each in Channel}
ROLES = {int(each): each for each in Role}
PERSON = (
    *("organization_id", "id", "name", "zone", "zone_chosen", "prompt_minute", "minute_chosen", "own_days"),
    *("ask_anyway", "preferred", "active", "introduced"),
)
"""Columns of `people`, in the order of the fields of `Person`."""
_PREFERRED = PERSON.index("preferred")

IDENTITY = (
    identities.c.id.label("identity_id"),
    identities.c.person_id,
    identities.c.channel,
    identities.c.workspace,
    identities.c.external_id,
    identities.c.direct,
    identities.c.active.label("identity_active"),
    identities.c.mail_stopped_at,
)


def identity_of(row: AnyRow) -> Identity:
    """An identity of a row that has the columns `IDENTITY`, among others."""
    return read_identity([getattr(row, each.name) for each in IDENTITY])


def read_identity(values: Sequence[Any]) -> Identity:
    """An identity of the columns `IDENTITY`."""
    id_, person_id, channel, workspace, external_id, direct, active, mail_stopped_at = values
    address = Address(CHANNELS[channel], external_id, workspace)
    return Identity(id_, person_id, address, direct, active, mail_stopped_at is not None)


def person_of(row: AnyRow) -> Person:
    """A person of a row that has the columns `PERSON`, among others."""
    return read_person([getattr(row, each) for each in PERSON])


def read_person(values: Sequence[Any]) -> Person:
    """A person of the columns `PERSON`."""
    told = [*values]
    if told[_PREFERRED] is not None:
        told[_PREFERRED] = CHANNELS[told[_PREFERRED]]
    return Person(*told)


def team_of(row: AnyRow) -> Team:
    """A team of a row that has the columns of `teams`."""
    return Team(row.organization_id, row.id, row.name, row.zone, row.digest_minute, row.work_days)


def done_of(row: AnyRow) -> Done:
    """A done of a row that has the columns of `dones`."""
    return Done(
        row.id,
        row.person_id,
        row.day,
        LineKind(row.kind),
        row.text,
        tuple(row.team_ids),
        row.position,
        row.audience_chosen,
    )


def of_organization(organization_id: int, table: Table) -> ColumnElement[bool]:
    """The rows of a table that are that organization's."""
    theirs: ColumnElement[bool] = table.c.organization_id == organization_id
    return theirs


def select_people() -> Select[Any]:
    return select(people)


def select_teams() -> Select[Any]:
    return select(teams)


def select_dones() -> Select[Any]:
    """Dones that have not been deleted."""
    return select(dones).where(dones.c.deleted_at.is_(None))
