"""What one process knows of Discord's limits: even turns, and none while everything is closed."""

import asyncio
import time
from itertools import pairwise

import pytest
from discord import RateLimited

from adapters.discord.limits import LATE, PATIENCE, Pace, Routes
from adapters.discord.outcomes import LimitedEverywhere

A_SECOND = 100.0


async def called(pace: Pace, calls: int) -> list[float]:
    """When each of them started."""

    async def call() -> float:
        await pace.wait()
        return asyncio.get_running_loop().time()

    return sorted(await asyncio.gather(*(call() for _ in range(calls))))


async def test_whoever_waits_for_a_turn_when_everything_is_closed_does_not_call() -> None:
    """Fault 19: no call inside a closed window, though its turn was given out before."""
    pace = Pace(A_SECOND)
    waiting = [asyncio.create_task(pace.wait()) for _ in range(5)]
    await asyncio.sleep(0)
    pace.close(60)
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert ended[0] is None  # on its way already
    assert [type(each) for each in ended[1:]] == [LimitedEverywhere] * 4


async def test_what_opens_again_at_once_is_waited_for_and_called_evenly_then() -> None:
    """The window of a global limit is a second long: whoever waits for its end loses no attempt."""
    pace = Pace(A_SECOND)
    opens = asyncio.get_running_loop().time() + 0.1
    pace.close(0.1)
    starts = await called(pace, 5)
    assert starts[0] >= opens
    assert all(later - sooner >= 1 / A_SECOND - LATE for sooner, later in pairwise(starts))
    assert PATIENCE < 2


async def test_after_a_stall_of_the_loop_calls_that_are_late_do_not_go_all_at_once() -> None:
    """A window of the provider's that begins just then would hold more than it takes."""
    pace = Pace(A_SECOND)
    calls = asyncio.create_task(called(pace, 30))
    await asyncio.sleep(0.05)
    time.sleep(0.1)  # noqa: ASYNC251 -- this is what stalls it
    starts = await calls
    for sooner, later in zip(starts, starts[10:], strict=False):
        assert later - sooner >= 10 / A_SECOND - LATE - 0.001


async def test_who_comes_while_everything_is_closed_is_told_for_how_long() -> None:
    pace = Pace(A_SECOND)
    pace.close(60)
    with pytest.raises(LimitedEverywhere) as closed:
        await pace.wait()
    assert 59 < closed.value.retry_after <= 60


def told(bucket: str, remaining: int, reset_after: float = 60) -> dict[str, str]:
    return {
        "X-RateLimit-Bucket": bucket,
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset-After": str(reset_after),
    }


async def test_routes_that_share_a_bucket_are_used_up_together_but_in_one_channel_only() -> None:
    """Which routes these are only the headers tell: https://docs.discord.com/developers/topics/rate-limits."""
    routes = Routes()
    routes.learn("PATCH /message", "1", told("a", 4))
    routes.learn("GET /message", "1", told("b", 4))
    routes.learn("POST /message", "1", told("a", 0))
    for route in ("PATCH /message", "POST /message"):
        with pytest.raises(RateLimited) as used_up:
            routes.check(route, "1")
        assert 59 < used_up.value.retry_after <= 60
        routes.check(route, "2")
    routes.check("GET /message", "1")


async def test_what_was_used_up_opens_at_its_time() -> None:
    routes = Routes()
    routes.learn("POST /message", "1", told("a", 0, 0))
    routes.check("POST /message", "1")
