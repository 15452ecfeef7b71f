"""What the records of a mail domain mean."""

import pytest

from bot.findings import State
from bot.mail_dns import check_mail_dns
from tests.cli_world import FakeDns

DOMAIN = "done.example.com"
NAMES = ("mx", "dkim", "spf", "dmarc")


def state(known: dict[tuple[str, str], list[str]], which: str) -> State:
    return check_mail_dns(DOMAIN, FakeDns(known))[NAMES.index(which)].state


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], State.PROBLEM),
        (["10 aspmx.l.google.com"], State.PROBLEM),
        (["10 mx.sendgrid.net"], State.OK),
        (["20 other.example.com", "10 mx.sendgrid.net"], State.OK),
    ],
)
def test_mail_must_go_to_sendgrid(records: list[str], expected: State) -> None:
    assert state({(DOMAIN, "MX"): records}, "mx") is expected


def test_one_key_of_two_is_not_enough() -> None:
    one = {(f"s1._domainkey.{DOMAIN}", "CNAME"): ["s1.domainkey.u1.wl.sendgrid.net"]}
    both = one | {(f"s2._domainkey.{DOMAIN}", "CNAME"): ["s2.domainkey.u1.wl.sendgrid.net"]}
    assert state(one, "dkim") is State.PROBLEM
    assert state(both, "dkim") is State.OK


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ([], State.OK),
        (["google-site-verification=x"], State.OK),
        (["v=spf1 include:sendgrid.net ~all"], State.OK),
        (["v=spf1 include:_spf.google.com ~all"], State.UNKNOWN),
        (["v=spf1 -all", "v=spf1 include:sendgrid.net -all"], State.PROBLEM),
    ],
)
def test_the_return_path_of_sendgrid_has_its_own_spf(records: list[str], expected: State) -> None:
    assert state({(DOMAIN, "TXT"): records}, "spf") is expected


@pytest.mark.parametrize("name", ["_dmarc.done.example.com", "_dmarc.example.com"])
def test_a_policy_of_the_domain_above_counts(name: str) -> None:
    assert state({(name, "TXT"): ["v=dmarc1; p=none"]}, "dmarc") is State.OK


def test_no_policy_is_a_problem_also_when_the_top_level_has_one() -> None:
    assert state({("_dmarc.com", "TXT"): ["v=dmarc1; p=none"]}, "dmarc") is State.PROBLEM


def test_a_silent_dns_is_no_problem_of_the_domain() -> None:
    assert [line.state for line in check_mail_dns(DOMAIN, FakeDns(down=True))] == [State.UNKNOWN]
