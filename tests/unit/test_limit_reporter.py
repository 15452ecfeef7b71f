"""What is heard of limits on the way is told at once, and once."""

from datetime import timedelta

from domain.deliveries import Delivery, Kind, Later, LimitScope, Recipient, Ref
from domain.limit_reports import CallSpacing
from domain.people import Address, Channel
from scheduler.limit_reporter import LimitReporter
from tests.factories import SIX

SECOND = timedelta(seconds=1)


class Ear:
    """Takes in what is told of which workspace."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Later | CallSpacing]] = []

    async def take(self, where: Address, told: Later | CallSpacing) -> None:
        assert not where.external_id, "it concerns everybody there"
        self.told.append((where.workspace, told))


def to(workspace: str) -> Delivery:
    recipient = Recipient(Address(Channel.SLACK, "U1", workspace), "D1")
    return Delivery(Ref(SIX.date(), 1), 1, Kind.PROMPT, 1, 7, recipient, None, SIX.date())


async def test_calls_that_are_refused_together_close_the_limit_once() -> None:
    ear = Ear()
    hearing = LimitReporter(ear.take)
    refused = Later("ratelimited", 30 * SECOND, LimitScope.POST)
    for workspace in ("T1", "T1", "T2"):
        hearing(to(workspace), refused)
    hearing(to("T1"), Later("ratelimited", 40 * SECOND, LimitScope.POST))
    hearing(to("T1"), Later("its workspace does not answer", 5 * SECOND))
    await hearing.ended()
    longer = Later("ratelimited", 40 * SECOND, LimitScope.POST)
    assert ear.told == [("T1", refused), ("T2", refused), ("T1", longer)]


async def test_a_database_that_is_down_costs_no_outcome() -> None:
    async def down(_where: Address, _told: Later | CallSpacing) -> None:
        raise ConnectionError

    hearing = LimitReporter(down)
    hearing(to("T1"), CallSpacing(SECOND))
    await hearing.ended()
