"""Indexes: their settings and documents."""

import copy
import fnmatch
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from simulators.meilisearch.errors import MeilisearchError
from simulators.meilisearch.fields import values
from simulators.meilisearch.filters import Filter
from simulators.meilisearch.words import Word, words

DEFAULTS: Mapping[str, Any] = {
    "displayedAttributes": ["*"],
    "searchableAttributes": ["*"],
    "filterableAttributes": [],
    "sortableAttributes": [],
    "rankingRules": ["words", "typo", "proximity", "attributeRank", "sort", "wordPosition", "exactness"],
    "stopWords": [],
    "nonSeparatorTokens": [],
    "separatorTokens": [],
    "dictionary": [],
    "synonyms": {},
    "distinctAttribute": None,
    "proximityPrecision": "byWord",
    "typoTolerance": {
        "enabled": True,
        "minWordSizeForTypos": {"oneTypo": 5, "twoTypos": 9},
        "disableOnWords": [],
        "disableOnAttributes": [],
        "disableOnNumbers": False,
    },
    "faceting": {"maxValuesPerFacet": 100, "sortFacetValuesBy": {"*": "alpha"}},
    "pagination": {"maxTotalHits": 1000},
    "embedders": {},
    "searchCutoffMs": None,
    "localizedAttributes": None,
    "facetSearch": True,
    "prefixSearch": "indexingTime",
}
"""https://www.meilisearch.com/docs/reference/api/settings"""
OBEYED = frozenset(
    [
        *["displayedAttributes", "searchableAttributes", "filterableAttributes", "sortableAttributes"],
        *["rankingRules", "stopWords", "typoTolerance", "pagination", "prefixSearch"],
        *["facetSearch", "proximityPrecision", "searchCutoffMs", "faceting"],
    ]
)
"""Settings that a search here heeds, or that change no answer it gives; the others are only kept."""
_UID = re.compile(r"[A-Za-z0-9_-]{1,512}")
_DOCUMENT_ID = re.compile(r"[A-Za-z0-9_-]{1,511}")


@dataclass(slots=True)
class Index:
    uid: str
    created_at: datetime
    primary_key: str | None = None
    settings: dict[str, Any] = field(default_factory=lambda: copy.deepcopy(dict(DEFAULTS)))
    documents: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the id as text, oldest first."""
    updated_at: datetime = field(init=False)
    _words: dict[str, dict[str, list[Word]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.updated_at = self.created_at

    def change_settings(self, changes: Mapping[str, Any]) -> None:
        """Set what is given; null sets a default back, and objects are changed key by key."""
        for name, value in changes.items():
            if value is None:
                self.settings[name] = copy.deepcopy(DEFAULTS[name])
            elif isinstance(value, dict) and name != "synonyms":
                self.settings[name] = _merged(self.settings[name], value)
            else:
                self.settings[name] = value

    def put(self, documents: Sequence[Mapping[str, Any]], primary_key: str | None, *, partial: bool) -> None:
        """Add documents, all or none; `partial` keeps the fields of older ones that are not given.

        Raises:
            MeilisearchError: A document has no id or an invalid one, or the primary key is unclear.
        """
        key = self._key_for(documents, primary_key)
        found = [(_document_id(document, key), document) for document in documents]
        self.primary_key = key
        for identity, document in found:
            older = self.documents.get(identity, {}) if partial else {}
            self.documents[identity] = {**older, **document}
            self._words.pop(identity, None)

    def remove(self, identities: Iterable[str]) -> int:
        """Delete documents; how many there were."""
        found = [identity for identity in identities if self.documents.pop(identity, None) is not None]
        for identity in found:
            self._words.pop(identity, None)
        return len(found)

    def allow(self, chosen: Filter, code: str) -> None:
        """Raise MeilisearchError unless everything that the filter names is filterable."""
        allowed = filterable_patterns(self.settings["filterableAttributes"])
        for name in sorted(chosen.attributes):
            if not covers(allowed, name):
                shown = ", ".join(f"`{pattern}`" for pattern in sorted(allowed))
                known = (
                    f"Available filterable attribute patterns are: {shown}."
                    if allowed
                    else ("This index does not have configured filterable attributes.")
                )
                sentence = f"Index `{self.uid}`: Attribute `{name}` is not filterable. {known}"
                raise MeilisearchError(code, sentence)

    def words_of(self, identity: str) -> Mapping[str, list[Word]]:
        """The words of each searchable field, the most important field first."""
        if identity not in self._words:
            document = self.documents[identity]
            self._words[identity] = {name: list(words(text)) for name, text in _texts(document)}
        found = self._words[identity]
        chosen = self.settings["searchableAttributes"]
        if chosen == ["*"]:
            return found
        return {name: texts for wanted in chosen for name, texts in found.items() if covers([wanted], name)}

    def view(self) -> dict[str, Any]:
        return {
            "uid": self.uid,
            "createdAt": stamp(self.created_at),
            "updatedAt": stamp(self.updated_at),
            "primaryKey": self.primary_key,
        }

    def _key_for(self, documents: Sequence[Mapping[str, Any]], primary_key: str | None) -> str | None:
        if self.primary_key is not None:
            if primary_key not in (None, self.primary_key) and self.documents:
                sentence = f"Index already has a primary key: `{self.primary_key}`."
                raise MeilisearchError("index_primary_key_already_exists", sentence)
            return self.primary_key
        if primary_key is not None or not documents:
            return primary_key
        candidates = [name for name in documents[0] if name.lower().endswith("id")]
        if len(candidates) == 1:
            return candidates[0]
        remedy = "Please specify the primary key manually using the `primaryKey` query parameter."
        if not candidates:
            sentence = (
                "The primary key inference failed as the engine did not find any field ending with `id`."
            )
            raise MeilisearchError("index_primary_key_no_candidate_found", f"{sentence} {remedy}")
        sentence = f"The primary key inference failed as the engine found these: {candidates}."
        raise MeilisearchError("index_primary_key_multiple_candidates_found", f"{sentence} {remedy}")


def check_uid(uid: str) -> None:
    """Raise MeilisearchError unless `uid` can name an index."""
    if _UID.fullmatch(uid) is None:
        sentence = (
            f"`{uid}` is not a valid index uid. Index uid can be an integer or a string containing only"
            " alphanumeric characters, hyphens (-) and underscores (_), and can not be more than 512 bytes."
        )
        raise MeilisearchError("invalid_index_uid", sentence)


def filterable_patterns(rules: Iterable[str | Mapping[str, Any]]) -> list[str]:
    """The patterns of `filterableAttributes`, whose entries may be objects with further features."""
    return [
        pattern
        for rule in rules
        for pattern in ([rule] if isinstance(rule, str) else rule["attributePatterns"])
    ]


def covers(patterns: Iterable[str], name: str) -> bool:
    """Whether a pattern is the field's name, matches it by `*`, or is the object it lies in."""
    return any(fnmatch.fnmatchcase(name, pattern) or name.startswith(f"{pattern}.") for pattern in patterns)


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _merged(older: object, changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(older) if isinstance(older, dict) else {}
    for name, value in changes.items():
        merged[name] = _merged(merged.get(name), value) if isinstance(value, dict) else value
    return merged


def _document_id(document: Mapping[str, Any], key: str | None) -> str:
    if key is None or key not in document:
        sentence = f"Document doesn't have a `{key}` attribute: `{document!r}`."
        raise MeilisearchError("missing_document_id", sentence)
    given = document[key]
    whole = isinstance(given, (int, str)) and not isinstance(given, bool)
    if not whole or not _DOCUMENT_ID.fullmatch(str(given)):
        sentence = (
            f"Document identifier `{given!r}` is invalid. It can be an integer or a string of alphanumeric"
            " characters (a-z A-Z 0-9), hyphens (-) and underscores (_) of at most 511 bytes."
        )
        raise MeilisearchError("invalid_document_id", sentence)
    return str(given)


def _texts(document: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, str]]:
    for name in document:
        nested = [value for value in values(document, name) if isinstance(value, Mapping)]
        for inner in nested:
            yield from _texts(inner, f"{prefix}{name}.")
        flat = [value for value in values(document, name) if isinstance(value, (str, int, float))]
        if flat:
            yield f"{prefix}{name}", " . ".join(str(value) for value in flat)
