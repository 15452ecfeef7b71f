"""What servers and offices put around a text: warnings above it, legal texts and list footers below."""

import re

from adapters.email.reading.manners import LONGEST_CLOSING_LINE
from adapters.email.reading.page import Page, Verdict, is_rule
from adapters.email.reading.words import Openings, Words, fold

_MOST_BANNERS = 3
_LONGEST_BANNER = 8
_FEW_WORDS = 3
_LONGEST_HEADING = 40
_DENSE = "\u2e80"
"""From here on a character says more than a letter."""
_LONG = 90
"""Characters of a line that nobody writes about a thing done in such words."""
_LEADING = re.compile(r"^[^\w\[(]+")
_FEWEST_STEMS = 3
_LONGEST_PARAGRAPH = 30
"""Lines from the beginning of a legal text to the end of hers."""
_SEEN_OF_PARAGRAPH = 800
"""Characters that are looked at to tell whether it is one."""
_BANNER_SIGNS = " *_|>-=⚠!\ufe0f"


def mark_banners(page: Page, words: Words) -> None:
    """`CAUTION: external email` and the like, put above the text by the recipient's or sender's server."""
    index, seen = page.next_said(-1), 0
    while index < len(page) and seen < _MOST_BANNERS:
        bare = fold(page.said[index].strip(_BANNER_SIGNS))
        if not _is_banner(bare, words) or page.verdicts[index] is not None:
            if not is_rule(page.said[index]):
                return
            index, seen = page.next_said(index), seen + 1
            continue
        end = _banner_end(page, index)
        page.mark(index, end, Verdict.BANNER, "warning about external mail")
        index, seen = page.next_said(end - 1), seen + 1


def _is_banner(bare: str, words: Words) -> bool:
    """A short phrase must stand alone: `External email banner added` may be a done."""
    phrase = words.banners.at(bare)
    if not phrase:
        return False
    after = bare[len(phrase) :].lstrip()
    return (
        len(phrase.split()) > _FEW_WORDS
        or not phrase[-1].isalnum()
        or not after
        or not after[0].isalnum()
        or ":" in phrase
    )


def _banner_end(page: Page, start: int) -> int:
    """The paragraph, if something follows it; else only the first line."""
    end = start + 1
    while end < len(page) and page.said[end] and end - start < _LONGEST_BANNER:
        end += 1
    something_follows = end < len(page) and page.next_said(end - 1) < len(page)
    return end if something_follows and not page.said[end] else start + 1


def mark_legal(page: Page, start: int, end: int, words: Words) -> None:
    """From where a paragraph begins as disclaimers and footers of lists do."""
    for index in page.open_lines(start, end):
        said = _LEADING.sub("", page.said[index].strip(" *_|>-=#※"))
        bare = fold(said)
        is_apart = _begins_paragraph(page, index, start)
        for phrases, rule in ((words.disclaimers, "legal text"), (words.footers, "footer of a list")):
            phrase = phrases.at(bare) or _behind_heading(said, phrases)
            if not phrase or not (is_apart or _is_surely_legal(said, phrase)):
                continue
            if _is_impersonal(page.said[index], phrase, bare) and page.has_words(start, index):
                page.mark(_above(page, index, start), end, Verdict.FOOTER, rule)
                return
        if is_apart and _sounds_legal(page, index, end, words) and page.has_words(start, index):
            page.mark(_above(page, index, start), end, Verdict.FOOTER, "sounds as legal texts do")
            return


def _sounds_legal(page: Page, index: int, end: int, words: Words) -> bool:
    """A long paragraph, the mail's last but for others like it, with several words of legal texts in it."""
    if end - index > _LONGEST_PARAGRAPH or len(page.said[index]) < _LONGEST_HEADING or not page.may_weigh():
        return False
    stop = next((each for each in range(index, end) if not page.said[each]), end)
    text = fold(" ".join(page.said[index:stop])[:_SEEN_OF_PARAGRAPH])
    shortest = _LONG if text[0] < _DENSE else LONGEST_CLOSING_LINE
    return len(text) >= shortest and sum(stem in text for stem in words.legal_stems) >= _FEWEST_STEMS


def _begins_paragraph(page: Page, index: int, start: int) -> bool:
    return (
        index <= start
        or not page.said[index - 1]
        or page.verdicts[index - 1] is not None
        or is_rule(page.said[index - 1])
    )


def _behind_heading(said: str, phrases: Openings) -> str:
    """The phrase behind a heading in capitals: `AVISO: Esta mensagem ...`."""
    heading, colon, rest = said.partition(":")
    is_heading = bool(colon) and len(heading) <= _LONGEST_HEADING and heading.isupper()
    return phrases.at(fold(rest.strip())) if is_heading else ""


def _is_surely_legal(said: str, phrase: str) -> bool:
    """So long and so formal that it is legal text although it stands right below a name."""
    is_formal = len(phrase.split()) > _FEW_WORDS - 1 or said[: len(phrase)].isupper()
    return is_formal and len(said) >= _LONG


def _is_impersonal(said: str, phrase: str, bare: str) -> bool:
    """Long as such texts are, or a heading of its own; `this message ...` may also begin a done."""
    longest = LONGEST_CLOSING_LINE if phrase[0] < _DENSE else 2 * LONGEST_CLOSING_LINE // 3
    return len(said) >= longest or bare.rstrip(" :.") == phrase.rstrip(" :.") or phrase[-1] in ".,:"


def _above(page: Page, index: int, start: int) -> int:
    while index > start and (not page.said[index - 1] or is_rule(page.said[index - 1])):
        index -= 1
    return index
