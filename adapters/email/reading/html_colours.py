"""Answers inside of an original in a colour of their own, where their writer says so: `see below, in red`.

A quoted question must never become one of her things.  So her own words above it must name the colour, or
say no more than that she answers inside, and then nothing may have another colour.  What has it must be
small and no link, and not all of the original may have it.
"""

import re
from collections.abc import Iterable
from colorsys import rgb_to_hsv
from itertools import islice

from lxml import etree

from adapters.email.reading.words import Words, fold

ANY = "any"
"""The colour of somebody who says that she answers inside, and no more."""
_LONGEST_WORDS, _LONGEST_STYLE = 120, 400
_MOST_LINES_THAT_POINT = 3
_MOST_INSIDE, _DEEPEST_LINK = 20, 50
"""Inside of one answer, and from one up to the link that it may be part of."""
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
    """The colour in which she says that she answers; empty when she says nothing about it."""
    if reply.strip() and not words.inside_or_colours.are_words_in(fold(reply)):
        return ""
    for line in reply.split("\n"):
        if len(line) <= _LONGEST_WORDS:
            folded = fold(line)
            for colour, phrases in words.colours.items():
                if phrases.are_words_in(folded):
                    return colour
    return ANY if _points_inside(reply, words) else ""


def _points_inside(reply: str, words: Words) -> bool:
    """`See below`, `answers inline`: hardly more than that, or nothing at all."""
    said = [line for line in reply.split("\n") if line.strip()]
    if len(said) > _MOST_LINES_THAT_POINT:
        return False
    return not said or any(
        len(line) <= _LONGEST_WORDS and words.inside.are_words_in(fold(line)) for line in said
    )


def typed_in_colour(original: Iterable[etree._Element], colour: str) -> list[etree._Element]:
    """What has the colour among the elements of an original, in reading order."""
    typed: list[etree._Element] = []
    shades: set[str] = set()
    seen: set[etree._Element] = set()
    has_other = False
    for element in original:
        if element in seen:
            continue
        shade = _shade_of(element)
        if not shade or colour not in {ANY, _family(shade)}:
            has_other = has_other or any(map(str.isalnum, element.text or ""))
            continue
        inside = list(islice(element.iter(), _MOST_INSIDE + 1))
        seen.update(inside)
        if len(inside) <= _MOST_INSIDE and element.tag in _MAY_BE_TYPED and not _is_link(element, inside):
            typed.append(element)
            shades.add(shade)
    return typed if has_other and (colour != ANY or len(shades) == 1) else []


def _is_link(element: etree._Element, inside: list[etree._Element]) -> bool:
    around = islice(element.iterancestors(), _DEEPEST_LINK)
    return any(each.tag == "a" for each in (*inside, *around))


def _shade_of(element: etree._Element) -> str:
    style = element.get("style")
    if style is not None and (found := _COLOUR.search(style[:_LONGEST_STYLE])):
        return _shade(found[1])
    return _shade(element.get("color", "")) if element.tag == "font" else ""


def _shade(value: str) -> str:
    """A colour by its name or as `#0070c0`, however it is written; empty for what is nearly black or grey."""
    value = value.strip().lower()
    if value in _NAMED:
        return value
    if found := _HEX.match(value):
        parts = [int(part, 16) for part in found.groups()]
    elif found := _RGB.match(value):
        parts = [min(int(part), _STRONGEST) for part in found.groups()]
    else:
        return ""
    _, saturation, brightness = rgb_to_hsv(*(part / _STRONGEST for part in parts))
    is_strong = saturation >= _SATURATED and brightness >= _BRIGHT
    return "#" + "".join(f"{part:02x}" for part in parts) if is_strong else ""


def _family(shade: str) -> str:
    """Which of the colours that people name a shade is; empty for any other."""
    if shade in _NAMED:
        return _NAMED[shade]
    hue, _, _ = rgb_to_hsv(*(int(shade[at : at + 2], 16) for at in (1, 3, 5)))
    degrees = hue * 360
    near = (name for name, arcs in _HUES.items() if any(low <= degrees <= high for low, high in arcs))
    return next(near, "")
