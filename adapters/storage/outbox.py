"""What an organization's own transactions write to the ledger."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Connection, select, update

from adapters.storage.delivery_rows import add_deliveries
from adapters.storage.tables import deliveries
from domain.deliveries import Kind, NewDelivery, Recipient, Ref, State
from domain.people import Channel

NOT_ON_ITS_WAY = (State.READY, State.UNCERTAIN)
"""An uncertain one may have been sent once; it is not sent again."""


class PostgresOutbox:
    """`domain.ports.tenant.Outbox`."""

    def __init__(self, connection: Connection, organization_id: int) -> None:
        self._connection = connection
        self._organization_id = organization_id

    def add(self, deliveries: Sequence[NewDelivery]) -> int:
        strange = {each.organization_id for each in deliveries} - {self._organization_id}
        if strange:
            raise ValueError(f"deliveries of {strange} in a transaction of {self._organization_id}")
        return add_deliveries(self._connection, deliveries)

    def cancel_prompt(self, person_id: int, day: date | None) -> None:
        of_day = () if day is None else (deliveries.c.day == day,)
        self._cancel(deliveries.c.kind == Kind.PROMPT, deliveries.c.subject == person_id, *of_day)

    def cancel_all(self, person_id: int) -> None:
        self._cancel(deliveries.c.person_id == person_id)

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
        self._connection.execute(new.values(there))

    def find(self, channel: Channel, receipt: str) -> tuple[Ref, date, int | None] | None:
        query = (
            select(deliveries.c.day, deliveries.c.id, deliveries.c.person_id)
            .where(
                deliveries.c.organization_id == self._organization_id,
                deliveries.c.channel == channel,
                deliveries.c.receipt == receipt,
            )
            .order_by(deliveries.c.day.desc())
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else (Ref(row.day, row.id), row.day, row.person_id)

    def _cancel(self, *where: ColumnElement[bool]) -> None:
        self._connection.execute(
            update(deliveries)
            .where(
                deliveries.c.organization_id == self._organization_id,
                deliveries.c.state.in_(NOT_ON_ITS_WAY),
                *where,
            )
            .values(state=State.CANCELLED)
        )
