"""Reads words out of text, for the index and for questions alike.

Capitals and accents are folded.  Where a script puts no blanks between words (Chinese, Japanese, Thai, ...)
and in Korean, whose words carry endings, every two neighbouring characters are a word.
"""

import re
import unicodedata
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
    places: dict[str, list[int]] = {}
    size = 0
    for word, position in _indexed(text):
        kept = places.setdefault(word, [])
        if len(kept) < MOST_PLACES:
            size += 2 if kept else len(word.encode()) + 6
            kept.append(position)
        if size > MOST_BYTES:
            break
    return " ".join([f"'{word}':{','.join(map(str, kept))}" for word, kept in sorted(places.items())])


def query_terms(text: str) -> list[str]:
    """The words to look for, in order; of a run without blanks its pairs, or its only character."""
    terms: list[str] = []
    for run, unspaced in _runs(fold(text)):
        terms += _pairs(run) if unspaced and len(run) > 1 else [run[:LONGEST_WORD]]
    return terms


def lexicon_words(text: str) -> set[str]:
    """The words by which a mistyped one can be corrected."""
    return {
        run[:LONGEST_WORD]
        for run, unspaced in _runs(fold(text))
        if not unspaced and len(run) >= SHORTEST_FOR_LEXICON and not run.isdecimal()
    }


def _indexed(text: str) -> Iterator[tuple[str, int]]:
    position = 0
    for run, unspaced in _runs(fold(text)):
        singles = run if unspaced else (run[:LONGEST_WORD],)
        pairs = _pairs(run) if unspaced else ()
        for index, single in enumerate(singles):
            position += 1
            if position > LAST_POSITION:
                return
            yield single, position
            if index < len(pairs):
                yield pairs[index], position


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
