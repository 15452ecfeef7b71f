"""Checks the DNS records that sending and receiving mail need: DKIM, SPF, DMARC and MX."""

from collections.abc import Sequence
from typing import Protocol

import dns.exception
import dns.resolver

from bot.findings import Line, ok, problem, unknown

INBOUND_HOST = "mx.sendgrid.net"
"""https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook."""
SENDGRID = "sendgrid.net"
DNS_SECONDS = 8.0
AREA = "dns"


class DnsDown(Exception):  # noqa: N818 -- a state of the network, not a mistake of the caller
    """No name server answers, so nothing is known."""


class Resolver(Protocol):
    def records(self, name: str, kind: str) -> Sequence[str]:
        """The values of the records of that kind, in lower case and without the last dot; none when none.

        Raises:
            DnsDown: the DNS does not answer.
        """


class SystemResolver:
    """Asks the name servers that the system asks."""

    def records(self, name: str, kind: str) -> Sequence[str]:
        try:
            answer = dns.resolver.resolve(name, kind, lifetime=DNS_SECONDS)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise DnsDown(type(error).__name__) from error
        return [_value(each.to_text()) for each in answer]


def _value(shown: str) -> str:
    """A text record comes in pieces, each in quotation marks."""
    if shown.startswith('"'):
        return shown.replace('" "', "").strip('"').lower()
    return shown.lower().rstrip(".")


def check_mail_dns(domain: str, resolver: Resolver) -> list[Line]:
    """What is right and what is not with the records of a mail domain."""
    try:
        return [
            _mx(domain, resolver),
            _dkim(domain, resolver),
            _spf(domain, resolver),
            _dmarc(domain, resolver),
        ]
    except DnsDown as down:
        return [unknown(AREA, f"The DNS does not answer ({down}).", "Try again where it does.")]


def _mx(domain: str, resolver: Resolver) -> Line:
    hosts = [value.rpartition(" ")[2] for value in resolver.records(domain, "MX")]
    advice = f"Add: {domain}. MX 10 {INBOUND_HOST}."
    if not hosts:
        return problem(AREA, f"{domain} takes no mail, so no answer arrives.", advice)
    if INBOUND_HOST not in hosts:
        return problem(AREA, f"Mail for {domain} goes to {hosts[0]}, so no answer arrives.", advice)
    return ok(AREA, f"Mail for {domain} goes to SendGrid.")


def _dkim(domain: str, resolver: Resolver) -> Line:
    """With automated security the keys are SendGrid's, pointed to by two names.

    https://www.twilio.com/docs/sendgrid/ui/account-and-settings/how-to-set-up-domain-authentication
    """
    names = [f"{selector}._domainkey.{domain}" for selector in ("s1", "s2")]
    missing = [name for name in names if not _points_to_sendgrid(name, resolver)]
    if missing:
        advice = "Add the CNAME records that SendGrid shows at https://app.sendgrid.com/settings/sender_auth"
        return problem(AREA, f"DKIM: {' and '.join(missing)} leads nowhere.", advice)
    return ok(AREA, "DKIM: both keys are there.")


def _points_to_sendgrid(name: str, resolver: Resolver) -> bool:
    return any(value.endswith(f".{SENDGRID}") for value in resolver.records(name, "CNAME"))


def _spf(domain: str, resolver: Resolver) -> Line:
    """SendGrid's own return path (a name such as `em1234`) has its own; the domain's own is no must."""
    found = [value for value in resolver.records(domain, "TXT") if value.startswith("v=spf1")]
    if len(found) > 1:
        return problem(AREA, f"SPF: {domain} has {len(found)} records, so none counts.", "Leave one of them.")
    if found and f"include:{SENDGRID}" not in found[0]:
        advice = f"Add include:{SENDGRID} to it, unless SendGrid's own return path is used."
        return unknown(AREA, f"SPF: the record of {domain} does not name SendGrid.", advice)
    if found:
        return ok(AREA, "SPF: SendGrid is named.")
    return ok(AREA, f"SPF: {domain} has no record; that of SendGrid's return path counts.")


def _dmarc(domain: str, resolver: Resolver) -> Line:
    """The domain's own record, else that of a domain above it: RFC 7489, 6.6.3."""
    above = domain.split(".")
    for start in range(len(above) - 1):
        name = ".".join(above[start:])
        if any(value.startswith("v=dmarc1") for value in resolver.records(f"_dmarc.{name}", "TXT")):
            return ok(AREA, f"DMARC: {name} has a policy.")
    advice = f'Add: _dmarc.{domain}. TXT "v=DMARC1; p=none"'
    return problem(AREA, "DMARC: there is no policy; Gmail and Yahoo want one of whoever sends much.", advice)
