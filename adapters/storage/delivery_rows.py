"""Deliveries as rows: writing new ones, reading claimed ones."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from itertools import repeat
from typing import Any, cast

from sqlalchemy import Connection, Row

from adapters.storage.preparing import prepared
from domain.deliveries import Claimed, Key, Kind, NewDelivery, Recipient, Ref
from domain.people import Address, Channel
from domain.stored_facts import dump, load

CLAIMED_COLUMNS = """
    day, id, kind, subject, target, part, "try", organization_id, person_id, channel, identity_id,
    workspace, address, direct, due_at, facts, answers, fence, attempt, not_after
"""
"""What `read_claimed` reads, in that order; others may follow."""
_BARE = (int, date)
_KINDS = {int(each): each for each in Kind}
_CHANNELS = {int(each): each for each in Channel}

_ADD = prepared("""
    INSERT INTO deliveries (day, kind, subject, target, part, "try", organization_id, person_id, channel,
                            identity_id, workspace, address, direct, due_at, not_after, facts, answers)
    SELECT day, kind, subject, target, part, try_, organization_id, person_id, channel,
           identity_id, workspace, address, direct, due_at, not_after, CAST(facts AS jsonb), answers
    FROM unnest(
        CAST(:day AS date[]), CAST(:kind AS smallint[]), CAST(:subject AS bigint[]),
        CAST(:target AS bigint[]), CAST(:part AS smallint[]), CAST(:try_ AS smallint[]),
        CAST(:organization_id AS bigint[]), CAST(:person_id AS bigint[]), CAST(:channel AS smallint[]),
        CAST(:identity_id AS bigint[]), CAST(:workspace AS text[]), CAST(:address AS text[]),
        CAST(:direct AS text[]), CAST(:due_at AS timestamptz[]), CAST(:not_after AS timestamptz[]),
        CAST(:facts AS text[]), CAST(:answers AS text[])
    ) AS new (day, kind, subject, target, part, try_, organization_id, person_id, channel,
              identity_id, workspace, address, direct, due_at, not_after, facts, answers)
    ON CONFLICT DO NOTHING
""")


def add_deliveries(connection: Connection, deliveries: Sequence[NewDelivery]) -> int:
    """Write them down in one statement; how many are new: a key that is there already stays as it is."""
    if not deliveries:
        return 0
    return connection.execute(_ADD, columns([_row(each) for each in deliveries])).rowcount


def columns(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Rows turned into the arrays that `unnest` takes."""
    return {name: array([row[name] for row in rows]) for name in rows[0]}


def arrays(names: Sequence[str], rows: Collection[Sequence[Any]]) -> dict[str, str]:
    """The same of rows whose values stand in the order of these names; there may be none."""
    of_each = zip(*rows, strict=True) if rows else repeat((), len(names))
    return {name: array(values) for name, values in zip(names, of_each, strict=True)}


def array(values: Sequence[date | int | str | bytes | None]) -> str:
    """An array as PostgreSQL reads it: one constant, where a list becomes an expression of each element.

    https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
    """
    kinds = set(map(type, values))
    if all(issubclass(kind, _BARE) for kind in kinds):
        return bare_array(values)
    if kinds == {str}:
        return _words(cast("Sequence[str]", values))
    return "{" + ",".join([_element(each) for each in values]) + "}"


def bare_array(values: Iterable[object]) -> str:
    """The same of numbers, days and instants, around which nothing has to be put."""
    return f"{{{','.join(map(str, values))}}}"


def _words(values: Sequence[str]) -> str:
    """All at once where nothing has to be escaped: hardly any name or address holds a quotation mark."""
    joined = '","'.join(values)
    if "\\" in joined or joined.count('"') != 2 * (len(values) - 1):
        return "{" + ",".join(map(_element, values)) + "}"
    return f'{{"{joined}"}}'


def _element(value: date | int | str | bytes | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    if isinstance(value, str):
        if '"' in value or "\\" in value:
            value = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{value}"'
    return str(value)


def _row(delivery: NewDelivery) -> dict[str, Any]:
    key, recipient = delivery.key, delivery.recipient
    return {
        "day": key.day,
        "kind": int(key.kind),
        "subject": key.subject,
        "target": key.target,
        "part": key.part,
        "try_": key.try_,
        "organization_id": delivery.organization_id,
        "person_id": delivery.person_id,
        "channel": int(recipient.address.channel),
        "identity_id": recipient.identity_id,
        "workspace": recipient.address.workspace,
        "address": recipient.address.external_id,
        "direct": recipient.direct,
        "due_at": delivery.due_at,
        "not_after": delivery.not_after,
        "facts": None if delivery.facts is None else json.dumps(dump(delivery.facts)),
        "answers": delivery.answers,
    }


def read_claimed(row: Row[Any]) -> Claimed:
    """A claimed delivery of a row with `CLAIMED_COLUMNS`."""
    values: Sequence[Any] = row
    day, id_, kind, subject, target, part, try_, organization_id, person_id = values[:9]
    channel, identity_id, workspace, address, direct, due_at, facts, answers = values[9:17]
    fence, attempt, not_after = values[17:20]
    return Claimed(
        Ref(day, id_),
        Key(day, _KINDS[kind], subject, target, part, try_),
        organization_id,
        Recipient(Address(_CHANNELS[channel], address, workspace), direct, identity_id),
        None if facts is None else load(facts),
        fence,
        attempt,
        due_at,
        person_id,
        answers,
        not_after,
    )
