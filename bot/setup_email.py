"""`donelog setup email`."""

import asyncio
import secrets

import aiohttp

from adapters.email.checks import DnsRecord, MailWanted, SendGridAccount
from bot import setup_account
from bot.console import ask, say, strong
from bot.mail_dns import INBOUND_HOST
from bot.setup import SetUp, report, steps

KEYS = "https://app.sendgrid.com/settings/api_keys"
SENDERS = "https://app.sendgrid.com/settings/sender_auth/domain/create"
PARSE = "https://app.sendgrid.com/settings/parse"
EVENTS = "https://app.sendgrid.com/settings/mail_settings/webhook_settings"

WAYS = [
    "How mail goes out and answers come in:",
    "  1  SendGrid, with a domain of your own",
    "  2  an ordinary mail account, such as one at Gmail or of your own mail server",
]
ADDRESSES = [
    "Everybody gets an address of their own, at a domain that serves nothing else,",
    "such as done.example.com; mail for it comes in through SendGrid to this machine,",
    "which must be reached from outside by https (a reverse proxy or tunnel to port 8080 will do).",
]


def run(setup: SetUp) -> None:
    """Lead through mail, by SendGrid or by an ordinary account."""
    steps(WAYS)
    usual = "2" if setup.value("SMTP_URL") else "1"
    while (way := ask("1 or 2", default=usual)) not in _WAYS:
        say("Type 1 or 2.")
    _WAYS[way](setup)


def _by_sendgrid(setup: SetUp) -> None:
    """From the key to the records and webhooks."""
    steps(ADDRESSES)
    setup.ask("DONELOG_MAIL_DOMAIN", "Domain for the addresses", secret=False)
    setup.ask("DONELOG_PUBLIC_URL", "Address of this machine from outside (https://...)", secret=False)
    if not setup.value("DONELOG_INBOUND_TOKEN"):
        setup.learn("DONELOG_INBOUND_TOKEN", secrets.token_urlsafe(24))
    say("\n1. Make an API key with the permission Mail Send (or Full Access, so that more can be checked):")
    setup.show(KEYS)
    while True:
        setup.ask("SENDGRID_API_KEY", "API key")
        findings, records = asyncio.run(_look(setup))
        if report(findings):
            break
    _say_records(setup, records)
    _say_webhooks(setup)
    setup.ask("SENDGRID_EVENT_PUBLIC_KEY", "Its public key (Enter: later)", secret=False, optional=True)
    if setup.value("SMTP_URL"):
        setup.learn("SMTP_URL", "")
    setup.keep()
    _say_what_is_next()


async def _look(setup: SetUp) -> tuple[list[tuple[bool, str]], list[DnsRecord]]:
    async with aiohttp.ClientSession() as session:
        account = SendGridAccount(session, setup.value("SENDGRID_API_KEY"), setup.value("SENDGRID_API_URL"))
        findings = await account.check(MailWanted(None, None, None))
        return findings, await account.records(setup.value("DONELOG_MAIL_DOMAIN"))


def _say_records(setup: SetUp, records: list[DnsRecord]) -> None:
    domain = setup.value("DONELOG_MAIL_DOMAIN")
    say(f"\n2. Authenticate {domain} for sending (without a link branding):")
    setup.show(SENDERS)
    say("3. Where the domain's DNS is kept, add these records:")
    say(f"     {domain}.  MX 10  {INBOUND_HOST}.")
    say(f'     _dmarc.{domain}.  TXT  "v=DMARC1; p=none"')
    if records:
        for record in records:
            say(f"     {record.host}.  {record.kind}  {record.data}.")
    else:
        say(f"     and the three CNAME that SendGrid shows: em....{domain},")
        say(f"     s1._domainkey.{domain} and s2._domainkey.{domain}")


def _say_webhooks(setup: SetUp) -> None:
    public_url, token = setup.value("DONELOG_PUBLIC_URL"), setup.value("DONELOG_INBOUND_TOKEN")
    say("\n4. Inbound Parse: add the host, tick “POST the raw, full MIME message”:")
    setup.show(PARSE)
    say(f"     receiving domain  {setup.value('DONELOG_MAIL_DOMAIN')}")
    say(f"     destination URL   {public_url}/sendgrid/inbound?token={token}")
    say("5. Event Webhook: all deliverability events, Signed Event Webhook switched on:")
    setup.show(EVENTS)
    say(f"     post URL          {public_url}/sendgrid/events")


def _say_what_is_next() -> None:
    say(f"\nNext: {strong('./donelog run')}, and {strong('./donelog doctor')} when the records are in place.")
    say("A team that takes part by mail alone:")
    say("  ./donelog team make NAME --zone Europe/Madrid")
    say("  ./donelog member add NAME ana@example.com ben@example.com")


_WAYS = {"1": _by_sendgrid, "2": setup_account.run}
