"""A search, from the request's parameters to the answer.

https://www.meilisearch.com/docs/reference/api/search
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulators.meilisearch.errors import MeilisearchError
from simulators.meilisearch.fields import values
from simulators.meilisearch.filters import Filter, FilterError, parse
from simulators.meilisearch.indexes import Index, covers
from simulators.meilisearch.matching import Match, Matcher, Query, read, scores
from simulators.meilisearch.shown import Style, hit

_TYPES: Mapping[str, tuple[type, str]] = {
    "q": (str, "invalid_search_q"),
    "offset": (int, "invalid_search_offset"),
    "limit": (int, "invalid_search_limit"),
    "page": (int, "invalid_search_page"),
    "hitsPerPage": (int, "invalid_search_hits_per_page"),
    "attributesToRetrieve": (list, "invalid_search_attributes_to_retrieve"),
    "attributesToCrop": (list, "invalid_search_attributes_to_crop"),
    "cropLength": (int, "invalid_search_crop_length"),
    "cropMarker": (str, "invalid_search_crop_marker"),
    "attributesToHighlight": (list, "invalid_search_attributes_to_highlight"),
    "highlightPreTag": (str, "invalid_search_highlight_pre_tag"),
    "highlightPostTag": (str, "invalid_search_highlight_post_tag"),
    "filter": (object, "invalid_search_filter"),
    "sort": (list, "invalid_search_sort"),
    "matchingStrategy": (str, "invalid_search_matching_strategy"),
}
"""The parameters that are simulated."""


@dataclass(frozen=True, slots=True)
class _Ranked:
    identity: str
    match: Match | None
    key: tuple[Any, ...]


def not_simulated(asked: Mapping[str, Any]) -> list[str]:
    """Parameters of a search that would be heeded by the real service, and are not here."""
    unknown = [name for name, value in asked.items() if name not in _TYPES and value not in (None, False, [])]
    return unknown + (["matchingStrategy"] if asked.get("matchingStrategy") == "frequency" else [])


def filter_of(index: Index, expression: object, code: str) -> Filter:
    """A filter whose attributes the index allows.

    Raises:
        MeilisearchError: It is none, or names what is not filterable; with this code.
    """
    try:
        found = parse(expression)
    except FilterError as wrong:
        raise MeilisearchError(code, str(wrong)) from wrong
    index.allow(found, code)
    return found


def search(index: Index, asked: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a search.

    Raises:
        MeilisearchError: A parameter is of the wrong type or names what it must not.
    """
    _check(asked)
    text = asked.get("q") or ""
    query = read(text, index.settings["stopWords"])
    ranked = sorted(_matches(index, query, asked), key=lambda one: one.key)
    style = Style.of(asked)
    most: int = index.settings["pagination"]["maxTotalHits"]
    found = ranked[:most]
    window, page = _page(asked, len(found))
    hits = [hit(index, one.identity, one.match, query, style) for one in found[window]]
    return {"hits": hits, "query": text, "processingTimeMs": 1, **page}


def sort_key(document: Mapping[str, Any], order: Sequence[str]) -> tuple[Any, ...]:
    """The place of a document: numbers before texts, what has no value last."""
    return tuple(part for entry in order for part in _sort_part(document, entry))


def check_sort(index: Index, order: Sequence[str], code: str) -> None:
    """Raise MeilisearchError unless each entry is `attribute:asc` or `attribute:desc` of a sortable one."""
    for entry in order:
        name, _, direction = str(entry).rpartition(":")
        if direction not in ("asc", "desc"):
            sentence = (
                "Invalid syntax for the sort parameter: expected expression ending by `:asc` or `:desc`, "
            )
            raise MeilisearchError(code, f"{sentence}found `{entry}`.")
        if not covers(index.settings["sortableAttributes"], name):
            allowed = ", ".join(f"`{one}`" for one in sorted(index.settings["sortableAttributes"]))
            sentence = f"Index `{index.uid}`: Attribute `{name}` is not sortable."
            raise MeilisearchError(code, f"{sentence} Available sortable attributes are: {allowed}.")


def _check(asked: Mapping[str, Any]) -> None:
    for name, (kind, code) in _TYPES.items():
        value = asked.get(name)
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise MeilisearchError(code, f"Invalid value type at `.{name}`: `{value!r}`")
        if kind is int and isinstance(value, int) and value < 0:
            raise MeilisearchError(code, f"Invalid value at `.{name}`: expected a positive integer")


def _matches(index: Index, query: Query, asked: Mapping[str, Any]) -> list[_Ranked]:
    expression = asked.get("filter")
    chosen = filter_of(index, expression, "invalid_search_filter") if expression else None
    order = asked.get("sort") or []
    check_sort(index, order, "invalid_search_sort")
    matcher = Matcher(query, index.settings, all_terms=asked.get("matchingStrategy") == "all")
    ranked = []
    for place, (identity, document) in enumerate(index.documents.items()):
        if chosen is not None and not chosen.test(document):
            continue
        match = None if query.is_empty else matcher.match(index.words_of(identity))
        if match is not None or query.is_empty:
            key = (*_rank(index, match, document, order), place)
            ranked.append(_Ranked(identity, match, key))
    return ranked


def _rank(
    index: Index, match: Match | None, document: Mapping[str, Any], order: Sequence[str]
) -> tuple[Any, ...]:
    known = scores(match) if match else {}
    key: list[Any] = []
    for rule in index.settings["rankingRules"]:
        if rule == "sort":
            key += sort_key(document, order)
        elif ":" in rule:
            key += sort_key(document, [rule])
        else:
            key.append(known.get(rule, 0))
    return tuple(key)


def _sort_part(document: Mapping[str, Any], entry: str) -> tuple[Any, ...]:
    name, _, direction = entry.rpartition(":")
    sign = 1 if direction == "asc" else -1
    found = [value for value in values(document, name) if isinstance(value, (int, float, str))]
    numbers = [value for value in found if isinstance(value, (int, float))]
    if numbers:
        return 0, min(sign * number for number in numbers), ""
    texts = [str(value).lower() for value in found]
    if texts:
        text = min(texts) if sign == 1 else max(texts)
        return 1, 0, text if sign == 1 else _Backwards(text)
    return 2, 0, ""


class _Backwards(str):
    """A text that sorts behind what it would stand before."""

    __slots__ = ()

    def __lt__(self, other: str) -> bool:
        return str.__gt__(self, other)


def _page(asked: Mapping[str, Any], total: int) -> tuple[slice, dict[str, int]]:
    """Which of the hits to show, and what the answer says about it."""
    if asked.get("page") is None and asked.get("hitsPerPage") is None:
        offset = asked.get("offset", 0)
        limit = asked.get("limit", 20)
        return slice(offset, offset + limit), {"offset": offset, "limit": limit, "estimatedTotalHits": total}
    page = 1 if asked.get("page") is None else asked["page"]
    size = 20 if asked.get("hitsPerPage") is None else asked["hitsPerPage"]
    start = (page - 1) * size
    said = {
        "hitsPerPage": size,
        "page": page,
        "totalPages": -(-total // size) if size else 0,
        "totalHits": total,
    }
    return slice(start, start + size) if page > 0 else slice(0, 0), said
