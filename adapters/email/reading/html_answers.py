"""Answers inside of an original that tell whose they are: `[Ana] the hinges are ordered`, or by a colour.

A quoted question must never become one of her things; so where her words end must be certain too.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from lxml import etree

from adapters.email.reading.html_colours import typed_in_colour
from adapters.email.reading.words import fold

_BLOCKS = frozenset(["p", "div", "li"])
_MOST_INSIDE, _DEEPEST, _MOST_AROUND = 30, 20, 4
"""Of elements in one answer, of those from its first word up to it, and from a piece up to its paragraph."""


class Signs(NamedTuple):
    """By what her answers are known."""

    colour: str = ""
    """Red, blue or green, `ANY` where she only says that she answers inside; empty where she says nothing."""
    names: tuple[str, ...] = ()
    """How such an answer begins, folded: `[ana`."""


def typed_inside(original: Iterable[etree._Element], signs: Signs) -> list[etree._Element]:
    """Of the elements of an original those that hold nothing but what she typed."""
    elements = list(original)
    typed = typed_in_colour(elements, signs.colour) if signs.colour else []
    if signs.names:
        typed += _named(elements, signs.names)
    return list(dict.fromkeys(_whole_blocks(typed)))


def _named(elements: Iterable[etree._Element], names: tuple[str, ...]) -> Iterator[etree._Element]:
    for element in elements:
        if fold((element.text or "").lstrip()).startswith(names):
            block = _block_begun_by(element)
            if block is not None:
                yield block


def _block_begun_by(element: etree._Element) -> etree._Element | None:
    """The paragraph whose first word that is, unless it is a large one."""
    for _ in range(_DEEPEST):
        if element.tag in _BLOCKS:
            size = sum(1 for _ in islice(element.iter(), _MOST_INSIDE + 1))
            return element if size <= _MOST_INSIDE and next(element.iter("br"), None) is None else None
        parent = element.getparent()
        if parent is None or element.getprevious() is not None or (parent.text or "").strip():
            return None
        element = parent
    return None


def _whole_blocks(typed: list[etree._Element]) -> Iterator[etree._Element]:
    """Instead of its pieces a paragraph, where it has no word that is not typed."""
    pieces = set(typed)
    for element in typed:
        around = (each for each in islice(element.iterancestors(), _MOST_AROUND) if each.tag in _BLOCKS)
        block = next(around, None)
        yield block if block is not None and _is_all_typed(block, pieces) else element


def _is_all_typed(block: etree._Element, pieces: set[etree._Element]) -> bool:
    """No word in it stands outside of the pieces."""
    inside = 0
    walk = etree.iterwalk(block, events=("start", "end"))
    for event, element in islice(walk, 2 * _MOST_INSIDE):
        if element is block and event == "end":
            return True
        if event == "end":
            inside -= element in pieces
        text = element.text if event == "start" else element.tail
        inside += event == "start" and element in pieces
        if not inside and text and text.strip():
            return False
    return False
