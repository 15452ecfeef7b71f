"""Reads rows into the domain's records."""

from typing import Any

from sqlalchemy import Row, Select, select

from adapters.storage.tables import dones, identities, people, teams
from domain.dones import Done, LineKind
from domain.people import Address, Channel, Identity, Person
from domain.teams import Team

AnyRow = Row[*tuple[Any, ...]]

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
    """An identity of a row that has the columns `IDENTITY`."""
    return Identity(
        id=row.identity_id,
        person_id=row.person_id,
        address=Address(Channel(row.channel), row.external_id, row.workspace),
        direct=row.direct,
        active=row.identity_active,
        stopped=row.mail_stopped_at is not None,
    )


def person_of(row: AnyRow) -> Person:
    """A person of a row that has the columns of `people`."""
    return Person(
        organization_id=row.organization_id,
        id=row.id,
        name=row.name,
        zone=row.zone,
        zone_chosen=row.zone_chosen,
        prompt_minute=row.prompt_minute,
        minute_chosen=row.minute_chosen,
        own_days=row.own_days,
        ask_anyway=row.ask_anyway,
        preferred=None if row.preferred is None else Channel(row.preferred),
        active=row.active,
        introduced=row.introduced,
    )


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


def select_people() -> Select[Any]:
    return select(people)


def select_teams() -> Select[Any]:
    return select(teams)


def select_dones() -> Select[Any]:
    """Dones that have not been deleted."""
    return select(dones).where(dones.c.deleted_at.is_(None))
