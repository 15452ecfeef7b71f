"""Reads as sets what a unit of work will ask for piece by piece, and remembers it.

Nothing here decides anything: what is not remembered is asked of the database when it is needed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy import TextClause, text

from adapters.storage.delivery_rows import array
from adapters.storage.partitions import by_day
from adapters.storage.preparing import prepared, prepared_for
from adapters.storage.remembered import Remembered, SentMail
from adapters.storage.rows import (
    CHANNELS,
    PERSON,
    ROLES,
    AnyRow,
    identity_of,
    person_of,
    read_identity,
    read_person,
)
from adapters.storage.transaction import Transaction
from domain.commands import Origin
from domain.deliveries import Kind, Ref
from domain.people import Address, Channel, Identity, untagged
from domain.ports.directory import OrganizationIdentity
from domain.teams import Team

PersonKey = tuple[int, int]
"""An organization and a person."""
SentKey = tuple[int, Channel, str]
"""An organization, a channel and a receipt."""

_ANSWERED_WITHIN = timedelta(days=7)
"""Of its day a question is probably answered; what is answered later is looked for on all days at once."""
_WANTED = (
    "unnest(CAST(:organization_ids AS bigint[]), CAST(:ids AS bigint[])) AS wanted (organization_id, id)"
)
_PERSON = ", ".join(f"person.{each}" for each in PERSON)
_IDENTITY = """
    identities.id AS identity_id, identities.person_id, identities.channel, identities.workspace,
    identities.external_id, identities.direct, identities.active AS identity_active,
    identities.mail_stopped_at
"""
_PEOPLE = prepared(f"""
    SELECT asked.id AS asked_id, asked.address_version AS asked_version, {_PERSON}, {_IDENTITY}
    FROM {_WANTED}
    JOIN people AS asked ON asked.organization_id = wanted.organization_id AND asked.id = wanted.id
    JOIN people AS person ON person.organization_id = asked.organization_id
                         AND person.id = coalesce(asked.merged_into, asked.id)
    LEFT JOIN identities ON identities.organization_id = person.organization_id
                        AND identities.person_id = person.id AND identities.active
    ORDER BY identities.id
""")  # noqa: S608 -- constants alone
_TEAMS = prepared(f"""
    SELECT memberships.person_id, memberships.role, teams.organization_id, teams.id, teams.name, teams.zone,
           teams.digest_minute, teams.work_days
    FROM {_WANTED}
    JOIN memberships ON memberships.organization_id = wanted.organization_id
                    AND memberships.person_id = wanted.id
    JOIN teams ON teams.id = memberships.team_id
    ORDER BY teams.folded_name
""")  # noqa: S608 -- constants alone
_IDENTITIES_AT = prepared(f"""
    SELECT {_PERSON}, {_IDENTITY}, organizations.name AS organization_name
    FROM unnest(CAST(:channels AS smallint[]), CAST(:workspaces AS text[]), CAST(:addresses AS text[]))
        AS wanted (channel, workspace, external_id)
    JOIN identities ON identities.channel = wanted.channel AND identities.workspace = wanted.workspace
                   AND identities.external_id = wanted.external_id
    JOIN people AS person ON person.id = identities.person_id
    JOIN organizations ON organizations.id = identities.organization_id
    ORDER BY identities.id
""")  # noqa: S608 -- constants alone
_WORKSPACES = prepared("""
    SELECT channel, external_id, organization_id FROM workspaces
    WHERE channel = ANY(CAST(:channels AS smallint[])) AND external_id = ANY(CAST(:workspaces AS text[]))
""")
_SOURCES = prepared("""
    SELECT organization_id, source_ref
    FROM unnest(CAST(:organization_ids AS bigint[]), CAST(:sources AS text[]))
        AS wanted (organization_id, source_ref)
    JOIN answers USING (organization_id, source_ref)
""")
_WITH_RECEIPT = """
    SELECT organization_id, channel, receipt, day, id, person_id, kind, subject, target,
           CASE WHEN kind = :digest THEN facts END AS facts
    FROM deliveries
    WHERE channel = ANY(CAST(:channels AS smallint[])) AND receipt = ANY(CAST(:receipts AS text[]))
"""
_SENT_FOR_DAY = f"{_WITH_RECEIPT} AND day = {{day}}"
_SENT = text(f"{_WITH_RECEIPT} ORDER BY day DESC")


def read_ahead(transaction: Transaction, origins: Sequence[Origin]) -> None:
    """Remember who wrote from these, their teams, the mails they answer and whether they came before."""
    named = {(each.organization_id, each.person_id) for each in origins}
    known = _people(
        transaction, [(one, other) for one, other in named if one is not None and other is not None]
    )
    unnamed = [each for each in origins if each.organization_id is None or each.person_id is None]
    known |= read_identities(
        transaction, {at for each in unnamed for at in (each.address, untagged(each.address))}
    )
    _teams(transaction, known)
    _workspaces(transaction, {(each.address.channel, each.guild) for each in unnamed if each.guild})
    places = [(org, each) for each in origins for org in _organizations(transaction.remembered, each)]
    _sources(transaction, {(org, each.source_ref) for org, each in places if each.source_ref})
    read_sent(
        transaction,
        {
            (org, each.address.channel, each.answers): _probable_day(each)
            for org, each in places
            if each.answers
        },
    )


def _probable_day(origin: Origin) -> date | None:
    """The day that its message tells, which anybody may have written, if people answer such questions yet."""
    day = origin.prompt_day
    return day if day is not None and abs(day - origin.at.date()) <= _ANSWERED_WITHIN else None


def _organizations(remembered: Remembered, origin: Origin) -> set[int]:
    """The organizations that it may be for."""
    if origin.organization_id is not None:
        return {origin.organization_id}
    found = {each.organization_id for each in remembered.by_address.get(origin.address, ())}
    linked = remembered.workspaces.get((origin.address.channel, origin.guild))
    return found if linked is None else {*found, linked}


def _people(transaction: Transaction, wanted: Collection[PersonKey]) -> set[PersonKey]:
    """Those who are meant by the numbers: of somebody who was merged, whom she was merged into.

    A row for each of her identities: the same ones twice if she was asked for by two numbers.
    """
    remembered = transaction.remembered
    remembered.people.update(dict.fromkeys(wanted))
    identities: dict[PersonKey, dict[int, Identity]] = {}
    for asked_id, asked_version, *values in _of_people(transaction, _PEOPLE, wanted):
        person = read_person(values[: len(PERSON)])
        remembered.people[person.organization_id, asked_id] = (person, asked_version)
        hers = identities.setdefault((person.organization_id, person.id), {})
        identity_id, *more = values[len(PERSON) :]
        if identity_id is not None:
            hers[identity_id] = read_identity([identity_id, *more])
    remembered.identities.update({whose: list(hers.values()) for whose, hers in identities.items()})
    return set(identities)


def _teams(transaction: Transaction, wanted: Collection[PersonKey]) -> None:
    teams = transaction.remembered.teams
    teams.update({each: [] for each in wanted})
    for person_id, role, *values in _of_people(transaction, _TEAMS, wanted):
        team = Team(*values)
        teams[team.organization_id, person_id].append((team, ROLES[role]))


def _of_people(
    transaction: Transaction, query: TextClause, wanted: Collection[PersonKey]
) -> Iterable[AnyRow]:
    if not wanted:
        return ()
    values = {"organization_ids": array([one for one, _ in wanted]), "ids": array([id_ for _, id_ in wanted])}
    return transaction.connection.execute(query, values).all()


def read_identities(transaction: Transaction, wanted: set[Address]) -> set[PersonKey]:
    """Who is behind these addresses."""
    if not wanted:
        return set()
    remembered = transaction.remembered
    remembered.by_address.update({each: [] for each in wanted})
    values = {
        "channels": array([int(each.channel) for each in wanted]),
        "workspaces": array([each.workspace for each in wanted]),
        "addresses": array([each.external_id for each in wanted]),
    }
    found: set[PersonKey] = set()
    for row in transaction.connection.execute(_IDENTITIES_AT, values):
        person, identity = person_of(row), identity_of(row)
        remembered.behind[row.organization_id, identity.address] = (person, identity)
        if person.active and identity.active:
            whose = OrganizationIdentity(row.organization_id, row.organization_name, identity)
            remembered.by_address[identity.address].append(whose)
            found.add((person.organization_id, person.id))
    return found


def _workspaces(transaction: Transaction, wanted: set[tuple[Channel, str]]) -> None:
    if not wanted:
        return
    known = transaction.remembered.workspaces
    known.update(dict.fromkeys(wanted))
    values = {
        "channels": array([int(channel) for channel, _ in wanted]),
        "workspaces": array([workspace for _, workspace in wanted]),
    }
    for row in transaction.connection.execute(_WORKSPACES, values).all():
        known[CHANNELS[row.channel], row.external_id] = row.organization_id


def _sources(transaction: Transaction, wanted: set[tuple[int, str]]) -> None:
    if not wanted:
        return
    sources = transaction.remembered.sources
    sources.update(dict.fromkeys(wanted, False))
    values = {
        "organization_ids": array([one for one, _ in wanted]),
        "sources": array([ref for _, ref in wanted]),
    }
    rows: Sequence[AnyRow] = transaction.execute(_SOURCES, values).all()
    sources.update(dict.fromkeys(rows, True))


def read_sent(transaction: Transaction, wanted: Mapping[SentKey, date | None]) -> None:
    """Of several with one receipt the newest.

    With the day for which it probably was sent: there it is looked for first, since each further day costs as
    much, whether anything is found there or not.
    """
    found: dict[SentKey, SentMail | None] = {}
    for day, keys in by_day((day, key) for key, day in wanted.items() if day is not None).items():
        found |= _sent(transaction, keys, day)
    found |= _sent(transaction, wanted.keys() - found.keys(), None)
    transaction.remembered.sent.update({each: found.get(each) for each in wanted})


def _sent(
    transaction: Transaction, wanted: Collection[SentKey], day: date | None
) -> dict[SentKey, SentMail | None]:
    if not wanted:
        return {}
    values = {
        "channels": array(sorted({int(channel) for _, channel, _ in wanted})),
        "receipts": array([receipt for *_, receipt in wanted]),
        "digest": int(Kind.DIGEST_MAIL),
    }
    query = _SENT if day is None else prepared_for(day, _SENT_FOR_DAY)
    rows: Sequence[AnyRow] = transaction.execute(query, values).all()
    found: dict[SentKey, SentMail | None] = {}
    for organization_id, channel, receipt, sent_on, id_, *told in rows:
        mail = SentMail(Ref(sent_on, id_), sent_on, *told)
        found.setdefault((organization_id, CHANNELS[channel], receipt), mail)
    return found
