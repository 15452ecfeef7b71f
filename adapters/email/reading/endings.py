"""What stands around a person's own words: banners above; closing, signature and legal text below."""

import re
from collections.abc import Sequence

from adapters.email.reading.page import LONGEST_SEEN, Page, Verdict, is_bullet, is_rule
from adapters.email.reading.words import Openings, Words, fold

_DELIMITERS = frozenset(["--", "—", "–", "―", "---", "__", "----"])
_MOST_SIGNATURE_LINES = 16
_MOST_CLOSING_LINES = 8
_LONGEST_SIGNATURE_LINE = 100
_LONGEST_CLOSING_LINE = 60
_LONGEST_DEVICE_LINE = 120
_MOST_BANNERS = 3
_LONGEST_BANNER = 8
_MOST_NAME_WORDS = 4
_CONTACT = re.compile(
    r"@|https?://|www\.|\+?\d[\d ()./-]{6,}|^(?:tel|phone|mobile?|fax|mobil|cell|office|m|t|p|e|w)\s?[.:]",
    re.IGNORECASE,
)
_MAILING_LIST = re.compile(
    r"mailing.?list|listinfo|groups\.google|unsubscribe|-users|@lists?\.", re.IGNORECASE
)
_SIGNED = re.compile(r"(--?|[—–~]|//?)(\s?)([^\W\d_][\w.'’-]*(?:\s[^\W\d_][\w.'’-]*){0,2})[.,]?$")
_PUNCTUATION = " \t,.!;:…。！、，*~-–—_/|'\"♥❤😊🙂😀😃🙏👍🎉️"
_LINK = re.compile(r"<[^<>]{0,400}>|\([^()]{0,400}\)|https?://\S{0,400}")
_EXCUSE = re.compile(
    r"excuse|typo|brevity|fehler|tippfehler|kürze|fautes|brièveté|errores|ortograf", re.IGNORECASE
)


def mark_banners(page: Page, words: Words) -> None:
    """`CAUTION: external email` and the like, put above the text by the recipient's or sender's server."""
    index, seen = page.next_said(-1), 0
    while index < len(page) and seen < _MOST_BANNERS:
        bare = fold(page.said[index].strip(" *_|>-=⚠️!⚠"))
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
    few = 3
    after = bare[len(phrase) :].lstrip()
    return (
        len(phrase.split()) > few
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


def mark_devices(page: Page, words: Words) -> None:
    """`Sent from my ...`, wherever it stands: it says nothing about the lines after it."""
    for index in page.open_lines(0, len(page)):
        if is_device_line(page.said[index], words):
            page.mark(index, index + 1, Verdict.DEVICE, "a device's line")


def is_device_line(said: str, words: Words) -> bool:
    """Whether it names the device or program that a mail was written on, and does nothing else."""
    said = said.removeprefix("<<").removesuffix(">>").strip("() ") if said[0] in "<(" else said
    link = _LINK.search(said) if "<" in said or "http" in said or "](" in said else None
    bare = _LINK.sub("", said) if link else said
    folded = fold(bare.strip(" -–—_.*<>()[]«»\"'\t"))
    if not folded or len(folded) > _LONGEST_DEVICE_LINE:
        return False
    if words.sent_from_my.at(folded):
        return _names_device(folded, words) or _is_short_of(folded)
    opening = words.sent_from.at(folded)
    if opening:
        rest = folded[len(opening) :]
        if link is not None and not rest.strip(" []"):
            return False
        if link is not None or any(word.startswith(words.devices) for word in _first_words(rest)):
            return True
    ends = folded.endswith(words.sent_with)
    return ends and _names_device(folded, words) and len(folded.split()) <= _MOST_CLOSING_LINES


def _first_words(rest: str) -> list[str]:
    return rest.replace("[", " ").split()[:2]


def _names_device(folded: str, words: Words) -> bool:
    return any(device in folded for device in words.devices)


def _is_short_of(folded: str) -> bool:
    """A device nobody has heard of, if the line goes on with nothing but an excuse."""
    head, comma, tail = folded.partition(",")
    return len(head.split()) <= _MOST_CLOSING_LINES and (not comma or _EXCUSE.search(tail) is not None)


def mark_endings(page: Page, start: int, end: int, words: Words, names: frozenset[str]) -> None:
    """Signature, closing, legal text and list footers at the end of the lines from `start` up to `end`."""
    _mark_legal(page, start, end, words)
    end = _open_end(page, start, end)
    _mark_signature(page, start, end, words)
    end = _trim_rules(page, start, _open_end(page, start, end))
    _mark_signed(page, start, end, names)
    _mark_closing(page, start, _open_end(page, start, end), words, names)
    end = _open_end(page, start, end)
    _mark_card(page, start, end, names)
    end = _open_end(page, start, end)
    _mark_name(page, start, end, names)
    _trim_rules(page, start, _open_end(page, start, end))


def _open_end(page: Page, start: int, end: int) -> int:
    """The line behind the last one with words that is still hers."""
    while end > start and (page.verdicts[end - 1] is not None or not page.said[end - 1]):
        end -= 1
    return end


def _mark_legal(page: Page, start: int, end: int, words: Words) -> None:
    """From where a paragraph begins as disclaimers and footers of lists do."""
    for index in page.open_lines(start, end):
        if (
            index > start
            and page.said[index - 1]
            and page.verdicts[index - 1] is None
            and not is_rule(page.said[index - 1])
        ):
            continue
        bare = fold(page.said[index].strip(" *_|>-=#"))
        for phrases, rule in ((words.disclaimers, "legal text"), (words.footers, "footer of a list")):
            phrase = phrases.at(bare)
            if phrase and _is_impersonal(page.said[index], phrase, bare) and _has_more(page, start, index):
                page.mark(_above(page, index, start), end, Verdict.FOOTER, rule)
                return


def _is_impersonal(said: str, phrase: str, bare: str) -> bool:
    """Long as such texts are, or a heading of its own; `this message ...` may also begin a done."""
    return (
        len(said) >= _LONGEST_CLOSING_LINE
        or bare.rstrip(" :.") == phrase.rstrip(" :.")
        or phrase[-1] in ".,:"
    )


def _above(page: Page, index: int, start: int) -> int:
    while index > start and (not page.said[index - 1] or is_rule(page.said[index - 1])):
        index -= 1
    return index


def _has_more(page: Page, start: int, index: int) -> bool:
    """There is something of hers above."""
    return any(not is_rule(page.said[each]) for each in page.open_lines(start, index))


def _mark_signature(page: Page, start: int, end: int, words: Words) -> None:
    """From the line `-- ` or one that looks like it, if what follows looks like a signature."""
    after: list[int] = []
    delimiter = -1
    for index in range(end - 1, start - 1, -1):
        said = page.said[index]
        if not said or page.verdicts[index] is not None:
            continue
        if is_rule(said) and _is_delimiter(page, said, after, words):
            delimiter = index
        after.append(index)
        if len(after) > _MOST_SIGNATURE_LINES or is_bullet(page.raw[index]) and not is_rule(said):
            break
    if delimiter >= 0 and (delimiter > start or end - delimiter > 1):
        page.mark(delimiter, end, Verdict.SIGNATURE, "below a line that begins a signature")


def _is_delimiter(page: Page, said: str, after: Sequence[int], words: Words) -> bool:
    if not after:
        return False
    lines = [page.said[each] for each in after if not is_rule(page.said[each])]
    if any(len(line) > _LONGEST_SIGNATURE_LINE for line in lines):
        return any(_MAILING_LIST.search(line) for line in lines)
    if said in _DELIMITERS - {"---", "----", "__"}:
        return True
    if said.startswith("__"):
        return len(said) >= 5 or any(_MAILING_LIST.search(line) for line in lines)  # noqa: PLR2004 -- a rule
    is_dashes = len(said) >= 2 and set(said) <= set("-—–―─━_ ")  # noqa: PLR2004 -- one dash is a bullet
    if not is_dashes and set(said) - set("=*~# "):
        return False
    evident = any(_CONTACT.search(line) for line in lines) or any(
        words.closings.at(fold(line)) for line in lines
    )
    is_first_a_name = bool(lines) and _is_name_like(lines[-1])
    return evident and is_first_a_name


def _trim_rules(page: Page, start: int, end: int) -> int:
    """Lines of dashes at the very end belong to nothing."""
    while end > start and (
        page.verdicts[end - 1] is not None or not page.said[end - 1] or is_rule(page.said[end - 1])
    ):
        if page.said[end - 1] and not page.said[end - 1].startswith("```"):
            page.mark(end - 1, end, Verdict.SIGNATURE, "a line of dashes at the end")
        end -= 1
    return end


def _mark_signed(page: Page, start: int, end: int, names: frozenset[str]) -> None:
    """A last line such as `-Ana López`, `/John` or `—Ryan`, apart from the rest."""
    last = end - 1
    if last <= start or not _has_more(page, start, last):
        return
    found = _SIGNED.fullmatch(page.said[last])
    if found is None:
        return
    dash, space, name = found.groups()
    parts = name.split()
    if not all(part[0].isupper() or fold(part) in names or dash == "~" for part in parts):
        return
    if names and names.issuperset(fold(part) for part in parts):
        page.mark(last, end, Verdict.SIGNATURE, "signed with the sender's name")
        return
    if page.said[last - 1] or (dash in ("-", "–") and (space or len(parts) == 1)):
        return
    if not any(page.said[each].startswith(dash) for each in page.open_lines(start, last)):
        page.mark(last, end, Verdict.SIGNATURE, "signed with a name behind a dash")


def _mark_closing(page: Page, start: int, end: int, words: Words, names: frozenset[str]) -> None:
    """From the topmost closing below which there are only names and ways to reach somebody."""
    found, below, index = -1, 0, end
    below_lines: list[str] = []
    while index > start and below < _MOST_CLOSING_LINES:
        index -= 1
        said = page.said[index]
        if not said:
            continue
        if page.verdicts[index] not in (None, Verdict.DEVICE):
            break
        if is_closing(said, words, names):
            if _fits_below(below_lines, names) and _has_more(page, start, index):
                found = index
            below_lines = []
        elif page.verdicts[index] is None:
            if len(said) > _LONGEST_CLOSING_LINE or (is_bullet(page.raw[index]) and not is_rule(said)):
                break
            below_lines.append(said)
        below += 1
    if found >= 0:
        page.mark(found, found + 1, Verdict.CLOSING, "a closing")
        page.mark(found + 1, end, Verdict.SIGNATURE, "below a closing")


def _fits_below(lines: Sequence[str], names: frozenset[str]) -> bool:
    """The lines below a closing, nearest last: a name first, then whatever tells who she is."""
    if not lines:
        return True
    first = lines[-1]
    rest = lines[:-1]
    return _is_name_like(first, names) and all(_is_card_line(line) for line in rest)


def _is_card_line(line: str) -> bool:
    """A title, a company, a number: short and no sentence."""
    return len(line) <= _LONGEST_CLOSING_LINE and not line.endswith((".", "!", "?")) or "@" in line


def _is_name_like(line: str, names: frozenset[str] = frozenset()) -> bool:
    parts = line.strip(_PUNCTUATION).replace("|", " ").replace(",", " ").split()
    if not 0 < len(parts) <= _MOST_NAME_WORDS + 1 or any(char.isdigit() for char in line):
        return _CONTACT.search(line) is not None
    if names and names.issuperset(fold(part) for part in parts):
        return True
    if len(parts) == 1:
        return len(line) <= len("christopher") and not line.endswith(":")
    capitals = sum(not part[0].islower() for part in parts)
    particles = len(parts) - 2  # Ana de la Cruz
    return capitals >= len(parts) - particles and len(parts) <= _MOST_NAME_WORDS and line[-1] not in "!:"


def is_closing(said: str, words: Words, names: frozenset[str] = frozenset()) -> bool:
    """`Kind regards`, alone or with a name: `LG Anna`, `Thanks, Ana`, `Best - Tom`."""
    if len(said) > _LONGEST_CLOSING_LINE:
        return False
    folded = fold(said.strip(_PUNCTUATION))
    phrase = words.closings.at(folded)
    if not phrase:
        return False
    rest = folded[len(phrase) :].strip(_PUNCTUATION)
    if not rest:
        return True
    further = words.closings.at(rest)
    if further and (further == rest or is_closing(rest, words, names)):
        return True
    start = fold(said).find(phrase) + len(phrase)
    tail = said[start:].strip()
    parts = tail.strip(_PUNCTUATION).split()
    if names and names.issuperset(fold(part) for part in parts):
        return True
    separated = tail[:1] in (",", "-", "–", "—", "/", "!", ".")
    if phrase in words.ambiguous_closings and not separated:
        return False
    few = 2
    return len(parts) <= few and all(part[0].isupper() for part in parts) and ":" not in tail


def _mark_card(page: Page, start: int, end: int, names: frozenset[str]) -> None:
    """A last paragraph that is a visiting card: her name, then her title and ways to reach her."""
    top = end
    while top > start and page.said[top - 1] and page.verdicts[top - 1] is None:
        top -= 1
    lines = page.said[top:end]
    if not 1 < len(lines) <= _MOST_CLOSING_LINES or top == start or not _has_more(page, start, top):
        return
    if any(len(line) > _LONGEST_CLOSING_LINE or is_bullet(line) for line in lines):
        return
    parts = [fold(part) for part in re.findall(r"\w+", lines[0])]
    reached = sum(_CONTACT.search(line) is not None for line in lines[1:])
    if ":" in lines[0]:
        return
    is_hers = len(parts) > 1 and len(names) > 1 and names.issuperset(parts)
    few = 3
    is_card = (
        len(lines) >= few
        and 2 * reached >= len(lines) - 1
        and 1 < len(parts) <= few
        and _is_name_like(lines[0])
    )
    if is_hers or is_card:
        page.mark(top, end, Verdict.SIGNATURE, "a visiting card")


def _mark_name(page: Page, start: int, end: int, names: frozenset[str]) -> None:
    """The sender's own name alone in the last line."""
    last = end - 1
    if last <= start or not names or is_bullet(page.raw[last]):
        return
    parts = re.findall(r"\w+", fold(page.said[last]))
    if 0 < len(parts) <= len(names) and names.issuperset(parts) and _has_more(page, start, last):
        page.mark(last, end, Verdict.SIGNATURE, "the sender's name")


def mark_greeting(page: Page, words: Words) -> None:
    """`Hi team,` in the first line of hers, if she says something else too."""
    mine = page.open_lines(0, len(page))
    first = next(mine, None)
    if first is None or next(mine, None) is None:
        return
    if is_greeting(page.said[first], words.greetings):
        page.mark(first, first + 1, Verdict.GREETING, "a greeting")


def is_greeting(said: str, greetings: Openings) -> bool:
    """A greeting and at most a name or two."""
    folded = fold(said.strip(_PUNCTUATION))
    if len(said) > _LONGEST_CLOSING_LINE or ":" in said.rstrip(" :"):
        return False
    phrase = greetings.at(folded)
    if not phrase:
        return False
    rest = said.strip(_PUNCTUATION)[len(phrase) :]
    parts = rest.strip(_PUNCTUATION).split()
    if not parts:
        return True
    if rest[:1] in "-–—/.":
        return False
    most = 4
    ends_so = said.rstrip()[-1] in ",!:،、，。.~" or said.rstrip()[-1] > "\u2600"
    named = sum(part[0].isupper() or not part[0].isalpha() or part[0] > "\u0590" for part in parts)
    return len(parts) <= most and (ends_so or named >= len(parts) - 1 or phrase + fold(rest) in _PLAIN)


_PLAIN = frozenset(["hi team", "hi all", "hi everyone", "hey all", "hi folks", "hello team"])
assert LONGEST_SEEN > _LONGEST_DEVICE_LINE  # noqa: S101 -- the lines these rules see are not cut
