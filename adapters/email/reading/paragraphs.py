"""The sender's own lines as things she did: what programs broke is put together, what introduces goes.

Every line that comes out is one thing.  Whether a line goes on in the next is told by signs that are added
up; two things that stay together are easier to bear than one thing torn in two, but not much.
"""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import NamedTuple

from adapters.email.reading.headings import under_headings
from adapters.email.reading.page import INVISIBLE, KEPT, Judged, is_bullet, is_rule
from adapters.email.reading.words import Words, fold

_NARROWEST, _WIDEST = 58, 80
"""Columns at which programs break lines."""
_ENOUGH = 3
_INDENT = 2
_SENTENCE_END = ".!?…。！？"
_GOES_ON = (",", ";", "(", "&", "/", "+", "–", "—", "，", "、")
_ODD_BULLET = re.compile(r"(\s*)(?:[•●▪■・○◆◇▶►➢➤✦→⇒★☆◦‣➔]|👉|🔹|🔸|[①-⑳])️?\s*(?=\S)")
_ODD_NUMBER = re.compile(r"(\s*)(\d{1,2})(?:[、．)]\s*|\.|[.)]\s?-\s*|\s?[-–]\s+)(?=[^\W\d_])")
_TIGHT_BULLET = re.compile(r"(\s*)([-*+])(?=[^\W\d_][^*]*$)")
_TIGHT_BOX = re.compile(r"\s*[-*+•](?=\[[ xX✓✔]?\])")
_FEWEST_TIGHT = 2
_STAR_PAIR = re.compile(r"\s*\*[^*\s][^*]*\*:?\s*$")


def answer_lines(judged: Sequence[Judged], words: Words, *, flowed: bool, delsp: bool) -> list[str]:
    """Her things, one a line, with an empty line where she left one; no greeting, no `Today:`.

    Args:
        judged: The lines of a mail with their verdicts.
        words: Of all languages.
        flowed: The text is format=flowed (RFC 3676).
        delsp: And the space at the end of a flowed line is not part of the text.
    """
    kept = _kept(judged)
    lines = _unflowed(kept, delsp=delsp) if flowed else kept
    even = _even_bullets(lines)
    lines = _unwrapped(even, _breaks(even, 0 if flowed else _width(kept), words))
    lines = [line for line in lines if not is_rule(line.strip())]
    return _trimmed(under_headings(lines, words))


def _kept(judged: Sequence[Judged]) -> list[str]:
    """The lines that are things; whatever stands between two of them leaves an empty one."""
    kept: list[str] = []
    for text, verdict, _ in judged:
        if verdict is KEPT:
            kept.append(text if text.isascii() else INVISIBLE.sub("", text))
        elif kept and kept[-1]:
            kept.append("")
    return kept


def _unflowed(lines: Sequence[str], *, delsp: bool) -> list[str]:
    """RFC 3676: a line that ends in a space goes on in the next one."""
    joined: list[str] = []
    flows = False
    for raw in lines:
        line = raw.removeprefix(" ")
        if flows and line.strip() and not is_bullet(line):
            joined[-1] = (joined[-1][:-1] if delsp else joined[-1]) + line
        else:
            joined.append(line)
        flows = line.endswith(" ") and line != "-- " and bool(line.strip())
    return [line.rstrip() for line in joined]


def _even_bullets(lines: Sequence[str]) -> Sequence[str]:
    """Bullets and numbers of other shapes as `- ` and `1. `; a bullet without space gets one."""
    if all(line[:1].isalpha() or not line for line in lines):
        return lines
    tight = sum(map(bool, map(_TIGHT_BULLET.match, lines))) >= _FEWEST_TIGHT
    numbered = sum(map(bool, map(_ODD_NUMBER.match, lines))) >= _FEWEST_TIGHT
    return [_even_bullet(line, tight=tight, numbered=numbered) for line in lines]


def _even_bullet(line: str, *, tight: bool, numbered: bool) -> str:
    if not line.isascii():
        line = _ODD_BULLET.sub(r"\1- ", line, count=1) if _ODD_BULLET.match(line) else line
    if found := _TIGHT_BOX.match(line):
        return f"{found[0]} {line[found.end() :]}"
    if tight and (found := _TIGHT_BULLET.match(line)) and not _STAR_PAIR.match(line):
        return f"{found[0]} {line[found.end() :]}"
    if numbered and (found := _ODD_NUMBER.match(line)):
        return f"{found[1]}{found[2]}. {line[found.end() :]}"
    return line


class _Breaks(NamedTuple):
    """How a program seems to have broken her lines."""

    width: int
    """The column; 0 where it has not."""
    is_sure: bool
    """Some full line goes on in the middle of a sentence."""
    joints: AbstractSet[str]
    """Words that nothing she did ends with."""


def _breaks(lines: Sequence[str], width: int, words: Words) -> _Breaks:
    is_sure = width > 0 and any(
        _is_full(before, after, width) and after.lstrip()[0].islower() for before, after in pairwise(lines)
    )
    return _Breaks(width, is_sure, words.joints)


def _unwrapped(lines: Sequence[str], breaks: _Breaks) -> list[str]:
    """Lines that a program broke, put together where that is clear."""
    joined: list[str] = []
    previous, in_code = "", False
    for line in lines:
        fenced = "```" in line and line.lstrip().startswith("```")
        if joined and not in_code and not fenced and _continues(previous, line, joined[-1], breaks):
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
        else:
            joined.append(line.rstrip())
        previous = line
        in_code ^= fenced
    return joined


def _width(lines: Sequence[str]) -> int:
    """The column at which the text seems to be broken; 0 when it is not.

    The longest line tells it, unless a line is longer than any program would leave it.
    """
    if max(map(len, lines), default=0) < _NARROWEST:
        return 0
    lengths = [len(line.rstrip()) for line in lines if line.strip() and "://" not in line]
    longest = max(lengths, default=0)
    return longest if _NARROWEST <= longest <= _WIDEST else 0


def _is_full(before: str, after: str, width: int) -> bool:
    """The first word of the line below would not have found room."""
    if not before.strip() or not after.strip():
        return False
    return len(before.rstrip()) + 1 + len(after.split(maxsplit=1)[0]) > width


def _begins_a_thing(before: str, after: str, breaks: _Breaks) -> bool:
    """A capital below what may be whole, in a text that nothing shows to be broken: a list of hers."""
    if breaks.is_sure or not after[0].isupper() or after[-1] in _SENTENCE_END:
        return False
    return not before.endswith(_GOES_ON) and fold(before.rsplit(maxsplit=1)[-1]) not in breaks.joints


def _continues(previous: str, line: str, whole: str, breaks: _Breaks) -> bool:
    indent = _indent(line)
    if not (indent or breaks.width):
        return False
    before, after = previous.rstrip(), line.strip()
    if not before or not after or is_bullet(line):
        return False
    if indent and is_bullet(whole):
        above = _indent(previous)
        if indent >= above + _INDENT or (indent == above and not is_bullet(previous)):
            return True  # it hangs under the bullet, or below another that does
    if not breaks.width or not _is_full(before, after, breaks.width):
        return False
    return not _begins_a_thing(before, after, breaks) and _join_weight(before, after) >= _ENOUGH


def _join_weight(before: str, after: str) -> int:
    """How much speaks for it that a sentence goes on; the line is full already."""
    fits_typing = 70
    return (
        1
        + 2 * (after[0].islower() or after[0].isdigit() or after[0] in "(\"'“„«&@#")
        + (before[-1] not in _SENTENCE_END)
        + 2 * (before.endswith(_GOES_ON))
        + (len(before) >= fits_typing)
        - 3 * (before[-1] in _SENTENCE_END and not after[0].islower())
        - 2 * before.endswith(":")
    )


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _trimmed(lines: Sequence[str]) -> list[str]:
    """At most one empty line between two, and none around."""
    kept: list[str] = []
    for line in lines:
        if line.strip() or (kept and kept[-1]):
            kept.append(line.rstrip() if line.strip() else "")
    while kept and not kept[-1]:
        kept.pop()
    return kept
