"""The words of each language are a file: adding a language is adding a file."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import pytest

from adapters.email.reading.language_files import UnknownKeyError, assemble, languages, words

FOLDER = files("adapters.email.reading").joinpath("languages")
SPOKEN = [code for code in languages() if code != "zxx"]


def _table(code: str) -> dict[str, Any]:
    return tomllib.loads(FOLDER.joinpath(f"{code}.toml").read_text(encoding="utf-8"))


def test_there_are_many_languages() -> None:
    assert len(SPOKEN) >= 40


@pytest.mark.parametrize("code", SPOKEN)
def test_a_language_has_the_words_that_matter_most(code: str) -> None:
    table = _table(code)
    wanted = ("verbs", "weekdays", "original", "forwarded", "sent_from_my", "greetings", "closings")
    assert all(table.get(key) for key in (*wanted, "auto_subjects", "auto_texts", "disclaimers", "intros"))
    assert set(table["headers"]) >= {"from", "date", "to", "subject"}


def test_a_new_file_is_all_that_a_new_language_needs() -> None:
    esperanto: Mapping[str, Any] = {
        "name": "Esperanto",
        "verbs": ["skribis"],
        "sent_from_my": ["sendita de mia"],
        "greetings": ["saluton"],
        "headers": {"from": ["de kiu"], "subject": ["temo"]},
    }
    known = assemble([_table("en"), dict(esperanto)])
    assert ("skribis",) in known.attribution.verbs["skribis"]
    assert known.devices.sent_from_my.at("sendita de mia iphone") == "sendita de mia"
    assert known.manners.greetings.at("saluton ana") == "saluton"
    assert known.headers["de kiu"] == "from"
    assert known.headers["from"] == "from"


def test_a_key_that_nothing_reads_is_a_slip_of_the_pen() -> None:
    with pytest.raises(UnknownKeyError, match="greeting"):
        assemble([{"name": "English", "greeting": ["hi"]}])


@pytest.mark.parametrize("code", SPOKEN)
def test_a_year_has_twelve_months(code: str) -> None:
    assert len(_table(code).get("months", [])) in (0, 12)


def test_a_month_s_name_counts_as_most_languages_have_it() -> None:
    assert words().attribution.months["listopada"] == 11
    assert words().attribution.months["marraskuuta"] == words().attribution.months["studenoga"] == 11


def test_a_phrase_is_a_word_of_its_own() -> None:
    assert words().manners.greetings.at("hi-res") == "hi"
    assert words().manners.greetings.at("history") == ""
