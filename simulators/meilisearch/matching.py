"""Which documents match a query, and how well.

https://www.meilisearch.com/docs/capabilities/full_text_search/relevancy/ranking_rules
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulators.meilisearch.words import MOST_TYPOS, Word, typos, words

MOST_WORDS = 10
"""Of a query; the rest is not read (https://www.meilisearch.com/docs/resources/help/known_limitations)."""
_FARTHEST = 8
"""Words farther apart than this all count as this far."""
_PART = re.compile(r'(?P<no>(?<!\S)-)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    words: tuple[str, ...]
    """One word, or those of a phrase."""
    phrase: bool = False
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    terms: tuple[Term, ...]
    without: tuple[Term, ...]

    @property
    def is_empty(self) -> bool:
        return not self.terms and not self.without


@dataclass(frozen=True, slots=True)
class Hit:
    """Where and how well one term was found."""

    attribute: str
    rank: int
    """Of the attribute: 0 is the most important."""
    place: int
    """The number of the word in the attribute."""
    typos: int
    exact: bool
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A document that matches: a hit for each term that counts, in the query's order."""

    hits: tuple[Hit, ...]
    best: Mapping[str, tuple[Hit, ...]]
    """All hits by attribute, for highlighting."""


def read(text: str, stop_words: Sequence[str]) -> Query:
    """Words, "phrases" and -negative ones; the last word, if nothing follows it, is a prefix."""
    terms: list[Term] = []
    without: list[Term] = []
    left = MOST_WORDS
    for part in _PART.finditer(text):
        found = tuple(word.text for word in words(part["phrase"] or part["word"] or ""))[:left]
        left -= len(found)
        target = without if part["no"] else terms
        if not found:
            continue
        if part["phrase"] is not None or part["no"]:
            target.append(Term(found, phrase=True))
        else:
            ends = part.end() == len(text) and text[-1:].isalnum()
            named = [(word, ends and place == len(found)) for place, word in enumerate(found, start=1)]
            target += [
                Term((word,), prefix=prefix) for word, prefix in named if prefix or word not in stop_words
            ]
    return Query(tuple(terms), tuple(without))


class Matcher:
    """Matches documents against one query; remembers how words compare, since they recur."""

    def __init__(self, query: Query, settings: Mapping[str, Any], *, all_terms: bool) -> None:
        self._query = query
        self._tolerance = settings["typoTolerance"]
        self._prefixes = settings["prefixSearch"] != "disabled"
        self._all_terms = all_terms
        self._compared: dict[tuple[Term, str, bool], int | None] = {}

    def match(self, fields: Mapping[str, list[Word]]) -> Match | None:
        """How a document with these words matches; None: it does not.

        Phrases and negative terms are strict.  Of the words as many as match count, from the first one on,
        unless all are wanted.
        """
        if any(self._hits(term, fields) for term in self._query.without):
            return None
        chosen: list[Hit] = []
        every: dict[str, list[Hit]] = {}
        counting = True
        for term in self._query.terms:
            hits = self._hits(term, fields)
            if not hits and (term.phrase or self._all_terms or not chosen):
                return None
            counting = counting and bool(hits)
            if counting or (term.phrase and hits):
                chosen.append(min(hits, key=lambda hit: (hit.typos, hit.rank, hit.place)))
            for hit in hits:
                every.setdefault(hit.attribute, []).append(hit)
        return Match(tuple(chosen), {name: tuple(hits) for name, hits in every.items()})

    def _hits(self, term: Term, fields: Mapping[str, list[Word]]) -> list[Hit]:
        found = []
        for rank, (attribute, listed) in enumerate(fields.items()):
            tolerant = attribute not in self._tolerance["disableOnAttributes"]
            for place in range(len(listed) - len(term.words) + 1):
                run = listed[place : place + len(term.words)]
                distance = self._distance(term, run, tolerant=tolerant)
                if distance is not None:
                    exact = run[0].text == term.words[0]
                    found.append(Hit(attribute, rank, place, distance, exact, tuple(run)))
        return found

    def _distance(self, term: Term, run: Sequence[Word], *, tolerant: bool) -> int | None:
        if term.phrase:
            return 0 if tuple(word.text for word in run) == term.words else None
        key = (term, run[0].text, tolerant)
        if key not in self._compared:
            most = self._most_typos(term.words[0]) if tolerant else 0
            prefix = term.prefix and self._prefixes
            self._compared[key] = typos(term.words[0], run[0].text, prefix=prefix, most=most)
        return self._compared[key]

    def _most_typos(self, word: str) -> int:
        tolerance = self._tolerance
        if not tolerance["enabled"] or word in tolerance["disableOnWords"]:
            return 0
        if tolerance["disableOnNumbers"] and word.isdigit():
            return 0
        sizes = tolerance["minWordSizeForTypos"]
        limits: list[int] = [sizes["oneTypo"], sizes["twoTypos"]]
        return min(sum(len(word) >= limit for limit in limits), MOST_TYPOS)


def scores(match: Match) -> Mapping[str, int]:
    """The value of each built-in ranking rule but `sort`; smaller is better."""
    hits = match.hits
    apart = sum(_apart(one, other) for one, other in itertools.pairwise(hits))
    attribute = min((hit.rank for hit in hits), default=0)
    place = min((hit.place for hit in hits), default=0)
    return {
        "words": -len(hits),
        "typo": sum(hit.typos for hit in hits),
        "proximity": apart,
        "attribute": attribute * 1_000_000 + place,
        "attributeRank": attribute,
        "wordPosition": place,
        "exactness": sum(not hit.exact for hit in hits),
    }


def _apart(one: Hit, other: Hit) -> int:
    if one.attribute != other.attribute:
        return _FARTHEST
    distance = other.place - one.place
    # Words in the wrong order count as one farther apart.
    return min(distance if distance > 0 else 1 - distance, _FARTHEST)
