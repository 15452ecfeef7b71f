"""Greetings, closings and names: what people say around the things they did."""

import re

from adapters.email.reading.words import Words, fold

LONGEST_CLOSING_LINE = 60
PUNCTUATION = " \t,.!;:،؛…。！、，*~-–—_/|'\"♥❤😊🙂😀😃🙏👍🎉️"
CONTACT = re.compile(
    r"@|https?://|www\.|\+?\d[\d ()./-]{6,}|^(?:tel|phone|mobile?|fax|mobil|cell|office|m|t|p|e|w)\s?[.:]",
    re.IGNORECASE,
)
PRONOUNS = re.compile(
    r"\s*[(|,·–-]\s*(?:she|he|they|sie|er|elle|il|iel|ella|él|elle|hen)(?:\s?/\s?\w{2,6}){1,2}\)?$",
    re.IGNORECASE,
)
"""What stands behind a name in a signature: `(she/her)`."""
OUR_NAME = "donelog"
_SIGN = "[\u2190-\u2bff\ufe0f\U0001f000-\U0001fbff\\s]"
"""Arrows, dingbats and emoji."""
_SIGNS_AROUND = re.compile(f"^{_SIGN}+|(?<!{_SIGN}){_SIGN}+$")
"""A run of them is looked at from its first alone."""
_LONGEST_INTRODUCTION = 8
"""Of somebody whose name is not known otherwise, in Chinese, Japanese or Korean letters."""
_MOST_ORIGIN_WORDS = 5
_MOST_CLOSING_WORDS = 3
_MOST_NAME_WORDS = 4
_LONGEST_TITLE, _SHORT_WORD = 100, 3
_FEW_NAMES = 2
_GREETING_ENDS = ",，、،!！"
_JOINERS = frozenset(
    ["and", "und", "et", "y", "e", "en", "i", "и", "та", "&", "og", "och", "ja", "a", "és", "și", "ve"]
)


def without_ornament(text: str) -> str:
    """The text without punctuation, emoji and other signs around it."""
    bare = text.strip(PUNCTUATION)
    if bare.isascii() or (bare[0].isalpha() and bare[-1].isalpha()):
        return bare
    return _SIGNS_AROUND.sub("", bare)


def is_closing(said: str, words: Words, names: frozenset[str] = frozenset()) -> bool:
    """`Kind regards`, alone or with a name: `LG Anna`, `Thanks, Ana`, `Best - Tom`."""
    if len(said) > LONGEST_CLOSING_LINE:
        return False
    folded = fold(without_ornament(said))
    phrase = words.manners.closings.at(folded)
    if not phrase:
        return False
    rest = without_ornament(folded[len(phrase) :])
    joiner, _, joined = rest.partition(" ")
    rest = joined if joined and joiner in _JOINERS else rest
    if not rest or is_closing(rest, words, names):
        return True
    if phrase not in words.manners.ambiguous_closings and _tells_origin(phrase, rest, words):
        return True
    tail = said[_length_folded_to(said, phrase) :].strip()
    return _is_name_behind(tail, names, is_ambiguous=phrase in words.manners.ambiguous_closings)


def _tells_origin(phrase: str, rest: str, words: Words) -> bool:
    """`... from sunny Spain`; some closings are known with that word."""
    parts = rest.split()
    is_opened = phrase.rsplit(None, 1)[-1] in words.manners.origins
    return (is_opened or (len(parts) > 1 and parts[0] in words.manners.origins)) and len(
        parts
    ) <= _MOST_ORIGIN_WORDS


def ends_as_closing(said: str, words: Words) -> bool:
    """`Sunny regards`: few words, and the last one is what closings end with."""
    parts = fold(without_ornament(said)).split()
    return 1 < len(parts) <= _MOST_CLOSING_WORDS and parts[-1] in words.manners.closing_ends


def _length_folded_to(said: str, phrase: str) -> int:
    """How much of what is said ends with the phrase; folding changes lengths: `Gruß` is `gruss`."""
    return next((end for end in range(len(said)) if fold(said[:end]).endswith(phrase)), len(said))


def _is_name_behind(tail: str, names: frozenset[str], *, is_ambiguous: bool) -> bool:
    """What follows a closing is who says it; behind an ambiguous one only after a comma or a dash."""
    parts = tail.strip(PUNCTUATION).split()
    if names and names.issuperset(fold(part) for part in parts):
        return True
    if is_ambiguous and not tail.startswith((",", "-", "–", "—", "/", "!", ".")):
        return False
    return len(parts) <= _FEW_NAMES and all(part[0].isupper() for part in parts) and ":" not in tail


def is_greeting(said: str, words: Words, names: frozenset[str] = frozenset()) -> bool:
    """A greeting and at most whom it is for; `Hi, fixed the bug!` says more."""
    if len(said) > LONGEST_CLOSING_LINE or ":" in said.rstrip(" :"):
        return False
    bare = without_ornament(said.strip(PUNCTUATION + ":"))
    phrase = words.manners.greetings.at(fold(bare))
    rest = bare[len(phrase) :]
    if phrase and (second := words.manners.greetings.at(fold(rest.lstrip()))):  # `Good evening, dear all`
        rest = rest.lstrip()[len(second) :]
    if _introduces(rest, words, names, is_greeted=bool(phrase)):
        return True
    return bool(phrase) and _is_for_somebody(rest, said.rstrip()[-1], names, words.manners.everybody)


def _introduces(rest: str, words: Words, names: frozenset[str], *, is_greeted: bool) -> bool:
    """`田中です`: who she is, behind a greeting or by her own name."""
    who = rest.strip(PUNCTUATION)
    if not who.endswith(words.manners.introductions):
        return False
    is_short = is_greeted and len(who) <= _LONGEST_INTRODUCTION and " " not in who
    return is_short or any(name in fold(who) for name in names)


def _is_for_somebody(rest: str, end: str, names: frozenset[str], everybody: frozenset[str]) -> bool:
    """What follows a greeting is nothing, names or `everybody`; `end` is the line's last character."""
    parts = [part for part in rest.strip(PUNCTUATION).split() if fold(part.strip(",")) not in _JOINERS]
    if not parts:
        return True
    if [fold(part) for part in parts] == [OUR_NAME] or everybody.issuperset(map(fold, parts)):
        return True
    if rest[0] in "-–—/." or len(parts) > _MOST_NAME_WORDS:
        return False
    if all(part[0].isupper() for part in parts):
        return True
    if all(part[0].upper() == part[0].lower() for part in parts):  # a script without capitals
        return (end in _GREETING_ENDS and len(parts) <= _FEW_NAMES) or any(name in rest for name in names)
    return len(parts) == 1 and end in ",，"


def is_name_like(line: str, names: frozenset[str] = frozenset()) -> bool:
    """Whether a line below a closing may be a name, or a way to reach somebody.

    Args:
        line: Not empty.
        names: The parts of the sender's name, folded.
    """
    parts = line.strip(PUNCTUATION).replace("|", " ").replace(",", " ").split()
    if not 0 < len(parts) <= _MOST_NAME_WORDS + 1 or any(char.isdigit() for char in line):
        return CONTACT.search(line) is not None
    if names and names.issuperset(fold(part) for part in parts):
        return True
    if len(parts) == 1:
        return len(line) <= len("christopher") and not line.endswith(":")
    capitals = sum(not part[0].islower() for part in parts)
    particles = len(parts) - 2  # Ana de la Cruz
    return capitals >= len(parts) - particles and len(parts) <= _MOST_NAME_WORDS and line[-1] not in "!:"


def is_titled_name(line: str) -> bool:
    """`Joe Smith | Director, Product Management`: a name of two or three words, a bar and a title."""
    name, bar, title = line.replace("•", "|").replace("·", "|").partition("|")
    parts = name.strip(PUNCTUATION).split()
    most = 3
    return (
        bool(bar)
        and len(line) <= _LONGEST_TITLE
        and 1 < len(parts) <= most
        and all(part[0].isupper() for part in parts)
        and title.strip(PUNCTUATION)[:1].isupper()
        and not any(map(str.isdigit, line))
    )


def is_own_name(line: str, names: frozenset[str]) -> bool:
    """The sender's name or a part of it, and nothing else."""
    parts = re.findall(r"\w+", fold(line))
    return 0 < len(parts) <= len(names) and names.issuperset(parts)


def is_short_name(line: str, names: frozenset[str]) -> bool:
    """`J` or `JH` for Jim Hall, `Micha` for Michael."""
    bare = line.strip(PUNCTUATION)
    if not bare.isalpha() or not bare[0].isupper():
        return False
    folded = fold(bare)
    initials = sorted(name[0] for name in names)
    fewest = 3
    if len(folded) < fewest:
        return folded in initials or sorted(folded) == initials
    return any(name.startswith(folded) for name in names)


def is_title(line: str) -> bool:
    """`Senior Director of Global Supply Chain Operations, EMEA`: no sentence, and its words in capitals."""
    if len(line) > _LONGEST_TITLE or line.endswith((".", "!", "?", ":", ";")):
        return False
    parts = [part for part in re.findall(r"[^\W\d_]+", line) if len(part) > _SHORT_WORD]
    return len(parts) > _SHORT_WORD and all(part[0].isupper() for part in parts)
