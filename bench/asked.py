"""People who were asked by mail: many organizations of them, made in a few statements."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Engine, text

from adapters.storage.unit_of_work import PostgresStorage
from bench.crowd import DAY, PEAK
from bench.product import NAMES, tokens
from domain.deliveries import Kind, State
from domain.people import Channel
from domain.teams import Role

ORGANIZATIONS = 100
PEOPLE = 25
"""Of each organization, in teams of five."""
DAYS = 8
"""Of the ledger's and the inbox's days, those that there are."""
_CROWD = """
    INSERT INTO organizations (name, zone, created_at)
    SELECT 'Organization ' || number, 'UTC', :peak FROM generate_series(1, :organizations) AS number;

    INSERT INTO people (organization_id, name, folded_name, zone, prompt_minute, introduced, created_at)
    SELECT id, 'Person ' || number, ' person ' || number, 'UTC', 1080, true, :peak
    FROM organizations, generate_series(1, :people) AS number;

    INSERT INTO identities (organization_id, person_id, channel, external_id)
    SELECT organization_id, id, :email, 'p' || id || '@o' || organization_id || '.example.com' FROM people;

    INSERT INTO teams (organization_id, name, folded_name, zone, digest_minute, work_days, created_at)
    SELECT id, 'Team ' || number, 'team ' || number, 'UTC', 540, 31, :peak
    FROM organizations, generate_series(0, :people / 5 - 1) AS number;

    INSERT INTO memberships (organization_id, team_id, person_id, role, joined_at)
    SELECT teams.organization_id, teams.id, people.id, :member, :peak
    FROM people JOIN teams ON teams.organization_id = people.organization_id
                          AND teams.name = 'Team ' || people.id % (:people / 5);

    INSERT INTO deliveries (day, kind, subject, organization_id, person_id, channel, identity_id, address,
                            state, due_at, sent_at)
    SELECT :day, :prompt, person_id, organization_id, person_id, channel, id, external_id,
           :accepted, :peak, :peak
    FROM identities;

    UPDATE deliveries
    SET receipt = '<d.' || to_char(day, 'YYYYMMDD') || '-' || id || '.' || kind || '@' || :domain || '>'
"""
_PEOPLE = text("""
    SELECT organization_id, person_id, address, receipt FROM deliveries
    ORDER BY person_id % :people, person_id
""")


class Asked(NamedTuple):
    """Somebody who was asked."""

    address: str
    own: str
    """The address that she answers to."""
    question: str
    """The Message-ID of what asked her."""


def asked(engine: Engine) -> Sequence[Asked]:
    """Those who were asked by mail and have long known donelog, from all organizations in turns."""
    with PostgresStorage(engine, feed=False).begin() as uow:
        uow.ledger.make_partitions(DAY, DAYS)
        uow.commit()
    facts = {
        "peak": PEAK,
        "organizations": ORGANIZATIONS,
        "people": PEOPLE,
        "email": int(Channel.EMAIL),
        "member": int(Role.MEMBER),
        "day": DAY,
        "prompt": int(Kind.PROMPT),
        "accepted": int(State.ACCEPTED),
        "domain": NAMES.domain,
    }
    with engine.begin() as connection:
        for statement in _CROWD.split(";"):
            connection.execute(text(statement), facts)
        rows = connection.execute(_PEOPLE, facts).all()
    signs = tokens()
    return [
        Asked(row.address, str(NAMES.own(signs, row.organization_id, row.person_id)), row.receipt)
        for row in rows
    ]
