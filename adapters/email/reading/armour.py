"""What programs wrap around a text or leave in place of something that is no text."""

import re

from adapters.email.reading.page import Page, Verdict

_PGP_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_PGP_SIGNATURE, _PGP_END = "-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"
_PGP_BLOCKS = {
    f"-----BEGIN PGP {name}-----": f"-----END PGP {name}-----" for name in ("MESSAGE", "PUBLIC KEY BLOCK")
}
"""Nothing that can be read."""
_UUENCODED = re.compile(r"begin(-base64)? [0-7]{3,4} \S")
_UUENCODE_END, _BASE64_END = "end", "===="
_PLACE_OF_A_PICTURE = re.compile(
    r"\[(?:cid:|image:|inline image|https?://)[^\[\]]{0,200}\]|\[image\d{3}\.\w{3,4}\]|\ufffc"
    r"|<image\d{3}\.\w{3,4}>|<[\w .-]{1,60}\.(?:png|jpe?g|gif|bmp)>",
    re.IGNORECASE,
)
_LINK = re.compile(r"<(?:https?://|mailto:)[^<>\s]{1,400}>")
_MOST_HASH_LINES = 4


def mark_armour(page: Page) -> None:
    """The frame of a signed text, uuencoded files, and the marks that stand where a picture was.

    https://www.rfc-editor.org/rfc/rfc9580#section-7
    https://pubs.opengroup.org/onlinepubs/9699919799/utilities/uuencode.html
    """
    ends: dict[str, int] = {}
    is_signed = False
    for index in page.open_lines(0, len(page)):
        said = page.said[index]
        if said == _PGP_SIGNATURE:
            _mark_until(page, index, _PGP_END, ends, "a digital signature")
        elif said in _PGP_BLOCKS:
            _mark_until(page, index, _PGP_BLOCKS[said], ends, "encrypted, or a key")
        elif said == _PGP_SIGNED:
            page.mark(index, _behind_hashes(page, index + 1), Verdict.ARMOUR, "the frame of a signed text")
            is_signed = True
        elif is_signed and said.startswith("- -"):
            _undo_dash(page, index)
        elif said[0] == "b" and (file := _UUENCODED.match(said)):
            _mark_until(page, index, _BASE64_END if file[1] else _UUENCODE_END, ends, "a file in uuencode")
        elif said[0] in "[<\ufffc" and _holds_pictures_alone(said):
            page.mark(index, index + 1, Verdict.ARMOUR, "stands where a picture was")


def _holds_pictures_alone(said: str) -> bool:
    """Each piece of the line is a picture's place, or where a click on the picture leads."""
    rest = _PLACE_OF_A_PICTURE.sub("", said)
    return rest != said and not _LINK.sub("", rest).strip(" |")


def _behind_hashes(page: Page, start: int) -> int:
    end = start
    while end < len(page) and end - start < _MOST_HASH_LINES and page.said[end].startswith("Hash:"):
        end += 1
    return end


def _undo_dash(page: Page, index: int) -> None:
    """In a signed text `- ` stands in front of each line that begins with a dash (RFC 9580, 7.2)."""
    page.said[index] = page.said[index][len("- ") :]
    page.raw[index] = page.raw[index].lstrip()[len("- ") :]


def _mark_until(page: Page, start: int, last: str, ends: dict[str, int], rule: str) -> None:
    """Up to the line `last`; what has no end is text after all."""
    if last not in ends:
        ends[last] = page.last_line(last)
    if ends[last] <= start:
        return
    end = page.said.index(last, start) + 1
    page.mark(start, end, Verdict.ARMOUR, rule)
