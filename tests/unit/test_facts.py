"""Facts are stored as JSON and come back as they were."""

import json
import typing
from datetime import date

import pytest

from domain import facts as f
from domain.dones import LineKind
from domain.people import Channel
from domain.stored_facts import dump, load
from tests.examples import FACTS, HOSTILE

TUESDAY = date(2026, 11, 24)


def stored(facts: f.Facts) -> f.Facts:
    return load(json.loads(json.dumps(dump(facts))))


@pytest.mark.parametrize("name", FACTS)
def test_every_example_comes_back_as_it_was(name: str) -> None:
    again = stored(FACTS[name])
    assert again == FACTS[name]
    assert type(again) is type(FACTS[name])


def test_everything_the_bot_can_say_has_an_example() -> None:
    assert {type(each) for each in FACTS.values()} == {*typing.get_args(f.Facts)}


def test_enumerations_dates_and_spans_keep_their_types() -> None:
    hit = f.Hit("Ada", TUESDAY, LineKind.BLOCKER, HOSTILE, ((0, 3), (5, 8)))
    shown = stored(f.SearchShown("x", (hit,), 1, 1, 1, degraded=False))
    assert isinstance(shown, f.SearchShown)
    assert shown.hits[0].kind is LineKind.BLOCKER
    assert shown.hits[0].matches == ((0, 3), (5, 8))
    settings = stored(
        f.SettingsShown(
            1080, "UTC", 31, days_are_teams=False, channel=None, channels=(Channel.EMAIL,), teams=()
        )
    )
    assert isinstance(settings, f.SettingsShown)
    assert settings.channel is None
    assert settings.channels[0] is Channel.EMAIL
    digest = stored(f.Digest("p", TUESDAY, TUESDAY, (), away=(("Dee", None), ("Eli", TUESDAY))))
    assert isinstance(digest, f.Digest)
    assert digest.away == (("Dee", None), ("Eli", TUESDAY))


def test_a_row_of_an_older_version_takes_the_defaults_of_what_it_did_not_know() -> None:
    old = dump(f.PromptAsked(TUESDAY, explain=True, goals=("ship it",)))
    del old["goals"]
    assert load(old) == f.PromptAsked(TUESDAY, explain=True)


def test_what_is_empty_by_default_is_not_stored_and_what_has_no_default_is() -> None:
    assert dump(f.PromptAsked(TUESDAY, explain=False)).keys() == {"is", "day", "explain"}
    assert dump(f.DayShown(TUESDAY, ()))["lines"] == []
    assert stored(f.DayShown(TUESDAY, ())) == f.DayShown(TUESDAY, ())


def test_a_row_of_a_newer_version_can_be_read_by_an_older_worker() -> None:
    """Workers of two versions run side by side during an update."""
    new = dump(f.Left("platform")) | {"mood": "sad"}
    assert load(new) == f.Left("platform")
