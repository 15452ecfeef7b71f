"""Text whose reading direction cannot turn what stands beside it.

Whatever holds right-to-left letters or direction marks is put between FIRST STRONG ISOLATE and POP
DIRECTIONAL ISOLATE (Unicode Standard Annex 9, 2.4), and its own isolates are closed, so that none reaches
outside.  An isolate ends with its line.
"""

import unicodedata

FSI, PDI = "\u2068", "\u2069"
_OPENING = frozenset("\u2066\u2067\u2068")
_TURNING = frozenset(["R", "AL", "AN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"])
_MARKS = frozenset("\u200e\u200f\u061c")


def isolated(text: str) -> str:
    """The text as it was, isolated where it could reorder its neighbours."""
    if text.isascii() or not any(_turns(character) for character in text):
        return text
    return FSI + _balanced(text) + PDI


def _turns(character: str) -> bool:
    return character in _MARKS or unicodedata.bidirectional(character) in _TURNING


def _balanced(text: str) -> str:
    """Without closings that close nothing, and with those that are missing at the end."""
    kept: list[str] = []
    depth = 0
    for character in text:
        if character == PDI and depth == 0:
            continue
        depth += (character in _OPENING) - (character == PDI)
        kept.append(character)
    return "".join(kept) + PDI * depth
