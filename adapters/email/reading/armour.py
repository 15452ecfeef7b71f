"""What programs wrap around a text or leave in place of something that is no text."""

import re

from adapters.email.reading.page import Page, Verdict

_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_PGP_SIGNATURE, _PGP_END = "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"
_UUENCODED = re.compile(r"begin(?:-base64)? [0-7]{3,4} \S")
_PLACE_OF_A_PICTURE = re.compile(
    r"\[(?:cid:|image:|inline image|https?://)[^\[\]]{0,200}\]|<image\d{3}\.\w{3,4}>|<[\w .-]{1,60}\.(?:png|jpe?g|gif|bmp)>"
    r"|\[image\d{3}\.\w{3,4}\]|\ufffc",
    re.IGNORECASE,
)
_MOST_HASH_LINES = 4


def mark_armour(page: Page) -> None:
    """The frame of a signed text, uuencoded files, and the marks that stand where a picture was."""
    for index in page.open_lines(0, len(page)):
        said = page.said[index]
        if said[0] == "-" and said.startswith("-----BEGIN PGP"):
            _mark_pgp(page, index)
        elif said[0] == "b" and _UUENCODED.match(said):
            _mark_until(page, index, "end", "a file in uuencode")
        elif said[0] in "[<\ufffc" and _PLACE_OF_A_PICTURE.fullmatch(said):
            page.mark(index, index + 1, Verdict.ARMOUR, "stands where a picture was")


def _mark_pgp(page: Page, index: int) -> None:
    if page.said[index] == _PGP_SIGNATURE:
        _mark_until(page, index, _PGP_END, "a digital signature")
    elif page.said[index] == _SIGNED:
        end = index + 1
        while end < len(page) and end - index < _MOST_HASH_LINES and page.said[end].startswith("Hash:"):
            end += 1
        page.mark(index, end, Verdict.ARMOUR, "the frame of a signed text")


def _mark_until(page: Page, start: int, last: str, rule: str) -> None:
    """Up to the line `last`; what has no end is text after all."""
    for index in range(start + 1, len(page)):
        if page.said[index] == last:
            page.mark(start, index + 1, Verdict.ARMOUR, rule)
            return
