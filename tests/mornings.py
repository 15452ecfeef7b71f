"""The morning after, as tests of deliveries and digests see it."""

from collections.abc import Iterable
from datetime import UTC, datetime

from domain.deliveries import Delivery
from domain.people import Channel
from domain.teams import Place
from tests.factories import Office, said

MORNING = datetime(2026, 11, 25, 8, tzinfo=UTC)
"""Wednesday, 09:00 in Madrid."""
DISCORD = Place(Channel.DISCORD, "G1", "C7", "mornings")


def spoken(deliveries: Iterable[Delivery]) -> str:
    return "\n".join(said(delivery.message) for delivery in deliveries if delivery.message is not None)


def next_morning(office: Office) -> None:
    office.clock.forward(MORNING - office.clock.now())
    office.done_log.plan_digests(MORNING)
