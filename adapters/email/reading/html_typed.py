"""What somebody typed inside of what her program quotes, where its markup tells it for certain.

A quoted question must never become one of her things; so whatever leaves a doubt is left with the quote.
"""

import re
from itertools import islice

from lxml import etree

_YAHOO = "yahoo_quoted"
"""In the name of its quote."""
_OWN_QUOTE = re.compile(r"(?:ydp[0-9a-z]{1,16}?)?yahoo_quoted_\d{1,12}")
"""Its whole name, with the version of the program in front; other programs put something in front of that."""
_NOTED = "data-setdir"
"""What Yahoo's editor puts on a block once it has found out the direction of what is typed there."""
_OF_A_TYPED_BLOCK = frozenset(["dir", _NOTED])
_MOST_BLOCKS, _MOST_INSIDE = 300, 50
"""Of those in a quote, and of the elements in one, that are looked at."""
_RENAMED = "yiv"
"""In every name of the mail that Yahoo quotes."""


def is_quote_of_yahoo(element: etree._Element) -> bool:
    """Whether Yahoo quotes in it, or did in a mail that another program quotes."""
    return _YAHOO in element.get("id", "")


def may_be_typed_into(markup: str) -> bool:
    """Whether a text of HTML is worth a look at what may be typed inside of its quotes."""
    return _YAHOO in markup and _NOTED in markup.partition(_YAHOO)[2]


def typed_into(quote: etree._Element) -> list[etree._Element]:
    """The blocks that she typed inside of a quote of Yahoo, if her own program made it.

    Its editor notes directions, and takes such notes out of what it quotes.  A block of the quoted mail may
    have one too, where she only put her cursor; but that has a style or a name.
    """
    if _OWN_QUOTE.fullmatch(quote.get("id", "")) is None:
        return []
    return [block for block in islice(quote.iter("div"), _MOST_BLOCKS) if _is_typed(block)]


def _is_typed(block: etree._Element) -> bool:
    if _NOTED not in block.attrib or not _OF_A_TYPED_BLOCK.issuperset(block.attrib):
        return False
    inside = list(islice(block.iterdescendants(), _MOST_INSIDE))
    is_small = len(inside) < _MOST_INSIDE
    return is_small and not any(_RENAMED in f"{each.get('class')} {each.get('id')}" for each in inside)
