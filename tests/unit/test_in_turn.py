"""Messages of one conversation keep their order, whatever becomes of each; others do not wait for them."""

import asyncio
from collections.abc import Sequence
from datetime import date

from adapters.common.in_turn import send_in_turn
from domain.deliveries import Delivery, Kind, Later, Outcome, Recipient, Ref, Sent, Unknown
from domain.limit_reports import CallSpacing
from domain.people import Address, Channel

TODAY = date(2026, 11, 24)


def to(person: str, number: int) -> Delivery:
    return Delivery(
        ref=Ref(TODAY, number),
        attempt=1,
        kind=Kind.PROMPT,
        organization_id=1,
        person_id=number,
        recipient=Recipient(Address(Channel.SLACK, person, "T1")),
        message=None,
        day=TODAY,
    )


BATCH = [to("ada", 1), to("ben", 2), to("ada", 3), to("ada", 4)]


class Provider:
    """Answers each delivery as it is told, after letting everything else run; notes what it was sent."""

    def __init__(self, *answers: Outcome) -> None:
        self.sent: list[int] = []
        self.told: list[int] = []
        self._answers = answers

    async def send(self, index: int) -> Outcome:
        self.sent.append(index)
        await asyncio.sleep(0)
        return self._answers[index]

    def report_limit(self, delivery: Delivery, _told: Later | CallSpacing) -> None:
        self.told.append(delivery.ref.id)

    async def outcomes(self, batch: Sequence[Delivery] = BATCH) -> list[Outcome]:
        began = asyncio.get_running_loop().time()
        return await send_in_turn(batch, _person, self.send, self.report_limit, began)


def _person(delivery: Delivery) -> str:
    return delivery.recipient.address.external_id


async def test_outcomes_are_in_the_order_of_the_batch_and_messages_in_that_of_their_conversation() -> None:
    provider = Provider(Sent("a1"), Sent("b1"), Sent("a2"), Sent("a3"))
    assert await provider.outcomes() == [Sent("a1"), Sent("b1"), Sent("a2"), Sent("a3")]
    assert provider.sent == [0, 1, 2, 3]
    assert provider.told == []


async def test_behind_one_that_must_wait_its_conversation_waits_and_the_others_go_on() -> None:
    provider = Provider(Later("limited"), Sent("b1"), Sent("never called for"), Sent("nor this"))
    assert await provider.outcomes() == [Later("limited"), Sent("b1"), Later("limited"), Later("limited")]
    assert provider.sent == [0, 1]
    assert provider.told == [1], "what was refused is reported once, not again for those behind it"


async def test_behind_one_in_doubt_nothing_goes_out_that_could_overtake_it() -> None:
    provider = Provider(Sent("a1"), Sent("b1"), Unknown("cut off"), Sent("never called for"))
    behind = (await provider.outcomes())[3]
    assert behind == Later("the message before it is in doubt")
    assert provider.sent == [0, 1, 2]
