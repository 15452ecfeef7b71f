"""The line that a phone or a program adds: `Sent from my ...`, in any language."""

import re

from adapters.email.reading.page import Page, Verdict
from adapters.email.reading.words import Words, fold

_LONGEST_LINE = 120
_MOST_WORDS = 8
_LINK = re.compile(r"<[^<>]{0,400}>|\([^()]{0,400}\)|https?://\S{0,400}")
_EXCUSE = re.compile(
    r"excuse|typo|brevity|fehler|tippfehler|kürze|fautes|brièveté|errores|ortograf", re.IGNORECASE
)


def mark_devices(page: Page, words: Words) -> None:
    """`Sent from my ...`, wherever it stands: it says nothing about the lines after it."""
    for index in page.open_lines(0, len(page)):
        said = page.said[index]
        if (is_device_line(said, words) and not _is_among_others(page, index, words)) or (
            _is_apart(page, index) and _names_program(said, words) and _is_last(page, index)
        ):
            page.mark(index, index + 1, Verdict.DEVICE, "a device's line")


def _is_among_others(page: Page, index: int, words: Words) -> bool:
    """`Sent by mail: the contract` right among her lines, where no program puts one of its own."""
    is_sure = words.devices.sent_from_my.at(fold(page.said[index].strip(" <(")))
    return not is_sure and (index == 0 or _is_open(page, index - 1)) and _is_open(page, index + 1)


def _is_open(page: Page, index: int) -> bool:
    return index < len(page) and bool(page.said[index]) and page.verdicts[index] is None


def _is_apart(page: Page, index: int) -> bool:
    return index > 0 and not page.said[index - 1].strip("-")


def _is_last(page: Page, index: int) -> bool:
    """Something of hers stands above it, and nothing open below."""
    later = page.next_said(index)
    return page.has_words(0, index) and (later == len(page) or page.verdicts[later] is not None)


def _names_program(said: str, words: Words) -> bool:
    """`Sent with the Telekom Mail App`: weak by itself, but not where a program puts such a line."""
    folded = fold((_LINK.sub("", said) if _may_link(said) else said).strip(" .!*_()[]"))
    opening = words.devices.sent_from.at(folded)
    if not opening or ": " in folded:
        return False
    parts, opened = folded.split(), len(opening.split())
    return opened < len(parts) <= _MOST_WORDS and any(
        part.startswith(words.devices.names) for part in parts[opened:]
    )


def _may_link(said: str) -> bool:
    return "<" in said or "(" in said or "http" in said


def is_device_line(said: str, words: Words) -> bool:
    """Whether it names the device or program that a mail was written on, and does nothing else."""
    said = said.removeprefix("<<").removesuffix(">>").strip("() ") if said[0] in "<(" else said
    link = _LINK.search(said) if "<" in said or "http" in said or "](" in said else None
    bare = _LINK.sub("", said) if link else said
    folded = fold(bare.strip(" -–—_.*<>()[]«»\"'\t"))
    if not folded or len(folded) > _LONGEST_LINE:
        return False
    if words.devices.sent_from_my.at(folded):
        return _names_device(folded, words) or _is_short_of(folded)
    opening = words.devices.sent_from.at(folded)
    if opening:
        rest = folded[len(opening) :]
        if link is not None and not rest.strip(" []"):
            return False
        if link is not None or any(word.startswith(words.devices.names) for word in _first_words(rest)):
            return True
        if folded.endswith(words.devices.brands) and ":" not in rest and len(folded.split()) <= _MOST_WORDS:
            return True
    ends = folded.endswith(words.devices.sent_with)
    return ends and _names_device(folded, words) and len(folded.split()) <= _MOST_WORDS


def _first_words(rest: str) -> list[str]:
    return rest.replace("[", " ").split()[:2]


def _names_device(folded: str, words: Words) -> bool:
    return any(device in folded for device in words.devices.names)


def _is_short_of(folded: str) -> bool:
    """A device nobody has heard of, if the line goes on with nothing but an excuse."""
    head, comma, tail = folded.partition(",")
    is_name = len(head.split()) <= _MOST_WORDS and ": " not in head
    return is_name and (not comma or _EXCUSE.search(tail) is not None)
