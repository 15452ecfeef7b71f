"""Texts made to hurt: none takes long, and ten times the text takes about ten times the time."""

import time
from collections.abc import Callable

import pytest

from adapters.email.reading.answer import read_text
from adapters.email.reading.html_text import visible_text
from tests.hostile_mails import MARKUPS, TEXTS

SMALL, LARGE = 20_000, 200_000
LONGEST = 0.2
"""Seconds of processor time."""
MOST_GROWTH = 12
SHORTEST = 0.004
"""What takes less says nothing about growth."""
TRIES = 4


def _read(text: str) -> None:
    answer = read_text(text, "Ana López")
    assert isinstance(answer.reply + answer.text, str)


def _read_markup(markup: str) -> None:
    _read(visible_text(markup))


def _cost(read: Callable[[str], None], text: str) -> float:
    begun = time.process_time()
    read(text)
    return time.process_time() - begun


def _holds(read: Callable[[str], None], small: str, large: str) -> bool:
    """Others use the machine too, so the best of several tries counts."""
    costs = [(_cost(read, small), _cost(read, large))]
    while len(costs) < TRIES and not _is_fine(costs):
        costs.append((_cost(read, small), _cost(read, large)))
    return _is_fine(costs)


def _is_fine(costs: list[tuple[float, float]]) -> bool:
    small, large = min(each for each, _ in costs), min(each for _, each in costs)
    return large < LONGEST and large <= MOST_GROWTH * max(small, SHORTEST)


def test_the_attacks_are_many() -> None:
    assert len(TEXTS) + len(MARKUPS) >= 100


@pytest.mark.parametrize("name", TEXTS)
def test_no_text_takes_long(name: str) -> None:
    attack = TEXTS[name]
    assert _holds(_read, attack(SMALL), attack(LARGE))


@pytest.mark.parametrize("name", MARKUPS)
def test_no_markup_takes_long(name: str) -> None:
    attack = MARKUPS[name]
    assert _holds(_read_markup, attack(SMALL), attack(LARGE))
