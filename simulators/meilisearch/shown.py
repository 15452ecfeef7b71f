"""What an answer shows of a document: the chosen fields, highlighted and cropped.

https://www.meilisearch.com/docs/reference/api/search
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from simulators.meilisearch.indexes import Index, covers
from simulators.meilisearch.matching import Match, Query
from simulators.meilisearch.words import Word, words


@dataclass(frozen=True, slots=True)
class Style:
    """How a search wants its hits shown."""

    retrieve: tuple[str, ...]
    highlight: tuple[str, ...]
    crop: Mapping[str, int]
    """Attribute to the number of words."""
    before: str
    after: str
    marker: str

    @classmethod
    def of(cls, asked: Mapping[str, Any]) -> "Style":
        length = asked.get("cropLength", 10)
        crop = {}
        for entry in asked.get("attributesToCrop") or ():
            name, _, own = entry.partition(":")
            crop[name] = int(own) if own else length
        retrieve = asked.get("attributesToRetrieve")
        return cls(
            retrieve=("*",) if retrieve is None else tuple(retrieve),
            highlight=tuple(asked.get("attributesToHighlight") or ()),
            crop=crop,
            before=asked.get("highlightPreTag", "<em>"),
            after=asked.get("highlightPostTag", "</em>"),
            marker=asked.get("cropMarker", "…"),
        )


def chosen(document: Mapping[str, Any], *patterns: Sequence[str]) -> dict[str, Any]:
    """The fields that every list of names or patterns covers."""
    return {
        name: value for name, value in document.items() if all(covers(listed, name) for listed in patterns)
    }


def hit(index: Index, identity: str, match: Match | None, query: Query, style: Style) -> dict[str, Any]:
    """A document as it stands in the list of hits."""
    visible = chosen(index.documents[identity], index.settings["displayedAttributes"])
    shown = chosen(visible, style.retrieve)
    if not style.highlight and not style.crop:
        return shown
    prefixes = tuple(term.words[0] for term in query.terms if term.prefix)
    formatted = {}
    for name, value in visible.items():
        marked = covers(style.highlight, name)
        if name in shown or marked or covers(style.crop, name):
            found = [word for one in (match.best.get(name, ()) if match else ()) for word in one.words]
            formatted[name] = _formatted(value, name, found, style, prefixes, marked=marked)
    return {**shown, "_formatted": formatted}


def _formatted(
    value: object, name: str, found: Sequence[Word], style: Style, prefixes: Sequence[str], *, marked: bool
) -> object:
    if isinstance(value, bool) or value is None or isinstance(value, (list, dict)):
        return value
    text = str(value)
    length = style.crop.get(name, style.crop.get("*"))
    start, end = _window(text, found, length) if length else (0, len(text))
    piece = _marked(text, start, end, found, style, prefixes) if marked else text[start:end]
    return f"{style.marker if start > 0 else ''}{piece}{style.marker if end < len(text) else ''}"


def _window(text: str, found: Sequence[Word], length: int) -> tuple[int, int]:
    """From where to where to crop: `length` words around the first hit."""
    listed = list(words(text))
    if len(listed) <= length:
        return 0, len(text)
    first = min((place for place, word in enumerate(listed) if word in found), default=0)
    begin = max(min(first - length // 2, len(listed) - length), 0)
    end = begin + length
    return listed[begin].start if begin else 0, listed[end - 1].end if end < len(listed) else len(text)


def _marked(
    text: str, start: int, end: int, found: Sequence[Word], style: Style, prefixes: Sequence[str]
) -> str:
    pieces = []
    at = start
    for word in sorted(set(found), key=lambda word: word.start):
        if word.start < at or word.end > end:
            continue
        typed = next((len(prefix) for prefix in prefixes if word.text.startswith(prefix)), len(word.text))
        stop = min(word.start + typed, word.end)
        pieces += [text[at : word.start], style.before, text[word.start : stop], style.after]
        at = stop
    return "".join([*pieces, text[at:end]])
