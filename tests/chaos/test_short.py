"""A short run of `./donelog chaos`: real processes, a real PostgreSQL, kills at every kind of place."""

from tests.chaos.play import Wanted, play
from tests.chaos.server import HOME

KILLS = 2
SEED = 4


async def test_nothing_is_lost_or_doubled_when_processes_die_and_everything_fails() -> None:
    told: list[str] = []
    verdict = await play(Wanted(KILLS, SEED, crashes=1), told.append, HOME / "short")
    assert verdict.good, "\n".join(told)
