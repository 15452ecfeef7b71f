"""Why a channel is closed and which credential it refused, beside the bucket that keeps it closed."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, text

from domain.closings import Refusal, is_news
from domain.deliveries import REFUSED_FOR, LimitScope
from domain.limits import bucket_name, place_of
from domain.people import Address, Channel

_BECAUSE = text("UPDATE buckets SET reason = :reason WHERE name = :name")
_LAST = text("SELECT credential, refused_at FROM buckets WHERE name = :name AND credential IS NOT NULL")
_REFUSE = text("UPDATE buckets SET credential = :credential, refused_at = :now WHERE name = :name")
_OTHER = text("""
    UPDATE buckets SET closed_until = :now
    WHERE name = :name AND probing AND closed_until > :now AND credential <> :credential
""")
_CLOSED = text("SELECT name FROM buckets WHERE probing AND name = ANY(CAST(:names AS text[]))")

_TRIED_LATER = text("SELECT name, refused_at FROM buckets WHERE probing AND closed_until > :now")


def keep_reason(connection: Connection, name: str, reason: str) -> None:
    """Remember why a bucket was closed, for `donelog doctor`."""
    connection.execute(_BECAUSE, {"name": name, "reason": reason})


def keep_refusal(connection: Connection, name: str, refusal: Refusal, *, is_closed: bool) -> bool:
    """Keep which credential was refused; whether that is news.  The caller holds the bucket's row."""
    row = connection.execute(_LAST, {"name": name}).one_or_none()
    last = None if row is None else Refusal(row.credential, row.refused_at)
    connection.execute(_REFUSE, {"name": name, "credential": refusal.credential, "now": refusal.at})
    return is_news(last, refusal, is_closed=is_closed)


def try_new_credential(connection: Connection, channel: Channel, credential: str, now: datetime) -> bool:
    """`domain.ports.ledger.Ledger.try_new_credential`."""
    bound = {"name": _whole(channel), "credential": credential, "now": now}
    return connection.execute(_OTHER, bound).rowcount == 1


def closed_channels(connection: Connection) -> frozenset[Channel]:
    """`domain.ports.ledger.Ledger.closed_channels`."""
    whole: Mapping[str, Channel] = {_whole(each): each for each in Channel}
    return frozenset(whole[name] for name in connection.scalars(_CLOSED, {"names": list(whole)}))


def refusing_places(connection: Connection, now: datetime) -> frozenset[Address]:
    """`domain.ports.ledger.Ledger.refusing_places`.

    A workspace is closed as a whole for nothing but a credential, a channel for a ban, too.
    """
    rows = connection.execute(_TRIED_LATER, {"now": now})
    refused = {place_of(row.name): row.refused_at for row in rows}
    lately = now - REFUSED_FOR
    return frozenset(place for place, at in refused.items() if place.workspace or (at and at > lately))


def _whole(channel: Channel) -> str:
    return bucket_name(channel, "", LimitScope.EVERYTHING)
