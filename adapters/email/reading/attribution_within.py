"""An attribution inside of a line: it begins behind her own words, or goes on with what it quotes."""

import re

from adapters.email.reading.attribution_signs import starts_dated
from adapters.email.reading.evidence import weigh
from adapters.email.reading.page import Page
from adapters.email.reading.words import Words, fold

_SENTENCE = re.compile(r"[.!?…。！？:;,)]\s+(?=\S)")
_CAPITAL = re.compile(r"(?<=[\s-])[^\W\d_a-z]")
_MOST_SENTENCES = 8


def may_go_on(said: str) -> bool:
    """What it introduces, or more of it, may stand on the same line."""
    return "@" in said and ":" in said and any(digit in said for digit in "0123456789")


def start_within(page: Page, index: int, words: Words) -> int | None:
    """The character of a line at which its attribution begins; None when it has none."""
    said = page.said[index]
    ends = [place for place in _colons(said) if place > 0]
    if not ends:
        return None
    for start in _starts(said, words):
        if not starts_dated(said[start:], words):
            continue
        for end in ends:
            text = said[start : end + 1]
            is_part = start < end and (start > 0 or end + 1 < len(said))
            if is_part and _last_word(text) in words.attribution.verbs and page.may_weigh():
                evidence = weigh(text, words)
                is_whole = evidence.verb_ends and evidence.date and (evidence.address or evidence.time)
                if is_whole and not evidence.first_person:
                    return start
    return None


def _starts(said: str, words: Words) -> list[int]:
    """Where it may begin: with the line, behind a sentence, or with a word like `On` and a date."""
    sentences = [found.end() for found in _SENTENCE.finditer(said)][:_MOST_SENTENCES]
    starts = [0, *sorted({*sentences, *_openings(said, words)})]
    if len(starts) > 1 and _is_sentence_of_hers(said[: starts[1]], words):
        del starts[0]
    return starts


def _openings(said: str, words: Words) -> list[int]:
    """Where inside of a line a word like `On` stands in front of a date."""
    places = (
        found.start()
        for found in _CAPITAL.finditer(said)
        if words.attribution.openers.at(said[found.start() :])
    )
    return [place for place in places if starts_dated(said[place:].partition(" ")[2], words)]


def _is_sentence_of_hers(text: str, words: Words) -> bool:
    """`12 tickets closed.` begins with a number, but tells no date."""
    fewest = 2
    letters = sum(each[0].isalpha() for each in text.split())
    return text[0].isdigit() and letters >= fewest and not weigh(text, words).date


def _last_word(text: str) -> str:
    """The word in front of the colon; of `a écrit` the second, which is a verb by itself too."""
    return fold(text.rstrip(": ").rsplit(None, 1)[-1]) if text.strip(": ") else ""


def _colons(said: str) -> list[int]:
    """Where a colon ends a word and does not stand inside a time or an address."""
    found = [match.start() for match in re.finditer(r":(?=\s|$|>)", said)]
    return found[:_MOST_SENTENCES]
