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
    last = len(lines) - 1
    while last > 0 and not lines[last].strip():
        last -= 1
    if last <= 0:
        return list(lines)
    kept: list[str] = []
    mark, items, listed = _DONE, 0, False
    for index, line in enumerate(lines):
        if _is_courtesy(line, words) or _says_none(line, words):
            continue
        heading = _heading(lines, index, words, is_first=not kept) if index < last else None
        if heading is not None:
            mark, items, listed = heading, 0, _is_before_list(lines, index)
        elif not line.strip():
            mark = _DONE if items and not (listed and _is_before_list(lines, index)) else mark
            kept.append(line)
        else:
            items += 1
            if listed and not is_bullet(line):
                mark = _DONE
            kept.extend(_marked(line, mark, words) if mark else (line,))
    return kept


def _is_before_list(lines: Sequence[str], index: int) -> bool:
    """Whether the line after `index`, or the one after an empty one, begins with a bullet."""
    after = index + 1 if index + 1 < len(lines) and lines[index + 1].strip() else index + 2
    return is_bullet(lines[min(after, len(lines) - 1)])


def _is_courtesy(line: str, words: Words) -> bool:
    """A closing that stands in the middle: `Thanks!` and then a list."""
    if len(line) > _LONGEST:
        return False
    bare = fold(line.strip(PUNCTUATION))
    return bool(bare) and words.manners.closings.at(bare) == bare


def _says_none(line: str, words: Words) -> bool:
    """`Blockers: none`."""
    if ":" not in line or len(line) > _LONGEST:
        return False
    name, _, rest = line.partition(":")
    if fold(rest.strip(_AROUND)) not in words.headings.nones:
        return False
    name = fold(name.strip(_AROUND))
    return name in words.headings.blocker_intros or name in words.headings.goal_intros


def _heading(lines: Sequence[str], index: int, words: Words, *, is_first: bool) -> str | None:
    """The mark of what follows; None for a line that is no heading.

    It ends in a colon or stands above a list; at the top a phrase of several words says enough.
    """
    bare = lines[index].strip()
    if not bare or len(bare) > _LONGEST:
        return None
    name = fold(bare.strip(_AROUND))
    mark = _mark_of(name, words)
    if mark is None or is_bullet(lines[index]):
        return None
    is_phrase = is_first and mark == _DONE and " " in name
    is_marked = bare[0] in "#*" or bare.strip("*_ #")[-1:] in (":", "：")
    return mark if is_phrase or is_marked or _is_before_list(lines, index) else None


def _mark_of(name: str, words: Words) -> str | None:
    if name in words.headings.intros:
        return _DONE
    if name in words.headings.goal_intros:
        return _GOAL
    return _BLOCKER if name in words.headings.blocker_intros else None


def _marked(line: str, mark: str, words: Words) -> list[str]:
    """The line with the mark of its heading, unless it has one of its own or says that there is nothing."""
    said = line.strip()
    if said.lstrip("-*+• ").startswith(_MARKED):
        return [line]
    text = BULLET.sub("", said, count=1).strip()
    return [] if fold(text.strip(_AROUND)) in words.headings.nones else [f"{mark}{text}"]
