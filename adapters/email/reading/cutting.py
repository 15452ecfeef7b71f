"""Where her words end and an original begins, from the first line to the last."""

from adapters.email.reading.attributions import Attribution, attribution_at
from adapters.email.reading.devices import is_device_line
from adapters.email.reading.evidence import weigh
from adapters.email.reading.originals import HEADERS, Original, above_rules, is_reply_above, original_at
from adapters.email.reading.page import KEPT, QUOTE, Page, Verdict, is_rule
from adapters.email.reading.quotes import bar_follows, framed_end, mark_bars
from adapters.email.reading.words import Words

_GROUPWISE = ">>>"
"""`>>> Bob <bob@example.com> 11/24/2026 6:00 PM >>>`, and the original below it is not quoted."""
_INSIDE = [QUOTE, QUOTE, QUOTE]
"""Of a line and those beside it, of which the first and the last line of a mail have but one."""
_MOST_UNKNOWN_HEADERS = 6
_MOST_QUOTED_HEADERS = 10
_LONGEST_SENTENCE = 200
BELOW_REQUEST = "below the line to answer above"
"""The rule for what stands there."""
_LONGEST_REQUEST = 120
"""Characters of a line that asks to answer above it."""


def cut(page: Page, words: Words) -> None:
    """Mark attributions, and everything from where an original begins that is not quoted line by line.

    Whether she has said something above decides what an original without marks is: below her words it is
    what she answers; at the top it is what she passed on, or the question above her answer.
    """
    _Cut(page, words).run()


class _Cut:
    def __init__(self, page: Page, words: Words) -> None:
        self._page = page
        self._words = words
        self._floor = 0
        """Lines before it belong to something else."""
        self._first = len(page)
        """The line of her first word."""
        self._asks = is_reply_above("\n".join(page.said), words)

    def run(self) -> None:
        said, verdicts, index = self._page.said, self._page.verdicts, 0
        while index < len(said):
            if not said[index]:
                index += 1
            elif not self._asks and verdicts[index - 1 : index + 2] == _INSIDE:
                index = self._floor = index + 1
            else:
                index = self._next(index)

    def _next(self, index: int) -> int:
        """The line to go on at, once this one is understood."""
        page = self._page
        if self._asks and self._is_request(index):
            self._attributed(index)
            return self._end(above_rules(page, index), BELOW_REQUEST)
        if page.verdicts[index] is not None:
            return self._judged(index)
        if page.is_worn_out:
            return len(page)
        after = self._original(index) or self._attributed(index)
        if after is None:
            self._first = index if self._first > index and not is_rule(page.said[index]) else self._first
            return index + 1
        self._floor = after
        if self._first < len(page) and page.verdicts[self._first] not in (None, KEPT):
            self._first = len(page)  # what seemed to be her first word was part of an attribution
        return after

    def _is_request(self, index: int) -> bool:
        said = self._page.said[index]
        return len(said) <= _LONGEST_REQUEST and is_reply_above(said, self._words)

    def _end(self, start: int, rule: str) -> int:
        self._page.mark(start, len(self._page), Verdict.ORIGINAL, rule)
        return len(self._page)

    def _judged(self, index: int) -> int:
        """Past a line that has its verdict already."""
        if self._first < index and self._ends_in_attribution(index):
            return self._end(index + 1, "below a quoted attribution")
        if self._page.verdicts[index] is KEPT:
            self._first = min(self._first, index)
        self._floor = index + 1
        return index + 1

    def _ends_in_attribution(self, index: int) -> bool:
        """A quote of nothing but an attribution: what it introduces comes below, unmarked."""
        page, said = self._page, self._page.said[index]
        if index == 0 or page.is_quoted(index - 1):
            return False
        if not said.endswith((":", _GROUPWISE)):
            return page.is_quoted(index) and self._is_quote_of_headers(index)
        later = page.next_said(index)
        if not page.is_quoted(index) or later >= len(page) or page.is_quoted(later):
            return False
        if said.endswith(_GROUPWISE):
            evidence = weigh(said.strip("> "), self._words)
            return evidence.date and (evidence.address or evidence.time)
        found = attribution_at(Page(said.lstrip("> ")), 0, self._words, 0)
        return found is not None and found.is_sure

    def _is_quote_of_headers(self, index: int) -> bool:
        """Headers are all that is quoted: the original below them is not."""
        page, end = self._page, index
        if not (":" in page.said[index] or "--" in page.said[index]) or not page.may_weigh():
            return False
        while page.is_quoted(end) and end - index <= _MOST_QUOTED_HEADERS:
            end += 1
        below = page.next_said(end - 1)
        if page.is_quoted(end) or below >= len(page) or page.is_quoted(below):
            return False
        quoted = Page("\n".join(page.said[each].lstrip("> ") for each in range(index, end)).strip())
        original = original_at(quoted, 0, self._words)
        return original is not None and original.body >= len(quoted)

    def _original(self, index: int) -> int | None:
        """Behind an original's headers when she passed it on without a word; else the end."""
        original = original_at(self._page, index, self._words) or self._below_a_sentence(index)
        if original is None or self._is_all_there_is(original, index):
            return None
        if original.is_forward and self._first >= index:
            rule = "headers of what she passed on without a word"
            self._page.mark(original.start, original.body, Verdict.ORIGINAL, rule)
            return original.body
        quoted = self._quoted_body(original.body, is_first=self._first >= index)
        if quoted is not None:
            self._page.mark(original.start, quoted, Verdict.ORIGINAL, original.rule)
            return quoted  # what is quoted line by line ends where its marks end
        framed = framed_end(self._page, original.body)
        if framed is not None:
            self._page.mark(original.start, framed, Verdict.ORIGINAL, "an original in a frame")
            return framed
        return self._end(original.start, original.rule)

    def _below_a_sentence(self, index: int) -> Original | None:
        """Headers right below a sentence without its colon that says who wrote, and when, already."""
        page, said, words = self._page, self._page.said[index], self._words
        below = page.said[index + 1] if index + 1 < len(page) else ""
        if ":" not in below or len(said) > _LONGEST_SENTENCE or not words.attribution.openers.at(said):
            return None
        original = original_at(page, index + 1, words)
        if original is None or original.start != index + 1:
            return None
        found = attribution_at(Page(f"{said}:"), 0, words, 0)
        is_sentence = found is not None and found.is_sure and not found.hers
        return original._replace(start=index) if is_sentence else None

    def _is_all_there_is(self, original: Original, index: int) -> bool:
        """Headers with nothing above or below them, which nobody sends: a list of hers looks like that."""
        is_last = self._page.next_said(original.body - 1) == len(self._page)
        return original.rule == HEADERS and is_last and self._first >= index

    def _quoted_body(self, body: int, *, is_first: bool) -> int | None:
        """The line at which what the headers introduce is quoted; None where it is not.

        At the top of a mail some lines of headers that nobody knows may stand in between: what comes below
        the quote is all that she has said.
        """
        page, last = self._page, body
        for _ in range(_MOST_UNKNOWN_HEADERS if is_first else 1):
            last = page.next_said(last - 1)
            if page.is_quoted(last):
                return last
            last += 1
        return None

    def _attributed(self, index: int) -> int | None:
        """Behind an attribution; the end, when what it introduces is not quoted and she has spoken above."""
        page = self._page
        found = attribution_at(page, index, self._words, self._floor)
        if found is None:
            return None
        if found.hers:
            self._keep_in_front(found)
        is_quoted = page.is_quoted(page.next_said(found.end - 1))
        if not is_quoted and found.is_sure and (found.hers or self._first < found.start):
            return self._end(above_rules(page, found.start), "below an attribution")
        if not is_quoted and not found.is_sure and not bar_follows(page, index):
            return None
        page.mark(found.start, found.end, Verdict.ATTRIBUTION, "who wrote what is quoted, and when")
        mark_bars(page, found.end)
        return found.end

    def _keep_in_front(self, found: Attribution) -> None:
        """Her words stand on the attribution's own line; of that line only they stay."""
        self._page.cut_short(found.start, len(found.hers))
        if not is_device_line(found.hers, self._words):
            self._page.mark(found.start, found.start + 1, Verdict.KEPT, "in front of an attribution")
