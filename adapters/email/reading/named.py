"""Lines inside of an original that begin with her own name: `[Ana] the hinges are ordered`."""

import re

from adapters.email.reading.language_files import words
from adapters.email.reading.page import KEPT, ORIGINAL, QUOTE, Page, is_rule
from adapters.email.reading.words import Words, fold

_WORD = re.compile(r"[^\W\d_]+")
_BRACKETED = re.compile(r"\[([^\W\d_][^\[\]<>:]{1,60})[\]:]")


def marks_of(sender_name: str, text: str) -> tuple[str, ...]:
    """How answers of somebody of this name begin in the text, folded; none where nothing in it begins so."""
    bracketed = _BRACKETED.findall(text)
    names = _WORD.findall(fold(sender_name)) if bracketed else []
    if not names:
        return ()
    initials = "".join(name[0] for name in names)
    marks = {*names, " ".join(names), initials, initials[::-1]} & {fold(each) for each in bracketed}
    return tuple(f"[{mark}{end}" for mark in sorted(marks) if len(mark) > 1 for end in "]:")


def release_named(page: Page, sender_name: str) -> None:
    """Give such lines back to her, but for those in mails before the one that she answers."""
    said, verdicts = page.said, page.verdicts
    places = [
        index for index, line in enumerate(said) if "[" in line and verdicts[index] in (QUOTE, ORIGINAL)
    ]
    marks = marks_of(sender_name, "\n".join(said[index] for index in places)) if places else ()
    end = _end_of_first(page, words()) if marks else 0
    for index in places:
        text = said[index].lstrip("> ")
        is_deeper = said[index].count(">", 0, len(said[index]) - len(text)) > 1
        if index < end and not is_deeper and fold(text).startswith(marks):
            page.raw[index], verdicts[index] = page.raw[index].lstrip("> \t"), KEPT
            page.rules[index] = "begins with her name"


def _end_of_first(page: Page, words: Words) -> int:
    """The line in an original at which another begins."""
    has_text = False
    for index, said in enumerate(page.said):
        if not said or page.verdicts[index] is not ORIGINAL or is_rule(said):
            continue
        name, colon, _ = said.partition(":")
        kind = words.headers.get(fold(name.strip("* "))) if colon else None
        is_attribution = said.endswith(":") and words.attribution.openers.at(said)
        if has_text and (kind == "from" or is_attribution):
            return index
        has_text = has_text or kind is None
    return len(page)
