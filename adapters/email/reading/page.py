"""A mail's lines and what has been found out about each."""

import enum
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

MOST_LINES = 5_000
"""More are not read: no answer has so many, and a quoted thread may."""
MOST_DOUBTS = 1_500
"""How often a piece of one mail is weighed closely; no honest one has so many doubtful lines."""
LONGEST_SEEN = 600
"""Characters of a line that are looked at to tell what it is; what is kept of it is whole."""
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_ZEROS = "٠۰०০੦૦୦௦౦೦൦๐໐၀០"
"""The digits of the scripts from Arabic to Khmer stand behind their zeros."""
_PLAIN = str.maketrans(
    {"\xa0": " ", "\u202f": " ", "：": ":", "៖": ":", "՝": ":", "፦": ":"}
    | {"【": "*", "】": ":"}
    | dict.fromkeys("│┃║｜", "|")
    | dict.fromkeys("┌┐└┘├┤┏┓┗┛┣┫╔╗╚╝╠╣╭╮╰╯", "─")
    | {chr(ord(zero) + digit): str(digit) for zero in _ZEROS for digit in range(10)}
)
"""Spaces of all widths, what Chinese, Khmer, Armenian and Amharic have for a colon, boxes, and digits.

`【件名】...` is a header as `*Subject:* ...` is.
"""
_ODD = re.compile(f"[{''.join(map(chr, _PLAIN))}]")
_RULE = frozenset("-_=*~#+ᐧ·—–―‐•|.─━═ \t")
_DRAWN = _RULE | frozenset("＊＝＿－～＋／・･◆◇□■/’゜゚。:　")
"""Of lines that are drawn with other signs, in Japan above all; six of them, for `//` may be hers."""
_FEWEST_ORNAMENTS = 6
_COMMENTS = ("/*", "//-", "//=", "//*")
"""How a line of code begins that is drawn too, and is no edge of a signature."""
BULLET = re.compile(
    r"\s*(?:[-*+•‣◦⁃∙·▪▫●○■□➢➤►▶→⇒✦✧★☆–—!]|\(?\d{1,3}[.)．、]|[a-z]\)|\[[ xX✓✔]?\]|[✓✔✅☑☐✗✘❌❗])️?(?:\s|$)"
    r"|\s*(?:\[\]|[✓✔✅☑☐•●▪■・]|-\[[ xX]?\])"
)


_NO_SIGN = "no sign that it is not hers"


class Verdict(enum.Enum):
    """What a line is."""

    KEPT = "kept"
    GREETING = "greeting"
    NAME = "name"
    CLOSING = "closing"
    SIGNATURE = "signature"
    DEVICE = "device"
    QUOTE = "quote"
    ATTRIBUTION = "attribution"
    ORIGINAL = "original"
    BANNER = "banner"
    FOOTER = "footer"
    ARMOUR = "armour"


KEPT, QUOTE, ORIGINAL = Verdict.KEPT, Verdict.QUOTE, Verdict.ORIGINAL
"""For what is asked of every line: Python 3.11 takes eight times as long to find a member by its class."""
_NOT_CUT = (None, KEPT)
HERS = (Verdict.KEPT, Verdict.GREETING, Verdict.NAME)
"""Verdicts of lines that she typed and that say something."""


class Judged(NamedTuple):
    """One line with its verdict and the rule that led to it."""

    text: str
    verdict: Verdict
    rule: str

    @property
    def is_hers(self) -> bool:
        return self.verdict in HERS


class Page:
    """The lines of a text; rules write their verdicts into it, and the first verdict stands.

    Lines are counted from 0.  Wherever a rule gets `start` and `end`, `end` is the line behind the last one,
    as in a `range`, and both lie within the page.

    Attributes:
        raw: The lines as they came.
        said: The same without invisible characters, white space and stars around them, cut to what is
            looked at.
    """

    def __init__(self, text: str) -> None:
        self.raw = _lines(text)
        self.said = [line[:LONGEST_SEEN].strip() if line.isascii() else _bare(line) for line in self.raw]
        self.verdicts: list[Verdict | None] = [None] * len(self.raw)
        self.rules = [""] * len(self.raw)
        self._doubts = MOST_DOUBTS

    def __len__(self) -> int:
        return len(self.raw)

    def may_weigh(self) -> bool:
        """Whether something may still be weighed closely, which counts as having done so."""
        self._doubts -= 1
        return self._doubts >= 0

    @property
    def is_worn_out(self) -> bool:
        """Nothing more is weighed in this mail: it was made to cost time."""
        return self._doubts <= 0

    def mark(self, start: int, end: int, verdict: Verdict, rule: str) -> None:
        """Judge the lines from `start` up to `end` that are not yet judged."""
        self.mark_each(range(start, end), verdict, rule)

    def mark_each(self, indexes: Iterable[int], verdict: Verdict, rule: str) -> None:
        """The same of lines that need not be beside each other."""
        for index in indexes:
            if self.verdicts[index] is None:
                self.verdicts[index] = verdict
                self.rules[index] = rule

    def open_lines(self, start: int, end: int) -> Iterator[int]:
        """The lines from `start` up to `end` with words in them that nobody has judged yet."""
        return (index for index in range(start, end) if self.said[index] and self.verdicts[index] is None)

    def has_words(self, start: int, end: int) -> bool:
        """There is something of hers from `start` up to `end`."""
        said, verdicts = self.said, self.verdicts
        for index in range(start, end):
            if verdicts[index] in _NOT_CUT and said[index] and not is_rule(said[index]):
                return True
        return False

    def open_end(self, start: int, end: int) -> int:
        """The line behind the last one from `start` up to `end` with words that nobody has judged yet."""
        while end > start and (self.verdicts[end - 1] is not None or not self.said[end - 1]):
            end -= 1
        return end

    def next_said(self, index: int) -> int:
        """The nearest line with words after `index`; the number of lines when there is none."""
        for later in range(index + 1, len(self.said)):
            if self.said[later]:
                return later
        return len(self.said)

    def last_line(self, said: str) -> int:
        """The last line that says exactly this; -1 when none does."""
        for index in range(len(self.said) - 1, -1, -1):
            if self.said[index] == said:
                return index
        return -1

    def is_quoted(self, index: int) -> bool:
        """Whether a line was found to be quoted; False behind the last one."""
        return index < len(self.said) and self.verdicts[index] is QUOTE

    def cut_short(self, index: int, length: int) -> None:
        """Leave of a line what stands before the character of that number in what is said in it."""
        self.raw[index] = _visible(self.raw[index]).lstrip()[:length].rstrip()
        self.said[index] = self.said[index][:length].rstrip()

    def judged(self) -> list[Judged]:
        """Every line, those without verdict as kept."""
        return [
            Judged(
                raw if said or len(raw) > LONGEST_SEEN else "",
                verdict or KEPT,
                rule or (_NO_SIGN if said else ""),
            )
            for raw, said, verdict, rule in zip(self.raw, self.said, self.verdicts, self.rules, strict=True)
        ]


def _lines(text: str) -> list[str]:
    lines = text.split("\n")
    if len(lines) > MOST_LINES:  # first let go what says nothing
        lines = [line for index, line in enumerate(lines) if line.strip() or index == 0 or lines[index - 1]]
    return lines[:MOST_LINES]


def _bare(line: str) -> str:
    seen = _visible(line)
    return (seen.translate(_PLAIN) if _ODD.search(seen) else seen).strip()


def _visible(line: str) -> str:
    return INVISIBLE.sub("", line[:LONGEST_SEEN])


def is_rule(said: str) -> bool:
    """A line of dashes, stars or the like, with no word in it."""
    if said[:1] not in _DRAWN:
        return False
    return _RULE.issuperset(said) or (
        len(said) >= _FEWEST_ORNAMENTS and _DRAWN.issuperset(said) and not said.startswith(_COMMENTS)
    )


def is_bullet(line: str) -> bool:
    """Whether a line begins as one of a list does: with a sign, a number, a letter or a box to tick."""
    return BULLET.match(line) is not None
