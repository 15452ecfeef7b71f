"""A short race: `./donelog race` makes the long one."""

from tests.chaos.server import HOME
from tests.evenings.race import Wanted, race


async def test_planners_and_senders_that_race_each_other_ask_everybody_once() -> None:
    """Fault 4: many planners and many senders in processes of their own, without a leader."""
    told: list[str] = []
    found = await race(Wanted(people=300, days=1, planners=3, senders=4), told.append, HOME / "race")
    assert found.good, "\n".join([*told, *found.lines()])
    assert found.beside > found.plans / 2, "they hardly raced"
