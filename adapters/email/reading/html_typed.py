"""What somebody typed inside of what her program quotes, where its markup tells it for certain.

A quoted question must never become one of her things; so whatever leaves a doubt is left with the quote.
"""

import re
from itertools import islice

from lxml import etree

from adapters.email.reading.html_originals import behind

_YAHOO = "yahoo_quoted"
"""In the name of its quote."""
_OWN_QUOTE = re.compile(r"(?:ydp[0-9a-z]{1,16}?)?yahoo_quoted_\d{1,12}")
"""Its whole name, with the version of the program in front; other programs put something in front of that."""
_NOTED = "data-setdir"
"""What Yahoo's editor puts on a block once it has found out the direction of what is typed there."""
_OF_A_TYPED_BLOCK = frozenset(["dir", _NOTED])
_MOST_BLOCKS, _MOST_INSIDE, _MOST_BETWEEN = 300, 50, 3
"""Of those in a quote, of the elements in one, and of those in front of a quote, that are looked at."""
_RENAMED = "yiv"
"""In every name of the mail that Yahoo quotes."""
_TYPED_ON_THE_WEB, _BELOW_THE_ANSWER = "elementToProof", "appendonsend"
"""The class of what is typed in Outlook on the web, and the element that it puts above what it quotes.

It writes `x_` in front of every name in what it quotes.
"""


def is_quote_of_yahoo(element: etree._Element) -> bool:
    """Whether Yahoo quotes in it, or did in a mail that another program quotes."""
    return _YAHOO in element.get("id", "")


def may_be_typed_into(markup: str) -> bool:
    """Whether a text of HTML is worth a look at what may be typed inside of its quotes."""
    return (_YAHOO in markup and _NOTED in markup.partition(_YAHOO)[2]) or (
        _BELOW_THE_ANSWER in markup and f'"{_TYPED_ON_THE_WEB}' in markup.partition(_BELOW_THE_ANSWER)[2]
    )


def typed_into(quote: etree._Element) -> list[etree._Element]:
    """The blocks that she typed inside of a quote of Yahoo, if her own program made it.

    Its editor notes directions, and takes such notes out of what it quotes.  A block of the quoted mail may
    have one too, where she only put her cursor; but that has a style or a name.
    """
    if _OWN_QUOTE.fullmatch(quote.get("id", "")) is None:
        return []
    return [block for block in islice(quote.iter("div"), _MOST_BLOCKS) if _is_typed(block)]


def typed_below_outlook(beginning: etree._Element) -> list[etree._Element]:
    """The blocks that she typed behind the beginning of an original, if Outlook on the web put it there."""
    above = islice(beginning.itersiblings(preceding=True), _MOST_BETWEEN)
    if not any(element.get("id") == _BELOW_THE_ANSWER for element in above):
        return []
    typed = (each for each in behind(beginning) if _TYPED_ON_THE_WEB in each.get("class", "").split())
    return [block for block in typed if sum(1 for _ in islice(block.iter(), _MOST_INSIDE)) < _MOST_INSIDE]


def _is_typed(block: etree._Element) -> bool:
    if _NOTED not in block.attrib or not _OF_A_TYPED_BLOCK.issuperset(block.attrib):
        return False
    inside = list(islice(block.iterdescendants(), _MOST_INSIDE))
    is_small = len(inside) < _MOST_INSIDE
    return is_small and not any(_RENAMED in f"{each.get('class')} {each.get('id')}" for each in inside)
