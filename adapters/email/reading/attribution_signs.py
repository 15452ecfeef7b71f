"""Whether a piece of text is an attribution: date, time, address, verb and end, each with its weight."""

import re

from adapters.email.reading.evidence import Evidence, opens_with_date
from adapters.email.reading.page import is_bullet
from adapters.email.reading.words import Words, fold

_ENOUGH = 6
_ENOUGH_FOR_A_BULLET = 8
MOST_NAME_WORDS = 8
_MOST_WORDS = 18
ENDS = (":", ">", "-", ")", "*", "≫", "]")
_NUMBER_FIRST = re.compile(
    r"(?:\d{4}|\d{1,2})\s?[-/.:年년월月]\s?\d|\d{1,2}\.?\s[^\W\d]|\d{4}[^\s\d]{1,6}\s[^\W\d]"
    r"|\d{4}\s[^\s\d]{1,4}\.\s[^\W_]"
)
ISO_FIRST = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}\s\d{1,2}:\d\d\s(?:GMT|UTC)")
_BRACKET = re.compile(r"[<(\[](?=[^\s<>()\[\]]{1,80}@)|<")
_BY_ADDRESS = re.compile(
    r"\d[:.h]\d\d(?::\d\d)?(?:\s?[AaPp]\.?[Mm]\.?)?,?\s(?:[^\W\d_]{2,3}\s)?[^\s<>@]{1,64}@[^\s<>@]{3,190}:$"
)
"""`24 Nov 2026, 18:00 by bob@example.com:`, as Tuta writes."""
ORNAMENT = "-–—*_>|»[] \t"
_IN_FRONT = ORNAMENT + "\"'("
_BEHIND_A_WORD = re.compile(r"[\s,.،，]")


def starts_dated(line: str, words: Words) -> bool:
    """Whether an attribution may begin so: with a date, a weekday or a word like `On`."""
    bare = line.lstrip(_IN_FRONT)
    if not bare:
        return False
    if bare[0].isdigit():
        return _NUMBER_FIRST.match(bare) is not None
    if words.attribution.openers.at(bare):
        return True
    first = fold(_BEHIND_A_WORD.split(bare, maxsplit=1)[0])
    return first in words.attribution.weekdays or first in words.attribution.months


def decides(text: str, evidence: Evidence, *, quoted: bool, dated: bool) -> bool:
    """Whether a text is an attribution.

    Args:
        text: Its lines as one; not empty.
        evidence: What the text tells.
        quoted: A quote follows.
        dated: What `starts_dated` says of its first line.
    """
    is_whole = quoted and _tells_all(text, evidence)
    if is_bullet(text) and not opens_with_date(text):
        is_told = evidence.verb or is_whole
        return is_told and _weight(text, evidence, quoted=quoted, dated=dated) >= _ENOUGH_FOR_A_BULLET
    if is_whole or _is_compact(text, evidence):
        return True
    if quoted and (_is_dated_heading(text, evidence) or _is_addressed_heading(text, evidence)):
        return True
    is_alone = _stands_alone(text, evidence)
    is_named = evidence.verb and (evidence.verb_opens or _is_name_long(text) or _is_told_by(text, evidence))
    if not dated and not (quoted and is_alone) and not is_named:
        return False
    if text[-1] not in ENDS and not (evidence.address or evidence.time or (quoted and evidence.date)):
        return False  # many a sentence ends in `written`
    tells = evidence.verb or is_alone or (quoted and _is_told(evidence))
    return tells and _weight(text, evidence, quoted=quoted, dated=dated) >= _ENOUGH


def _tells_all(text: str, evidence: Evidence) -> bool:
    """Date, time and address: above a quote it needs no word that is known."""
    if not (evidence.date and evidence.time and evidence.address) or evidence.first_person:
        return False
    in_brackets = "<" in text and ">" in text
    is_closed = text.endswith(":") or text[-1:].isdigit() or text[-2:] in {"AM", "PM"} or in_brackets
    return is_closed and len(text.split()) <= _MOST_WORDS


def _is_compact(text: str, evidence: Evidence) -> bool:
    """Date, time, `<address>` and a colon, and hardly a word more: so it is in every language."""
    if not (evidence.date and evidence.time and evidence.address) or not text.endswith(":"):
        return False
    if len(text.split()) > _MOST_WORDS:
        return False
    head, bracket, tail = text.rpartition(">")
    if not bracket:
        return _BY_ADDRESS.search(text) is not None
    few = 3
    if any(map(str.isdigit, tail)):
        return _is_stamped_sender(head, tail, evidence)
    return len(tail.split()) <= few


def _is_stamped_sender(head: str, tail: str, evidence: Evidence) -> bool:
    """`Bo Roe <bo@example.com> [24-11-2026 18:00]:`, a name and behind its address only when."""
    few = 9
    first = tail.lstrip(" ,-–—([")[:1]
    is_when = len(tail.split()) <= few and (first.isdigit() or evidence.weekday)
    return is_when and not evidence.verb and not head[:1].islower() and len(head.split()) <= MOST_NAME_WORDS


def _is_dated_heading(text: str, evidence: Evidence) -> bool:
    """`Bob Smith, Nov 24, 2026 at 18:00:` above a quote."""
    few = 12
    is_full = evidence.date and evidence.time and text.endswith(":") and not evidence.first_person
    return is_full and len(text.split()) <= few and not is_bullet(text)


def _is_addressed_heading(text: str, evidence: Evidence) -> bool:
    """`Quoth Bob Smith <bob@example.com>:` above a quote: a name and its address, in whatever words."""
    few = 7
    is_closed = text.endswith((">:", "> :", ">]", ">]:")) and evidence.address and not evidence.first_person
    return is_closed and not text[0].islower() and len(text.split()) <= few and not is_bullet(text)


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
        + text.rstrip(ORNAMENT).endswith((":", "："))
        + 2 * quoted
        - 6 * evidence.first_person
    )


def _is_framed(text: str) -> bool:
    """As in `---- Bob wrote ----`."""
    return text.startswith("--") and text.endswith("--")


def _is_name_long(text: str) -> bool:
    """What stands in front of the address is no longer than a name."""
    return len(_BRACKET.split(text, maxsplit=1)[0].split()) <= MOST_NAME_WORDS


def _is_told_by(text: str, evidence: Evidence) -> bool:
    """Somebody, perhaps with her address, the verb, and behind it only when: `bo@x.com schrieb am ...`."""
    most = 3
    if not (evidence.verb_said and evidence.date and evidence.time):
        return False
    front, _, behind = fold(text).rpartition(evidence.verb_said)
    return "@" not in behind and 0 < len(front.split()) <= most


def _stands_alone(text: str, evidence: Evidence) -> bool:
    """Without a verb it takes date, time and an address in brackets at the end, or Gmail's date in front."""
    bare = text.rstrip(ORNAMENT + ": ")
    in_brackets = evidence.address and text.rstrip(": *").endswith((">", ")", "]"))
    return (
        ISO_FIRST.match(bare) is not None
        or (evidence.date and evidence.time and in_brackets)
        or (evidence.date and in_brackets and text.endswith((":", "：")))
    )


def is_sure(text: str, evidence: Evidence) -> bool:
    """Whether an attribution is so clear that what follows is cut although nothing marks it as quoted."""
    if evidence.verb:
        is_timed = evidence.time and text.endswith((":", "：", ">"))  # not `18:00 wrote this :)`
        return evidence.date or evidence.address or is_timed or _is_framed(text)
    return _is_compact(text, evidence) or _stands_alone(text, evidence)
