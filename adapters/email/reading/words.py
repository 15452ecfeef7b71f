"""The words by which lines that are not the sender's own are known, of all languages together.

Everything is case-folded by `fold`, but for the openers of an attribution.  `language_files` reads them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from adapters.email.reading.phrases import Phrases, Wordings

_KEY = 2
"""Characters of a phrase by which it is looked up."""


def fold(text: str) -> str:
    """As phrases are compared: case-folded, the dot of the Turkish capital I gone."""
    if text.isascii():
        return text.lower()
    return text.casefold().replace("i\u0307", "i")


class Openings:
    """Phrases that a line may begin with, found by their first two letters."""

    def __init__(self, phrases: Iterable[str]) -> None:
        by_key: dict[str, list[str]] = {}
        for phrase in sorted(set(phrases), key=len, reverse=True):
            by_key.setdefault(phrase[:_KEY], []).append(phrase)
        self._by_key = {key: tuple(found) for key, found in by_key.items()}
        self._letters = frozenset(key for key in by_key if len(key) == 1)

    def at(self, folded: str) -> str:
        """The longest phrase that `folded` begins with, as a word of its own; empty when there is none."""
        phrases = self._by_key.get(folded[:_KEY])
        if phrases is not None and folded.startswith(phrases):
            for phrase in phrases:
                if folded.startswith(phrase) and _ends_word(folded, len(phrase)):
                    return phrase
        if folded[:1] in self._letters and not folded[1:2].isalnum():
            return folded[:1]
        return ""


def _ends_word(folded: str, end: int) -> bool:
    """Whether a word ends at `end`; scripts without spaces have no such place, so it is there everywhere."""
    if end >= len(folded) or not folded[end - 1].isalnum() or folded[end - 1] > "\u0e00":
        return True
    return not folded[end].isalpha()


@dataclass(frozen=True, slots=True)
class AttributionWords:
    """The line above a quotation: `On Tuesday, 24 November 2026, Ana wrote:`."""

    openers: Openings
    """How it may begin, upper and lower case told apart."""
    verbs: Mapping[str, tuple[tuple[str, ...], ...]]
    """By first word, each verb as its words: `wrote`, `a écrit`."""
    unspaced_verbs: tuple[str, ...]
    """Verbs of scripts whose words cannot be told apart by their letters alone."""
    first_person: Mapping[str, frozenset[str]]
    """By first word of a verb, the words beside it that make it the sender's own: `i`, `we`."""
    months: Mapping[str, int]
    """From a month's name to its number; 0 for a word that names one together with what stands beside it."""
    weekdays: frozenset[str]


@dataclass(frozen=True, slots=True)
class SeparatorWords:
    """Lines between an answer and the mail that it answers or passes on."""

    original: Openings
    """`Original Message`."""
    forwarded: Openings
    """`Forwarded message`."""
    reply_above: Phrases
    """`Please reply above this line`."""


@dataclass(frozen=True, slots=True)
class DeviceWords:
    """What mail programs put below a mail: `Sent from my iPhone`."""

    sent_from: Openings
    sent_from_my: Openings
    sent_with: tuple[str, ...]
    """How such a line ends in languages that put the verb last."""
    names: tuple[str, ...]
    """Of devices and programs."""
    brands: tuple[str, ...]
    """Names of programs and makers with which such a line may end."""


@dataclass(frozen=True, slots=True)
class MannerWords:
    """How mails greet and close."""

    greetings: Openings
    everybody: frozenset[str]
    """Words behind a greeting by which nobody is named: `team`, `all`."""
    introductions: tuple[str, ...]
    """What stands behind her own name where she says who she is, as `です`."""
    closings: Openings
    ambiguous_closings: frozenset[str]
    """Closings that may also be something done: `thanks`."""
    closing_ends: frozenset[str]
    """Last words of closings that are in no list: `sunny regards`."""
    formulas: Openings
    """Openings that make a line a closing, however it goes on: `veuillez agréer ...`."""
    origins: frozenset[str]
    """Words behind a closing that say where it comes from: `best wishes from Bergen`."""


@dataclass(frozen=True, slots=True)
class HeadingWords:
    """Headings above lists: of what is done, of what is meant to be done, of what is waited for."""

    intros: frozenset[str]
    goal_intros: frozenset[str]
    blocker_intros: frozenset[str]
    nones: frozenset[str]
    """Ways to say that there is nothing below such a heading."""


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """What companies and mailing lists put around a mail."""

    disclaimers: Openings
    legal: Wordings
    """What legal texts below a mail say."""
    footers: Openings
    banners: Openings
    warnings: Wordings
    """What warnings above a mail from outside say."""


@dataclass(frozen=True, slots=True)
class AutomaticWords:
    """What programs send in somebody's name: `Out of office`."""

    subjects: Openings
    texts: Openings
    """How texts begin that only programs send."""
    away: Phrases
    """How people say that they are not there."""
    away_signs: tuple[tuple[str, tuple[str, ...]], ...]
    """Each of those with what only an automatic answer says besides it in its language: whom to ask in
    urgent matters, when the mail will be read."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of all languages, by what they are looked for in."""

    attribution: AttributionWords
    separators: SeparatorWords
    devices: DeviceWords
    manners: MannerWords
    headings: HeadingWords
    notices: NoticeWords
    automatic: AutomaticWords
    headers: Mapping[str, str]
    """From a mail header's name to what it says: from, date, to, cc, subject or other."""
    colours: Mapping[str, Phrases]
    """By the colour, how people say that they answer in it: `in red`."""
    inside: Phrases
    """How people say that they answer inside of what they quote: `see below`."""
    inside_or_colours: Phrases
    """All of both."""
    joints: frozenset[str]
    """Words with which no sentence ends, so that it goes on in the next line: `and`, `the`, `with`."""
