"""Sends a batch of deliveries: each at its turn, and those of one conversation in order."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence

from domain.deliveries import Delivery, Later, Outcome, Unknown
from domain.limit_reports import ReportLimit

Send = Callable[[int], Awaitable[Outcome]]
"""Sends the delivery of that index; never raises."""


async def send_in_turn(
    deliveries: Sequence[Delivery],
    conversation: Callable[[Delivery], Hashable],
    send: Send,
    report_limit: ReportLimit,
    began: float,
) -> list[Outcome]:
    """Send the batch, all conversations concurrently; the outcomes are in the order of the deliveries.

    Args:
        deliveries: what is sent, each after its `wait`.
        conversation: tells in which conversation a delivery goes.
        send: called for one delivery of a conversation at a time.
        report_limit: told of every `Later`.
        began: since when the waits count, by the loop's clock.
    """
    queues: dict[Hashable, list[int]] = {}
    for index, delivery in enumerate(deliveries):
        queues.setdefault(conversation(delivery), []).append(index)
    outcomes: dict[int, Outcome] = {}

    async def send_queue(queue: Sequence[int]) -> None:
        """When one has to wait, or may not have arrived, so do those behind it: the order stays."""
        waiting: Later | None = None
        for index in queue:
            if waiting is not None:
                outcomes[index] = waiting
                continue
            if wait := deliveries[index].wait:
                await asyncio.sleep(began + wait.total_seconds() - asyncio.get_running_loop().time())
            outcomes[index] = outcome = await send(index)
            if isinstance(outcome, Later):
                report_limit(deliveries[index], outcome)
                waiting = outcome
            elif isinstance(outcome, Unknown):
                waiting = Later("the message before it is in doubt")

    await asyncio.gather(*map(send_queue, queues.values()))
    return [outcomes[index] for index in range(len(deliveries))]
