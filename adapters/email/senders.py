"""How well it is proved who wrote a mail.

SendGrid tells what SPF said of the envelope's sender and DKIM of each signing domain.  Either counts only
where its domain aligns with that of From, as DMARC has it (RFC 7489, 3.1), relaxed: one is the other or lies
below it.
"""

from adapters.email.inbound import IncomingMail


def is_aligned(mail: IncomingMail) -> bool | None:
    """True: vouched for; False: looked at and refused; None: nothing known."""
    domain = mail.from_address.rpartition("@")[2]
    if not domain:
        return None
    verdicts = [verdict for signer, verdict in mail.dkim.items() if _aligns(signer, domain)]
    envelope_domain = (mail.envelope_from or "").rpartition("@")[2]
    if envelope_domain and _aligns(envelope_domain, domain):
        verdicts.append(mail.spf)
    if "pass" in verdicts:
        return True
    return False if "fail" in verdicts else None


def _aligns(signer: str, domain: str) -> bool:
    shorter = min(signer, domain, key=len)
    if "." not in shorter:
        return False
    return signer == domain or signer.endswith(f".{domain}") or domain.endswith(f".{signer}")
