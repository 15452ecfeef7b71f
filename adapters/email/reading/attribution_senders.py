"""Who wrote, where a program broke the sentence that says so in front of the address or behind it."""

from adapters.email.reading.attribution_signs import MOST_NAME_WORDS
from adapters.email.reading.page import Page, is_bullet

_SENTENCE_ENDS = (".", "!", "?", "…", ":", ";")


def sender_above(page: Page, start: int, floor: int) -> int:
    """The first line of an attribution that is known from line `start` on, with the sender in front of it.

    The name stands in a line alone: `Ann Weber`, then `<ann@example.com> schrieb am ...`.  It counts only
    where it begins a paragraph and something stands above that, since an answer may be as short.
    """
    if _begins_with_address(page, start - 1, floor):
        start -= 1
    if _begins_with_address(page, start, floor) and _is_name_alone(page, start - 1, floor):
        start -= 1
    return start


def _begins_with_address(page: Page, index: int, floor: int) -> bool:
    if index < floor or page.verdicts[index] is not None or not page.said[index].startswith(("<", "(<")):
        return False
    address, closed, behind = page.said[index].partition(">")
    return bool(closed) and "@" in address and len(behind.split()) <= MOST_NAME_WORDS


def _is_name_alone(page: Page, index: int, floor: int) -> bool:
    if index <= floor or page.said[index - 1] or page.verdicts[index] is not None:
        return False
    said = page.said[index]
    parts = said.split()
    return (
        0 < len(parts) <= MOST_NAME_WORDS
        and not (parts[0][0].islower() or parts[-1][0].islower())
        and not said.endswith(_SENTENCE_ENDS)
        and not is_bullet(said)
        and not any(map(str.isdigit, said))
    )
