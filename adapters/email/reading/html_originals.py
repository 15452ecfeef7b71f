"""Where an original begins that its program puts behind an element, not into one."""

from itertools import islice

from lxml import etree

_IDS = frozenset(
    [
        *["divrplyfwdmsg", "x_divrplyfwdmsg", "stopspelling", "replysplit"],
        *["stopspellcheck", "hr_replyforwarded", "_origmsg_", "zwchr", "reply-separator"],
    ]
)
"""Of such elements of Outlook on the web and others."""
_RULES = ("border:none;border-top:solid#e1e1e1", "border:none;border-top:solid#b5c4df")
"""The line that Outlook for Windows draws above an original's headers, and Foxmail after it."""
_LONGEST_RULE = 120
_OLD_HEADERS, _FEWEST_HEADERS, _MOST_HEADERS = "outlookmessageheader", 3, 12
"""The class of the headers that Outlook wrote until 2003, each with its name in bold."""
_MOST_TEXTS = 60
"""Of headers, and of the quote that they may open."""


def is_beginning(element: etree._Element) -> bool:
    if (element.get("id") or "").lower() in _IDS:
        return True
    style = element.get("style") or ""
    if "border" in style and "".join(style[:_LONGEST_RULE].split()).lower().startswith(_RULES):
        return True
    return _is_old_header(element)


def opens(beginning: etree._Element, quote: etree._Element) -> bool:
    """Whether the quote holds the whole original: its words begin there, and it says more than that."""
    said, headers = _words_in(quote), _words_in(beginning)
    return len(said) > len(headers) and said[: len(headers)] == headers


def _is_old_header(element: etree._Element) -> bool:
    """In whatever language: some wrote their own words inside of such an element."""
    if _OLD_HEADERS not in (element.get("class") or "").lower().split():
        return False
    bold: list[str] = [name.text or "" for name in islice(element.iter("b", "strong"), _MOST_HEADERS)]
    return sum(name.rstrip().endswith((":", "：")) for name in bold) >= _FEWEST_HEADERS


def _words_in(element: etree._Element) -> list[str]:
    texts = islice(element.itertext(), _MOST_TEXTS)
    return [str(text) for text in texts if any(map(str.isalnum, text))]
