"""Reads words out of text, for the index and for questions alike.

Capitals and accents are folded.  Where a script puts no blanks between words (Chinese, Japanese, Thai, ...)
and in Korean, whose words carry endings, every two neighbouring characters are a word.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator

LONGEST_WORD = 80
"""Characters; the rest of a longer word is cut off, in questions too."""
LAST_POSITION = 16_383
MOST_PLACES = 255
"""Positions that PostgreSQL keeps for one word; like the last position from
https://www.postgresql.org/docs/current/textsearch-limitations.html, which also says: at most 1 MB in all."""
MOST_BYTES = 900_000
SHORTEST_FOR_LEXICON = 3

_ASCII_WORD = re.compile("[a-z0-9]+")
# Marks that are an accent or an aid to reading, not a letter: Latin, Greek, Cyrillic; Hebrew; Arabic.
_ACCENTS = re.compile(
    "[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]"
)
_LIGATURES = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d"}
)
# Thai and Lao, Burmese, Hangul, Khmer, kana and the Han characters with their extensions.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3040-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]"
)


def fold(text: str) -> str:
    """The text without capitals, accents and invisible characters; forms of one letter become one."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text).casefold()
    bare = _ACCENTS.sub("", apart).translate(_LIGATURES)
    shown = "".join(each for each in bare if unicodedata.category(each) != "Cf")
    return unicodedata.normalize("NFC", shown)


def fold_name(name: str) -> str:
    """Folded, a blank before each word: a word of a name begins with `x` if this contains `fold_name(x)`."""
    folded = fold(name)
    parts = [word for word, _ in _runs(folded)] or folded.split()
    return " " + " ".join(parts)


def search_vector(text: str) -> str:
    """A `tsvector` literal, such as `'built':3 'index':2 'search':1`, for the words of the text.

    A lone character of a script without blanks is found too, so both it and its pairs are in the vector.
    """
    return _vector(_entries(text))


def lexicon_words(text: str) -> set[str]:
    """The words of its vector by which a mistyped one can be corrected."""
    return _lexicon(_entries(text))


def vector_and_lexicon(text: str) -> tuple[str, set[str]]:
    """Both, of a text that is read but once."""
    entries = _entries(text)
    return _vector(entries), _lexicon(entries)


def query_terms(text: str) -> list[str]:
    """The words to look for, in order; of a run without blanks its pairs, or its only character."""
    terms: list[str] = []
    for run, unspaced in _runs(fold(text)):
        terms += _pairs(run) if unspaced and len(run) > 1 else [run[:LONGEST_WORD]]
    return terms


def _vector(entries: dict[str, str]) -> str:
    return " ".join(sorted(entries.values()))


def _lexicon(entries: dict[str, str]) -> set[str]:
    return {word for word in entries if len(word) >= SHORTEST_FOR_LEXICON and not word.isdecimal()}


def _entries(text: str) -> dict[str, str]:
    """What a vector says of each word: `'built':3`."""
    entries: dict[str, str] = {}
    for position, word in _indexed(fold(text)):
        entries[word] = f"{entries[word]},{position}" if word in entries else f"'{word}':{position}"
    return entries


def _indexed(folded: str) -> Iterable[tuple[int, str]]:
    """The words to be found by and where they stand, as far as the database takes them."""
    if len(folded) <= MOST_PLACES and folded.isascii():  # as nearly every text: too short for other bounds
        return enumerate([word[:LONGEST_WORD] for word in _ASCII_WORD.findall(folded)], 1)
    return _storable(_placed(folded))


def _placed(folded: str) -> Iterator[tuple[int, str]]:
    position = 0
    for run, unspaced in _runs(folded):
        singles = run if unspaced else (run[:LONGEST_WORD],)
        pairs = _pairs(run) if unspaced else ()
        for index, single in enumerate(singles):
            position += 1
            yield position, single
            if index < len(pairs):
                yield position, pairs[index]


def _storable(placed: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    size, times = 0, Counter[str]()
    for position, word in placed:
        if position > LAST_POSITION or size > MOST_BYTES:
            return
        times[word] += 1
        if times[word] <= MOST_PLACES:
            size += len(word.encode()) + 6 if times[word] == 1 else 2
            yield position, word


def _pairs(run: str) -> list[str]:
    return [run[index : index + 2] for index in range(len(run) - 1)]


def _runs(folded: str) -> Iterable[tuple[str, bool]]:
    """Stretches of letters and digits, each with whether its script puts no blanks between words."""
    if folded.isascii():
        return [(word, False) for word in _ASCII_WORD.findall(folded)]
    return _stretches(folded)


def _stretches(folded: str) -> Iterator[tuple[str, bool]]:
    start, kind = 0, _kind(folded[0])
    for index, character in enumerate(folded):
        now = _kind(character)
        if now is not kind:
            if kind is not None:
                yield folded[start:index], kind
            start, kind = index, now
    if kind is not None:
        yield folded[start:], kind


def _kind(character: str) -> bool | None:
    """Whether its script puts no blanks between words; None for what is no part of a word."""
    if not (character.isalnum() or unicodedata.category(character)[0] == "M"):
        return None
    return _UNSPACED.match(character) is not None
