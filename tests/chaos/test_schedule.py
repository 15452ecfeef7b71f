"""A seed says what befalls the processes."""

from collections import Counter

from simulators.discord.routes import BY_BOT, point_of
from simulators.sendgrid.api import SEND
from simulators.slack.methods import METHODS
from tests.chaos import weather
from tests.chaos.schedule import CALLS, CORE, CORE_COMMITS, OTHER_POINTS, POINTS, How, perils


def test_a_seed_repeats_a_run() -> None:
    assert perils(7, 20) == perils(7, 20)
    assert perils(7, 20) != perils(8, 20)


def test_the_failures_that_are_planned_are_of_calls_that_there_are() -> None:
    sent = {point_of(verb, template) for verb, template, _ in BY_BOT} | {*METHODS, SEND}
    assert {point for points in weather.POINTS.values() for point in points} <= sent


def test_every_point_is_died_at_twenty_times_of_two_hundred_and_those_of_other_calls_ten_times() -> None:
    points = Counter((each.channel, each.point) for each in perils(1, 200) if each.how is How.KILL)
    often = {(word, point) for word in CALLS for point in POINTS} | {(CORE, point) for point in CORE_COMMITS}
    others = {(word, point) for word, there in OTHER_POINTS.items() for point in there}
    assert set(points) == often | others
    assert min(points[each] for each in often) >= 20
    assert min(points[each] for each in others) >= 10
    assert all(sum(points[word, point] for point in POINTS) == 200 for word in CALLS)
