"""`donelog setup email` with an ordinary mail account: address, servers, password, and a mail to itself."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import quote, urlencode

from adapters.email.account_checks import (
    APP_PASSWORD,
    NoRoundTrip,
    RoundTrip,
    check_imap,
    check_smtp,
    round_trip,
)
from bot.clock import real_now
from bot.console import ask, say, strong
from bot.setup import SetUp, report, steps

FIRST = [
    "An account that serves donelog alone is best: whatever arrives in its inbox is read as an answer.",
    APP_PASSWORD,
]
SERVERS = MappingProxyType(
    {
        "gmail.com": ("smtp.gmail.com", "imap.gmail.com"),
        "fastmail.com": ("smtp.fastmail.com", "imap.fastmail.com"),
        "icloud.com": ("smtp.mail.me.com:587", "imap.mail.me.com"),
        "yahoo.com": ("smtp.mail.yahoo.com", "imap.mail.yahoo.com"),
    }
)
"""What those providers' help pages say; others mostly have `smtp.` and `imap.` before their domain."""
_TLS_PORTS = frozenset(["", "465", "993"])
_TRIES = 30.0
"""Pauses of `Surroundings.patience` after which a mail that has not arrived is given up."""


def run(setup: SetUp) -> None:
    """Lead through an account, until a mail has gone out and come in."""
    steps(FIRST)
    setup.ask("DONELOG_MAIL_FROM", "Address of the account", secret=False)
    address = str(setup.value("DONELOG_MAIL_FROM"))
    while True:
        _ask_account(setup, address)
        if report(asyncio.run(_look(setup))):
            break
    say("Sending two mails to the account itself, to see what arrives ...")
    _learn_from(setup, _try(setup, address))
    for other in ("SENDGRID_API_KEY", "DONELOG_MAIL_DOMAIN"):
        if setup.value(other):
            setup.learn(other, "")
    setup.keep()
    say(f"\nNext: {strong('./donelog run')}")
    say("A team that takes part by mail alone:")
    say("  ./donelog team make NAME --zone Europe/Madrid")
    say("  ./donelog member add NAME ana@example.com ben@example.com")


def _ask_account(setup: SetUp, address: str) -> None:
    out, back = setup.value("SMTP_URL"), setup.value("IMAP_URL")
    domain = address.rpartition("@")[2]
    smtp, imap = SERVERS.get(domain, (f"smtp.{domain}", f"imap.{domain}"))
    if out is not None and back is not None:
        smtp, imap = f"{out.host}:{out.port}", f"{back.server.host}:{back.server.port}"
    smtp = ask("Server that takes mail (host, or host:587)", default=smtp)
    imap = ask("Server that has the mailbox", default=imap)
    user = ask("User", default=back.server.user if back else address)
    password = ask("Password", secret=True, default=back.server.password if back else "")
    setup.learn("SMTP_URL", _url("smtp", smtp, user, password))
    setup.learn("IMAP_URL", _url("imap", imap, user, password))


async def _look(setup: SetUp) -> list[tuple[bool, str]]:
    return [await check_smtp(setup.value("SMTP_URL")), *await check_imap(setup.value("IMAP_URL"))]


def _try(setup: SetUp, address: str) -> RoundTrip | None:
    try:
        return asyncio.run(
            round_trip(
                setup.value("SMTP_URL"),
                setup.value("IMAP_URL"),
                address,
                real_now(),
                _TRIES * setup.surroundings.patience,
            )
        )
    except NoRoundTrip as error:
        say(f"✗ That has not worked: {error}")
        return None


def _learn_from(setup: SetUp, found: RoundTrip | None) -> None:
    """Add to `IMAP_URL` what the round trip has shown of the provider."""
    if found is None or not found.arrived:
        say("✗ The mail has not arrived yet. Run the set-up again later: until then answers wait for you.")
        return
    say("✓ Mail goes out and comes in.")
    options = {"plus": "yes"} if found.plus else {}
    if found.plus:
        say("✓ Everybody gets an address of their own to answer to, with a plus in it.")
    if found.authserv:
        options["authserv"] = found.authserv
        say(f"✓ The provider says who has written a mail ({found.authserv}).")
    if not options:
        say("✗ Neither plus addresses nor proof of who has written: each answer will wait for your yes.")
    server = setup.value("IMAP_URL").server
    setup.learn(
        "IMAP_URL", _url("imap", f"{server.host}:{server.port}", server.user, server.password, options)
    )


def _url(kind: str, host: str, user: str, password: str, options: Mapping[str, str] | None = None) -> str:
    """`host` with or without a port; the usual ones of TLS, or none, mean TLS from the first octet."""
    scheme = f"{kind}s" if host.partition(":")[2] in _TLS_PORTS else kind
    query = f"?{urlencode(options)}" if options else ""
    return f"{scheme}://{quote(user, safe='')}:{quote(password, safe='')}@{host}{query}"
