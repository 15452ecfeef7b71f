"""Deliveries as a claim gives them: the question of the day, for so many people."""

from bench.crowd import DAY, PEAK, SLACK_WORKSPACE
from domain.deliveries import Claimed, Delivery, Key, Kind, Recipient, Ref
from domain.facts import PromptAsked
from domain.people import Address, Channel
from domain.services.delivery import for_sender

FACTS = PromptAsked(DAY, explain=False)


def prompts(channel: Channel, count: int) -> list[Delivery]:
    return [for_sender(_claimed(channel, number)) for number in range(1, count + 1)]


def _claimed(channel: Channel, number: int) -> Claimed:
    external_id = f"person{number}@example.com" if channel is Channel.EMAIL else f"U{number}"
    workspace = SLACK_WORKSPACE if channel is Channel.SLACK else ""
    direct = None if channel is Channel.EMAIL else str(200_000_000_000_000_000 + number)
    return Claimed(
        ref=Ref(DAY, number),
        key=Key(DAY, Kind.PROMPT, number),
        organization_id=1,
        recipient=Recipient(Address(channel, external_id, workspace), direct, number),
        facts=FACTS,
        fence=1,
        attempt=1,
        due_at=PEAK,
        person_id=number,
    )
