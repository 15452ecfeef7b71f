"""From ledger rows to deliveries for a channel's sender, and from outcomes back to the ledger."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from domain.deliveries import Claimed, Delivery, Kind, NewDelivery, Ref, Result, Sent
from domain.facts import Digest, Facts, PromptAsked
from domain.messages import Message
from domain.parts import split
from domain.people import Channel
from domain.ports.storage import UnitOfWork
from domain.wording import word

REGULAR = frozenset({Kind.PROMPT, Kind.DIGEST_MAIL, Kind.INVITATION})
"""What is sent without being asked for each time: a mail of it carries a way to stop it."""


def prompt_facts(uow: UnitOfWork, claimed: Sequence[Claimed]) -> dict[Ref, Facts | None]:
    """What the prompts among these ask, gathered for all of them at once."""
    prompts = [each for each in claimed if each.key.kind is Kind.PROMPT and each.facts is None]
    contexts = uow.ledger.prompt_contexts(prompts) if prompts else {}
    return {
        each.ref: PromptAsked(each.key.day, contexts[each.ref].explain, contexts[each.ref].goals)
        for each in prompts
    }


def for_sender(claimed: Claimed, address_version: int = 0) -> Delivery:
    """The delivery as its sender gets it: worded from its facts; of a long message, the part that is due."""
    message = None
    if claimed.key.kind is not Kind.MARK and claimed.facts is not None:
        channel = claimed.recipient.address.channel
        message = _messages(claimed.facts, channel)[claimed.key.part]
    return Delivery(
        ref=claimed.ref,
        attempt=claimed.attempt,
        kind=claimed.key.kind,
        organization_id=claimed.organization_id,
        person_id=claimed.person_id,
        recipient=claimed.recipient,
        message=message,
        day=claimed.facts.last_day if isinstance(claimed.facts, Digest) else claimed.key.day,
        answers=claimed.answers,
        unsubscribe=claimed.key.kind in REGULAR,
        wait=claimed.wait,
        address_version=address_version,
    )


@lru_cache(maxsize=16)
def _messages(facts: Facts, channel: Channel) -> tuple[Message, ...]:
    """The message cut into parts; cached, since neighbours in a batch mostly have the same facts."""
    return tuple(split(word(facts, channel), channel))


def further_parts(claimed: Sequence[Claimed], results: Sequence[Result], now: datetime) -> list[NewDelivery]:
    """The rest of every long message whose head was just accepted."""
    receipts = {each.ref: each.outcome.receipt for each in results if isinstance(each.outcome, Sent)}
    return [
        part
        for each in claimed
        if each.key.part == 0 and each.ref in receipts
        for part in _parts(each, receipts[each.ref], now)
    ]


def _parts(head: Claimed, receipt: str, now: datetime) -> list[NewDelivery]:
    """A digest goes on in the thread of its head, anything else where the head stands."""
    channel = head.recipient.address.channel
    if head.facts is None:
        return []
    count = len(_messages(head.facts, channel))
    return [
        NewDelivery(
            key=head.key._replace(part=part),
            organization_id=head.organization_id,
            recipient=head.recipient,
            due_at=now,
            person_id=head.person_id,
            facts=head.facts,
            answers=receipt if head.key.kind is Kind.DIGEST else head.answers,
        )
        for part in range(1, count)
    ]
