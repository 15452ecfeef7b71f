"""Phrases by which a text is known wherever in it they stand."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

_PIECE = 6
"""Characters of a piece: of shorter ones fewer are enough, but more of them stand in other words too."""
_WORD = re.compile(r"\w+")
_UNSPACED = "\u2e80"
"""From here on words have no space between them."""


class Phrases:
    """Phrases of all languages; most texts are plain ASCII, and only a phrase that is can stand in one.

    Phrases share pieces, as all about an `office`: where no piece stands, no phrase does, and there are half
    as many.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._all = tuple(dict.fromkeys(phrases))
        self._ascii = tuple(phrase for phrase in self._all if phrase.isascii())
        self._pieces, self._ascii_pieces = _pieces(self._all), _pieces(self._ascii)
        spaced = (_WORD.findall(phrase) for phrase in self._all if phrase[0] < _UNSPACED)
        self._longest_words = frozenset(max(found, key=len) for found in spaced)
        self._unspaced = tuple(phrase for phrase in self._all if phrase[0] >= _UNSPACED)

    def are_in(self, folded: str) -> bool:
        """Whether any of them stands in the text, as part of a word too."""
        if folded.isascii():
            return _stands_in(folded, self._ascii_pieces) and _stands_in(folded, self._ascii)
        return _stands_in(folded, self._pieces) and _stands_in(folded, self._all)

    def are_words_in(self, folded: str) -> bool:
        """Whether any of them stands in the text as words of their own, where the script has words."""
        has_word = not self._longest_words.isdisjoint(_WORD.findall(folded))
        if not has_word and (folded.isascii() or not _stands_in(folded, self._unspaced)):
            return False
        return any(_are_words_in(folded, phrase) for phrase in self._all)


def _are_words_in(text: str, phrase: str) -> bool:
    place = text.find(phrase)
    if place < 0 or phrase[0] >= _UNSPACED:
        return place >= 0
    around = text[max(place - 1, 0) : place] + text[place + len(phrase) : place + len(phrase) + 1]
    return not any(map(str.isalnum, around))


def _stands_in(text: str, phrases: Sequence[str]) -> bool:
    """Whether any of them does."""
    # A loop: of a hundred phrases hardly ever one is found, and a generator would be half of the work.
    for phrase in phrases:  # noqa: SIM110 -- as above
        if phrase in text:
            return True
    return False


def _pieces(phrases: Sequence[str]) -> Sequence[str]:
    """Pieces of phrases, at least one of each."""
    pieces = {phrase: _pieces_of(phrase) for phrase in phrases}
    often = Counter(piece for each in pieces.values() for piece in each)
    found: list[str] = []
    for phrase in phrases:
        if not _stands_in(phrase, found):
            found.append(max(pieces[phrase], key=lambda piece: (often[piece], piece)))
    return found


def _pieces_of(phrase: str) -> set[str]:
    return {phrase[start : start + _PIECE] for start in range(max(len(phrase) - _PIECE, 0) + 1)}


@dataclass(frozen=True, slots=True)
class Wording:
    """By what a text of one kind is known in one language, whatever words it begins with."""

    itself: tuple[str, ...]
    """What it is about, as `this e-mail`."""
    says: tuple[str, ...]
    """What else it says, as `confidential`; parts of words, for they are inflected."""

    def fits(self, folded: str, fewest: int) -> bool:
        """Whether a text names what it is about, and says at least so many different things."""
        return (
            any(phrase in folded for phrase in self.itself)
            and sum(phrase in folded for phrase in self.says) >= fewest
        )

    def has_sentence(self, folded: str) -> bool:
        """Whether a text says one of the things that take more than a word, as `this message`."""
        return any(phrase in folded for phrase in self.says if " " in phrase or phrase[0] > "\u0e00")


class Wordings:
    """The same of all languages.

    Attributes:
        itself: What such texts are about, in any language.
        anything: That, and what else they say.
    """

    def __init__(self, of_languages: Iterable[Wording]) -> None:
        self._of_languages = tuple(of_languages)
        self.itself = Phrases(phrase for each in self._of_languages for phrase in each.itself)
        self.anything = Phrases(
            phrase for each in self._of_languages for phrase in (*each.itself, *each.says)
        )

    def named_in(self, folded: str) -> Iterator[Wording]:
        """Those that may fit: none where no language's name for it stands in the text."""
        return iter(self._of_languages if self.itself.are_in(folded) else ())
