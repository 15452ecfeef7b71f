"""What a document holds in a field, and how a filter compares it.

https://www.meilisearch.com/docs/capabilities/filtering_sorting_faceting/advanced/filter_expression_syntax
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from simulators.meilisearch.words import normalized

Document = Mapping[str, Any]
ABSENT = object()
"""Stands for the value of a field that a document does not have."""


def values(document: Document, attribute: str) -> Iterator[Any]:
    """What a document holds under a name with dots, arrays taken apart."""
    return _below(document, attribute.split("."))


def _below(node: object, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(node, list):
        for item in node:
            yield from _below(item, path)
    elif not path:
        yield node
    elif isinstance(node, Mapping):
        for length in range(1, len(path) + 1):
            name = ".".join(path[:length])
            if name in node:
                yield from _below(node[name], path[length:])


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        return float(value)
    except ValueError:
        return None


def text_of(value: object) -> str:
    """A value as filters compare it: without case, accents and outer space."""
    return normalized(str(value).lower() if isinstance(value, bool) else str(value).strip())


def same(value: object, asked: str) -> bool:
    """Whether a value equals what a filter says; numbers are compared as such."""
    if value is None or isinstance(value, Mapping):
        return False
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _number(asked) == value
    return text_of(value) == text_of(asked)


def ordered(value: object, asked: str, operator: str) -> bool:
    """Whether `value operator asked` holds."""
    if value is None or isinstance(value, (Mapping, bool)):
        return False
    number = _number(asked)
    left: float | str
    right: float | str
    if isinstance(value, (int, float)):
        if number is None:
            return False
        left, right = value, number
    else:
        left, right = text_of(value), text_of(asked)
    compared = (left > right) - (left < right)  # type: ignore[operator] # both numbers or both strings
    return {">": compared > 0, ">=": compared >= 0, "<": compared < 0, "<=": compared <= 0}[operator]


def present(document: Document, path: Sequence[str]) -> bool:
    """Whether the field is there at all, be it null or empty."""
    for length in range(1, len(path) + 1):
        node = document.get(".".join(path[:length]), ABSENT)
        if node is ABSENT:
            continue
        rest = path[length:]
        below = node if isinstance(node, list) else [node]
        if not rest or any(isinstance(one, Mapping) and present(one, rest) for one in below):
            return True
    return False
