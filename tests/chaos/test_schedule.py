"""A seed says what befalls the processes."""

from collections import Counter

from tests.chaos.schedule import CALLS, CORE, CORE_COMMITS, POINTS, How, perils


def test_a_seed_repeats_a_run() -> None:
    assert perils(7, 20) == perils(7, 20)
    assert perils(7, 20) != perils(8, 20)


def test_every_channel_gets_its_kills_and_every_point_twenty_of_two_hundred() -> None:
    kills = [each for each in perils(1, 200) if each.how is How.KILL]
    assert Counter(each.channel for each in kills) == {**dict.fromkeys(CALLS, 200), CORE: 240}
    points = Counter((each.channel, each.point) for each in kills)
    assert set(points) == {(word, point) for word in CALLS for point in POINTS} | {
        (CORE, point) for point in CORE_COMMITS
    }
    assert min(points.values()) >= 20
