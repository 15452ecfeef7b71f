"""What an organization's own transactions write to the ledger."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import update

from adapters.storage.read_ahead import read_sent
from adapters.storage.tables import deliveries
from adapters.storage.transaction import Transaction
from domain.deliveries import CANCELLABLE_STATES, Kind, NewDelivery, Recipient, State
from domain.people import Channel
from domain.ports.tenant import SentDelivery


class PostgresOutbox:
    """`domain.ports.tenant.Outbox`."""

    def __init__(self, transaction: Transaction, organization_id: int) -> None:
        self._transaction = transaction
        self._organization_id = organization_id

    def add(self, deliveries: Sequence[NewDelivery]) -> None:
        strange = {each.organization_id for each in deliveries} - {self._organization_id}
        if strange:
            raise ValueError(f"deliveries of {strange} in a transaction of {self._organization_id}")
        late = self._transaction.late
        late.deliveries.extend(deliveries)
        late.has_prompts = late.has_prompts or any(each.key.kind is Kind.PROMPT for each in deliveries)

    def cancel_prompt(self, person_id: int, day: date | None) -> None:
        if day is None:
            self._cancel_prompts(person_id)
            return
        late = self._transaction.late
        if late.has_prompts:
            self._transaction.write()  # first what is to be cancelled
        late.answered.add((self._organization_id, person_id, day))

    def renew_prompt(self, person_id: int, day: date, now: datetime) -> None:
        self._transaction.write()  # first what may still be to be cancelled
        self._transaction.execute(
            update(deliveries)
            .where(
                deliveries.c.organization_id == self._organization_id,
                deliveries.c.day == day,
                deliveries.c.kind == Kind.PROMPT,
                deliveries.c.subject == person_id,
                deliveries.c.state == State.CANCELLED,
                deliveries.c.attempt == 0,
                deliveries.c.reason.is_(None),
                deliveries.c.not_after > now,
            )
            .values(state=State.READY)
        )

    def reroute(self, person_id: int, recipient: Recipient) -> None:
        new = update(deliveries).where(
            deliveries.c.organization_id == self._organization_id,
            deliveries.c.person_id == person_id,
            deliveries.c.kind == Kind.PROMPT,
            deliveries.c.state == State.READY,
            deliveries.c.attempt == 0,
        )
        there = {
            "channel": recipient.address.channel,
            "workspace": recipient.address.workspace,
            "address": recipient.address.external_id,
            "direct": recipient.direct,
            "identity_id": recipient.identity_id,
        }
        self._transaction.execute(new.values(there))

    def find(self, channel: Channel, receipt: str) -> SentDelivery | None:
        asked = (self._organization_id, channel, receipt)
        sent = self._transaction.remembered.sent
        if asked not in sent:
            read_sent(self._transaction, {asked: None})
        found = sent[asked]
        return None if found is None else SentDelivery(found.ref, found.day, found.person_id)

    def _cancel_prompts(self, person_id: int) -> None:
        self._transaction.execute(
            update(deliveries)
            .where(
                deliveries.c.organization_id == self._organization_id,
                deliveries.c.kind == Kind.PROMPT,
                deliveries.c.subject == person_id,
                deliveries.c.state.in_(CANCELLABLE_STATES),
            )
            .values(state=State.CANCELLED)
        )
