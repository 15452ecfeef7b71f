"""The sentence that introduces what is quoted: `On ... somebody <address> wrote:`, in any language.

It may be broken over several lines, begin with the date or with the name, share its line with the reply and
have no verb at all; so the signs in it are weighed (`attribution_signs.py`).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from adapters.email.reading.attribution_senders import sender_above
from adapters.email.reading.attribution_signs import (
    ENDS,
    ISO_FIRST,
    MOST_NAME_WORDS,
    ORNAMENT,
    decides,
    is_sure,
    starts_dated,
)
from adapters.email.reading.attribution_within import may_go_on, start_within
from adapters.email.reading.evidence import Evidence, has_address, is_stamp, weigh
from adapters.email.reading.page import Page
from adapters.email.reading.quotes import bar_follows
from adapters.email.reading.words import Words, fold

_MOST_LINES = 6
_LONGEST = 500
_SHORT = 40
_SMILES = (":)", ";)", ":-)", ";-)", "^^)")
_SOFT_BREAK = re.compile(r"(?:=[0-9A-F]{2})+")
_LONGER_WORD = re.compile(r"[^\W\d_]{4,}")
_YEARS = frozenset(["года", "року", "roku", "gada", "dnia", "dniu"])
"""What some languages say with a date."""
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")


class Attribution(NamedTuple):
    """Where in a page an attribution stands."""

    start: int
    """Its first line."""
    end: int
    """The line after its last."""
    hers: str = ""
    """What she wrote in front of it on its first line."""
    is_sure: bool = False
    """Sure enough that what follows is cut although nothing marks it as quoted."""


def attribution_at(page: Page, last: int, words: Words, floor: int) -> Attribution | None:
    """The attribution whose last line is `last`, if there is one.

    How it is worded is each program's own affair, which no standard settles: what is known of it was read
    off their mails.

    Args:
        page: The mail.
        last: A line with words that nobody has judged.
        words: Of all languages.
        floor: Lines before this one belong to something else.
    """
    said = page.said[last]
    if not _may_end(said, words) and not _is_heading(page, last, words):
        return _within_line(page, last, words) if may_go_on(said) and page.may_weigh() else None
    quoted = page.is_quoted(page.next_said(last)) or bar_follows(page, last)
    found = _upward(page, last, words, floor, quoted=quoted)
    if found is None:
        return _within_line(page, last, words)
    found = found._replace(start=sender_above(page, found.start, floor))
    if found.start == last and not starts_dated(said, words):
        within = _within_line(page, last, words)
        return within if within is not None and _is_said_by_her(within, said, words) else found
    return _with_rest_below(page, found, words)


def _within_line(page: Page, index: int, words: Words) -> Attribution | None:
    """One behind her own words, or in front of what it quotes, on one line."""
    start = start_within(page, index, words)
    if start is None:
        return None
    return Attribution(index, index + 1, hers=page.said[index][:start].rstrip("- "), is_sure=True)


def _with_rest_below(page: Page, found: Attribution, words: Words) -> Attribution:
    """A program broke the sentence where it seems to be whole: below stand `napisał(a):` or more of it.

    More of it than the verb only where a quote follows.
    """
    last, few, most = found.end - 1, 2, 2
    for index in range(found.end, min(found.end + most, len(page))):
        said = page.said[index]
        if page.said[last].endswith((":", "：")) or not said or page.verdicts[index] is not None:
            break
        last = index
    below = page.said[last]
    if last < found.end or not below.endswith(":"):
        return found
    is_verb = last == found.end and len(below.split()) <= few and weigh(below, words).verb_ends
    is_rest = page.is_quoted(page.next_said(last)) and len(below) <= _SHORT
    return found._replace(end=last + 1) if is_verb or is_rest else found


def _is_said_by_her(within: Attribution, said: str, words: Words) -> bool:
    """What stands in front ends a sentence, or `On` begins what stands behind it and tells who wrote."""
    hers = within.hers
    if hers.endswith(_SENTENCE_ENDS) and not (has_address(hers) and hers[-2:-1].isdigit()):
        return True  # `Bo <bo@example.com> (2026.` ends none
    rest = said[len(hers) :].lstrip(ORNAMENT)
    is_name = hers.endswith((",", ";", ":", ")", ">")) or has_address(hers)
    return bool(hers) and not is_name and has_address(rest) and bool(words.attribution.openers.at(rest))


def _may_end(said: str, words: Words) -> bool:
    if said.endswith(ENDS):
        return not said.endswith(_SMILES)
    last_word = fold(said.rsplit(None, 1)[-1]).rstrip(".։")
    return (
        last_word in words.attribution.verbs
        or last_word.endswith(">wrote")
        or (not last_word.isascii() and last_word.endswith(words.attribution.unspaced_verbs))
        or (said[0].isdigit() and ISO_FIRST.match(said) is not None)
    )


def _is_heading(page: Page, last: int, words: Words) -> bool:
    """`Bo <bo@example.com> – 24 November 2026 18:00` above a quote: a name, its address, when."""
    if "<" not in page.said[last]:
        return False
    name, _, rest = page.said[last].partition("<")
    _, closed, when = rest.partition(">")
    few = 8
    return (
        bool(closed)
        and "@" in rest
        and page.is_quoted(page.next_said(last))
        and len(name.split()) <= MOST_NAME_WORDS
        and len(when.split()) <= few
        and not when.lstrip()[:1].isalpha()
        and is_stamp(when, words)
    )


def _upward(page: Page, last: int, words: Words, floor: int, *, quoted: bool) -> Attribution | None:
    """Put line after line in front until it is a whole sentence."""
    text, found, opens, lacks_date = "", None, False, False
    for start in _lines_above(page, last, floor):
        line = page.said[start]
        text = _joined(line, text)
        dated = starts_dated(line, words)
        if len(text) > _LONGEST:
            break
        may_add = found is None or _may_add(found, line, words, dated=dated, opens=opens)
        if not may_add and not lacks_date:
            break
        if not dated and not _may_be_named(line) and not (quoted and _is_short_name(page, start, last)):
            continue
        if not page.may_weigh():
            break
        evidence = weigh(text, words)
        if not may_add and not _is_dated(line, evidence, words, dated=dated):
            continue  # perhaps a part of a long name, above which the date stands
        if decides(text, evidence, quoted=quoted, dated=dated):
            found = Attribution(start, last + 1, is_sure=is_sure(text, evidence))
            is_named, lacks_date = _is_named(line), not evidence.date
            opens = is_named or _opens(line, words)
            if evidence.date and (is_named or (dated and (evidence.verb or evidence.address))):
                break
    return found


def _is_dated(line: str, evidence: Evidence, words: Words, *, dated: bool) -> bool:
    """It tells when somebody wrote what is quoted, and is no note of hers that begins with a day."""
    return evidence.date and (not _tells_a_thing(line, words) if dated else evidence.time)


def _lines_above(page: Page, last: int, floor: int) -> Iterator[int]:
    """From `last` up, as far as one sentence may reach."""
    for index in range(last, max(last - _MOST_LINES, floor) - 1, -1):
        if page.said[index]:
            if page.verdicts[index] is not None:
                return
            yield index
        elif not page.said[index + 1].startswith(("<", "mailto:", "wrote", ">")):
            return


def _may_add(found: Attribution, line: str, words: Words, *, dated: bool, opens: bool) -> bool:
    """Whether one more line may belong to an attribution that is whole without it, and `opens` as they do."""
    if opens:
        is_part = _is_middle(line) and ("<" in line or any(map(str.isdigit, line)))
        return (is_part or (dated and _adds_a_date(line, words))) and not _tells_a_thing(line, words)
    if (dated and _adds_a_date(line, words) and not _tells_a_thing(line, words)) or _is_middle(line):
        return True
    ends_sentence = line.endswith(_SENTENCE_ENDS) and not line[-2:-1].isdigit()
    return not found.is_sure and not ends_sentence and _may_be_named(line)


def _tells_a_thing(line: str, words: Words) -> bool:
    """`24 Nov: tiles ordered` says more than when, and not date and time as programs write them."""
    evidence = weigh(line, words)
    if (evidence.date and evidence.time) or "<" in line:
        return False
    small = {word for word in _LONGER_WORD.findall(line) if word.islower()}
    return any(
        fold(word) not in words.attribution.months and fold(word) not in words.attribution.weekdays
        for word in small - _YEARS
    )


def _opens(line: str, words: Words) -> bool:
    """It begins with a word like `On`, in front of which no name belongs."""
    return bool(words.attribution.openers.at(line.lstrip(ORNAMENT)))


def _is_named(line: str) -> bool:
    """`Ann Weber wrote:` is whole: a line above it is hers unless it tells when."""
    return line.lstrip(ORNAMENT)[:1].isupper() and len(line.split()) > 1


def _is_middle(line: str) -> bool:
    """A short line inside a sentence that a program broke: `at 10:18,`."""
    return len(line) <= _SHORT and (line.endswith((",", "<")) or line[0] == "<")


def _joined(line: str, rest: str) -> str:
    """Two lines as one; a line that ends in `=` is one of quoted-printable that nobody decoded."""
    whole = f"{line[:-1]}{rest}" if line.endswith("=") and rest else f"{line} {rest}".strip()
    return _SOFT_BREAK.sub(" ", whole) if "=" in whole else whole


def _adds_a_date(line: str, words: Words) -> bool:
    evidence = weigh(line, words)
    return evidence.date or evidence.time or line.endswith("<")


def _may_be_named(line: str) -> bool:
    """A line may begin with the name of who wrote, or with a word of a language there is no file for."""
    first = line.lstrip(ORNAMENT)
    if not first:
        return False
    return not first[0].islower() or "@" in line or (line.endswith(":") and any(map(str.isdigit, line)))


def _is_short_name(page: Page, start: int, last: int) -> bool:
    """`donelog schrieb:`, a name that begins small, alone in its paragraph."""
    few = 3
    is_apart = start == 0 or not page.said[start - 1]
    return start == last and is_apart and len(page.said[start].split()) <= few
