"""The data files of the words, one for each language.

A file `languages/<code>.toml` may have any of the keys of `_PHRASES`, a table `[headers]`, and tables
`[legal]` and `[warning]` of what such texts say, wherever in them it stands; its `months` are twelve entries,
each all names of one.  Adding a language is adding a file.  All are read together, once, when the first mail
is: a mail does not say in which language its program speaks.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

from adapters.email.reading.phrases import Phrases, Wording, Wordings
from adapters.email.reading.words import (
    AttributionWords,
    AutomaticWords,
    DeviceWords,
    HeadingWords,
    MannerWords,
    NoticeWords,
    Openings,
    SeparatorWords,
    Words,
    fold,
)

Tables = Sequence[Mapping[str, Any]]
"""What language files hold, a table for each."""

_PHRASES = frozenset(
    [
        *["name", "openers", "verbs", "first_person", "months", "month_signs", "weekdays"],
        *["original", "forwarded", "reply_above", "sent_from", "sent_from_my", "sent_with"],
        *["greetings", "closings", "ambiguous_closings", "intros", "goal_intros", "blocker_intros"],
        *["nones", "everybody", "disclaimers", "origins", "closing_ends", "formulas", "brands"],
        *["footers", "banners", "auto_subjects", "auto_texts", "away", "away_signs", "devices"],
        *["headers", "legal", "warning", "introductions", "joints", "in_red", "in_blue", "in_green"],
        *["inside"],
    ]
)
_COLOURS = ("red", "blue", "green")
_HEADERS = frozenset(["from", "date", "to", "cc", "subject", "other"])
_WORDING = frozenset(["itself", "says"])
_IN_WORDS = frozenset(" '’()/")


class UnknownKeyError(ValueError):
    """A language file has a key that nothing reads: most likely a slip of the pen."""


@lru_cache(maxsize=1)
def words() -> Words:
    """The words of all languages in the folder, read at the first call."""
    return assemble(list(_language_files()))


def languages() -> list[str]:
    """The codes of the languages there are files for."""
    return sorted(each.name.removesuffix(".toml") for each in _folder() if each.name.endswith(".toml"))


def _refuse_unknown(table: Mapping[str, Any]) -> None:
    strange = (set(table) - _PHRASES) | (set(table.get("headers", {})) - _HEADERS)
    strange |= {*table.get("legal", ()), *table.get("warning", ())} - _WORDING
    if strange:
        raise UnknownKeyError(
            f"{table.get('name', 'a language')}: nothing reads {', '.join(sorted(strange))}"
        )


def assemble(tables: Tables) -> Words:
    """One set of words of several languages' tables.

    Raises:
        UnknownKeyError: a table has a key that is not among the known ones.
    """
    for table in tables:
        _refuse_unknown(table)
    return Words(
        attribution=_attribution(tables),
        separators=SeparatorWords(
            original=Openings(_folded(tables, "original")),
            forwarded=Openings(_folded(tables, "forwarded")),
            reply_above=Phrases(_folded(tables, "reply_above")),
        ),
        devices=DeviceWords(
            sent_from=Openings(_folded(tables, "sent_from")),
            sent_from_my=Openings(_folded(tables, "sent_from_my")),
            sent_with=tuple(_folded(tables, "sent_with")),
            names=tuple(_folded(tables, "devices")),
            brands=tuple(_folded(tables, "brands")),
        ),
        manners=_manners(tables),
        headings=HeadingWords(
            intros=frozenset(_folded(tables, "intros")),
            goal_intros=frozenset(_folded(tables, "goal_intros")),
            blocker_intros=frozenset(_folded(tables, "blocker_intros")),
            nones=frozenset(_folded(tables, "nones")),
        ),
        notices=NoticeWords(
            disclaimers=Openings(_folded(tables, "disclaimers")),
            legal=_wordings(tables, "legal"),
            footers=Openings(_folded(tables, "footers")),
            banners=Openings(_folded(tables, "banners")),
            warnings=_wordings(tables, "warning"),
        ),
        automatic=AutomaticWords(
            subjects=Openings(_folded(tables, "auto_subjects")),
            texts=Openings(_folded(tables, "auto_texts")),
            away=Phrases(_folded(tables, "away")),
            away_signs=tuple(_away(tables)),
        ),
        headers=_header_names(tables),
        colours={colour: Phrases(_folded(tables, f"in_{colour}")) for colour in _COLOURS},
        inside=Phrases(_folded(tables, "inside")),
        inside_or_colours=Phrases(
            phrase
            for key in ("inside", *(f"in_{colour}" for colour in _COLOURS))
            for phrase in _folded(tables, key)
        ),
        joints=frozenset(_folded(tables, "joints")),
    )


def _attribution(tables: Tables) -> AttributionWords:
    verbs = [tuple(verb.replace("(", " ").replace(")", " ").split()) for verb in _folded(tables, "verbs")]
    return AttributionWords(
        openers=Openings(opener for table in tables for opener in table.get("openers", ())),
        verbs=_by_first_word(verbs),
        unspaced_verbs=tuple(verb for verb in _folded(tables, "verbs") if _is_unspaced(verb)),
        first_person=_first_person(tables),
        months=_months(tables),
        weekdays=frozenset(_folded(tables, "weekdays")),
    )


def _manners(tables: Tables) -> MannerWords:
    return MannerWords(
        greetings=Openings(_folded(tables, "greetings")),
        everybody=frozenset(_folded(tables, "everybody")),
        introductions=tuple(_folded(tables, "introductions")),
        closings=Openings(_folded(tables, "closings")),
        ambiguous_closings=frozenset(_folded(tables, "ambiguous_closings")),
        closing_ends=frozenset(_folded(tables, "closing_ends")),
        formulas=Openings(_folded(tables, "formulas")),
        origins=frozenset(_folded(tables, "origins")),
    )


def _folded(tables: Tables, key: str) -> Iterator[str]:
    """The phrases of all languages under that key."""
    return (fold(phrase) for table in tables for phrase in table.get(key, ()))


def _language_files() -> Iterator[dict[str, Any]]:
    for each in _folder():
        if each.name.endswith(".toml"):
            yield tomllib.loads(each.read_text(encoding="utf-8"))


def _folder() -> list[Any]:
    return sorted(files(__package__).joinpath("languages").iterdir(), key=lambda each: each.name)


def _is_unspaced(verb: str) -> bool:
    """Chinese and its neighbours set no spaces; Thai and Indian vowel signs are no letters."""
    return verb[0] > "\u2e80" or not all(char.isalpha() or char in _IN_WORDS for char in verb)


def _months(tables: Tables) -> dict[str, int]:
    """Every name of a month; one that means different months counts as most languages have it.

    `listopad` is November in Czech and Polish, and October in Croatian, whose file has no other form of it.
    """
    votes: dict[str, Counter[int]] = {}
    for table in tables:
        for number, names in enumerate(table.get("months", ()), start=1):
            for name in fold(names).split():
                votes.setdefault(name, Counter())[number] += 1
        for sign in table.get("month_signs", ()):
            votes.setdefault(fold(sign), Counter())[0] += 1
    return {name: found.most_common(1)[0][0] for name, found in votes.items()}


def _by_first_word(verbs: Iterable[tuple[str, ...]]) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for verb in verbs:
        found.setdefault(verb[0], set()).add(verb)
    return {first: tuple(sorted(each, key=len, reverse=True)) for first, each in found.items()}


def _wordings(tables: Tables, kind: str) -> Wordings:
    return Wordings(
        Wording(tuple(map(fold, found["itself"])), tuple(map(fold, found["says"])))
        for table in tables
        if (found := table.get(kind))
    )


def _first_person(tables: Tables) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for table in tables:
        own = frozenset(fold(word) for word in table.get("first_person", ()))
        for verb in table.get("verbs", ()):
            first = fold(verb).split()[0]
            found[first] = found.get(first, frozenset()) | own
    return found


def _away(tables: Tables) -> Iterator[tuple[str, tuple[str, ...]]]:
    for table in tables:
        signs = tuple(fold(sign) for sign in table.get("away_signs", ()))
        yield from ((fold(phrase), signs) for phrase in table.get("away", ()))


def _header_names(tables: Tables) -> dict[str, str]:
    """Where two languages differ over a name the more telling meaning counts: `da` is from, not to."""
    rank = {role: place for place, role in enumerate(("from", "subject", "date", "to", "cc", "other"))}
    found: dict[str, str] = {}
    for table in tables:
        for role, names in table.get("headers", {}).items():
            for name in names:
                known = found.get(fold(name))
                if known is None or rank[role] < rank[known]:
                    found[fold(name)] = role
    return found
