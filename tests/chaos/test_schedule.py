"""A seed says what befalls the processes."""

from collections import Counter

from simulators.discord.routes import BY_BOT, point_of
from simulators.sendgrid.api import SEND
from simulators.slack.methods import METHODS
from tests.chaos import weather
from tests.chaos.schedule import CALLS, CORE, CORE_COMMITS, POINTS, How, perils


def test_a_seed_repeats_a_run() -> None:
    assert perils(7, 20) == perils(7, 20)
    assert perils(7, 20) != perils(8, 20)


def test_the_failures_that_are_planned_are_of_calls_that_there_are() -> None:
    sent = {point_of(verb, template) for verb, template, _ in BY_BOT} | {*METHODS, SEND}
    assert {point for points in weather.POINTS.values() for point in points} <= sent


def test_every_channel_gets_its_kills_and_every_point_twenty_of_two_hundred() -> None:
    kills = [each for each in perils(1, 200) if each.how is How.KILL]
    assert Counter(each.channel for each in kills) == {**dict.fromkeys(CALLS, 200), CORE: 320}
    points = Counter((each.channel, each.point) for each in kills)
    assert set(points) == {(word, point) for word in CALLS for point in POINTS} | {
        (CORE, point) for point in CORE_COMMITS
    }
    assert min(points.values()) >= 20
