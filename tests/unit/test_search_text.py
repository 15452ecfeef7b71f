"""How words are read out of text, for the index and for questions."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.storage.search_text import fold_name, lexicon_words, query_terms, search_vector


def places(vector: str) -> dict[str, list[int]]:
    found = re.findall(r"'([^']+)':([\d,]+)", vector)
    return {word: [int(place) for place in numbers.split(",")] for word, numbers in found}


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Search index rebuilt", ["search", "index", "rebuilt"]),
        ("Zürich, ÉCOLE; Straße", ["zurich", "ecole", "strasse"]),
        ("łódź Ørsted Ísafjörður", ["lodz", "orsted", "isafjordur"]),
        ("PR-41 v2.3 foo_bar", ["pr", "41", "v2", "3", "foo", "bar"]),
        ("l'équipe don’t", ["l", "equipe", "don", "t"]),
        ("ＡＢＣ ﬁx", ["abc", "fix"]),
        ("שָׁלוֹם مَرْحَبًا", ["שלום", "مرحبا"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("検索エンジン", ["検索", "索エ", "エン", "ンジ", "ジン"]),
        ("東", ["東"]),
        ("iOS版", ["ios", "版"]),
        ("한국어 검색", ["한국", "국어", "검색"]),
        ("ทีม", ["ที", "ีม"]),
        ("soft\u00adhyphen zero\u200bwidth", ["softhyphen", "zerowidth"]),
        ("🎉 !!! '\\", []),
        ("", []),
    ],
)
def test_a_question_is_read_as_these_words(text: str, terms: list[str]) -> None:
    assert query_terms(text) == terms


def test_positions_are_kept() -> None:
    assert places(search_vector("to be or not to be")) == {"to": [1, 5], "be": [2, 6], "or": [3], "not": [4]}


def test_a_run_without_blanks_is_indexed_by_characters_and_pairs() -> None:
    assert places(search_vector("東京 x")) == {"東": [1], "東京": [1], "京": [2], "x": [3]}


def test_a_long_word_is_cut_alike_in_text_and_question() -> None:
    word = "x" * 100_000

    assert query_terms(word) == ["x" * 80] == list(places(search_vector(word)))


@pytest.mark.parametrize(
    "text", ["word " * 50_000, "東京" * 50_000, " ".join(f"{n:080}" for n in range(50_000))]
)
def test_the_vector_of_a_huge_text_stays_within_what_the_database_takes(text: str) -> None:
    vector = search_vector(text)

    assert len(vector.encode()) < 1_200_000
    assert all(len(each) <= 255 and each[-1] <= 16_383 for each in places(vector).values())


def test_the_lexicon_holds_words_that_can_be_mistyped() -> None:
    assert lexicon_words("Fix PR 1234 of the Index, 検索, v2") == {"fix", "the", "index"}


@pytest.mark.parametrize(
    ("name", "typed", "begins"),
    [
        ("Ada Lovelace", "love", True),
        ("Ada Lovelace", "ada l", True),
        ("Anne-Marie", "marie", True),
        ("Émile Zola", "emi", True),
        ("李小龍", "李", True),
        ("🎉", "🎉", True),
        ("Ada", "", True),
        ("Nevada", "ada", False),
        ("Ada", "adalove", False),
    ],
)
def test_a_name_begins_so(name: str, typed: str, begins: bool) -> None:
    assert (fold_name(typed) in fold_name(name)) is begins


@given(st.text())
def test_every_word_of_a_question_is_in_the_vector_of_the_same_text(text: str) -> None:
    assert set(query_terms(text)) <= set(places(search_vector(text)))


@given(st.text())
def test_words_hold_nothing_that_means_something_to_the_database(text: str) -> None:
    assert not re.search(r"['\\:&|!()<>*\s]", "".join(query_terms(text)))
