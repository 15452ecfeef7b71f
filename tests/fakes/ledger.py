"""The ledger in memory: claims deliveries, records what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from domain.deliveries import (
    MOST_ATTEMPTS,
    MOST_RETRIES,
    Claimed,
    DeliveryEvent,
    EventKind,
    Later,
    Never,
    NewDelivery,
    Ref,
    Result,
    Sent,
    State,
    Unknown,
    wait_before,
)
from domain.facts import Facts
from domain.people import Channel, Identity
from domain.ports.planning import PromptContext, TeamDays
from tests.fakes.ledger_facts import prompt_context, team_days
from tests.fakes.people import usable
from tests.fakes.rows import DeliveryRow, Tables
from tests.fakes.writing import add_deliveries

SENDABLE = timedelta(days=31)
TOLD_BY_EVENTS = (State.DELIVERED, State.BOUNCED, State.DROPPED)
"""From better to worse: a worse end outdoes a better one."""
_BECOMES = {
    EventKind.DELIVERED: State.DELIVERED,
    EventKind.BOUNCED: State.BOUNCED,
    EventKind.DROPPED: State.DROPPED,
}
_STOPS = frozenset({EventKind.BOUNCED, EventKind.COMPLAINED, EventKind.UNSUBSCRIBED})


class FakeLedger:
    """`domain.ports.planning.Ledger`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def claim(
        self, channel: Channel, now: datetime, lease_now: datetime, lease: timedelta, limit: int
    ) -> list[Claimed]:
        due = [
            row
            for row in self._ready(now)
            if row.new.recipient.address.channel is channel and row.ref.day >= now.date() - SENDABLE
        ]
        due.sort(key=lambda row: (row.new.due_at, row.ref.id))
        claimed = (self._claim_one(row, lease_now + lease) for row in due[:limit])
        return [each for each in claimed if each is not None]

    def _ready(self, now: datetime) -> list[DeliveryRow]:
        return [
            row
            for row in self._tables.deliveries.values()
            if row.state is State.READY
            and row.new.due_at <= now
            and (row.new.not_after is None or row.new.not_after > now)
        ]

    def _claim_one(self, row: DeliveryRow, lease_until: datetime) -> Claimed | None:
        recipient = row.new.recipient
        door = self._tables.identities.get(recipient.identity_id or 0)
        if door is not None and not usable(door):
            self._tables.change_delivery(row.ref, state=State.CANCELLED, fence=row.fence + 1)
            return None
        if door is not None and row.attempt == 0:  # from then on it goes where it may have arrived already
            recipient = replace(recipient, address=door.address, direct=door.direct)
        new = replace(row.new, recipient=recipient)
        fence, attempt = row.fence + 1, row.attempt + 1
        self._tables.change_delivery(
            row.ref, new=new, state=State.SENDING, fence=fence, attempt=attempt, lease_until=lease_until
        )
        return Claimed(
            ref=row.ref,
            key=new.key,
            organization_id=new.organization_id,
            recipient=recipient,
            facts=new.facts,
            fence=fence,
            attempt=attempt,
            due_at=new.due_at,
            person_id=new.person_id,
            answers=new.answers,
        )

    def prompt_contexts(self, claimed: Sequence[Claimed]) -> dict[Ref, PromptContext]:
        return {each.ref: prompt_context(self._tables, each) for each in claimed}

    def team_days(self, claimed: Sequence[Claimed]) -> dict[Ref, TeamDays]:
        return {each.ref: team_days(self._tables, each) for each in claimed}

    def fix(self, facts: Mapping[Ref, Facts]) -> None:
        for ref, told in facts.items():
            self._tables.change_delivery(ref, new=replace(self._tables.deliveries[ref].new, facts=told))

    def cancel(self, refs: Sequence[Ref]) -> None:
        for ref in refs:
            if self._tables.deliveries[ref].state in {State.READY, State.SENDING}:
                self._tables.change_delivery(ref, state=State.CANCELLED, lease_until=None)

    def record(self, results: Sequence[Result], now: datetime) -> int:
        return sum(self._record_one(each, now) for each in results)

    def _record_one(self, result: Result, now: datetime) -> bool:
        row = self._tables.deliveries[result.ref]
        if not isinstance(result.outcome, Sent) or result.attempt > 1 or row.fence != result.fence:
            self._tables.attempts[result.ref, result.attempt] = result.outcome
        running = row.state in {State.SENDING, State.UNCERTAIN} or isinstance(result.outcome, Sent)
        if row.fence != result.fence or not running:
            return False
        ended = _ended(row, result, now)
        if row.state in TOLD_BY_EVENTS:
            ended = replace(ended, state=row.state)
        self._tables.deliveries[result.ref] = replace(ended, lease_until=None)
        identity_id = row.new.recipient.identity_id
        if isinstance(result.outcome, Sent) and result.outcome.direct and identity_id is not None:
            door = self._tables.identities[identity_id]
            self._tables.identities[identity_id] = replace(door, direct=result.outcome.direct)
        return True

    def recover(self, lease_now: datetime, most_attempts: int) -> tuple[int, int]:
        ended = [
            row
            for row in self._tables.deliveries.values()
            if row.state in {State.SENDING, State.UNCERTAIN}
            and row.lease_until
            and row.lease_until < lease_now
        ]
        given_up = [row for row in ended if row.vain + 1 >= most_attempts]
        for row in ended:
            state = State.UNKNOWN if row in given_up else State.READY
            self._tables.change_delivery(row.ref, state=state, vain=row.vain + 1, lease_until=None)
            self._tables.attempts.setdefault((row.ref, row.attempt), None)
        return len(ended) - len(given_up), len(given_up)

    def expire(self, now: datetime) -> int:
        late = [
            row
            for row in self._tables.deliveries.values()
            if row.state is State.READY
            and ((row.new.not_after and row.new.not_after <= now) or row.ref.day < now.date() - SENDABLE)
        ]
        for row in late:
            self._tables.change_delivery(row.ref, state=State.EXPIRED)
        return len(late)

    def idle(self, now: datetime) -> bool:
        busy = {State.SENDING, State.UNCERTAIN}
        return not self._ready(now) and not any(row.state in busy for row in self._tables.deliveries.values())

    def note(self, events: Sequence[DeliveryEvent], now: datetime) -> int:  # noqa: ARG002 -- the port says so
        new = {each.event_id: each for each in reversed(events) if each.event_id not in self._tables.events}
        self._tables.events |= new
        for event in new.values():
            self._become(event)
            if event.kind in _STOPS:
                self._stop(event)
        return len(new)

    def _become(self, event: DeliveryEvent) -> None:
        row = self._tables.deliveries.get(event.ref) if event.ref else None
        state = _BECOMES.get(event.kind)
        if row is None or state is None or row.attempt == 0:
            return
        if row.state not in TOLD_BY_EVENTS or row.state < state:
            self._tables.change_delivery(row.ref, state=state, lease_until=None)

    def _stop(self, event: DeliveryEvent) -> None:
        for door in self._refusing(event):
            if door.address.channel is Channel.EMAIL and not door.mail_stopped:
                self._tables.identities[door.id] = replace(door, mail_stopped=True)
                for row in list(self._tables.deliveries.values()):
                    if row.new.recipient.identity_id == door.id and row.state is State.READY:
                        self._tables.change_delivery(row.ref, state=State.CANCELLED)

    def _refusing(self, event: DeliveryEvent) -> list[Identity]:
        """The door of a delivery that we know; of an event that names none, whoever has that address."""
        if event.ref is None:
            doors = self._tables.identities.values()
            return [each for each in doors if each.address.external_id == event.address.lower()]
        row = self._tables.deliveries.get(event.ref)
        door = self._tables.identities.get(row.new.recipient.identity_id or 0) if row else None
        return [door] if door else []

    def add_parts(self, parts: Sequence[NewDelivery]) -> int:
        return add_deliveries(self._tables, parts)

    def make_partitions(self, first: date, days: int) -> int:
        wanted = {first + timedelta(days=step): None for step in range(days)}
        new = len(wanted.keys() - self._tables.partitions.keys())
        self._tables.partitions |= wanted
        return new

    def counts(self) -> dict[str, int]:
        states = [row.state for row in self._tables.deliveries.values()]
        return {state.name.lower(): states.count(state) for state in set(states)}


def _ended(row: DeliveryRow, result: Result, now: datetime) -> DeliveryRow:
    again_at = now + wait_before(result.attempt)
    match result.outcome:
        case Sent(receipt, direct):
            recipient = replace(row.new.recipient, direct=direct or row.new.recipient.direct)
            sent = replace(row, new=replace(row.new, recipient=recipient), sent_at=now)
            return replace(sent, state=State.ACCEPTED, receipt=receipt)
        case Later(reason, after):
            state = State.FAILED if row.retries + 1 >= MOST_RETRIES else State.READY
            later = replace(row.new, due_at=again_at if after is None else now + after)
            return replace(row, new=later, state=state, retries=row.retries + 1, reason=reason)
        case Never(reason):
            return replace(row, state=State.FAILED, reason=reason)
        case Unknown(evidence):
            state = State.UNKNOWN if row.vain + 1 >= MOST_ATTEMPTS else State.READY
            later = replace(row.new, due_at=again_at)
            return replace(row, new=later, state=state, vain=row.vain + 1, reason=evidence)
