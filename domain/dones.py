"""Answers and dones: how lines of text become what somebody got done."""

import enum
import heapq
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from difflib import SequenceMatcher
from functools import lru_cache

MOST_LINES = 500
"""Lines of one message that become dones of their own; the rest stays together in the last one."""
LIKE_ENOUGH = 0.5
"""Two lines at least this alike (0 to 1) are the same done, edited."""
COMPARED = 200
"""Characters of a line that are looked at to tell whether it is another one, edited."""
MOST_CANDIDATES = 5
"""Old lines that a new one is compared with letter by letter: those with most words in common."""
MOST_COMBINING = 8
"""Combining marks kept on one letter; more only serve to deface a page."""


class LineKind(enum.IntEnum):
    """What a line is; the numbers are stored."""

    DONE = 1
    GOAL = 2
    BLOCKER = 3

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer, read."""

    kind: LineKind
    text: str
    private: bool = False
    team_ids: tuple[int, ...] | None = None
    """The team named in front of it; None: all of the person's teams."""

    @property
    def audience_chosen(self) -> bool:
        """It says who reads it."""
        return self.private or self.team_ids is not None


@dataclass(frozen=True, slots=True)
class Done:
    id: int
    person_id: int
    day: date
    kind: LineKind
    text: str
    team_ids: tuple[int, ...]
    """Who sees it, fixed when written; empty: the person alone."""
    position: int = 0
    """Its place among the lines of its answer, from 0."""
    audience_chosen: bool = False
    """Her line says who reads it; otherwise her teams of that time do."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One message of one person for one day."""

    id: int
    person_id: int
    day: date
    source_ref: str
    revised_at: datetime
    """The provider's time of the version that is stored; an older one never replaces it."""


# NUL, the other controls but tab and line feed, lone surrogates, and what Unicode calls non-characters.
_UNSTORABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BULLET = re.compile(r"^(?:[-*+•‣◦⁃∙·▪▫●○■□–—>]|\(?\d{1,3}[.)])\s+(?=\S)")
_CHECKED = re.compile(r"^(?:[-*+•]\s+)?(?:\[[xX✓✔]\]|[✓✔✅☑]️?)\s*")
_OPEN = re.compile(r"^(?:[-*+•]\s+)?(?:\[ ?\]|☐)\s*")
_BLOCKED = re.compile(r"^(?:[-*+•]\s+)?(?:!(?![!=\[])|❗️?)\s*")
_PREFIX = re.compile(r"^([^:\s][^:]{0,79}):\s+(?=\S)")
_PRIVATE = re.compile(r"^private\s*[:：]\s*(?=\S)", re.IGNORECASE)


def clean_text(raw: str) -> str:
    """The text as it can be stored: line feeds only, no controls, no half characters, marks capped.

    Right-to-left and joining characters stay, since languages need them; renderers isolate them.
    """
    if raw.isascii() and raw.replace("\n", "").isprintable():
        return raw  # as nearly every text is
    joined = raw.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    kept = _UNSTORABLE.sub("", joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
    return kept if kept.isascii() else _cap_marks(kept)


def _cap_marks(value: str) -> str:
    kept: list[str] = []
    run = 0
    for character in value:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= MOST_COMBINING:
            kept.append(character)
    return "".join(kept)


def read_lines(raw: str, teams: Mapping[str, int]) -> list[Line]:
    """The dones in `raw`: one a line, bullets and check marks stripped; no word is lost.

    Args:
        raw: what somebody typed.
        teams: the person's teams, id by name; `name: ` in front of a line sends it to that team alone.
    """
    lines = [line for each in clean_text(raw).split("\n") if (line := _read_line(each, teams)) is not None]
    if len(lines) <= MOST_LINES:
        return lines
    return [*lines[: MOST_LINES - 1], *_together(lines[MOST_LINES - 1 :])]


def _together(lines: Sequence[Line]) -> list[Line]:
    """One line of all that are of one kind and for the same people."""
    texts: dict[Line, list[str]] = {}
    for line in lines:
        texts.setdefault(replace(line, text=""), []).append(line.text)
    return [replace(alike, text=" / ".join(parts)) for alike, parts in texts.items()]


def _read_line(raw: str, teams: Mapping[str, int]) -> Line | None:
    typed = raw.strip()
    if typed[:1].isalpha() and ":" not in typed and "：" not in typed:
        return Line(LineKind.DONE, typed)  # as most lines: no mark in front, no audience
    private, team_ids, rest = _audience(typed, teams)
    kind, words = _kind(rest)
    if not private:
        hidden, inner_team_ids, inner = _audience(words, teams)
        if hidden or team_ids is None:
            private, team_ids, words = hidden, inner_team_ids, inner
    words = words.strip()
    if not any(character.isalnum() or unicodedata.category(character) == "So" for character in words):
        return None
    return Line(kind, words, private, team_ids)


def _kind(raw: str) -> tuple[LineKind, str]:
    for pattern, kind in ((_CHECKED, LineKind.DONE), (_OPEN, LineKind.GOAL), (_BLOCKED, LineKind.BLOCKER)):
        found = pattern.match(raw)
        if found and found.end() < len(raw):
            return kind, raw[found.end() :]
    return LineKind.DONE, _BULLET.sub("", raw)


def _audience(raw: str, teams: Mapping[str, int]) -> tuple[bool, tuple[int, ...] | None, str]:
    private = _PRIVATE.match(raw)
    if private is not None:
        return True, None, raw[private.end() :]
    found = _PREFIX.match(raw)
    if found is None:
        return False, None, raw
    name = found[1].strip().casefold()
    for team, team_id in teams.items():
        if team.casefold() == name:
            return False, (team_id,), raw[found.end() :]
    return False, None, raw


def match_lines(old: Sequence[str], new: Sequence[str]) -> list[int | None]:
    """For every new line the index of the old one that it continues, so that a done outlives its edits.

    Equal lines first, then the most alike; a line is continued once at most.
    """
    matched: list[int | None] = [None] * len(new)
    free = set(range(len(old)))
    places: dict[str, list[int]] = {}
    for index in reversed(range(len(old))):
        places.setdefault(old[index], []).append(index)
    for index, line in enumerate(new):
        if same := places.get(line):
            first = same.pop()
            matched[index] = first
            free.discard(first)
    pairs = [
        (likeness, -abs(left - right), left, right)
        for right in range(len(new))
        if matched[right] is None
        for left, likeness in _candidates(new[right], right, old, free)
    ]
    for likeness, _, left, right in sorted(pairs, reverse=True):
        if likeness >= LIKE_ENOUGH and left in free and matched[right] is None:
            matched[right] = left
            free.discard(left)
    return matched


def _candidates(line: str, place: int, old: Sequence[str], free: set[int]) -> list[tuple[int, float]]:
    """Those of the free old lines that `line` may continue, by index, with their likeness."""
    words = _words(line)
    nearest = heapq.nlargest(
        MOST_CANDIDATES, free, key=lambda index: (len(words & _words(old[index])), -abs(index - place))
    )
    matcher = SequenceMatcher(None, b=line[:COMPARED].casefold(), autojunk=False)
    likely: list[tuple[int, float]] = []
    for index in nearest:
        matcher.set_seq1(old[index][:COMPARED].casefold())
        if matcher.real_quick_ratio() >= LIKE_ENOUGH and matcher.quick_ratio() >= LIKE_ENOUGH:
            likely.append((index, matcher.ratio()))
    return likely


@lru_cache(maxsize=2 * MOST_LINES)
def _words(line: str) -> frozenset[str]:
    return frozenset(line[:COMPARED].casefold().split())
