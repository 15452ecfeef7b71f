"""The ledger in memory: what is in doubt, and which addresses are lost."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain.deliveries import MOVABLE_STATES, Claimed, Kind, Sent, State
from domain.delivery_events import BLOCKED_WITHIN, MOST_BLOCKED, WANTED, DeliveryEvent, EventKind
from domain.doubts import DOUBT_ENDS, Doubted, Verdict
from domain.people import Channel
from domain.ports.ledger import Lost, LostPrompt
from tests.fakes.rows import DeliveryRow, Tables

_WANTED = frozenset(each.value for each in WANTED)


def recover(tables: Tables, now: datetime, lease_now: datetime) -> tuple[int, int]:
    ended = [
        row
        for row in tables.deliveries.values()
        if row.state is State.SENDING and row.lease_until and row.lease_until < lease_now
    ]
    for row in ended:
        tables.change_delivery(
            row.ref,
            new=replace(row.new, due_at=now),
            state=State.UNCERTAIN,
            fence=row.fence + 1,
            lease_until=None,
            absent=0,
            doubted_since=row.doubted_since or row.started_at,
            reason="its lease ended",
        )
        tables.attempts.setdefault((row.ref, row.attempt), None)
    late = [
        row
        for row in tables.deliveries.values()
        if row.state is State.READY and row.repeat_until and row.repeat_until <= now
    ]
    for row in late:
        tables.change_delivery(
            row.ref,
            new=replace(row.new, due_at=now),
            state=State.UNCERTAIN,
            fence=row.fence + 1,
            absent=0,
            repeat_until=None,
            reason="to be looked for",
        )
    given_up = [
        row
        for row in tables.deliveries.values()
        if _free(row, lease_now) and row.started_at and row.started_at < now - DOUBT_ENDS
    ]
    for row in given_up:
        tables.change_delivery(row.ref, state=State.UNKNOWN, fence=row.fence + 1, lease_until=None)
    return len(ended) + len(late), len(given_up)


def claim_doubts(
    tables: Tables, channel: Channel, now: datetime, held: tuple[datetime, datetime], limit: int
) -> list[Doubted]:
    due = [
        row
        for row in tables.deliveries.values()
        if _free(row, held[0]) and row.new.recipient.address.channel is channel and row.new.due_at <= now
    ]
    due.sort(key=lambda row: (row.new.due_at, row.ref.id))
    for row in due[:limit]:
        tables.change_delivery(row.ref, fence=row.fence + 1, lease_until=held[1])
    return [_doubted(tables, tables.deliveries[row.ref]) for row in due[:limit]]


def _free(row: DeliveryRow, lease_now: datetime) -> bool:
    return row.state is State.UNCERTAIN and (row.lease_until is None or row.lease_until < lease_now)


def _doubted(tables: Tables, row: DeliveryRow) -> Doubted:
    started_at = row.started_at or row.new.due_at
    by_mail = row.new.recipient.address.channel is Channel.EMAIL
    told = [outcome for (ref, _), outcome in tables.attempts.items() if ref == row.ref]
    return Doubted(
        claimed=claimed_of(row),
        started_at=started_at,
        since=row.doubted_since or started_at,
        crashes=row.vain,
        retries=row.retries,
        blind_resends=row.blind,
        misses=row.absent,
        provider_tells=by_mail and any(stored > started_at for stored in tables.heard_at.values()),
        late_receipt=next((each.receipt for each in told if isinstance(each, Sent)), None),
    )


def claimed_of(row: DeliveryRow) -> Claimed:
    """The row as whoever has just claimed it sees it."""
    return Claimed(
        ref=row.ref,
        key=row.new.key,
        organization_id=row.new.organization_id,
        recipient=row.new.recipient,
        facts=row.new.facts,
        fence=row.fence,
        attempt=row.attempt,
        due_at=row.new.due_at,
        person_id=row.new.person_id,
        answers=row.new.answers,
        not_after=row.new.not_after,
    )


def settle(tables: Tables, verdicts: Sequence[Verdict]) -> int:
    return sum(_settle_one(tables, each) for each in verdicts)


def _settle_one(tables: Tables, verdict: Verdict) -> bool:
    row = tables.deliveries[verdict.ref]
    if row.state is not State.UNCERTAIN or row.fence != verdict.fence:
        return False
    recipient = row.new.recipient
    identity_id = recipient.identity_id
    if verdict.direct is not None and identity_id is not None:
        recipient = recipient._replace(direct=verdict.direct)
        identity = tables.identities[identity_id]
        tables.identities[identity_id] = replace(identity, direct=verdict.direct)
    tables.change_delivery(
        row.ref,
        new=replace(row.new, due_at=verdict.due_at, recipient=recipient),
        state=verdict.state,
        lease_until=None,
        blind=verdict.blind_resends,
        absent=verdict.misses,
        repeat_until=verdict.repeat_until,
        reason=verdict.reason,
        receipt=verdict.receipt or row.receipt,
        sent_at=row.started_at if verdict.state is State.ACCEPTED else row.sent_at,
    )
    return True


def stop(tables: Tables, identities: Mapping[int, str], now: datetime) -> list[Lost]:
    lost: list[Lost] = []
    for identity_id, reason in sorted(identities.items()):
        identity = tables.identities[identity_id]
        if identity.stopped:
            continue
        tables.identities[identity_id] = replace(identity, stopped=True)
        hers = [row for row in tables.deliveries.values() if row.new.recipient.identity_id == identity_id]
        prompts = tuple(
            LostPrompt(row.new.key, row.new.due_at, row.new.not_after)
            for row in sorted(hers, key=lambda row: row.ref.day)
            if _can_still_be_asked(tables, row, now)
        )
        for row in hers:
            if row.state is State.READY:
                tables.change_delivery(row.ref, state=State.CANCELLED)
        organization_id = tables.owner(identity).organization_id
        lost.append(
            Lost(
                organization_id=organization_id,
                person_id=identity.person_id,
                identity_id=identity_id,
                channel=identity.address.channel,
                wanted=reason in _WANTED,
                prompts=prompts,
            )
        )
    return lost


def _can_still_be_asked(tables: Tables, row: DeliveryRow, now: datetime) -> bool:
    key = row.new.key
    later = any(
        (other.kind, other.subject, other.day) == (key.kind, key.subject, key.day) and other.try_ > key.try_
        for other in (each.new.key for each in tables.deliveries.values())
    )
    in_time = row.new.not_after is not None and row.new.not_after > now
    return key.kind is Kind.PROMPT and row.state in MOVABLE_STATES and in_time and not later


def blocked_often(tables: Tables, event: DeliveryEvent, now: datetime) -> bool:
    """Mail to that address was refused too often lately."""
    days = {
        (each.ref.day if each.ref else each.at.date())
        for each in tables.events.values()
        if each.kind is EventKind.BLOCKED and each.address.lower() == event.address.lower()
    }
    return len({day for day in days if day >= (now - BLOCKED_WITHIN).date()}) >= MOST_BLOCKED
