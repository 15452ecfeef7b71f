"""How well it is proved who wrote a mail.

SendGrid tells what SPF said of the envelope's sender and DKIM of each signing domain.  Either counts only
where its domain aligns with that of From, as DMARC has it (RFC 7489, 3.1), relaxed: one is the other or lies
below it.  Where somebody trusted has looked at DMARC itself and the domain wants mail that fails refused,
that decides: how strictly it wants domains to align is known there alone.
"""

from adapters.email.inbound import IncomingMail


def is_aligned(mail: IncomingMail) -> bool | None:
    """True: vouched for; False: DMARC or SPF says outright that the domain disowns it; None: nothing certain.

    A DKIM signature that fails proves nothing: gateways that add a line to every mail break it.
    """
    domain = mail.from_address.rpartition("@")[2]
    if not domain:
        return None
    if mail.is_refused:
        return False
    envelope_domain = (mail.envelope_from or "").rpartition("@")[2]
    spf = mail.spf if envelope_domain and _aligns(envelope_domain, domain) else ""
    signers = [signer for signer, verdict in mail.dkim.items() if verdict == "pass"]
    if spf == "pass" or any(_aligns(signer, domain) for signer in signers):
        return True
    return False if spf == "fail" else None


def _aligns(signer: str, domain: str) -> bool:
    shorter = min(signer, domain, key=len)
    if "." not in shorter:
        return False
    return signer == domain or signer.endswith(f".{domain}") or domain.endswith(f".{signer}")
