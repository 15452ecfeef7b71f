"""The ledger in memory: claims deliveries, records what became of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from domain.closings import Refusal
from domain.deliveries import Claimed, Later, Never, NewDelivery, Ref, Result, Sent, State, Unknown
from domain.delivery_events import STATE_AFTER, STOPPING, DeliveryEvent, EventKind
from domain.doubts import FIRST_LOOK, Doubted, Verdict
from domain.facts import Facts
from domain.limit_reports import CallSpacing
from domain.people import Address, Channel, Identity
from domain.ports.contexts import PromptContext, TeamDays
from domain.ports.ledger import Gather, Lost, Noted, gather_nothing
from domain.retention import SENDABLE
from domain.retrying import MOST_RETRIES, wait_before
from tests.fakes import closings, leaving, ledger_doubts
from tests.fakes.ledger_facts import prompt_context, team_days
from tests.fakes.people import usable
from tests.fakes.rows import DeliveryRow, Tables
from tests.fakes.writing import add_deliveries

TOLD_BY_EVENTS = (State.ACCEPTED, State.DELIVERED, State.BOUNCED, State.DROPPED)
"""From better to worse: a worse end outdoes a better one."""


class FakeLedger:
    """`domain.ports.ledger.Ledger`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def claim(
        self,
        channel: Channel,
        now: datetime,
        lease_now: datetime,
        lease: timedelta,
        limit: int,
        gather: Gather = gather_nothing,
    ) -> list[Claimed]:
        due = [
            row
            for row in self._ready(now)
            if row.new.recipient.address.channel is channel and row.ref.day >= now.date() - SENDABLE
        ]
        due.sort(key=lambda row: (row.new.due_at, row.ref.id))
        room = closings.room(self._tables, channel, limit, lease_now) if due else 0
        found = (self._claim_one(row, now, lease_now + lease) for row in due[:room])
        claimed = [each for each in found if each is not None]
        gathered = gather(claimed)
        self._fix({ref: facts for ref, facts in gathered.items() if facts is not None})
        self._cancel([ref for ref, facts in gathered.items() if facts is None])
        return [
            each._replace(facts=gathered.get(each.ref, each.facts))
            for each in claimed
            if gathered.get(each.ref, True) is not None
        ]

    def _ready(self, now: datetime) -> list[DeliveryRow]:
        return [
            row
            for row in self._tables.deliveries.values()
            if row.state is State.READY
            and row.new.due_at <= now
            and (row.new.not_after is None or row.new.not_after > now)
            and (row.repeat_until is None or row.repeat_until > now)
        ]

    def _claim_one(self, row: DeliveryRow, now: datetime, lease_until: datetime) -> Claimed | None:
        recipient = row.new.recipient
        identity = self._tables.identities.get(recipient.identity_id or 0)
        if identity is not None and not usable(identity):
            self._tables.change_delivery(row.ref, state=State.CANCELLED, fence=row.fence + 1)
            return None
        if identity is not None and row.attempt == 0:  # once tried it may have arrived: it stays there
            recipient = recipient._replace(address=identity.address, direct=identity.direct)
        self._tables.change_delivery(
            row.ref,
            new=replace(row.new, recipient=recipient),
            state=State.SENDING,
            fence=row.fence + 1,
            attempt=row.attempt + 1,
            vain=row.vain + 1,
            started_at=now,
            lease_until=lease_until,
        )
        return ledger_doubts.claimed_of(self._tables.deliveries[row.ref])

    def prompt_contexts(self, claimed: Sequence[Claimed]) -> dict[Ref, PromptContext]:
        return {each.ref: prompt_context(self._tables, each) for each in claimed}

    def team_days(self, claimed: Sequence[Claimed]) -> dict[Ref, TeamDays]:
        return {each.ref: team_days(self._tables, each) for each in claimed}

    def _fix(self, facts: Mapping[Ref, Facts]) -> None:
        for ref, told in facts.items():
            self._tables.change_delivery(ref, new=replace(self._tables.deliveries[ref].new, facts=told))

    def _cancel(self, refs: Sequence[Ref]) -> None:
        for ref in refs:
            if self._tables.deliveries[ref].state in {State.READY, State.SENDING}:
                self._tables.change_delivery(ref, state=State.CANCELLED, lease_until=None)

    def record(self, results: Sequence[Result], now: datetime) -> int:
        return sum(self._record_one(each, now) for each in results)

    def _record_one(self, result: Result, now: datetime) -> bool:
        row = self._tables.deliveries[result.ref]
        if not isinstance(result.outcome, Sent) or result.attempt > 1 or row.fence != result.fence:
            self._tables.attempts[result.ref, result.attempt] = result.outcome
        running = row.state is State.SENDING or isinstance(result.outcome, Sent)
        if row.fence != result.fence or not running:
            return False
        ended = _ended(row, result, now)
        if row.state in TOLD_BY_EVENTS:  # as much as it was told already it stays
            ended = replace(ended, state=max(row.state, ended.state))
        self._tables.deliveries[result.ref] = replace(ended, lease_until=None)
        identity_id = row.new.recipient.identity_id
        if isinstance(result.outcome, Sent) and result.outcome.direct and identity_id is not None:
            identity = self._tables.identities[identity_id]
            self._tables.identities[identity_id] = replace(identity, direct=result.outcome.direct)
        return True

    def report_limit(
        self, where: Address, told: Later | CallSpacing, lease_now: datetime, credential: str = ""
    ) -> bool:
        """Here nothing has limits, but whole channels may be closed."""
        return closings.report_limit(self._tables, where.channel, told, Refusal(credential, lease_now))

    def closed_channels(self) -> frozenset[Channel]:
        return frozenset(channel for channel, each in self._tables.closings.items() if each.is_closed)

    def refusing_places(self, lease_now: datetime) -> frozenset[Address]:
        return leaving.refusing_places(self._tables, lease_now)

    def leave_closed(self, places: Collection[Address], now: datetime, limit: int) -> int:
        return leaving.leave_closed(self._tables, places, now, limit)

    def try_new_credential(self, channel: Channel, credential: str, lease_now: datetime) -> bool:
        return closings.try_new_credential(self._tables, channel, Refusal(credential, lease_now))

    def hasten(self, channel: Channel, workspace: str | None, now: datetime, within: timedelta) -> int:
        waiting = [
            row
            for row in self._tables.deliveries.values()
            if row.new.recipient.address.channel is channel
            and workspace in {None, row.new.recipient.address.workspace}
            and row.state is State.READY
            and row.reason
            and now < row.new.due_at <= now + within
        ]
        for row in waiting:
            self._tables.change_delivery(row.ref, new=replace(row.new, due_at=now))
        return len(waiting)

    def reopen(
        self, channel: Channel, results: Sequence[Result], lease_now: datetime, reached: Collection[str] = ()
    ) -> None:
        del lease_now, reached  # here a channel is open or closed as a whole
        closings.reopen(self._tables, channel, [each.outcome for each in results])

    def held_back(self, channel: Channel, claimed: Sequence[Claimed], lease_now: datetime) -> list[Claimed]:  # noqa: ARG002 -- the port says so
        return []

    def recover(self, now: datetime, lease_now: datetime) -> tuple[int, int]:
        return ledger_doubts.recover(self._tables, now, lease_now)

    def claim_doubts(
        self, channel: Channel, now: datetime, lease_now: datetime, lease: timedelta, limit: int
    ) -> list[Doubted]:
        return ledger_doubts.claim_doubts(self._tables, channel, now, (lease_now, lease_now + lease), limit)

    def settle(self, verdicts: Sequence[Verdict]) -> int:
        return ledger_doubts.settle(self._tables, verdicts)

    def stop(self, identities: Mapping[int, str], now: datetime) -> list[Lost]:
        return ledger_doubts.stop(self._tables, identities, now)

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
        rows = self._tables.deliveries.values()
        looked_for = any(row.state is State.UNCERTAIN and row.new.due_at <= now for row in rows)
        return not (self._ready(now) or looked_for or any(row.state is State.SENDING for row in rows))

    def note(self, events: Sequence[DeliveryEvent], now: datetime) -> Noted:
        new = {each.event_id: each for each in reversed(events) if each.event_id not in self._tables.events}
        self._tables.events |= new
        self._tables.heard_at |= dict.fromkeys(new, now)
        refusing: dict[int, str] = {}
        for event in new.values():
            self._become(event)
            too_often = event.kind is EventKind.BLOCKED and ledger_doubts.blocked_often(
                self._tables, event, now
            )
            if event.kind in STOPPING or too_often:
                refusing |= {identity.id: event.kind.value for identity in self._refusing(event)}
        return Noted(len(new), tuple(self.stop(refusing, now)))

    def _become(self, event: DeliveryEvent) -> None:
        row = self._tables.deliveries.get(event.ref) if event.ref else None
        state = STATE_AFTER.get(event.kind)
        if row is None or state is None or row.attempt == 0:
            return
        if row.state not in TOLD_BY_EVENTS or row.state < state:
            sent_at = row.sent_at or event.at
            self._tables.change_delivery(row.ref, state=state, lease_until=None, sent_at=sent_at)

    def _refusing(self, event: DeliveryEvent) -> list[Identity]:
        """The identity of a delivery that we know; of an event that names none, whoever has that address."""
        if event.ref is None:
            identities = self._tables.identities.values()
            there = Address(Channel.EMAIL, event.address.lower())
            return [each for each in identities if each.address == there]
        row = self._tables.deliveries.get(event.ref)
        identity = self._tables.identities.get(row.new.recipient.identity_id or 0) if row else None
        return [identity] if identity and identity.address.channel is Channel.EMAIL else []

    def add_parts(self, parts: Sequence[NewDelivery]) -> int:
        return add_deliveries(self._tables, parts)

    def make_partitions(self, first: date, days: int) -> int:
        wanted = {first + timedelta(days=step): None for step in range(days)}
        new = len(wanted.keys() - self._tables.partitions.keys())
        self._tables.partitions |= wanted
        return new

    def drop_partition(self, deliveries_before: date, inbox_before: date) -> str | None:
        del inbox_before  # here a day is one thing for all tables
        oldest = min(self._tables.partitions, default=deliveries_before)
        if oldest >= deliveries_before:
            return None
        del self._tables.partitions[oldest]
        for ref in [each for each in self._tables.deliveries if each.day == oldest]:
            del self._tables.deliveries[ref]
        return f"deliveries_{oldest:%Y%m%d}"

    def counts(self) -> dict[str, int]:
        states = [row.state for row in self._tables.deliveries.values()]
        return {state.name.lower(): states.count(state) for state in set(states)}


def _ended(row: DeliveryRow, result: Result, now: datetime) -> DeliveryRow:
    attempt_ended = replace(row, vain=row.vain - 1)
    match result.outcome:
        case Sent(receipt, direct):
            recipient = row.new.recipient._replace(direct=direct or row.new.recipient.direct)
            sent = replace(attempt_ended, new=replace(row.new, recipient=recipient), sent_at=now)
            return replace(sent, state=State.ACCEPTED, receipt=receipt)
        case Later(reason, after):
            failed = row.retries + (after is None)
            state = State.FAILED if failed >= MOST_RETRIES else State.READY
            pause = wait_before(result.attempt, result.ref.id) if after is None else after
            later = replace(row.new, due_at=now + pause)
            return replace(attempt_ended, new=later, state=state, retries=failed, reason=reason)
        case Never(reason):
            return replace(attempt_ended, state=State.FAILED, reason=reason)
        case Unknown(evidence):
            look = replace(row.new, due_at=now + FIRST_LOOK[row.new.recipient.address.channel])
            since = row.doubted_since or row.started_at
            doubted = replace(attempt_ended, new=look, state=State.UNCERTAIN, doubted_since=since)
            return replace(doubted, retries=row.retries + 1, absent=0, reason=evidence)
