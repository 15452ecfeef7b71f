"""Answers inside of an original in a colour of their own, where their writer says so: `see below, in red`.

A quoted question must never become one of her things.  So her own words above it must name the colour, what
has it must be small and no link, and not all of the original may have it.
"""

import re
from collections.abc import Iterator
from colorsys import rgb_to_hsv
from itertools import islice

from lxml import etree

from adapters.email.reading.words import Words, fold

_LONGEST_WORDS, _LONGEST_STYLE = 120, 400
_MOST_ELEMENTS, _MOST_INSIDE, _DEEPEST_LINK = 3_000, 20, 50
"""Of an original, inside of one answer, and from one up to the link that it may be part of."""
_MAY_BE_TYPED = frozenset(["span", "font", "p", "div", "li", "b", "i", "u", "strong", "em"])
_COLOUR = re.compile(r"(?:^|[;\s])color\s*:\s*([^;]{3,40})", re.IGNORECASE)
_HEX = re.compile(r"#?([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[,\s]+(\d{1,3})[,\s]+(\d{1,3})")
_NAMES = {
    "red": "red darkred crimson firebrick #f00",
    "blue": "blue darkblue navy royalblue #00f",
    "green": "green darkgreen forestgreen seagreen",
}
_NAMED = {name: colour for colour, names in _NAMES.items() for name in names.split()}
_STRONGEST = 255
_SATURATED, _BRIGHT = 0.5, 0.3
_HUES = {"red": ((0, 15), (345, 360)), "blue": ((190, 260),), "green": ((85, 165),)}
"""Degrees of the colour circle."""


def announced_colour(reply: str, words: Words) -> str:
    """The colour in which she says that she answers; empty when she names none."""
    for line in reply.split("\n"):
        if len(line) <= _LONGEST_WORDS:
            folded = fold(line)
            for colour, phrases in words.colours.items():
                if phrases.are_words_in(folded):
                    return colour
    return ""


def typed_in_colour(start: etree._Element, colour: str) -> list[etree._Element]:
    """What has the colour behind the element at which an original begins."""
    typed: list[etree._Element] = []
    seen: set[etree._Element] = set()
    has_other = False
    for element in islice(_behind(start), _MOST_ELEMENTS):
        if element in seen:
            continue
        if _colour_of(element) != colour:
            has_other = has_other or any(map(str.isalnum, element.text or ""))
            continue
        inside = list(islice(element.iter(), _MOST_INSIDE + 1))
        seen.update(inside)
        if len(inside) <= _MOST_INSIDE and element.tag in _MAY_BE_TYPED and not _is_link(element, inside):
            typed.append(element)
    return typed if has_other else []


def _behind(start: etree._Element) -> Iterator[etree._Element]:
    """All elements behind that one, in reading order."""
    for around in (start, *start.iterancestors()):
        for sibling in around.itersiblings():
            yield from sibling.iter(etree.Element)


def _is_link(element: etree._Element, inside: list[etree._Element]) -> bool:
    around = islice(element.iterancestors(), _DEEPEST_LINK)
    return any(each.tag == "a" for each in (*inside, *around))


def _colour_of(element: etree._Element) -> str:
    style = element.get("style")
    if style is not None and (found := _COLOUR.search(style[:_LONGEST_STYLE])):
        return _family(found[1])
    return _family(element.get("color", "")) if element.tag == "font" else ""


def _family(value: str) -> str:
    """Which of the colours that people name, as CSS or HTML writes it; empty for any other."""
    value = value.strip().lower()
    if value in _NAMED:
        return _NAMED[value]
    if found := _HEX.match(value):
        parts = [int(part, 16) for part in found.groups()]
    elif found := _RGB.match(value):
        parts = [int(part) for part in found.groups()]
    else:
        return ""
    hue, saturation, brightness = rgb_to_hsv(*(part / _STRONGEST for part in parts))
    if saturation < _SATURATED or brightness < _BRIGHT:
        return ""
    degrees = hue * 360
    near = (name for name, arcs in _HUES.items() if any(low <= degrees <= high for low, high in arcs))
    return next(near, "")
