"""What servers and offices put around a text: warnings above it, legal texts and list footers below."""

import re

from adapters.email.reading.cards import is_about_registers
from adapters.email.reading.frames import frame_top
from adapters.email.reading.manners import LONGEST_CLOSING_LINE
from adapters.email.reading.page import Page, Verdict, is_bullet, is_rule
from adapters.email.reading.words import Words, fold

_MOST_BANNERS = 3
_LONGEST_BANNER = 8
_FEW_WORDS, _MANY_WORDS = 3, 5
_LONGEST_HEADING = 40
_DENSE = "\u2e80"
"""From here on a character says more than a letter."""
_LONG = 90
"""Characters of a line that nobody writes about a thing done in such words."""
_LEADING = re.compile(r"^[^\w\[(]+")
_SHORTEST_LEGAL, _FEWEST_SAID = 80, 3
"""Characters, and things said that legal texts say; one less where it begins with `This e-mail`."""
_LONGEST_PARAGRAPH = 30
"""Lines from the beginning of a legal text to the end of hers."""
_SEEN_OF_PARAGRAPH = 800
"""Characters that are looked at to tell whether it is one."""
_MOST_NOTICES = 3
_FEWEST_WARNED = 2
"""Things said that make a text a warning about mail from outside, however it begins."""
_SCANNER = re.compile(r"(?:https?://)?www\.(?:avast|avg)\.com(?:/antivirus)?/?$")
_SCANNERS_LINK, _MOST_SCANNER_WORDS = ".com/sig-email", 6
_TICKET = re.compile(r"(?:\[ ?)?(?:[Rr]ef:|thread::)(?=\S{0,60}\d)\S{8,80}(?: ?\])?$")
"""`Ref:MSG0012345_AbCdEf`, `[ ref:_00D20.5002:ref ]`: by these ticket systems know a mail again."""
_YAHOO_GROUPS = "__._,_"
_BANNER_ENDS = (".", "!", "]", "*", "。")
_BANNER_SIGNS = " *_|>-=⚠!\ufe0f"


def mark_banners(page: Page, words: Words) -> None:
    """`CAUTION: external email` and the like, put above the text by the recipient's or sender's server."""
    index, seen = page.next_said(-1), 0
    while index < len(page) and seen < _MOST_BANNERS:
        bare = fold(page.said[index].strip(_BANNER_SIGNS))
        if page.verdicts[index] is not None or not (_is_banner(bare, words) or _warns(page, index, words)):
            if not is_rule(page.said[index]):
                return
            index, seen = page.next_said(index), seen + 1
            continue
        end = _banner_end(page, index, words)
        top, end = _with_rules(page, index, end)
        page.mark(top, end, Verdict.BANNER, "warning about external mail")
        index, seen = page.next_said(end - 1), seen + 1


def _with_rules(page: Page, start: int, end: int) -> tuple[int, int]:
    """The lines of dashes around a warning belong to it."""
    top = page.next_said(-1)
    top = top if all(not said or is_rule(said) for said in page.said[top:start]) else start
    return top, end + 1 if end < len(page) and is_rule(page.said[end]) else end


def _is_banner(bare: str, words: Words) -> bool:
    """A short phrase must stand alone: `External email banner added` may be a done."""
    phrase = words.notices.banners.at(bare)
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


def _warns(page: Page, start: int, words: Words) -> bool:
    """Whether a line, or a paragraph above others, says what warnings about mail from outside say."""
    if _is_warning(page.said[start], words):
        return True
    end = _paragraph_end(page, start)
    return (
        end - start > 1
        and page.next_said(end - 1) < len(page)
        and not any(page.verdicts[start:end])
        and not any(map(is_bullet, page.said[start:end]))
        and _is_warning(" ".join(page.said[start:end]), words)
    )


def _is_warning(said: str, words: Words) -> bool:
    folded = fold(said)
    return any(
        each.fits(folded, _FEWEST_WARNED) and each.has_sentence(folded)
        for each in words.notices.warnings.named_in(folded)
    )


def _paragraph_end(page: Page, start: int) -> int:
    end = start + 1
    while end < len(page) and page.said[end] and end - start < _LONGEST_BANNER:
        end += 1
    return end


def _banner_end(page: Page, start: int, words: Words) -> int:
    """Behind the paragraph, if something follows it, or behind the sentence that her words follow."""
    end = _paragraph_end(page, start)
    something_follows = end < len(page) and page.next_said(end - 1) < len(page)
    if not something_follows or page.said[end]:
        return start + 1
    goes_on = start + 1
    while goes_on < end and not (
        page.said[goes_on - 1].endswith(_BANNER_ENDS) and not _may_warn(page.said[goes_on], words)
    ):
        goes_on += 1
    return goes_on


def _may_warn(said: str, words: Words) -> bool:
    """Inside of a warning one thing that warnings say is enough."""
    folded = fold(said)
    return words.notices.warnings.anything.are_in(folded) or bool(words.notices.banners.at(folded))


def mark_legal(page: Page, start: int, end: int, words: Words) -> None:
    """From where a paragraph begins as disclaimers and footers of lists do; there may be several."""
    for _ in range(_MOST_NOTICES):
        top, rule = _legal_at(page, start, end, words)
        if top == end:
            return
        page.mark(top, end, Verdict.FOOTER, rule)
        end = top


def _legal_at(page: Page, start: int, end: int, words: Words) -> tuple[int, str]:
    """The first line of what is no longer hers, and why; `end` when all of it may be."""
    kinds = ((words.notices.disclaimers, "legal text"), (words.notices.footers, "footer of a list"))
    lines = page.open_lines(start, end)
    if start == 0:  # nothing of hers stands above her first line
        next((index for index in lines if not is_rule(page.said[index])), None)
    for index in lines:
        if _is_programs(page, index, start):
            return _above(page, index, start, end), "what a program adds below every mail"
        said = page.said[index].strip(" *_|>-=#※")
        said = said if said[:1].isalnum() else _LEADING.sub("", said)
        bare = fold(said)
        behind = _behind_heading(said)
        is_apart = _begins_paragraph(page, index, start)
        for phrases, rule in kinds:
            phrase = phrases.at(bare) or phrases.at(behind)
            if not phrase or not (is_apart or _is_surely_legal(said, phrase)):
                continue
            if _is_impersonal(page.said[index], phrase, bare) and page.has_words(0, index):
                return _above(page, index, start, end), rule
        is_headed = ":" in said[:_LONGEST_HEADING] and words.notices.disclaimers.at(bare)
        if (is_apart or is_headed) and _sounds_legal(page, index, end, words) and page.has_words(0, index):
            return _above(page, index, start, end), "sounds as legal texts do"
    return end, ""


def _is_programs(page: Page, index: int, start: int) -> bool:
    """Known by its form in any language: a scanner's link, the number in a register, Yahoo's dashes."""
    said = page.said[index]
    if said.startswith(_YAHOO_GROUPS):
        return True
    if not _begins_paragraph(page, index, start):
        return False
    is_registered = len(said) >= LONGEST_CLOSING_LINE and is_about_registers(said)
    is_known = is_registered or _is_scanners(page, index) or _TICKET.match(said) is not None
    return is_known and page.has_words(0, index)


def _is_scanners(page: Page, index: int) -> bool:
    """`Virus-free. www.avast.com`, or a sentence with such a link below it."""
    said = page.said[index]
    if _SCANNERS_LINK in said:
        return True
    if "www.a" in said:
        return _SCANNER.search(said) is not None and len(said.split()) <= _MOST_SCANNER_WORDS
    return index + 1 < len(page) and _SCANNER.match(page.said[index + 1]) is not None


def _sounds_legal(page: Page, index: int, end: int, words: Words) -> bool:
    """A long paragraph that speaks of its own mail, and of several things of which legal texts speak.

    Only at the end: no list stands below it, and not much else.
    """
    if end - index > _LONGEST_PARAGRAPH or len(page.said[index]) < _LONGEST_HEADING:
        return False
    stop = next((each for each in range(index, end) if not page.said[each]), end)
    text = " ".join(page.said[index:stop])[:_SEEN_OF_PARAGRAPH]
    shortest = _SHORTEST_LEGAL if text[0] < _DENSE else _SHORTEST_LEGAL // 2
    if len(text) < shortest or text[0].islower() or not page.may_weigh():
        return False
    folded = fold(text)
    fits = any(
        each.fits(folded, _FEWEST_SAID - folded.startswith(each.itself))
        for each in words.notices.legal.named_in(folded)
    )
    return fits and not any(map(is_bullet, page.raw[index:end]))


def _begins_paragraph(page: Page, index: int, start: int) -> bool:
    return (
        index <= start
        or not page.said[index - 1]
        or page.verdicts[index - 1] is not None
        or is_rule(page.said[index - 1])
    )


def _behind_heading(said: str) -> str:
    """What stands behind a heading in capitals, folded: `AVISO: Esta mensagem ...`."""
    if ":" not in said:
        return ""
    heading, _, rest = said.partition(":")
    return fold(rest.strip()) if len(heading) <= _LONGEST_HEADING and heading.isupper() else ""


def _is_surely_legal(said: str, phrase: str) -> bool:
    """So long and so formal that it is legal text although it stands right below a name."""
    is_formal = len(phrase.split()) > _FEW_WORDS - 1 or said[: len(phrase)].isupper()
    return is_formal and len(said) >= _LONG


def _is_impersonal(said: str, phrase: str, bare: str) -> bool:
    """Long as such texts are, or a heading of its own; `this message ...` may also begin a done."""
    longest = LONGEST_CLOSING_LINE if phrase[0] < _DENSE else 2 * LONGEST_CLOSING_LINE // 3
    if len(said) >= longest or bare.rstrip(" :.!") == phrase.rstrip(" :.!") or phrase[-1] in ".,:":
        return True
    return len(phrase.split()) >= _MANY_WORDS and 2 * len(phrase) >= len(said)


def _above(page: Page, index: int, start: int, end: int) -> int:
    """The line at which the frame or the lines of dashes around a legal text begin."""
    index = frame_top(page, index, start, end)
    while index > start and (not page.said[index - 1] or is_rule(page.said[index - 1])):
        index -= 1
    return index
