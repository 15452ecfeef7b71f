"""What somebody typed into an answer: every line judged, in time that grows with the mail's length alone.

Quotes first, since they tell where she is not; then where an original begins; then what stands around her
own words.  Each rule adds up signs, and where they are weak the line stays hers: a leaked quote is a
nuisance, a lost done a defect.
"""

import quopri
import re
from collections.abc import Sequence

from adapters.email.reading.attributions import attribution_at
from adapters.email.reading.armour import mark_armour
from adapters.email.reading.endings import mark_banners, mark_devices, mark_endings, mark_greeting
from adapters.email.reading.originals import above_rules, is_reply_above, original_at
from adapters.email.reading.page import Judged, Page, Verdict, is_rule
from adapters.email.reading.words import Words, fold, words

_QUOTED = (">", "|>", "»>", "＞", "&gt;")
_QUOTE_SIGNS = frozenset(sign[0] for sign in _QUOTED)
_INITIALS = re.compile(r"([A-Z][A-Za-z]{0,8})>(?:\s|$)")
_FEWEST_INITIALS = 2
_LONGEST_LEFTOVER, _SHORTEST_LEFTOVER = 80, 30
"""Of what was broken off in the middle of a sentence, and behind one."""
_SENTENCE_ENDS = (".", "!", "?", ":", ";")
_SHORTEST_BROKEN = 60
_MOST_LINES_OF_AN_ADDRESS = 3
_UNDECODED = re.compile(r"=[0-9A-F]{2}")
_FEWEST_UNDECODED = 3
_MBOX_FROM = ">From "
_FENCE = "```"


def judge(text: str, sender_name: str = "") -> list[Judged]:
    """Every line of `text` with its verdict and the rule behind it.

    Args:
        text: The whole text of a mail, decoded, with line feeds.
        sender_name: The sender's name as the mail's From has it, so that it is known at the end.
    """
    known = words()
    page = Page(_decoded(text))
    names = frozenset(re.findall(r"\w+", fold(sender_name)))
    _mark_quotes(page)
    _mark_code(page)
    mark_banners(page, known)
    _cut(page, known)
    mark_armour(page)
    mark_devices(page, known)
    for start, end in _stretches(page):
        mark_endings(page, start, end, known, names)
    mark_greeting(page, known)
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
    for line in lines:
        if line.is_hers and (line.text.strip() or (kept and kept[-1])):
            kept.append(line.text.rstrip() if line.text.strip() else "")
    return "\n".join(kept).strip("\n")


def _mark_quotes(page: Page) -> None:
    """Lines that begin with `>`, or with initials and `>`, and what a program broke off a quoted line."""
    for index, said in enumerate(page.said):
        if not said or said[0] not in _QUOTE_SIGNS or not said.startswith(_QUOTED):
            continue
        is_short = len(said) <= _LONGEST_LEFTOVER
        if is_short and (_closes_address(page, index) or _is_escaped_from(page, index)):
            continue
        page.mark(index, index + 1, Verdict.QUOTE, "begins with a quote mark")
    _mark_initials(page)
    for index in range(1, len(page) - 1):
        if page.said[index] and page.verdicts[index] is None and _is_leftover(page, index):
            page.mark(index, index + 1, Verdict.QUOTE, "broken off a quoted line")


def _closes_address(page: Page, index: int) -> bool:
    """The `>` ends an address that began with `<` on a line above."""
    said = page.said[index]
    if len(said) > 1 and said[-1] != ":":
        return False
    above = [page.said[each] for each in range(max(index - _MOST_LINES_OF_AN_ADDRESS, 0), index)]
    open_brackets = sum(line.count("<") - line.count(">") for line in above if not line.startswith(">"))
    return open_brackets > 0 and any("@" in line for line in above)


def _is_escaped_from(page: Page, index: int) -> bool:
    """Mail stores put `>` in front of a line that begins with `From `; alone it is hers."""
    if not page.said[index].startswith(_MBOX_FROM):
        return False
    beside = [page.said[each] for each in (index - 1, index + 1) if 0 <= each < len(page)]
    if any(each.startswith(">") for each in beside):
        return False
    page.raw[index] = page.raw[index].replace(">", "", 1)
    page.said[index] = page.said[index][1:]
    return True


def _mark_initials(page: Page) -> None:
    found: dict[str, list[int]] = {}
    for index, said in enumerate(page.said):
        if ">" in said[:10] and page.verdicts[index] is None and (match := _INITIALS.match(said)):
            found.setdefault(match[1], []).append(index)
    for places in found.values():
        if len(places) >= _FEWEST_INITIALS:
            for index in places:
                page.mark(index, index + 1, Verdict.QUOTE, "begins with somebody's initials and a quote mark")


def _is_leftover(page: Page, index: int) -> bool:
    before, said = page.said[index - 1], page.said[index]
    return (
        len(said) <= (_LONGEST_LEFTOVER if before[-1:] not in _SENTENCE_ENDS else _SHORTEST_LEFTOVER)
        and said[0].islower()
        and page.is_quoted(index - 1)
        and page.is_quoted(index + 1)
        and len(before) >= _SHORTEST_BROKEN
    )


def _mark_code(page: Page) -> None:
    """What stands between fences is hers, whatever it looks like."""
    fences = [
        index
        for index, said in enumerate(page.said)
        if said.startswith(_FENCE) and page.verdicts[index] is None
    ]
    for first, last in zip(fences[::2], fences[1::2], strict=False):
        page.mark(first, last + 1, Verdict.KEPT, "code between fences")


def _cut(page: Page, known: Words) -> None:
    """Mark attributions, and everything from where an original begins that is not quoted line by line."""
    floor, first = 0, len(page)
    asks = is_reply_above("\n".join(page.said), known)
    index = 0
    while index < len(page):
        said = page.said[index]
        if not said:
            index += 1
            continue
        if asks and len(said) <= _SHORTEST_BROKEN * 2 and is_reply_above(said, known):
            _attributed(page, index, known, floor, first)
            _end(page, above_rules(page, index), "below the line to answer above")
            return
        if page.verdicts[index] is not None:
            if first < index and _ends_in_quoted_attribution(page, index, known):
                _end(page, index + 1, "below a quoted attribution")
                return
            first = min(first, index) if page.verdicts[index] is Verdict.KEPT else first
            index, floor = index + 1, index + 1
            continue
        if page.is_worn_out:
            return
        after = _original(page, index, known, spoken=first < index)
        if after is None:
            after = _attributed(page, index, known, floor, first)
        if after is None:
            first = min(first, index) if not is_rule(said) else first
            index += 1
        elif after < 0:
            return
        else:
            index, floor = after, after
            if first < len(page) and page.verdicts[first] not in (None, Verdict.KEPT):
                first = len(page)  # what seemed to be her first word was part of an attribution


def _end(page: Page, start: int, rule: str) -> None:
    page.mark(start, len(page), Verdict.ORIGINAL, rule)


def _original(page: Page, index: int, known: Words, *, spoken: bool) -> int | None:
    """The line to go on at behind an original's headers, -1 when all is cut, None when there is none."""
    original = original_at(page, index, known)
    if original is None:
        return None
    if original.is_forward and not spoken:
        page.mark(
            original.start, original.body, Verdict.ORIGINAL, "headers of what she passed on without a word"
        )
        return original.body
    _end(page, original.start, original.rule)
    return -1


def _attributed(page: Page, index: int, known: Words, floor: int, first: int) -> int | None:
    """The same for an attribution; `first` is the line of her first word."""
    found = attribution_at(page, index, known, floor)
    if found is None:
        return None
    quoted = page.is_quoted(page.next_said(index))
    spoken = bool(found.hers) or first < found.start
    if found.hers:
        page.raw[found.start] = found.hers
        page.said[found.start] = found.hers
        page.mark(found.start, found.start + 1, Verdict.KEPT, "in front of an attribution")
    if not quoted and spoken and found.is_sure:
        _end(page, above_rules(page, found.start), "below an attribution")
        return -1
    if not quoted and not found.is_sure and not _bar_follows(page, index):
        return None
    page.mark(found.start, found.end, Verdict.ATTRIBUTION, "who wrote what is quoted, and when")
    _mark_bars(page, found.end)
    return found.end


def _bar_follows(page: Page, index: int) -> bool:
    later = page.next_said(index)
    return later < len(page) and page.said[later].startswith("|")


def _mark_bars(page: Page, start: int) -> None:
    """Some programs quote with a bar; elsewhere a bar is part of a table."""
    index = page.next_said(start - 1)
    while index < len(page) and page.said[index].startswith("|"):
        page.mark(index, index + 1, Verdict.QUOTE, "quoted with a bar")
        index += 1


def _ends_in_quoted_attribution(page: Page, index: int, known: Words) -> bool:
    """A quote of nothing but an attribution: what it introduces comes below, unmarked."""
    if index == 0 or page.said[index][-1] != ":" or page.is_quoted(index + 1) or page.is_quoted(index - 1):
        return False
    later = page.next_said(index)
    if not page.is_quoted(index) or later >= len(page) or page.is_quoted(later):
        return False
    alone = Page(page.said[index].lstrip("> "))
    found = attribution_at(alone, 0, known, 0)
    return found is not None and found.is_sure


def _stretches(page: Page) -> list[tuple[int, int]]:
    """The runs of lines between quotes."""
    apart = (Verdict.QUOTE, Verdict.ATTRIBUTION, Verdict.ORIGINAL)
    found: list[tuple[int, int]] = []
    start = 0
    for index, verdict in enumerate(page.verdicts):
        if verdict in apart:
            if index > start:
                found.append((start, index))
            start = index + 1
    if start < len(page):
        found.append((start, len(page)))
    return found
