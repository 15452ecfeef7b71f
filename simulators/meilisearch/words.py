"""Words as Meilisearch sees them: normalized, with their places, alike within a few typos.

https://www.meilisearch.com/docs/resources/internals/typo_tolerance
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_EAST_ASIAN = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WORD = re.compile(rf"[{_EAST_ASIAN}]|[^\W_{_EAST_ASIAN}]+")
"""A run of letters and digits; of Chinese, Japanese and Korean each character; the real one has
dictionaries."""
MOST_TYPOS = 2


@dataclass(frozen=True, slots=True)
class Word:
    text: str
    """Without case and accents."""
    start: int
    """Where it begins in the text, in characters."""
    end: int


def normalized(text: str) -> str:
    """The text without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).lower()


def words(text: str) -> Iterator[Word]:
    """The words of a text in order."""
    for found in _WORD.finditer(text):
        yield Word(normalized(found.group()), found.start(), found.end())


def typos(asked: str, word: str, *, prefix: bool, most: int) -> int | None:
    """How many typos lie between what was asked for and a word; None where there are more than `most`.

    A typo in the first letter counts twice, two letters swapped count once.  With `prefix` only the
    beginning of the word is compared.
    """
    if word.startswith(asked) if prefix else word == asked:
        return 0
    if most == 0 or (not prefix and abs(len(asked) - len(word)) > most):
        return None
    lengths = (
        range(max(len(asked) - most, 1), min(len(asked) + most, len(word)) + 1) if prefix else [len(word)]
    )
    best = min((_distance(asked, word[:length]) for length in lengths), default=MOST_TYPOS + 1)
    return best if best <= most else None


def _distance(one: str, other: str) -> int:
    """Damerau-Levenshtein distance, with one more for a different first letter."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        last_but_one, before, row = before, row, [i]
        for j, right in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, last_but_one[j - 2] + 1)
            row.append(cost)
    return row[-1] + (one[:1] != other[:1] and row[-1] > 0)
