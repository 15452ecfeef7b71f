"""Calls that come while another runs go together; none waits for more, and only what is bad fails."""

import asyncio
from collections.abc import Callable, Sequence

import pytest

from adapters.common.batches import MOST, Batches
from domain.ports.front import StorageDown


class Squares:
    """Squares numbers when it is let; keeps what it was asked together and alone."""

    def __init__(self, fitting: Callable[[Sequence[int]], int] = len) -> None:
        self.together: list[list[int]] = []
        self.alone: list[int] = []
        self.let = asyncio.Event()
        self.is_down = False
        self.batches = Batches(self._all, self._one, fitting)

    async def _all(self, numbers: Sequence[int]) -> list[int]:
        await self.let.wait()
        self.together.append(list(numbers))
        return [self._square(number) for number in numbers]

    async def _one(self, number: int) -> int:
        await self.let.wait()
        self.alone.append(number)
        return self._square(number)

    def _square(self, number: int) -> int:
        if self.is_down:
            raise StorageDown
        if number < 0:
            raise ValueError(number)
        return number * number

    def call(self, *numbers: int) -> list[asyncio.Task[int]]:
        return [asyncio.create_task(self.batches.call(number)) for number in numbers]


@pytest.fixture
def squares() -> Squares:
    return Squares()


async def test_one_goes_at_once_and_alone(squares: Squares) -> None:
    squares.let.set()
    assert await squares.batches.call(3) == 9
    assert squares.together == []
    assert squares.alone == [3]


async def test_what_comes_meanwhile_goes_together(squares: Squares) -> None:
    first = squares.call(1)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = squares.call(2, 3)
    squares.let.set()
    assert await asyncio.gather(*first, *later) == [1, 4, 9]
    assert squares.together == [[2, 3]]
    assert squares.alone == [1]


async def test_a_batch_has_an_end(squares: Squares) -> None:
    calls = squares.call(*range(2 * MOST + 1))
    squares.let.set()
    assert await asyncio.gather(*calls) == [number * number for number in range(2 * MOST + 1)]
    assert [len(each) for each in squares.together] == [MOST, MOST]


async def test_of_a_batch_only_what_is_bad_fails(squares: Squares) -> None:
    squares.let.set()
    found = await asyncio.gather(*squares.call(1, -1, 2), return_exceptions=True)
    assert [each if isinstance(each, int) else type(each) for each in found] == [1, ValueError, 4]
    assert squares.alone == [1, -1, 2]


async def test_each_of_those_handed_over_together_is_told_what_came_of_it(squares: Squares) -> None:
    squares.let.set()
    one, bad, two = await squares.batches.call_all([1, -1, 2])
    assert (one, two) == (1, 4)
    assert isinstance(bad, ValueError)
    assert await squares.batches.call_all([]) == ()


async def test_those_handed_over_together_go_with_others_as_it_fits(squares: Squares) -> None:
    first, rest = range(1, MOST), range(MOST, MOST + 10)
    calls = [asyncio.create_task(squares.batches.call_all(each)) for each in (first, rest)]
    squares.let.set()
    assert await asyncio.gather(*calls) == [[each * each for each in some] for some in (first, rest)]
    assert [len(each) for each in squares.together] == [MOST, 9]


async def test_no_more_go_together_than_fit() -> None:
    squares = Squares(lambda waiting: min(len(waiting), 2))
    squares.let.set()
    assert await squares.batches.call_all([1, 2, 3]) == [1, 4, 9]
    assert squares.together == [[1, 2]]
    assert squares.alone == [3]


async def test_what_is_down_is_not_waited_for_once_for_each(squares: Squares) -> None:
    squares.let.set()
    squares.is_down = True
    found = await asyncio.gather(*squares.call(1, 2, 3), return_exceptions=True)
    assert [type(each) for each in found] == [StorageDown] * 3
    assert squares.alone == [1]


async def test_a_caller_that_goes_away_takes_nobody_with_it(squares: Squares) -> None:
    gone, stays, too = squares.call(1, 2, 3)
    await asyncio.sleep(0)
    gone.cancel()
    squares.let.set()
    assert [await stays, await too] == [4, 9]
    with pytest.raises(asyncio.CancelledError):
        await gone
