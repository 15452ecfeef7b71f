"""What one process knows of Discord's limits: even turns, and none while everything is closed."""

import asyncio

import pytest

from adapters.discord.limits import Pace
from adapters.discord.outcomes import LimitedEverywhere

A_SECOND = 100.0


async def test_whoever_waits_for_a_turn_when_everything_is_closed_does_not_call() -> None:
    """Fault 19: no call inside a closed window, though its turn was given out before."""
    pace = Pace(A_SECOND)
    waiting = [asyncio.create_task(pace.wait()) for _ in range(5)]
    await asyncio.sleep(0)
    pace.close(60)
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert ended[0] is None  # on its way already
    assert [type(each) for each in ended[1:]] == [LimitedEverywhere] * 4


async def test_who_comes_while_everything_is_closed_is_told_for_how_long() -> None:
    pace = Pace(A_SECOND)
    pace.close(60)
    with pytest.raises(LimitedEverywhere) as closed:
        await pace.wait()
    assert 59 < closed.value.retry_after <= 60
