"""The headers that programs write above an original: in the languages that are known, and in any other."""

from collections.abc import Mapping

from adapters.email.reading.evidence import has_address, has_date_or_time, is_stamp, weigh
from adapters.email.reading.page import Page, is_rule
from adapters.email.reading.words import Words, fold

_MOST_HEADERS = 16
_MOST_CONTINUATIONS = 3
_GOES_ON = ("<", ">,", ";")
"""How a line ends in the middle of a list of addresses."""
_LONGEST_NAME = 28
_LONGEST_VALUE = 120
_LONGEST_ROW, _MOST_IN_A_ROW = 600, 24
"""Characters, and colons, of headers on one line; some stand in times and addresses."""
_RULES = "_-="
"""Of what lines are drawn that may stand in front of headers on one line."""
_GLUED = "*0123456789"
"""What may stand right in front of a name in a row: a star, or the time before it."""
_ENOUGH = 5
_FEWEST = 3
_NOT_IN_NAMES = frozenset('<>@"/\\,;!?|=+&%0123456789')
_MOST_FOREIGN = 8
_MOST_NAME_WORDS = 3


def headers_at(page: Page, index: int, words: Words) -> tuple[int, int] | None:
    """The first line of the headers at a line and the one behind them; None when there are none."""
    said = page.said[index]
    said = said.lstrip(_RULES) if said[:1] in _RULES else said
    if ":" in said[: _LONGEST_NAME + 6] and _role(said, words) and page.may_weigh():
        end = header_block(page, index, words) or _headers_in_a_row(page, index, words)
        if end is not None:
            return None if _is_told_again(page, index, end, words) else (index, end)
    if "@" in said and _names_sender(said) and page.may_weigh():
        return _foreign_block(page, index, words)
    return None


def header_block(page: Page, index: int, words: Words, *, marked: bool = False) -> int | None:
    """The line behind a block of headers; None when the lines are none.

    Three of sender, date, recipient and subject, and something that people do not write in a list of their
    own: a subject, an address, stars around the names or a line of dashes above.
    """
    found: dict[str, str] = {}
    unknown, continued, place, end = 0, 0, index, index
    while place < min(len(page), index + _MOST_HEADERS):
        said = page.said[place]
        role = _role(said, words) if said else ""
        if role:
            found.setdefault(role, said)
            continued, end = 0, place + 1
        elif said and _is_unknown_header(said, words) and continued == 0:
            unknown, end = unknown + 1, place + 1
        elif said:
            if end == place and page.said[place - 1].endswith(_GOES_ON):
                end = place + 1
            continued += 1
            if continued > _MOST_CONTINUATIONS:
                break
        elif continued or not _goes_on(page, place, words, found):
            break
        place += 1
    above = is_rule(page.said[index - 1]) if index > 0 else False
    return end if _is_block(found, unknown, words, marked=marked or above) else None


def _is_told_again(page: Page, index: int, end: int, words: Words) -> bool:
    """A line of hers right above headers that begins as one of them: `Date: picker fixed`."""
    telling = (each for each in range(index, end) if _tells(page.said[each], words))
    first = next(telling, index)
    roles = [_role(said, words) for said in page.said[first:end]]
    return first > index and roles[0] == "from" and _role(page.said[index], words) in roles


def _tells(said: str, words: Words) -> bool:
    """A value that only a program writes: an address or a date."""
    value = said.partition(":")[2][:_LONGEST_VALUE]
    return has_address(value) or has_date_or_time(value, words)


def _names_sender(said: str) -> bool:
    """A short name, a colon, and at the end an address in brackets: `Od: Bo <bo@example.com>`."""
    name, colon, value = said.partition(":")
    return bool(colon) and _may_be_name(name) and value.rstrip(" *").endswith((">", "]")) and "@" in value


def _foreign_block(page: Page, index: int, words: Words) -> tuple[int, int] | None:
    """The first line and the one behind headers in a language that there is no file for.

    Lines with a short name and a colon each: the sender with an address in brackets, a date with time and
    hardly a word more, and two others.  Three lines are enough where they stand apart, the date beside the
    sender, and the third has an address too.
    """
    start, end = index, index + 1
    if index > 0 and _is_dated_header(page.said[index - 1], words):
        start -= 1
    while end < min(len(page), index + _MOST_FOREIGN) and _may_be_name(_name(page.said[end])):
        end += 1
    dated = [each for each in range(start, end) if _is_dated_header(page.said[each], words)]
    is_apart = start == 0 or not page.said[start - 1] or is_rule(page.said[start - 1])
    is_beside = any(abs(each - index) == 1 for each in dated)
    are_two = sum(map(has_address, page.said[start:end])) > 1
    are_enough = end - start > _FEWEST or (end - start == _FEWEST and is_apart and is_beside and are_two)
    return (start, end) if dated and are_enough else None


def framed_block(page: Page, index: int, words: Words) -> int | None:
    """The line behind headers of any language below a framed heading: there a date among them is enough."""
    end = index
    while end < min(len(page), index + _MOST_FOREIGN) and _may_be_name(_name(page.said[end].strip("| "))):
        end += 1
    is_dated = any(_is_dated_header(page.said[each], words) for each in range(index, end))
    return end if is_dated and end - index >= _FEWEST else None


def _is_dated_header(said: str, words: Words) -> bool:
    few = 12
    name, _, value = said[:_LONGEST_VALUE].partition(":")
    is_plain = _may_be_name(name) and len(value.split()) <= few and "@" not in value
    return is_plain and is_stamp(value.strip(" *"), words)


def _name(said: str) -> str:
    name, colon, _ = said.partition(":")
    return name if colon else ""


def _may_be_name(name: str) -> bool:
    """Whether a header may be called so, in any language: a few short words without digits."""
    bare = name.strip(" *_\t")
    return (
        0 < len(bare) <= _LONGEST_NAME
        and bare[0].isalpha()
        and _NOT_IN_NAMES.isdisjoint(bare)
        and len(bare.split()) <= _MOST_NAME_WORDS
    )


def _headers_in_a_row(page: Page, index: int, words: Words) -> int | None:
    """Headers that a program put on one line: `From: ... Sent: ... To: ... Subject: ...`."""
    end = min(index + _MOST_CONTINUATIONS, len(page))
    while end > index + 1 and ("" in page.said[index:end] or page.is_quoted(end - 1)):
        end -= 1
    text = " ".join(page.said[index:end])
    roles = _roles_in_a_row(text, words)
    is_dated = "date" in roles or has_date_or_time(text[:_LONGEST_ROW], words)
    is_whole = "from" in roles and is_dated and bool(roles & {"to", "subject"}) and has_address(text)
    return end if is_whole else None


def _roles_in_a_row(text: str, words: Words) -> set[str]:
    """What the names in front of the colons say, of which some languages have two words: `De la:`."""
    roles: set[str] = set()
    for piece in text[:_LONGEST_ROW].split(":", _MOST_IN_A_ROW)[:-1]:
        parts = piece.rstrip(" *").rsplit(None, _MOST_NAME_WORDS)[-_MOST_NAME_WORDS:]
        for first in range(len(parts)):
            roles.add(words.headers.get(fold(" ".join(parts[first:]).lstrip(_GLUED)), ""))
    return roles


def _goes_on(page: Page, place: int, words: Words, found: Mapping[str, str]) -> bool:
    """An empty line between headers, and no second block of them below it."""
    later = page.next_said(place)
    role = _role(page.said[later], words) if later < len(page) else ""
    return bool(role) and role not in found and later - place <= 2  # noqa: PLR2004 -- lines


def _are_whole(found: dict[str, str], words: Words) -> bool:
    """An address and a date that only a program writes with it: beside a recipient it tells its zone."""
    when = found.get("date", "").partition(":")[2][:_LONGEST_VALUE]
    if has_address(found.get("from", "")):
        return has_date_or_time(when, words)
    return has_address(found.get("to", "")) and weigh(when, words).zone and _is_stamped(found["date"], words)


def _is_stamped(said: str, words: Words) -> bool:
    """Weekday, date and time, as programs write them; people who list a flight leave one of them out."""
    evidence = weigh(said.partition(":")[2][:_LONGEST_VALUE], words)
    return evidence.weekday and evidence.date and evidence.time


def _is_block(found: dict[str, str], unknown: int, words: Words, *, marked: bool) -> bool:
    addressed = sum(has_address(value) for value in found.values())
    starred = any(value.startswith("*") for value in found.values())
    weight = (
        2 * ("from" in found)
        + 2 * ("subject" in found)
        + ("date" in found)
        + ("to" in found)
        + ("cc" in found)
        + min(addressed, 2)
        + starred
        + 2 * marked
        + unknown
    )
    solid = "subject" in found or addressed or starred or marked
    count = len(found) + unknown
    central = "from" in found or {"subject", "to", "date"} <= set(found)
    if list(found)[:3] == ["from", "date", "to"] and _is_stamped(found["date"], words):
        return True
    if count == 2 and _are_whole(found, words):  # noqa: PLR2004 -- two that say it all
        return True
    if marked and count >= 2 and weight >= _ENOUGH:  # noqa: PLR2004 -- under a heading two are enough
        return True
    return bool(solid) and central and count >= _FEWEST and weight >= _ENOUGH


def _role(said: str, words: Words) -> str:
    """What a header says, by its name in any language; empty for a line that is no header."""
    name, colon, _ = said[: _LONGEST_NAME + 8].partition(":")
    if not colon:
        return ""
    bare = fold(name.strip(" *_\t|>-"))
    return words.headers.get(bare) or ("" if bare.isascii() else words.headers.get("".join(bare.split()), ""))


def _is_unknown_header(said: str, words: Words) -> bool:
    """A header of a language that there is no file for: a short name, then an address or a date."""
    name, colon, _ = said.partition(":")
    return bool(colon) and _may_be_name(name) and _tells(said, words)
