"""What somebody typed into an answer: every line judged, in time that grows with the mail's length alone.

Code and quotes first, since they tell what is certain; then where an original begins; then what stands
around her own words.  Each rule adds up signs, and where they are weak the line stays hers: a leaked quote
is a nuisance, a lost done a defect.
"""

import quopri
import re
from collections.abc import Sequence
from itertools import islice

from adapters.email.reading.armour import mark_armour
from adapters.email.reading.cutting import cut
from adapters.email.reading.devices import mark_devices
from adapters.email.reading.endings import mark_endings
from adapters.email.reading.language_files import words
from adapters.email.reading.manners import is_greeting
from adapters.email.reading.named import release_named
from adapters.email.reading.notices import mark_banners
from adapters.email.reading.page import HERS, Judged, Page, Verdict
from adapters.email.reading.quotes import mark_quotes
from adapters.email.reading.steps import Steps, done
from adapters.email.reading.words import Words, fold

_UNDECODED = re.compile(r"=[0-9A-F]{2}")
_FEWEST_UNDECODED = 3
_NAME = re.compile(r"\w+")
_FENCE = "```"
_MOST_GREETINGS = 3
_APART = (Verdict.QUOTE, Verdict.ATTRIBUTION, Verdict.ORIGINAL)


def judge(text: str, sender_name: str = "") -> list[Judged]:
    """Every line of `text` with its verdict and the rule behind it.

    Args:
        text: The whole text of a mail, decoded, with line feeds.
        sender_name: The sender's name as the mail's From has it, so that it is known at the end.
    """
    return done(judging(text, sender_name))


def judging(text: str, sender_name: str = "") -> Steps[list[Judged]]:
    """The same in steps."""
    known = words()
    page = Page(_decoded(text))
    names = frozenset(_NAME.findall(fold(sender_name)))
    _mark_code(page)
    yield
    mark_quotes(page)
    yield
    mark_banners(page, known)
    yield
    cut(page, known)
    yield
    mark_armour(page)
    mark_devices(page, known)
    yield
    for start, end in _stretches(page):
        mark_endings(page, start, end, known, names)
    yield
    _mark_greetings(page, known, names)
    release_named(page, sender_name)
    return page.judged()


def _decoded(text: str) -> str:
    """Quoted-printable that a program on the way forgot to decode, decoded."""
    if "=\n" not in text or not all(
        len(found) >= _FEWEST_UNDECODED for found in (text.split("=\n"), _UNDECODED.findall(text))
    ):
        return text
    return quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def hers(lines: Sequence[Judged]) -> str:
    """The lines that are the sender's own, with at most one empty line between two."""
    kept: list[str] = []
    for text, verdict, _ in lines:
        if verdict in HERS:
            line = text.rstrip()
            if line or (kept and kept[-1]):
                kept.append(line)
    return "\n".join(kept).strip("\n")


def _mark_code(page: Page) -> None:
    """What stands between fences is hers, whatever it looks like."""
    if _FENCE not in "\n".join(page.said):
        return
    fences = [index for index, said in enumerate(page.said) if said.startswith(_FENCE)]
    for first, last in zip(fences[::2], fences[1::2], strict=False):
        page.mark(first, last + 1, Verdict.KEPT, "code between fences")


def _mark_greetings(page: Page, known: Words, names: frozenset[str]) -> None:
    """`Hi team,` in the first lines of hers, if she says something else too."""
    mine = list(islice(page.open_lines(0, len(page)), _MOST_GREETINGS + 1))
    for index in mine[:-1]:
        if not is_greeting(page.said[index], known, names):
            return
        page.mark(index, index + 1, Verdict.GREETING, "a greeting")


def _stretches(page: Page) -> list[tuple[int, int]]:
    """The runs of lines between quotes in which something is open."""
    runs: list[tuple[int, int]] = []
    start, is_open = 0, False
    for index, verdict in enumerate(page.verdicts):
        if verdict is None:
            is_open = is_open or bool(page.said[index])
        elif verdict in _APART:
            if is_open:
                runs.append((start, index))
            start, is_open = index + 1, False
    return [*runs, (start, len(page))] if is_open else runs
