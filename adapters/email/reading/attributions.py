"""The sentence that introduces what is quoted: `On ... somebody <address> wrote:`, in any language.

It may be broken over several lines, begin with the date or with the name, share its line with the reply and
have no verb at all; so each sign has a weight, and their sum decides.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.email.reading.evidence import Evidence, weigh
from adapters.email.reading.page import Page, is_bullet
from adapters.email.reading.words import Words, fold

_MOST_LINES = 6
_LONGEST = 500
_SHORT = 40
_ENOUGH = 6
_ENOUGH_FOR_A_BULLET = 8
_MOST_NAME_WORDS = 8
_MOST_WORDS = 18
_ENDS = (":", ">", "-", ")", "*", "≫", "]")
_CLOSERS = frozenset(_ENDS)
_SOFT_BREAK = re.compile(r"(?:=[0-9A-F]{2})+")
_SENTENCE = re.compile(r"[.!?…。！？:;,)]\s+(?=\S)")
_MOST_SENTENCES = 8
_NUMBER_FIRST = re.compile(r"(?:\d{4}|\d{1,2})\s?[-/.:年년월月]\s?\d|\d{1,2}\.?\s[^\W\d]")
_ISO_FIRST = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}\s\d{1,2}:\d\d\s(?:GMT|UTC)")
_ORNAMENT = "-–—*_>|»[] \t"


@dataclass(frozen=True, slots=True)
class Attribution:
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

    Args:
        page: The mail.
        last: A line with words that nobody has judged.
        words: Of all languages.
        floor: Lines before this one belong to something else.
    """
    said = page.said[last]
    if not _may_end(said, words):
        return _within_line(page, last, words) if _may_go_on(said) and page.may_weigh() else None
    quoted = page.is_quoted(page.next_said(last)) or _is_bar_quoted(page, last)
    found = _upward(page, last, words, floor, quoted=quoted)
    return found or _within_line(page, last, words)


def _may_end(said: str, words: Words) -> bool:
    if said.endswith(_ENDS):
        return True
    last_word = fold(said.rsplit(None, 1)[-1])
    return last_word in words.verbs or _ISO_FIRST.match(said) is not None or last_word.endswith(">wrote")


def _may_go_on(said: str) -> bool:
    """What it introduces, or more of it, may stand on the same line."""
    return "@" in said and ":" in said and any(digit in said for digit in "0123456789")


def _is_bar_quoted(page: Page, last: int) -> bool:
    """The lines after it all begin with a bar, as some programs quote."""
    later = page.next_said(last)
    return later < len(page) and page.said[later].startswith("|")


def _upward(page: Page, last: int, words: Words, floor: int, *, quoted: bool) -> Attribution | None:
    """Put line after line in front until it is a whole sentence."""
    text, found = "", None
    for start in _lines_above(page, last, floor):
        line = page.said[start]
        text = _joined(line, text)
        dated = _starts_dated(line, words)
        if len(text) > _LONGEST or (found is not None and not _may_add(found, line, words, dated=dated)):
            break
        if not dated and not _may_be_named(line):
            continue
        if not page.may_weigh():
            break
        evidence = weigh(text, words)
        if _decides(text, evidence, quoted=quoted, dated=dated):
            found = Attribution(start, last + 1, is_sure=_is_sure(text, evidence))
            if dated and evidence.date and (evidence.verb or evidence.address):
                break
    return found


def _lines_above(page: Page, last: int, floor: int) -> Iterator[int]:
    """From `last` up, as far as one sentence may reach."""
    for index in range(last, max(last - _MOST_LINES, floor) - 1, -1):
        if page.said[index]:
            if page.verdicts[index] is not None:
                return
            yield index
        elif not page.said[index + 1].startswith(("<", "mailto:", "wrote", ">")):
            return


def _may_add(found: Attribution, line: str, words: Words, *, dated: bool) -> bool:
    """Whether one more line may belong to an attribution that is whole without it."""
    if (dated and _adds_a_date(line, words)) or _is_middle(line):
        return True
    return not found.is_sure and _may_be_named(line)


def _is_middle(line: str) -> bool:
    """A short line inside a sentence that a program broke: `at 10:18,`."""
    return len(line) <= _SHORT and (line.endswith((",", "<")) or line[0] == "<")


def _joined(line: str, rest: str) -> str:
    """Two lines as one; a line that ends in `=` is one of quoted-printable that nobody decoded."""
    whole = f"{line[:-1]}{rest}" if line.endswith("=") and rest else f"{line} {rest}".strip()
    return _SOFT_BREAK.sub(" ", whole) if "=" in whole else whole


def _starts_dated(line: str, words: Words) -> bool:
    """Whether an attribution may begin so: with a date, a weekday or a word like `On`."""
    bare = line.lstrip(_ORNAMENT + "\"'(")
    if not bare:
        return False
    if bare[0].isdigit():
        return _NUMBER_FIRST.match(bare) is not None
    if words.openers.at(bare):
        return True
    first = fold(re.split(r"[\s,.،，]", bare, maxsplit=1)[0])
    return first in words.weekdays or first in words.months


def _adds_a_date(line: str, words: Words) -> bool:
    evidence = weigh(line, words)
    return evidence.date or evidence.time or line.endswith("<")


def _may_be_named(line: str) -> bool:
    """A line may begin with the name of who wrote, or with a word of a language there is no file for."""
    first = line.lstrip(_ORNAMENT)
    if not first:
        return False
    return not first[0].islower() or "@" in line or (line.endswith(":") and any(map(str.isdigit, line)))


def _decides(text: str, evidence: Evidence, *, quoted: bool, dated: bool) -> bool:
    weight = _weight(text, evidence, quoted=quoted, dated=dated)
    is_whole = quoted and _tells_all(text, evidence)
    if is_bullet(text):
        return weight >= _ENOUGH_FOR_A_BULLET and (evidence.verb or is_whole)
    if is_whole or _is_compact(text, evidence) or (quoted and _is_dated_heading(text, evidence)):
        return True
    is_alone = _stands_alone(text, evidence)
    if not dated and not (quoted and is_alone) and not (evidence.verb and _is_name_long(text)):
        return False
    if text[-1] not in _CLOSERS and not (evidence.address or evidence.time or quoted):
        return False  # many a sentence ends in `written`
    tells = evidence.verb or is_alone or (quoted and _is_told(evidence))
    return tells and weight >= _ENOUGH


def _tells_all(text: str, evidence: Evidence) -> bool:
    """Date, time and address: above a quote it needs no word that is known."""
    is_full = evidence.date and evidence.time and evidence.address and not evidence.first_person
    return is_full and text.endswith(":") and len(text.split()) <= _MOST_WORDS


def _is_compact(text: str, evidence: Evidence) -> bool:
    """Date, time, `<address>` and a colon, and hardly a word more: so it is in every language."""
    if not (evidence.date and evidence.time and evidence.address) or not text.endswith(":"):
        return False
    _, bracket, tail = text.rpartition(">")
    few = 3
    return (
        bool(bracket)
        and len(tail.split()) <= few
        and not any(map(str.isdigit, tail))
        and len(text.split()) <= _MOST_WORDS
    )


def _is_dated_heading(text: str, evidence: Evidence) -> bool:
    """`Bob Smith, Nov 24, 2026 at 18:00:` above a quote."""
    few = 12
    is_full = evidence.date and evidence.time and text.endswith(":") and not evidence.first_person
    return is_full and len(text.split()) <= few and not is_bullet(text)


def _is_told(evidence: Evidence) -> bool:
    return evidence.date or evidence.address


def _weight(text: str, evidence: Evidence, *, quoted: bool, dated: bool) -> int:
    return (
        2 * evidence.date
        + evidence.weekday
        + 2 * evidence.time
        + 3 * (evidence.zone and evidence.time)
        + 2 * evidence.address
        + 3 * evidence.verb_ends
        + (evidence.verb and not evidence.verb_ends and text.endswith((":", "：")))
        * (3 if evidence.address or evidence.date else 1)
        + dated
        + 3 * _is_framed(text)
        + text.rstrip(_ORNAMENT).endswith((":", "："))
        + 2 * quoted
        - 6 * evidence.first_person
    )


def _is_framed(text: str) -> bool:
    """As in `---- Bob wrote ----`."""
    return text.startswith("--") and text.endswith("--")


def _is_name_long(text: str) -> bool:
    """What stands in front of the address is no longer than a name."""
    name = text.partition("<")[0] if "<" in text else text
    return len(name.split()) <= _MOST_NAME_WORDS


def _stands_alone(text: str, evidence: Evidence) -> bool:
    """Without a verb it takes date, time and an address in brackets at the end, or Gmail's date in front."""
    bare = text.rstrip(_ORNAMENT + ": ")
    in_brackets = evidence.address and text.rstrip(": *").endswith((">", ")", "]"))
    return (
        _ISO_FIRST.match(bare) is not None
        or (evidence.date and evidence.time and in_brackets)
        or (evidence.date and in_brackets and text.endswith((":", "：")))
    )


def _is_sure(text: str, evidence: Evidence) -> bool:
    if evidence.verb:
        return evidence.date or evidence.address or evidence.time or _is_framed(text)
    return _is_compact(text, evidence) or _stands_alone(text, evidence)


def _within_line(page: Page, index: int, words: Words) -> Attribution | None:
    """An attribution that begins behind her own words, or goes on with what it quotes, on one line."""
    said = page.said[index]
    starts = [0, *[found.end() for found in _SENTENCE.finditer(said)][:_MOST_SENTENCES]]
    ends = [place for place in _colons(said) if place > 0]
    for start in starts:
        if not _starts_dated(said[start:], words):
            continue
        for end in ends:
            text = said[start : end + 1]
            is_part = start < end and (start > 0 or end + 1 < len(said))
            if is_part and _last_word(text) in words.verbs and page.may_weigh():
                evidence = weigh(text, words)
                is_whole = evidence.verb_ends and evidence.date and (evidence.address or evidence.time)
                if is_whole and not evidence.first_person:
                    return Attribution(index, index + 1, hers=said[:start].rstrip(), is_sure=True)
    return None


def _last_word(text: str) -> str:
    """The word in front of the colon; of `a écrit` the second, which is a verb by itself too."""
    return fold(text.rstrip(": ").rsplit(None, 1)[-1]) if text.strip(": ") else ""


def _colons(said: str) -> list[int]:
    """Where a colon ends a word and does not stand inside a time or an address."""
    found = [match.start() for match in re.finditer(r":(?=\s|$|>)", said)]
    return found[:_MOST_SENTENCES]
