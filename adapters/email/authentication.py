"""What a mailbox's own provider has found out about who wrote a mail: `Authentication-Results`, RFC 8601.

Anybody can write such a header.  Only the one that bears the provider's own name counts, and of several the
topmost: a provider takes away others with its name, or stands above them (RFC 8601, 5).
"""

import re
from dataclasses import dataclass
from types import MappingProxyType

from adapters.email.mime import header_values, read_headers

_MOST_RESULTS = 30
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\s*(dkim|spf)\s*=\s*(\w+)\b", re.IGNORECASE)
_PROPERTY = re.compile(r"\b(header\.d|header\.i|smtp\.mailfrom)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
KNOWN = MappingProxyType({"imap.gmail.com": "mx.google.com", "imap.googlemail.com": "mx.google.com"})
"""Names of providers that are certain; of others it must be said, or be found by `setup`."""


@dataclass(frozen=True, slots=True)
class Proved:
    """In SendGrid's words, which the reader knows."""

    envelope_from: str | None = None
    spf: str = ""
    dkim: str = ""

    def fields(self) -> dict[str, str]:
        found = {"SPF": self.spf, "dkim": self.dkim}
        return {name: value for name, value in found.items() if value}


def proved(raw: bytes, authserv: str) -> Proved:
    """What the provider of that name says; nothing when it says nothing, or has no name."""
    headers = list(header_values(read_headers(raw)))
    path = next((value.strip("<> ").lower() for name, value in headers if name == "return-path"), None)
    said = next((results for results in _results(headers) if _name(results) == authserv), "")
    if not authserv or not said:
        return Proved(path)
    spf, envelope_from, dkim = "", path, dict[str, str]()
    for clause in _COMMENT.sub(" ", said).split(";")[1 : _MOST_RESULTS + 1]:
        result = _RESULT.match(clause)
        if result is None:
            continue
        method, verdict = result[1].lower(), result[2].lower()
        properties = {found[1].lower(): found[2].lower() for found in _PROPERTY.finditer(clause)}
        if method == "spf":
            spf, envelope_from = verdict, properties.get("smtp.mailfrom", envelope_from)
        elif domain := properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2]:
            dkim[domain] = "pass" if "pass" in (verdict, dkim.get(domain)) else verdict
    listed = ", ".join(f"@{domain} : {verdict}" for domain, verdict in dkim.items())
    return Proved(envelope_from, spf, f"{{{listed}}}" if listed else "")


def first_name(raw: bytes) -> str:
    """The name in the topmost header of the kind; empty when there is none."""
    return next((_name(results) for results in _results(list(header_values(read_headers(raw))))), "")


def _results(headers: list[tuple[str, str]]) -> list[str]:
    return [value for name, value in headers if name == "authentication-results"]


def _name(results: str) -> str:
    words = _COMMENT.sub(" ", results).partition(";")[0].split()
    return words[0].lower() if words else ""
