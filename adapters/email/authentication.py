"""What a mailbox's own provider has found out about who wrote a mail: `Authentication-Results`, RFC 8601.

Anybody can write such a header.  Only the one that bears the provider's own name counts, and of several the
topmost: a provider takes away others with its name, or stands above them (RFC 8601, 5).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from adapters.email.mime import Head, read_headers

_RESULTS = "authentication-results"
_MOST_RESULTS = 30
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\s*(dkim|spf|dmarc)\s*=\s*(\w+)\b", re.IGNORECASE)
_PROPERTY = re.compile(r"\b(header\.d|header\.i|smtp\.mailfrom)\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_REFUSES = re.compile(r"\bp=reject\b|\baction=o?reject\b|\bpolicy\.[\w.-]{1,40}=reject\b", re.IGNORECASE)
"""The domain wants what fails refused: as Google's comment, Microsoft's action, or a property has it."""
REFUSED = "refused"
SENDGRID = ".sendgrid.net"
KNOWN = MappingProxyType({"imap.gmail.com": "mx.google.com", "imap.googlemail.com": "mx.google.com"})
"""By IMAP host, the `authserv-id` of known providers; of others it is configured, or found by `setup`."""


@dataclass(frozen=True, slots=True)
class Proved:
    """In SendGrid's words, which the reader knows; of DMARC, which SendGrid does not tell, in ours."""

    envelope_from: str | None = None
    spf: str = ""
    dkim: str = ""
    dmarc: str = ""
    """`REFUSED` where it fails and the domain wants such mail refused."""

    def fields(self) -> dict[str, str]:
        found = {"SPF": self.spf, "dkim": self.dkim, "dmarc": self.dmarc}
        return {name: value for name, value in found.items() if value}


def proved(raw: bytes, authserv: str) -> Proved:
    """What the provider of that name says; nothing when it says nothing, or has no name."""
    head = read_headers(raw)
    path = head.line("return-path").strip("<> ").lower() if "return-path" in head.names else None
    said = next((results for results in head.lines(_RESULTS) if _name(results) == authserv), "")
    if not authserv or not said:
        return Proved(path)
    spf, envelope_from, dkim = "", path, dict[str, str]()
    for method, verdict, properties in _clauses(said):
        if method == "spf":
            spf, envelope_from = verdict, properties.get("smtp.mailfrom", envelope_from)
        elif method == "dkim" and (
            domain := properties.get("header.d") or properties.get("header.i", "").rpartition("@")[2]
        ):
            dkim[domain] = "pass" if "pass" in (verdict, dkim.get(domain)) else verdict
    listed = ", ".join(f"@{domain} : {verdict}" for domain, verdict in dkim.items())
    return Proved(envelope_from, spf, f"{{{listed}}}" if listed else "", REFUSED if _refuses(said) else "")


def is_refused_by_sendgrid(head: Head) -> bool:
    """Whether one of SendGrid's servers notes that a mail fails DMARC and its domain wants it refused.

    SendGrid does not say that its servers write such headers.  One that somebody forges harms her own mail
    alone, so none is believed for good news.
    """
    said = head.line(_RESULTS)
    return bool(said) and _name(said).endswith(SENDGRID) and _refuses(said)


def _clauses(said: str) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Method, verdict and properties of each result; comments, which anybody may influence, left out."""
    for clause in _COMMENT.sub(" ", said).split(";")[1 : _MOST_RESULTS + 1]:
        if result := _RESULT.match(clause):
            properties = {found[1].lower(): found[2].lower() for found in _PROPERTY.finditer(clause)}
            yield result[1].lower(), result[2].lower(), properties


def _refuses(said: str) -> bool:
    """DMARC fails, and the policy is to reject; the policy alone may stand in a comment."""
    fails = any(method == "dmarc" and verdict == "fail" for method, verdict, _ in _clauses(said))
    return fails and _REFUSES.search(said) is not None


def first_name(raw: bytes) -> str:
    """The name in the topmost header of the kind; empty when there is none."""
    return _name(read_headers(raw).line(_RESULTS))


def _name(results: str) -> str:
    words = _COMMENT.sub(" ", results).partition(";")[0].split()
    return words[0].lower() if words else ""
