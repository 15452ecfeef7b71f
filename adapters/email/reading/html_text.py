"""The text of an HTML mail, without what its program marks as quoted.

Every widely used program marks quotes, each in its own way; they are cut by their structure.  What stands
between two quotes is hers and stays.  Quotes without a mark of their own get one: `> ` before each line.
"""

import re
from collections.abc import Iterator

from lxml import etree, html

from adapters.email.reading.html_answers import Signs
from adapters.email.reading.html_cuts import Cuts, cuts_of
from adapters.email.reading.page import MOST_LINES

_UNSEEN = frozenset(["script", "style", "head", "title", "template", "noscript", "svg", "object"])
_LINES = frozenset(
    [
        *[
            "address",
            "article",
            "blockquote",
            "center",
            "dd",
            "div",
            "dl",
            "dt",
            "footer",
            "form",
            "h1",
            "h2",
        ],
        *["h3", "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"],
    ]
)
_PARAGRAPHS = frozenset(["p", "pre", "h1", "h2", "h3", "h4", "h5", "h6"])
_LONGEST = 1024 * 1024
_ENDS = (b"</html>", b"</HTML>")
"""The parser lets go of what stands behind; every program shows it, and a mail may have several pages."""
_DEEPEST = 200
_LONGEST_EMOJI = 8
"""Characters: a family is seven."""
_MOST_MARKED = MOST_LINES + 1
"""Lines of one text in a quote that get its marks: the last of them is not read any more."""
_MOST_DIGITS = 4
_MOST_ELEMENTS = 15_000
"""Outside of quotes; no answer has so many."""
_BREAKS_SHOWN = frozenset(["pre", "pre-wrap", "pre-line", "break-spaces", "preserve", "preserve-breaks"])
"""Where CSS shows line feeds as such."""
_SPACES_JOINED = frozenset(["pre-line", "preserve-breaks"])
"""And those around them not."""
_AT_BREAKS = " \t\r\f"
_SPACES = re.compile(r"[ \t\r\n\f]+")


_VALUE = r"""(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+|(?=>)))?+"""
_ATTRIBUTE = rf"(?:[\s/]*+[^\s/>][^\s/>=]*+{_VALUE})"
_MOST_ATTRIBUTES = 30
_MANY_ATTRIBUTES = re.compile(rf"(<[a-zA-Z][^\s/><]*+[\s/]{_ATTRIBUTE}{{{_MOST_ATTRIBUTES}}}){_ATTRIBUTE}++")
"""The parser compares each attribute of an element with all before it; no program writes so many."""


def visible_text(markup: str, signs: Signs | None = None) -> str:
    """Lines of text; list entries begin with `- ` or their number, paragraphs are apart by an empty line.

    Args:
        markup: The HTML.
        signs: By which something inside of the original is known as hers.
    """
    tree = _parse(markup)
    if tree is None:
        return ""
    text = "".join(_Pieces(tree, cuts_of(tree, signs)))
    lines = [line.replace("\xa0", " ").rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _parse(markup: str) -> etree._Element | None:
    kept = _MANY_ATTRIBUTES.sub(r"\1", markup[:_LONGEST].replace("\x00", "")).encode("utf-8", "replace")
    for end in _ENDS:
        kept = kept.replace(end, b"")
    parser = html.HTMLParser(
        encoding="utf-8",
        remove_comments=True,
        remove_pis=True,
        no_network=True,
        huge_tree=True,  # else everything deeper than 256 elements is lost
    )
    try:
        return html.document_fromstring(kept, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def _is_signature_rule(element: etree._Element) -> bool:
    """The short line that Foxmail draws above a signature."""
    return (element.get("style") or "").startswith("width: 210px") and element.get("align") == "left"


def _emoji(image: etree._Element) -> str:
    """What a picture of an emoji stands for; of any other picture nothing."""
    text = image.get("alt") or ""
    is_emoji = 0 < len(text) <= _LONGEST_EMOJI and not text.isascii() and not any(map(str.isalpha, text))
    return text if is_emoji else ""


def _without_spaces_at_breaks(text: str) -> str:
    """By lines: a pattern would begin anew at each space of a long run."""
    lines = text.split("\n")
    ended = [*(line.rstrip(_AT_BREAKS) for line in lines[:-1]), lines[-1]]
    return "\n".join([ended[0], *(line.lstrip(_AT_BREAKS) for line in ended[1:])])


def _first_number(entries: etree._Element) -> int:
    start = entries.get("start", "")
    return int(start) if start.isdecimal() and 0 < len(start) <= _MOST_DIGITS else 1


class _Pieces:
    """The text in reading order; a stack of our own, because mails are nested without shame."""

    def __init__(self, tree: etree._Element, cuts: Cuts) -> None:
        self._tree = tree
        self._cuts = cuts
        self._quotes = 0
        self._around: list[int] = []
        """How many quotes are around what she typed inside of one."""
        self._breaks = ["normal"]
        """Of each element around whose style or name tells it: what it does with line feeds."""
        self._numbers: list[int] = []
        """Of each list around: the last number given, or -1 where entries have none."""
        self._at_start = True
        self._lines = 0
        self._elements = 0

    def __iter__(self) -> Iterator[str]:
        walk = etree.iterwalk(self._tree, events=("start", "end"))
        for event, element in walk:
            is_original = element is self._cuts.last and event == "start"
            if (is_original and not self._cuts.typed) or self._is_enough:
                return
            if is_original:
                yield from self._break()
                self._quotes += 1
            tag = element.tag if isinstance(element.tag, str) else ""
            is_left_out = tag in _UNSEEN or element in self._cuts.left_out
            if event == "start" and is_left_out:
                walk.skip_subtree()
                if tag == "blockquote":
                    yield from self._place_of_a_quote()
            elif event == "start":
                yield from self._start(tag, element)
            elif is_left_out:
                yield from self._text(element.tail)
            else:
                yield from self._end(tag, element)

    @property
    def _is_enough(self) -> bool:
        return self._lines > MOST_LINES or self._elements > _MOST_ELEMENTS

    def _start(self, tag: str, element: etree._Element) -> Iterator[str]:
        self._elements += 1
        self._quotes += self._is_quote(tag, element)
        if element in self._cuts.typed:
            yield from self._break()
            self._around.append(self._quotes)
            self._quotes = 0
        if self._tells_breaks(tag, element):
            self._breaks.append(self._cuts.breaks.get(element, "pre"))
        if tag == "br":
            yield "\n"
            self._lines += 1
            self._at_start = True
        elif tag in _LINES:
            yield from self._break()
        elif tag in {"td", "th"} and not self._at_start:
            yield " "
        if tag == "img":
            yield from self._text(_emoji(element))
        if tag == "hr":
            yield from self._text("--" if _is_signature_rule(element) else "---")
            yield from self._break()
        if tag in {"ol", "ul"}:
            self._numbers.append(_first_number(element) - 1 if tag == "ol" else -1)
        if tag == "li":
            yield from self._text(self._entry())
            self._at_start = True
        yield from self._text(element.text)

    def _end(self, tag: str, element: etree._Element) -> Iterator[str]:
        if element in self._cuts.typed:
            yield from self._break()
            self._quotes = self._around.pop()
        self._quotes -= self._is_quote(tag, element)
        if self._tells_breaks(tag, element):
            self._breaks.pop()
        if tag in {"ol", "ul"} and self._numbers:
            self._numbers.pop()
        if tag in _LINES and (tag in _PARAGRAPHS or not self._at_start):
            yield from self._break()
            if tag in _PARAGRAPHS:
                yield "\n"
        yield from self._text(element.tail)

    def _place_of_a_quote(self) -> Iterator[str]:
        """A line that tells what is around it that a quote was here."""
        yield from self._break()
        yield "> …\n"

    def _is_quote(self, tag: str, element: etree._Element) -> bool:
        is_marked = element in self._cuts.quotes
        return is_marked or (tag == "blockquote" and element not in self._cuts.indented)

    def _tells_breaks(self, tag: str, element: etree._Element) -> bool:
        return tag == "pre" or element in self._cuts.breaks

    def _entry(self) -> str:
        """What an entry of the innermost list begins with."""
        if not self._numbers or self._numbers[-1] < 0:
            return "- "
        self._numbers[-1] += 1
        return f"{self._numbers[-1]}. "

    def _break(self) -> Iterator[str]:
        if not self._at_start:
            yield "\n"
            self._lines += 1
        self._at_start = True

    def _text(self, text: str | None) -> Iterator[str]:
        if not text:
            return
        if self._breaks[-1] in _BREAKS_SHOWN:
            yield from self._unbroken(text)
            return
        flat = _SPACES.sub(" ", text)
        if self._at_start:
            flat = flat.lstrip(" ")
            if flat and self._quotes:
                yield self._marks
        if flat:
            yield flat
            self._at_start = False

    def _unbroken(self, text: str) -> Iterator[str]:
        """Text whose line feeds are shown as such."""
        if self._breaks[-1] in _SPACES_JOINED:
            text = _without_spaces_at_breaks(text)
        if not self._quotes:
            yield text
            self._at_start = text.endswith("\n")
            return
        if self._at_start:
            yield self._marks
        lines = text.split("\n", _MOST_MARKED)[:_MOST_MARKED]
        self._lines += len(lines) - 1
        yield ("\n" + self._marks).join(lines)
        self._at_start = False

    @property
    def _marks(self) -> str:
        return "> " * min(self._quotes, _DEEPEST)
