"""Lines that say what follows: `Today:` goes; what stands below `Tomorrow:` or `Blockers:` gets its mark."""

from collections.abc import Sequence

from adapters.email.reading.manners import PUNCTUATION
from adapters.email.reading.page import BULLET, is_bullet
from adapters.email.reading.words import Words, fold

_LONGEST = 60
_AROUND = " \t:*_#-–—=!.…,：>"
_DONE, _GOAL, _BLOCKER = "", "[ ] ", "! "
"""As the grammar marks a goal and a blocker; everything else is a done."""
_MARKED = ("[", "!", "✓", "✔", "✅", "☑", "☐", "❗")


def under_headings(lines: Sequence[str], words: Words) -> list[str]:
    """The lines without headings and without mere courtesy, marked where a heading says what they are.

    A heading counts to the next one, or to the end of its list, or of its paragraph where it is no list.
    """
    last = max((index for index, line in enumerate(lines) if line.strip()), default=-1)
    if last <= 0:
        return list(lines)
    kept: list[str] = []
    mark, items, listed = _DONE, 0, False
    for index, line in enumerate(lines):
        if _is_courtesy(line, words) or _says_none(line, words):
            continue
        before_list = is_bullet(lines[_next(lines, index)])
        heading = _heading(line, words, before_list=before_list, is_first=not kept) if index < last else None
        if heading is not None:
            mark, items, listed = heading, 0, before_list
        elif not line.strip():
            mark = _DONE if items and not (listed and before_list) else mark
            kept.append(line)
        else:
            items += 1
            if listed and not is_bullet(line):
                mark = _DONE
            kept.extend(_marked(line, mark, words))
    return kept


def _next(lines: Sequence[str], index: int) -> int:
    """The line after `index`, or the one after an empty one."""
    return min(
        index + 1 if index + 1 < len(lines) and lines[index + 1].strip() else index + 2, len(lines) - 1
    )


def _is_courtesy(line: str, words: Words) -> bool:
    """A closing that stands in the middle: `Thanks!` and then a list."""
    bare = fold(line.strip(PUNCTUATION)) if len(line) <= _LONGEST else ""
    return bool(bare) and words.manners.closings.at(bare) == bare


def _says_none(line: str, words: Words) -> bool:
    """`Blockers: none`."""
    name, colon, rest = line.partition(":")
    if not colon or len(line) > _LONGEST or fold(rest.strip(_AROUND)) not in words.headings.nones:
        return False
    name = fold(name.strip(_AROUND))
    return name in words.headings.blocker_intros or name in words.headings.goal_intros


def _heading(line: str, words: Words, *, before_list: bool, is_first: bool) -> str | None:
    """The mark of what follows; None for a line that is no heading.

    It ends in a colon or stands above a list; at the top a phrase of several words says enough.
    """
    bare = line.strip()
    if not bare or len(bare) > _LONGEST or is_bullet(line):
        return None
    name = fold(bare.strip(_AROUND))
    if is_first and " " in name and name in words.headings.intros:
        return _DONE
    if not before_list and bare.strip("*_ #")[-1:] not in (":", "：") and bare[0] not in "#*":
        return None
    if name in words.headings.intros:
        return _DONE
    if name in words.headings.goal_intros:
        return _GOAL
    return _BLOCKER if name in words.headings.blocker_intros else None


def _marked(line: str, mark: str, words: Words) -> list[str]:
    """The line with the mark of its heading, unless it has one of its own or says that there is nothing."""
    said = line.strip()
    if not mark or said.lstrip("-*+• ").startswith(_MARKED):
        return [line]
    text = BULLET.sub("", said, count=1).strip()
    return [] if fold(text.strip(_AROUND)) in words.headings.nones else [f"{mark}{text}"]
