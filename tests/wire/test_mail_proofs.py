"""What vouches for a mail's sender: the whole matrix of SPF, DKIM, DMARC, reply address and door."""

import itertools

import pytest

from adapters.email.authentication import Proved, proved
from adapters.email.raw_mail import arrival_of
from domain.commands import Origin
from domain.ports.inbox import InboxItem
from tests.mail_world import INBOX, NOW, read_here

SPF = ["pass", "fail", "softfail", "none"]
DKIM = ["pass", "fail", ""]
DMARC = ["pass", "fail (p=NONE dis=NONE)", "fail (p=REJECT sp=REJECT dis=NONE)", ""]
HERS, OURS = "done+1.7.sig@in.example.com", "donelog@example.com"


def a_mail(results: str = "", sender: str = "ana@example.com") -> bytes:
    said = f"Authentication-Results: {results}\r\n" if results else ""
    return (
        f"{said}From: Ana <{sender}>\r\nTo: donelog\r\nSubject: Re: x\r\n"
        "Message-ID: <m1@example.com>\r\n\r\nsigned the lease\r\n"
    ).encode()


def read(raw: bytes, proof: Proved, to: str = HERS) -> Origin:
    arrival = arrival_of(raw, NOW, proof.envelope_from, [to], proof.fields())
    request = read_here(InboxItem(INBOX, arrival.source, arrival.lane, arrival.raw, NOW, 0)).request
    assert request is not None
    return request.origin


def by_mailbox(results: str) -> Origin:
    raw = a_mail(results)
    return read(raw, proved(raw, "mx.example.net"))


@pytest.mark.parametrize(("spf", "dkim", "dmarc"), list(itertools.product(SPF, DKIM, DMARC)))
def test_what_a_mailbox_s_provider_says_decides(spf: str, dkim: str, dmarc: str) -> None:
    said = ["mx.example.net", f"spf={spf} (a; comment) smtp.mailfrom=ana@example.com"]
    said += [f"dkim={dkim} header.d=example.com"] if dkim else []
    said += [f"dmarc={dmarc} header.from=example.com"] if dmarc else []
    wanted: bool | None
    if "REJECT" in dmarc:
        wanted = False
    elif "pass" in (spf, dkim):
        wanted = True
    else:
        wanted = False if spf == "fail" else None
    origin = by_mailbox("; ".join(said))
    assert origin.aligned is wanted
    assert origin.claimed_by_token


@pytest.mark.parametrize(
    "said",
    [
        "dmarc=fail (p=REJECT sp=REJECT dis=NONE) header.from=example.com",
        "dmarc=fail (p=reject dis=none) header.from=example.com",
        "dmarc=fail action=oreject header.from=example.com;compauth=fail reason=000",
        "dmarc=fail action=reject header.from=example.com",
        "dmarc=fail header.from=example.com policy.dmarc=reject",
        "DMARC = Fail (P=Reject) header.from=example.com",
    ],
)
def test_a_refusal_is_known_as_each_provider_writes_it(said: str) -> None:
    assert by_mailbox(f"mx.example.net; {said}").aligned is False


@pytest.mark.parametrize(
    "said",
    [
        "dmarc=fail (p=NONE) header.from=example.com",
        "dmarc=fail (p=QUARANTINE dis=QUARANTINE) header.from=example.com",
        "dmarc=temperror (p=reject) header.from=example.com",
        "dmarc=none header.from=example.com",
        "spf=neutral (dmarc=fail p=reject) smtp.mailfrom=ana@example.com",
        "x-note=dmarc=fail policy=reject",
    ],
)
def test_anything_less_proves_nothing(said: str) -> None:
    assert by_mailbox(f"mx.example.net; {said}").aligned is None


REFUSED = "dmarc=fail (p=REJECT) header.from=example.com"


@pytest.mark.parametrize("name", ["mx.example.org", "mx.example.net.evil.example", "evil.example"])
def test_a_header_of_another_name_is_not_believed(name: str) -> None:
    assert by_mailbox(f"{name}; {REFUSED}").aligned is None
    assert by_mailbox(f"{name}; spf=pass smtp.mailfrom=ana@example.com; dmarc=pass").aligned is None


def test_of_several_headers_the_topmost_of_the_provider_counts() -> None:
    forged = "mx.example.net; dmarc=pass; dkim=pass header.d=example.com"
    raw = f"Authentication-Results: mx.example.net; {REFUSED}\r\n".encode() + a_mail(forged)
    assert read(raw, proved(raw, "mx.example.net")).aligned is False


def test_without_the_provider_s_name_nothing_is_believed() -> None:
    raw = a_mail(f"mx.example.net; {REFUSED}")
    assert proved(raw, "").fields() == {}
    assert read(raw, proved(raw, "")).aligned is None


@pytest.mark.parametrize(("name", "aligned"), [("mx0047p1mdw1.sendgrid.net", False), ("evil.example", None)])
def test_by_sendgrid_a_refusal_of_one_of_its_servers_counts(name: str, aligned: bool | None) -> None:
    raw = a_mail(f"{name}; {REFUSED}")
    assert read(raw, Proved("ana@example.com", "none", "none")).aligned is aligned


def test_by_sendgrid_no_header_vouches_for_anybody() -> None:
    raw = a_mail("mx.sendgrid.net; dmarc=pass; spf=pass smtp.mailfrom=ana@example.com")
    assert read(raw, Proved("ana@example.com", "none", "none")).aligned is None


@pytest.mark.parametrize("to", [HERS, OURS])
def test_by_an_own_mail_server_nobody_vouches(to: str) -> None:
    """It looks at neither SPF nor DKIM, and what a mail says of itself is not believed."""
    raw = a_mail("in.example.com; spf=pass smtp.mailfrom=ana@example.com; dkim=pass header.d=example.com")
    origin = read(raw, proved(raw, ""), to)
    assert origin.aligned is None
    assert origin.claimed_by_token is (to == HERS)
