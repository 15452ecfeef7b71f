"""Texts of people whose reading direction turns nothing that stands beside them in a chat."""

import re

_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the reading direction of what follows them."""
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
"""Letters of the scripts that are written so, from Hebrew to Adlam, and their mark."""


def isolated_lines(words: str) -> str:
    """Each line of a text that reads from right to left, closed in, and without marks of its own.

    https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
    """
    if words.isascii() or not (_TURNS.search(words) or _RIGHT_TO_LEFT.search(words)):
        return words
    lines = _TURNS.sub("", words).split("\n")
    return "\n".join(f"\u2068{line}\u2069" if line else line for line in lines)
