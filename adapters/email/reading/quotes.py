"""Lines that a program quoted one by one, and what it broke off them."""

import re
from collections.abc import Sequence

from adapters.email.reading.manners import OUR_NAME
from adapters.email.reading.page import KEPT, QUOTE, Page, is_rule

_QUOTED = (">", "|>", "»>", "＞", "&gt;")
_SIGNS = frozenset(sign[0] for sign in _QUOTED)
_INITIALS = re.compile(r"([^\W\d_][\w.-]{0,15})>(?:\s|$)")
_LONGEST_INITIALS = 12
_FEWEST_INITIALS = 2
_GNUS = ">>>>> "
_LONGEST_LEFTOVER, _SHORTEST_LEFTOVER = 80, 30
"""Of what was broken off in the middle of a sentence, and behind one."""
_SENTENCE_ENDS = (".", "!", "?", ":", ";")
_SHORTEST_BROKEN = 60
_MOST_LINES_OF_AN_ADDRESS = 3
_MBOX_FROM = ">From "
_PROMPT, _MOST_PROMPTS = re.compile(r"\s{0,8}>>> [\w(\[{'\"@#](?!.*>>>$)"), 20
_MORE_THAN = re.compile(r">\s?\d")
_LINK_ALONE = re.compile(r"[(<\[]https?://[^\s)>\]]{1,500}[)>\]](?:\s>)?$")
_BARS = frozenset("|»:}]%")
"""Signs with which lines are quoted below a sentence that says who wrote; all but the bar have a space."""
_OPEN_LINK = re.compile(r"[(<\[]https?://[^\s)>\]]{1,500}$")


def mark_quotes(page: Page) -> None:
    """Lines that begin with `>`, or with a name and `>`, and what a program broke off a quoted line."""
    quoted: list[int] = []
    others: list[int] = []
    for index, said in enumerate(page.said):
        if said[:1] in _SIGNS and said.startswith(_QUOTED) and not _is_hers(page, index):
            quoted.append(index)
        elif ">" in said:
            others.append(index)
    page.mark_each(quoted, QUOTE, "begins with a quote mark")
    if quoted:
        _release_prompts(page)
    _mark_initials(page, others)
    verdicts = page.verdicts
    for index in range(1, len(page) - 1):
        is_between = verdicts[index - 1] is QUOTE is verdicts[index + 1]
        if is_between and verdicts[index] is None and _is_leftover(page, index):
            page.mark(index, index + 1, QUOTE, "broken off a quoted line")


def _is_hers(page: Page, index: int) -> bool:
    """A line that begins with a quote mark, and yet nobody is quoted."""
    said = page.said[index]
    if said.startswith(">>") and said.endswith("<<"):
        return True  # `>>> http://www.example.com <<<` is ornament
    return len(said) <= _LONGEST_LEFTOVER and (
        ((len(said) == 1 or said[-1] == ":") and _closes_address(page, index))
        or (said.startswith(_MBOX_FROM) and _is_escaped_from(page, index))
        or (_MORE_THAN.match(said) is not None and _is_more_than(page, index))
    )


def _release_prompts(page: Page) -> None:
    """`>>> import os` is what she typed where no line is quoted once: only Python begins so."""
    quoted = [index for index, verdict in enumerate(page.verdicts) if verdict is QUOTE]
    if len(quoted) <= _MOST_PROMPTS and all(_is_prompt(page.raw[index]) for index in quoted):
        for index in quoted:
            page.verdicts[index] = KEPT
            page.rules[index] = "what she typed at a prompt"


def _is_prompt(line: str) -> bool:
    """`>>> On ... Bob <bob@example.com> wrote:` is what GroupWise writes."""
    names_sender = line.endswith(":") and "<" in line and "@" in line
    return _PROMPT.match(line) is not None and not names_sender


def _closes_address(page: Page, index: int) -> bool:
    """The `>` ends an address that began with `<` on a line above."""
    above = page.said[max(index - _MOST_LINES_OF_AN_ADDRESS, 0) : index]
    if not any("@" in line for line in above):
        return False
    return sum(line.count("<") - line.count(">") for line in above if not line.startswith(">")) > 0


def _is_escaped_from(page: Page, index: int) -> bool:
    """Mail stores put `>` in front of a line that begins with `From `; alone it is hers."""
    beside = [page.said[each] for each in (index - 1, index + 1) if 0 <= each < len(page)]
    if any(each.startswith(">") for each in beside):
        return False
    page.raw[index] = page.raw[index].replace(">", "", 1)
    page.said[index] = page.said[index][1:]
    return True


def _is_more_than(page: Page, index: int) -> bool:
    """`> 5 bugs closed` next to lines of hers: the sign says `more than`."""
    beside = [page.said[each] for each in (index - 1, index + 1) if 0 <= each < len(page) and page.said[each]]
    return bool(beside) and not any(said.startswith(_QUOTED) or said.endswith(":") for said in beside)


def _mark_initials(page: Page, indexes: Sequence[int]) -> None:
    """Of those lines the ones that begin with somebody's name or initials and `>`."""
    found: dict[str, list[int]] = {}
    for index in indexes:
        if page.verdicts[index] is None and (match := _INITIALS.match(page.said[index])):
            found.setdefault(match[1], []).append(index)
    for name, places in found.items():
        if name == OUR_NAME or _is_somebody(page, name, places):
            page.mark_each(places, QUOTE, "begins with somebody's name and a quote mark")


def _is_somebody(page: Page, name: str, places: Sequence[int]) -> bool:
    is_initials = name[0].isupper() and len(name) <= _LONGEST_INITIALS
    fewest = 1 if _is_below_gnus(page, places[0]) else _FEWEST_INITIALS
    return len(places) >= fewest and (is_initials or _is_introduced(page, places[0], name))


def _is_introduced(page: Page, index: int, name: str) -> bool:
    """The line above names who is quoted so, as supercite and Gnus write: `"Bo" == Bo Berg writes:`."""
    above = _said_above(page, index)
    return above.endswith(":") and name.casefold() in above.casefold()


def _is_below_gnus(page: Page, index: int) -> bool:
    return _said_above(page, index).startswith(_GNUS)


def _said_above(page: Page, index: int) -> str:
    return next((page.said[above] for above in range(index - 1, -1, -1) if page.said[above]), "")


def _is_leftover(page: Page, index: int) -> bool:
    """What a program broke off the quoted line above when it made that shorter."""
    before, said = page.said[index - 1], page.said[index]
    if " " not in said and said.endswith((")", ">", "]")) and _OPEN_LINK.search(before):
        return True  # the end of a link
    if said[:1] in "(<[" and _LINK_ALONE.match(said):
        return True
    return (
        len(said) <= (_LONGEST_LEFTOVER if before[-1:] not in _SENTENCE_ENDS else _SHORTEST_LEFTOVER)
        and said[:1].islower()
        and len(before) >= _SHORTEST_BROKEN
    )


def bar_follows(page: Page, index: int) -> bool:
    """The next line begins with a bar, or another sign with which some programs quote."""
    later = page.next_said(index)
    return later < len(page) and _bar(page.said[later]) != ""


def mark_bars(page: Page, start: int) -> None:
    """Some programs quote with a bar; elsewhere a bar is part of a table."""
    index = page.next_said(start - 1)
    sign = _bar(page.said[index]) if index < len(page) else ""
    while sign and index < len(page) and _bar(page.said[index]) == sign:
        page.mark(index, index + 1, QUOTE, "quoted with a bar")
        index += 1


def _bar(said: str) -> str:
    sign = said[:1]
    return sign if sign == "|" or (sign in _BARS and said[1:2] in ("", " ")) else ""


def framed_end(page: Page, body: int) -> int | None:
    """The line behind a frame around headers and what they introduce, from `body` on; None without one."""
    end = body
    while end < len(page) and page.said[end].startswith("|"):
        end += 1
    if not 0 < body < end or not page.said[body - 1].startswith("|"):
        return None
    return end + 1 if end < len(page) and is_rule(page.said[end]) else end
