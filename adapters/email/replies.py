"""What somebody typed into an answer: without quotes, signature and what her program adds.

One pass over lines, and no pattern that can go back on itself: time grows with the length of the mail alone.
Where the evidence is weak a line stays, because a leaked quote is a nuisance and a lost done a defect.
`quotequail` knows the marks that programs put in front of an original they do not quote line by line.
"""

import re
from collections.abc import Sequence

import quotequail

from adapters.email.phrases import CLOSING, DEVICES, GREETING, HEADER_NAMES, SENT_FROM, SENT_WITH

MOST_LINES = 2_000
"""More are not read: no answer has so many, and a quoted thread may."""
_LONGEST_LINE = 5_000
"""Characters of a line by which it is judged."""
_ATTRIBUTION_LINES = 4
_LONGEST_ATTRIBUTION = 400
_DIGITS_OF_A_TIME = 3
_SIGNATURE_LINES = 12
_MOST_DOUBTS = 5
"""Marks that turn out to be her own words before the search for one ends."""
_LONGEST_DEVICE_LINE = 80
_SHORTEST_WRAPPED, _LONGEST_WRAPPED, _FULL = 60, 80, 72
"""Programs break lines at 72 to 78 characters: the next word would have gone beyond."""
_BULLET = re.compile(r"\s*(?:[-*+•‣◦⁃∙·▪▫●○■□–—!]|\(?\d{1,3}[.)]|\[[ xX]?\]|[✓✔✅☑☐])(?:\s|$)|\s*\[\]")
_HEADER = re.compile(r"\*?([^:*]{1,20}?)\s?[::]\*?")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad]")


def visible_reply(text: str, sender_name: str = "", *, flowed: bool = False, delsp: bool = False) -> str:
    """Her own lines, one a thing.

    Args:
        text: The whole text of the mail, decoded.
        sender_name: Her name as the mail's From has it, so that it is known at the end.
        flowed: The text is format=flowed (RFC 3676).
        delsp: And the space at the end of a flowed line is not part of the text.
    """
    lines = [_clipped(_INVISIBLE.sub("", line)) for line in text.split("\n")[:MOST_LINES]]
    lines = _without_quotes(lines)
    lines = lines[: _original_starts(lines)]
    lines = _without_signature(lines)
    lines = [line for line in lines if not _is_device_line(line)]
    lines = [_whole(line) for line in _without_ends(lines, sender_name)]
    joined = _unflowed(lines, delsp=delsp) if flowed else _unwrapped(lines)
    return "\n".join(joined).strip("\n")


class _Clipped(str):
    """The beginning of a line that is too long to be looked at whole; none of it is lost."""

    __slots__ = ("whole",)
    whole: str


def _clipped(line: str) -> str:
    if len(line) <= _LONGEST_LINE:
        return line
    clipped = _Clipped(line[:_LONGEST_LINE])
    clipped.whole = line
    return clipped


def _whole(line: str) -> str:
    return line.whole if isinstance(line, _Clipped) else line


def _without_quotes(lines: Sequence[str]) -> list[str]:
    """The lines that do not begin with `>`, less the sentence that introduces a quote."""
    kept: list[str] = []
    for index, line in enumerate(lines):
        if not _is_quoted(line):
            kept.append(line)
        elif index == 0 or not _is_quoted(lines[index - 1]):
            _drop_attribution(kept)
    return kept


def _is_quoted(line: str) -> bool:
    return line.lstrip().startswith((">", "|>", "»>"))


def _drop_attribution(kept: list[str]) -> None:
    """Take the sentence off the end that ends in a colon and names an address, a time or a date."""
    end = len(kept)
    while end > 0 and not kept[end - 1].strip():
        end -= 1
    if end == 0 or not kept[end - 1].rstrip().endswith((":", "：", "wrote", ">")):
        return
    for start in range(end - 1, max(end - 1 - _ATTRIBUTION_LINES, -1), -1):
        if not kept[start].strip() or _BULLET.match(kept[start]):
            return
        said = " ".join(kept[start:end])
        if _is_attribution(said):
            while start > 0 and kept[start - 1].strip() and _is_attribution_start(kept[start - 1]):
                start -= 1  # noqa: PLW2901 -- the sentence began a line earlier
            del kept[start:]
            return


def _is_attribution(said: str) -> bool:
    digits = sum(character.isdigit() for character in said)
    return len(said) <= _LONGEST_ATTRIBUTION and digits >= (1 if "@" in said else _DIGITS_OF_A_TIME)


def _is_attribution_start(line: str) -> bool:
    return bool(
        re.match(r"(?:On|Am|Le|El|Il|Em|Op|Den|Dnia|W dniu|A) ", line)
    ) and not line.rstrip().endswith((".", "!"))


def _original_starts(lines: Sequence[str]) -> int:
    """Where an original begins that is not quoted line by line; the number of lines when none does."""
    marked = _marked_start(lines)
    for index in range(marked):
        if _is_header_block(lines, index) or _is_introduction(lines, index):
            return _above_rule(lines, index)
    return marked


def _marked_start(lines: Sequence[str]) -> int:
    """By the marks that the library knows: `On ... wrote:`, `-----Original Message-----`, and their like."""
    at = 0
    for _ in range(_MOST_DOUBTS):
        parts = quotequail.quote("\n".join(lines[at:]), limit=MOST_LINES + 1, quote_intro_line=True)
        if len(parts) == 1:
            break
        found = len(lines) - len(parts[1][1].split("\n"))
        if _is_certain(lines, found):
            return found
        at = found + 1
    return len(lines)


def _is_certain(lines: Sequence[str], index: int) -> bool:
    line = lines[index].strip()
    if line.startswith(("---", "___")) or line.endswith(("message:", "Nachricht:")):
        return True
    said = " ".join(lines[index : index + 2])
    return ("@" in said or bool(re.search(r"\d:\d\d|\b\d{4}\b", said))) and " I wrote" not in said


def _is_header_block(lines: Sequence[str], index: int) -> bool:
    """Outlook's `From: ... Sent: ... To: ... Subject: ...`, in any of its languages: three of the four."""
    if _header_name(lines[index]) != "from":
        return False
    following = [line for line in lines[index : index + 10] if line.strip()][:6]
    return len({name for line in following if (name := _header_name(line))}) >= 3  # noqa: PLR2004 -- of four


def _is_introduction(lines: Sequence[str], index: int) -> bool:
    """A sentence with a time and `<an@address>` that ends in a colon, on one line or two."""
    first = lines[index].rstrip()
    if not first.strip() or _BULLET.match(first):
        return False
    said = first if "@" in first else " ".join(lines[index : index + 2]).rstrip()
    named = said.partition("<")[2].partition(">")
    return "@" in named[0] and named[2].rstrip().endswith((":", "：")) and _is_attribution(said)


def _header_name(line: str) -> str:
    found = _HEADER.match(line.lstrip())
    return HEADER_NAMES.get(found[1].strip().casefold(), "") if found else ""


def _above_rule(lines: Sequence[str], index: int) -> int:
    """The line of dashes above a header block belongs to it."""
    above = index
    while above > 0 and set(lines[above - 1].strip()) <= set("-_= *"):
        above -= 1
    return above


def _without_signature(lines: Sequence[str]) -> list[str]:
    """Up to the line `-- `, if what follows is as short as a signature and has no bullets."""
    for index, line in enumerate(lines):
        if line.rstrip() == "--":
            after = [each for each in lines[index + 1 :] if each.strip()]
            if len(after) <= _SIGNATURE_LINES and not any(_BULLET.match(each) for each in after):
                return list(lines[:index])
    return list(lines)


def _is_device_line(line: str) -> bool:
    said = line.strip().strip("-–—*_ .").casefold()
    if not said or len(said) > _LONGEST_DEVICE_LINE:
        return False
    if said.endswith(SENT_WITH):
        return any(device in said for device in DEVICES)
    phrase = next((each for each in SENT_FROM if said.startswith(each)), None)
    if phrase is None:
        return False
    return any(word.startswith(DEVICES) for word in said[len(phrase) :].split()[:2])


def _without_ends(lines: Sequence[str], sender_name: str) -> list[str]:
    """Without a greeting in the first line and a closing with her name in the last ones."""
    kept = _trimmed(lines)
    if len(kept) > 1 and GREETING.fullmatch(kept[0].strip()):
        kept = _trimmed(kept[1:])
    names = set(re.findall(r"\w+", sender_name.casefold()))
    while len(kept) > 1 and _is_name(kept[-1], names):
        kept = _trimmed(kept[:-1])
    while len(kept) > 1 and CLOSING.fullmatch(kept[-1].strip()):
        kept = _trimmed(kept[:-1])
    return kept


def _trimmed(lines: Sequence[str]) -> list[str]:
    start, end = 0, len(lines)
    while start < end and not lines[start].strip():
        start += 1
    while end > start and not lines[end - 1].strip():
        end -= 1
    return list(lines[start:end])


def _is_name(line: str, names: set[str]) -> bool:
    words = re.findall(r"\w+", line.casefold())
    return 0 < len(words) <= len(names) and set(words) <= names and not _BULLET.match(line)


def _unflowed(lines: Sequence[str], *, delsp: bool) -> list[str]:
    """RFC 3676: a line that ends in a space goes on in the next one."""
    joined: list[str] = []
    flows = False
    for raw in lines:
        line = raw.removeprefix(" ")
        if flows:
            joined[-1] = (joined[-1][:-1] if delsp else joined[-1]) + line
        else:
            joined.append(line)
        flows = line.endswith(" ") and line != "-- "
    return [line.rstrip() for line in joined]


def _unwrapped(lines: Sequence[str]) -> list[str]:
    """Lines that her program broke, put together where that is clear."""
    joined: list[str] = []
    previous = ""
    for line in lines:
        if joined and _continues(previous, line):
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
        else:
            joined.append(line.rstrip())
        previous = line
    return joined


def _continues(previous: str, line: str) -> bool:
    before, after = previous.rstrip(), line.strip()
    if not before.strip() or not after or _BULLET.match(line):
        return False
    first_word = after.split(maxsplit=1)[0]
    if line.startswith("  ") and not previous.startswith("  ") and _BULLET.match(previous):
        return True  # hangs under its bullet
    is_full = (
        _SHORTEST_WRAPPED <= len(before) <= _LONGEST_WRAPPED and len(before) + 1 + len(first_word) > _FULL
    )
    return is_full and (after[0].islower() or after[0].isdigit() or before[-1] in ",;(-&+/")
