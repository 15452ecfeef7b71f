"""Writing to the ledger in memory: by a tenant's outbox, the planner and the ledger alike."""

from collections.abc import Sequence

from domain.deliveries import NewDelivery, Ref, State
from tests.fakes.rows import DeliveryRow, Tables


def add_deliveries(
    tables: Tables, deliveries: Sequence[NewDelivery], state: State = State.READY, reason: str = ""
) -> int:
    """How many are new; a key that is there already stays as it is."""
    keys = {row.new.key for row in tables.deliveries.values()}
    count = 0
    for new in deliveries:
        if new.key not in keys:
            keys.add(new.key)
            ref = Ref(new.key.day, next(tables.numbers))
            tables.deliveries[ref] = DeliveryRow(ref, new, state, reason=reason)
            count += 1
    return count
