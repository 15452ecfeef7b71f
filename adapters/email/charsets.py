"""Octets to text, whatever they claim to be; nothing here raises."""

import codecs
import re
from functools import lru_cache

_ALIASES = {
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "windows-1252",
    "latin-1": "windows-1252",
    "latin1": "windows-1252",
    "iso-8859-9": "windows-1254",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "iso-8859-8-i": "iso-8859-8",
    "x-mac-roman": "mac_roman",
    "x-mac-cyrillic": "mac_cyrillic",
    "x-mac-ce": "mac_latin2",
    "x-mac-greek": "mac_greek",
    "x-mac-turkish": "mac_turkish",
    "unicode-1-1-utf-7": "utf-7",
    "cp-850": "cp850",
    "windows-874": "cp874",
    "x-windows-874": "cp874",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "x-euc-jp": "euc_jp",
    "x-windows-949": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "big5": "big5hkscs",
    "x-big5": "big5hkscs",
}
"""Names of charsets as mail programs write them, and the codecs that they mean."""
_NOT_OF_MAIL = frozenset(
    ["idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem", "charmap"]
)
"""Python calls them text encodings; no mail program does, and `idna` is slow by the square of its input."""
_LONGEST_NAME, _LONGEST_DECLARED = 40, 80
"""Characters of a codec's name, and with white space and quotes around it."""
_MOST_LOST = 20
"""Of so many characters one may be damaged."""
_META = re.compile(rb"<meta\b[^>]{0,200}?\bcharset\s{0,9}=\s{0,9}[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_LONGEST_HEAD = 2_000
_MOST_KNOWN = 200
"""Of what mail programs write; what they do not is forgotten again."""


def decode(octets: bytes, declared: str | None) -> str:
    """The text: as declared, then as UTF-8, then as Windows-1252, where nothing is impossible.

    HTML may declare it itself.  A few octets that do not fit what is declared do not make a text in Chinese
    one in Western letters.
    """
    candidates = _candidates((declared or _declared_inside(octets))[:_LONGEST_DECLARED])
    for codec in candidates:
        try:
            return octets.decode(codec)
        except UnicodeError:
            continue
    if candidates[0] != "utf-8":
        text = octets.decode(candidates[0], "replace")
        if text.count("\ufffd") <= max(1, len(text) // _MOST_LOST):
            return text
    return octets.decode("windows-1252", "replace")


def _declared_inside(markup: bytes) -> str:
    """The charset that HTML names itself, where it is not UTF-8 anyway; empty when it names none.

    What passes a mail on may change its charset without that.
    """
    found = _META.search(markup, 0, _LONGEST_HEAD)
    name = found[1].decode() if found else ""
    if name and not name.lower().startswith("iso-2022"):
        try:
            markup.decode()
        except UnicodeDecodeError:
            return name
        return ""
    return name


@lru_cache(_MOST_KNOWN)
def _candidates(declared: str) -> tuple[str, ...]:
    name = declared.strip().strip("\"'").lower()
    if name and len(name) <= _LONGEST_NAME and name.isascii():
        name = _ALIASES.get(name, name)
        if _is_text_codec(name):
            return name, "utf-8"
    return ("utf-8",)


def _is_text_codec(name: str) -> bool:
    try:
        found = codecs.lookup(name)
        b"a".decode(name)  # refuses rot13, zip and other codecs that are not between text and octets
    except UnicodeError:
        pass  # a text codec that a single octet is not enough for
    except (LookupError, ValueError):
        return False
    return found.name.replace("-", "_") not in _NOT_OF_MAIL
