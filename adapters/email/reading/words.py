"""The words by which lines that are not the sender's own are known: one data file for each language.

A file `languages/<code>.toml` may have any of the keys of `_PHRASES`, a table `[headers]`, and tables
`[legal]` and `[warning]` of what such texts say, wherever in them it stands; its `months` are twelve entries,
each all names of one.  Adding a language is adding a file.  All are read together, once, when the first mail
is: a mail does not say in which language its program speaks.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from adapters.email.reading.phrases import Phrases, Wording, Wordings

_PHRASES = frozenset(
    [
        *["name", "openers", "verbs", "first_person", "months", "month_signs", "weekdays"],
        *["original", "forwarded", "reply_above", "sent_from", "sent_from_my", "sent_with"],
        *["greetings", "closings", "ambiguous_closings", "intros", "goal_intros", "blocker_intros"],
        *["nones", "everybody", "disclaimers", "origins", "closing_ends", "formulas", "brands"],
        *["footers", "banners", "auto_subjects", "auto_texts", "away", "away_signs", "devices"],
        *["headers", "legal", "warning", "introductions", "joints"],
    ]
)
_HEADERS = frozenset(["from", "date", "to", "cc", "subject", "other"])
_WORDING = frozenset(["itself", "says"])
_IN_WORDS = frozenset(" '’()/")
_KEY = 2
"""Characters of a phrase by which it is looked up."""


class Unspoken(ValueError):  # noqa: N818 -- it says what the file is
    """A language file has a key that nothing reads: most likely a slip of the pen."""


def fold(text: str) -> str:
    """As phrases are compared: case-folded, the dot of the Turkish capital I gone."""
    if text.isascii():
        return text.lower()
    return text.casefold().replace("i\u0307", "i")


class Openings:
    """Phrases that a line may begin with, found by their first two letters."""

    def __init__(self, phrases: Iterable[str]) -> None:
        by_key: dict[str, list[str]] = {}
        for phrase in sorted(set(phrases), key=len, reverse=True):
            by_key.setdefault(phrase[:_KEY], []).append(phrase)
        self._by_key = {key: tuple(found) for key, found in by_key.items()}
        self._letters = frozenset(key for key in by_key if len(key) == 1)

    def at(self, folded: str) -> str:
        """The longest phrase that `folded` begins with, as a word of its own; empty when there is none."""
        phrases = self._by_key.get(folded[:_KEY])
        if phrases is not None and folded.startswith(phrases):
            for phrase in phrases:
                if folded.startswith(phrase) and _ends_word(folded, len(phrase)):
                    return phrase
        if folded[:1] in self._letters and not folded[1:2].isalnum():
            return folded[:1]
        return ""


def _ends_word(folded: str, end: int) -> bool:
    """Whether a word ends at `end`; scripts without spaces have no such place, so it is there everywhere."""
    if end >= len(folded) or not folded[end - 1].isalnum() or folded[end - 1] > "\u0e00":
        return True
    return not folded[end].isalpha()


@dataclass(frozen=True, slots=True)
class Words:
    """The words of all languages; everything is case-folded but `openers`."""

    openers: Openings
    verbs: Mapping[str, tuple[tuple[str, ...], ...]]
    """By first word, each verb as its words: `wrote`, `a écrit`."""
    unspaced_verbs: tuple[str, ...]
    """Verbs of scripts whose words cannot be told apart by their letters alone."""
    first_person: Mapping[str, frozenset[str]]
    """By first word of a verb, the words beside it that make it the sender's own: `i`, `we`."""
    months: Mapping[str, int]
    """From a month's name to its number; 0 for a word that names one together with what stands beside it."""
    weekdays: frozenset[str]
    originals: Openings
    forwards: Openings
    reply_above: Phrases
    sent_from: Openings
    sent_from_my: Openings
    sent_with: tuple[str, ...]
    devices: tuple[str, ...]
    brands: tuple[str, ...]
    """Names of programs and makers with which a line about a device may end."""
    greetings: Openings
    everybody: frozenset[str]
    """Words behind a greeting by which nobody is named: `team`, `all`."""
    introductions: tuple[str, ...]
    """What stands behind her own name where she says who she is, as `です`."""
    closings: Openings
    ambiguous_closings: frozenset[str]
    intros: frozenset[str]
    """Headings of what people have done, of what they mean to do, and of what they wait for."""
    goal_intros: frozenset[str]
    blocker_intros: frozenset[str]
    nones: frozenset[str]
    """Ways to say that there is nothing below such a heading."""
    closing_ends: frozenset[str]
    """Last words of closings that nobody has counted: `sunny regards`."""
    formulas: Openings
    """Openings that make a line a closing, however it goes on: `veuillez agréer ...`."""
    joints: frozenset[str]
    """Words with which nothing ends that somebody did: `and`, `the`, `with`."""
    origins: frozenset[str]
    """Words behind a closing that say where it comes from: `best wishes from Bergen`."""
    disclaimers: Openings
    legal: Wordings
    """What legal texts below a mail say."""
    footers: Openings
    banners: Openings
    warnings: Wordings
    """What warnings above a mail from outside say."""
    auto_subjects: Openings
    auto_texts: Openings
    """How texts begin that only programs send."""
    away: Phrases
    """How people say that they are not there."""
    away_signs: tuple[tuple[str, tuple[str, ...]], ...]
    """Each of those with what only an automatic answer says besides it in its language: whom to ask in
    urgent matters, when the mail will be read."""
    headers: Mapping[str, str]
    """From a header's name to what it says: from, date, to, cc, subject or other."""


@lru_cache(maxsize=1)
def words() -> Words:
    """The words of all languages in the folder, read at the first call."""
    return assemble(list(_language_files()))


def languages() -> list[str]:
    """The codes of the languages there are files for."""
    return sorted(each.name.removesuffix(".toml") for each in _folder() if each.name.endswith(".toml"))


def _refuse_unknown(table: dict[str, Any]) -> None:
    strange = (set(table) - _PHRASES) | (set(table.get("headers", {})) - _HEADERS)
    strange |= {*table.get("legal", ()), *table.get("warning", ())} - _WORDING
    if strange:
        raise Unspoken(f"{table.get('name', 'a language')}: nothing reads {', '.join(sorted(strange))}")


def assemble(tables: list[dict[str, Any]]) -> Words:
    """One set of words of several languages' tables.

    Raises:
        Unspoken: a table has a key that is not among the known ones.
    """
    for table in tables:
        _refuse_unknown(table)

    def phrases(key: str) -> Iterator[str]:
        return (fold(phrase) for table in tables for phrase in table.get(key, ()))

    verbs = [tuple(verb.replace("(", " ").replace(")", " ").split()) for verb in phrases("verbs")]
    return Words(
        openers=Openings(opener for table in tables for opener in table.get("openers", ())),
        verbs=_by_first_word(verbs),
        unspaced_verbs=tuple(verb for verb in phrases("verbs") if _is_unspaced(verb)),
        first_person=_first_person(tables),
        months=_months(tables),
        weekdays=frozenset(phrases("weekdays")),
        originals=Openings(phrases("original")),
        forwards=Openings(phrases("forwarded")),
        reply_above=Phrases(phrases("reply_above")),
        sent_from=Openings(phrases("sent_from")),
        sent_from_my=Openings(phrases("sent_from_my")),
        sent_with=tuple(phrases("sent_with")),
        devices=tuple(phrases("devices")),
        brands=tuple(phrases("brands")),
        greetings=Openings(phrases("greetings")),
        everybody=frozenset(phrases("everybody")),
        introductions=tuple(phrases("introductions")),
        closings=Openings(phrases("closings")),
        ambiguous_closings=frozenset(phrases("ambiguous_closings")),
        intros=frozenset(phrases("intros")),
        goal_intros=frozenset(phrases("goal_intros")),
        blocker_intros=frozenset(phrases("blocker_intros")),
        nones=frozenset(phrases("nones")),
        closing_ends=frozenset(phrases("closing_ends")),
        formulas=Openings(phrases("formulas")),
        joints=frozenset(phrases("joints")),
        origins=frozenset(phrases("origins")),
        legal=_wordings(tables, "legal"),
        disclaimers=Openings(phrases("disclaimers")),
        footers=Openings(phrases("footers")),
        banners=Openings(phrases("banners")),
        warnings=_wordings(tables, "warning"),
        auto_subjects=Openings(phrases("auto_subjects")),
        auto_texts=Openings(phrases("auto_texts")),
        away=Phrases(phrases("away")),
        away_signs=tuple(_away(tables)),
        headers=_header_names(tables),
    )


def _language_files() -> Iterator[dict[str, Any]]:
    for each in _folder():
        if each.name.endswith(".toml"):
            yield tomllib.loads(each.read_text(encoding="utf-8"))


def _folder() -> list[Any]:
    return sorted(files(__package__).joinpath("languages").iterdir(), key=lambda each: each.name)


def _is_unspaced(verb: str) -> bool:
    """Chinese and its neighbours set no spaces; Thai and Indian vowel signs are no letters."""
    return verb[0] > "\u2e80" or not all(char.isalpha() or char in _IN_WORDS for char in verb)


def _months(tables: Iterable[Mapping[str, Any]]) -> dict[str, int]:
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


def _wordings(tables: Iterable[Mapping[str, Any]], kind: str) -> Wordings:
    return Wordings(
        Wording(tuple(map(fold, found["itself"])), tuple(map(fold, found["says"])))
        for table in tables
        if (found := table.get(kind))
    )


def _first_person(tables: Iterable[Mapping[str, Any]]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for table in tables:
        own = frozenset(fold(word) for word in table.get("first_person", ()))
        for verb in table.get("verbs", ()):
            first = fold(verb).split()[0]
            found[first] = found.get(first, frozenset()) | own
    return found


def _away(tables: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for table in tables:
        signs = tuple(fold(sign) for sign in table.get("away_signs", ()))
        yield from ((fold(phrase), signs) for phrase in table.get("away", ()))


def _header_names(tables: Iterable[Mapping[str, Any]]) -> dict[str, str]:
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
