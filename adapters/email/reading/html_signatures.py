"""What programs call the element of a signature."""

from lxml import etree

_CLASSES = frozenset(
    [
        *["gmail_signature", "gmail_signature_prefix", "moz-signature", "protonmail_signature_block"],
        *["x_gmail_signature", "ms-outlook-mobile-signature", "yahoo-signature", "bloop_sign"],
        *["front-signature", "k9mail-signature", "fairemail_signature", "mailtrack-signature", "signature"],
        *["sh-signature", "missive_signature", "lark-mail-signature", "mail-app-auto-default-signature"],
        *["io-ox-signature", "mb_sig"],
    ]
)
_IDS = frozenset(
    [
        *["signature", "x_signature", "composer_signature", "ms-outlook-mobile-signature"],
        *["applemailsignature", "ymail_signature", "canarysig"],
    ]
)
_MARKERS = frozenset(["__SIG_PRE__", "__SIG_POST__"])
"""Zimbra."""


def names_of(element: etree._Element) -> set[str]:
    """The names of its class, in lower case."""
    names = element.get("class")
    return set(names.lower().split()) if names else set()


def is_signature(element: etree._Element) -> bool:
    """Whether a program says that it put a signature into the element."""
    names = names_of(element)
    if element.get("name") == "messageSignatureSection":  # Spark
        return True
    if element.get("data-marker") in _MARKERS or element.get("data-signature-widget"):
        return True
    return bool(names & _CLASSES) or (element.get("id") or "").lower() in _IDS
