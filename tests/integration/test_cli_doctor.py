"""`donelog doctor`: what is right, what is not, what nobody can know, and what to do."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from sqlalchemy import Engine, text

from adapters.slack.manifest import scopes
from simulators.base import Server
from simulators.discord import DiscordSimulator
from simulators.meilisearch import MeilisearchSimulator
from simulators.sendgrid import SendGridSimulator
from simulators.slack import SlackSimulator
from tests.cli_world import FakeDns, Shell, shell_on

DOMAIN = "done.example.com"
RECORDS = {
    (DOMAIN, "MX"): ["10 mx.sendgrid.net"],
    (f"s1._domainkey.{DOMAIN}", "CNAME"): ["s1.domainkey.u1.wl.sendgrid.net"],
    (f"s2._domainkey.{DOMAIN}", "CNAME"): ["s2.domainkey.u1.wl.sendgrid.net"],
    ("_dmarc.example.com", "TXT"): ["v=dmarc1; p=reject"],
}


@pytest.fixture
async def meili() -> AsyncIterator[MeilisearchSimulator]:
    simulator = MeilisearchSimulator()
    await simulator.start()
    yield simulator
    await simulator.stop()


@pytest.fixture
async def somewhere() -> AsyncIterator[Server]:
    """What answers at the public address, as donelog would."""
    app = web.Application()

    async def health(_request: web.Request) -> web.Response:
        return web.Response(text="alive\n")

    app.router.add_get("/health", health)
    server = Server(app)
    await server.start()
    yield server
    await server.stop()


async def diagnosis(shell: Shell, exit_code: int) -> list[dict[str, Any]]:
    result = await asyncio.to_thread(shell.run, "doctor", "--json")
    assert result.exit_code == exit_code, result.output
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def texts(lines: list[dict[str, Any]], state: str) -> str:
    return "\n".join(f"{each['text']} {each['advice']}" for each in lines if each["state"] == state)


async def test_without_a_channel_that_is_the_one_problem(shell: Shell) -> None:
    lines = await diagnosis(shell, 1)
    assert texts(lines, "problem") == "No channel is set up. ./donelog setup slack (or discord, email)"
    assert "The schema is the newest" in texts(lines, "ok")


async def test_before_the_first_start_nothing_is_made(tmp_path: Path) -> None:
    shell = Shell(tmp_path / ".env")
    shell.set(DONELOG_HOME=str(tmp_path / "home"))
    lines = await diagnosis(shell, 1)
    assert "./donelog run makes it" in texts(lines, "unknown")
    assert not (tmp_path / "home").exists()


async def test_a_wrong_setting_is_a_problem(tmp_path: Path) -> None:
    shell = Shell(tmp_path / ".env")
    shell.set(DONELOG_HTTP_PORT="many")
    assert "DONELOG_HTTP_PORT should be" in texts(await diagnosis(shell, 1), "problem")


async def test_a_database_that_is_down_is_a_problem(tmp_path: Path) -> None:
    shell = shell_on("postgresql://127.0.0.1:1/donelog", tmp_path)
    assert "DATABASE_URL: the database does not answer" in texts(await diagnosis(shell, 1), "problem")


async def test_what_is_closed_is_said_with_its_cause(shell: Shell, engine: Engine) -> None:
    """Fault 26."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO buckets (name, closed_until, reason, probing) VALUES"
                " ('email', now(), '535 wrong password', true),"
                " ('slack T1 posts', now() + interval '1 h', 'ratelimited', false),"
                " ('discord', now(), 'over', false)"
            )
        )
    lines = await diagnosis(shell, 1)
    closed = {each["area"]: each for each in lines if "is closed until" in each["text"]}
    assert {area: each["state"] for area, each in closed.items()} == {"mail": "problem", "slack": "unknown"}
    assert "UTC: 535 wrong password." in closed["mail"]["text"]
    assert "slack T1 posts" in closed["slack"]["text"]


async def test_slack_and_search_in_order_leave_nothing_to_mend(
    shell: Shell, slack: SlackSimulator, meili: MeilisearchSimulator
) -> None:
    workspace = slack.add_workspace("Acme", "acme", scopes())
    shell.set(
        SLACK_API_URL=slack.api_url, SLACK_BOT_TOKEN=workspace.bot_token, SLACK_APP_TOKEN=slack.app_token
    )
    shell.set(MEILISEARCH_URL=meili.url, MEILISEARCH_KEY=meili.master_key)
    said = await asyncio.to_thread(shell.says, "doctor")
    assert "Connected to the Slack workspace Acme" in said
    assert "Meilisearch" in said
    assert said.endswith("Nothing to fix.\n")


async def test_a_search_engine_that_is_down_is_a_problem(shell: Shell) -> None:
    shell.set(MEILISEARCH_URL="http://127.0.0.1:1")
    assert "PostgreSQL searches instead" in texts(await diagnosis(shell, 1), "problem")


async def test_a_discord_bot_in_no_server_is_a_problem(shell: Shell, discord: DiscordSimulator) -> None:
    shell.set(DISCORD_API_URL=discord.api_url, DISCORD_BOT_TOKEN=discord.add_application("donelog").token)
    lines = await diagnosis(shell, 1)
    assert "in no server yet" in texts(lines, "problem")


async def test_mail_in_order_leaves_nothing_to_mend(
    shell: Shell, somewhere: Server, sendgrid: SendGridSimulator
) -> None:
    sendgrid.account.sender_domains = {DOMAIN}
    sendgrid.account.inbound_hostname = DOMAIN
    sendgrid.inbound_url = f"{somewhere.url}/sendgrid/inbound?token=secret"
    sendgrid.event_webhook(f"{somewhere.url}/sendgrid/events")
    configure_mail(shell, sendgrid, somewhere.url)
    shell.dns.known.update(RECORDS)
    lines = await diagnosis(shell, 0)
    well = texts(lines, "ok")
    assert "The key may send mail." in well
    assert f"SendGrid sends for {DOMAIN}." in well
    assert f"Inbound Parse passes mail for {DOMAIN} on." in well
    assert "The Event Webhook is signed and posts here." in well
    assert f"{somewhere.url} leads here." in well
    assert "DMARC: example.com has a policy." in well


async def test_mail_half_set_up_says_each_thing_that_is_missing(
    shell: Shell, somewhere: Server, sendgrid: SendGridSimulator
) -> None:
    sendgrid.account.sender_domains = set()
    configure_mail(shell, sendgrid, f"{sendgrid.url}/elsewhere")
    lines = await diagnosis(shell, 1)
    wrong = texts(lines, "problem")
    assert f"SendGrid does not know the domain {DOMAIN}" in wrong
    assert f"Inbound Parse does not know {DOMAIN}" in wrong
    assert "No Event Webhook posts to" in wrong
    assert "answered by something else (404)" in wrong
    assert f"Add: {DOMAIN}. MX 10 mx.sendgrid.net." in wrong
    assert f"s1._domainkey.{DOMAIN} and s2._domainkey.{DOMAIN}" in wrong
    assert f'_dmarc.{DOMAIN}. TXT "v=DMARC1; p=none"' in wrong


async def test_what_a_silent_dns_hides_is_unknown(
    shell: Shell, somewhere: Server, sendgrid: SendGridSimulator
) -> None:
    configure_mail(shell, sendgrid, somewhere.url)
    shell.dns = FakeDns(down=True)
    lines = await diagnosis(shell, 1)
    assert "The DNS does not answer (timeout)." in texts(lines, "unknown")


async def test_a_proxy_is_pointed_out(shell: Shell) -> None:
    result = await asyncio.to_thread(shell.run, "doctor", environment={"HTTPS_PROXY": "http://127.0.0.1:1"})
    assert "HTTPS_PROXY is set" in result.stdout


def configure_mail(shell: Shell, sendgrid: SendGridSimulator, public_url: str) -> None:
    shell.set(SENDGRID_API_URL=sendgrid.url, SENDGRID_API_KEY=sendgrid.api_key, DONELOG_MAIL_DOMAIN=DOMAIN)
    shell.set(DONELOG_INBOUND_TOKEN="secret", DONELOG_PUBLIC_URL=public_url)
    shell.set(SENDGRID_EVENT_PUBLIC_KEY=sendgrid.event_public_key)
