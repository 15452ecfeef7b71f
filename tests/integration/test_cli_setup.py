"""`donelog setup`: driven through standard input, against the simulated services."""

import asyncio
import stat
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from adapters.discord.checks import invite_url
from adapters.slack.manifest import create_app_url, scopes
from bot.settings import written
from domain.people import Channel
from simulators.discord import DiscordSimulator
from simulators.sendgrid import SendGridSimulator
from simulators.slack import SlackSimulator
from tests.cli_world import Shell
from tests.imap_server import ImapServer, imap_server
from tests.smtp_server import MailServer, mail_server

CODE = "/done connect "
PASSWORD = "s e/c@ret"


async def set_up(shell: Shell, *words: str, typed: str) -> str:
    """What `donelog setup ...` prints; the simulators answer meanwhile."""
    return await asyncio.to_thread(shell.says, "setup", *words, typed=typed)


# ---------------------------------------------------------------- Slack


async def test_slack_is_set_up_from_the_link_to_the_code(shell: Shell, slack: SlackSimulator) -> None:
    workspace = slack.add_workspace("Acme", "acme", scopes())
    shell.set(SLACK_API_URL=slack.api_url, OTHER="stays # as it is")
    said = await set_up(shell, "slack", typed=f"{workspace.bot_token}\n{slack.app_token}\n")
    assert shell.opened == [create_app_url()]
    assert create_app_url() in said
    assert "✓ Connected to the Slack workspace Acme" in said
    assert "✓ Socket Mode works." in said
    assert "Next: ./donelog run" in said
    assert "Then, in a channel: /done team here" in said
    assert CODE in said
    settings = shell.surroundings.settings()
    assert settings.slack_bot_token == (workspace.bot_token,)
    assert settings.slack_app_token == slack.app_token
    assert stat.S_IMODE(shell.env_file.stat().st_mode) == 0o600
    assert "OTHER=stays # as it is\n" in shell.env_file.read_text()


async def test_a_further_workspace_adds_its_token_to_those_there_are(
    shell: Shell, slack: SlackSimulator
) -> None:
    acme, bakery = (slack.add_workspace(name, name.lower(), scopes()) for name in ("Acme", "Bakery"))
    shell.set(SLACK_API_URL=slack.api_url, SLACK_BOT_TOKEN=acme.bot_token, SLACK_APP_TOKEN=slack.app_token)
    said = await set_up(shell, "slack", typed=f"y\nxoxb-wrong\n{bakery.bot_token}\n")
    assert "✗ Token 2 of SLACK_BOT_TOKEN does not work" in said
    assert "✓ Connected to the Slack workspace Bakery" in said
    assert CODE in said
    assert shell.opened == []
    assert shell.surroundings.settings().slack_bot_token == (acme.bot_token, bakery.bot_token)


async def test_a_token_takes_the_place_of_one_that_was_revoked(shell: Shell, slack: SlackSimulator) -> None:
    acme, bakery = (slack.add_workspace(name, name.lower(), scopes()) for name in ("Acme", "Bakery"))
    shell.set(SLACK_API_URL=slack.api_url, SLACK_APP_TOKEN=slack.app_token)
    shell.set(SLACK_BOT_TOKEN=f"{bakery.bot_token},xoxb-revoked")
    await set_up(shell, "slack", typed=f"n\n{acme.bot_token}\n\n")
    assert shell.surroundings.settings().slack_bot_token == (bakery.bot_token, acme.bot_token)


async def test_a_token_that_does_not_work_is_asked_for_again(shell: Shell, slack: SlackSimulator) -> None:
    workspace = slack.add_workspace("Acme", "acme", scopes())
    shell.set(SLACK_API_URL=slack.api_url)
    typed = f"nonsense\nxoxb-wrong\n{slack.app_token}\n{workspace.bot_token}\n\n"
    said = await set_up(shell, "slack", "--no-browser", typed=typed)
    assert "✗ SLACK_BOT_TOKEN does not work" in said
    assert "✓ Connected to the Slack workspace Acme" in said
    assert shell.opened == []


async def test_nothing_is_written_when_it_is_broken_off(shell: Shell, slack: SlackSimulator) -> None:
    shell.set(SLACK_API_URL=slack.api_url)
    before = shell.env_file.read_text()
    told = await asyncio.to_thread(shell.fails, "setup", "slack", typed=f"xoxb-wrong\n{slack.app_token}\n")
    assert told.endswith("\nStopped.\n")
    assert shell.env_file.read_text() == before


# ---------------------------------------------------------------- Discord


async def test_discord_waits_for_the_bot_and_connects_its_server(
    shell: Shell, discord: DiscordSimulator
) -> None:
    application = discord.add_application("donelog")
    guild = discord.add_guild("Acme", discord.add_user("ana"))
    shell.set(DISCORD_API_URL=discord.api_url)
    setting_up = asyncio.create_task(set_up(shell, "discord", typed=f"{application.token}\n"))
    links = [await asyncio.to_thread(shell.links.get, timeout=30) for _ in range(2)]
    assert links[1] == invite_url(str(application.application_id))
    await discord.invite_bot(guild)
    said = await setting_up
    assert "✓ Connected to the server Acme." in said
    assert CODE in said
    with shell.core() as core:
        assert core.done_log.linked(Channel.DISCORD) == [str(guild.id)]
    assert shell.surroundings.settings().discord_bot_token == application.token
    assert discord.journal.problems == []


async def test_of_several_servers_one_is_chosen(shell: Shell, discord: DiscordSimulator) -> None:
    application = discord.add_application("donelog")
    ana = discord.add_user("ana")
    guilds = [discord.add_guild(name, ana) for name in ("Acme", "Bakery")]
    for guild in guilds:
        await discord.invite_bot(guild)
    shell.set(DISCORD_API_URL=discord.api_url)
    said = await set_up(shell, "discord", typed=f"wrong.token\n{application.token}\n3\n2\n")
    assert "✗ DISCORD_BOT_TOKEN does not work" in said
    assert "Type a number from 1 to 2." in said
    assert "✓ Connected to the server Bakery." in said
    with shell.core() as core:
        assert core.done_log.linked(Channel.DISCORD) == [str(guilds[1].id)]


# ---------------------------------------------------------------- mail


async def test_mail_is_set_up_with_the_exact_records_and_addresses(
    shell: Shell, sendgrid: SendGridSimulator
) -> None:
    shell.set(SENDGRID_API_URL=sendgrid.url)
    answers = [
        "1",
        "done.example.com",
        "https://log.example.com",
        sendgrid.api_key,
        sendgrid.event_public_key,
    ]
    said = await set_up(shell, "email", typed="\n".join([*answers, ""]))
    settings = shell.surroundings.settings()
    assert settings.sendgrid_api_key == sendgrid.api_key
    assert settings.mail_domain == "done.example.com"
    assert settings.sendgrid_event_public_key == (sendgrid.event_public_key,)
    assert settings.inbound_token is not None
    assert len(settings.inbound_token) >= 32
    assert "done.example.com.  MX 10  mx.sendgrid.net." in said
    assert '_dmarc.done.example.com.  TXT  "v=DMARC1; p=none"' in said
    assert f"https://log.example.com/sendgrid/inbound?token={settings.inbound_token}" in said
    assert "https://log.example.com/sendgrid/events" in said
    assert "./donelog doctor" in said


async def test_a_second_set_up_keeps_what_is_there(shell: Shell, sendgrid: SendGridSimulator) -> None:
    shell.set(SENDGRID_API_URL=sendgrid.url)
    first = f"\ndone.example.com\nhttps://log.example.com\n{sendgrid.api_key}\n\n"
    await set_up(shell, "email", typed=first)
    before = written(shell.env_file)
    said = await set_up(shell, "email", typed="\n\n\n\n\n")
    assert written(shell.env_file) == before
    assert sendgrid.api_key not in said


async def test_a_key_that_may_not_send_is_said(shell: Shell, sendgrid: SendGridSimulator) -> None:
    weak = sendgrid.add_key(["user.profile.read"])
    shell.set(SENDGRID_API_URL=sendgrid.url)
    typed = f"1\ndone.example.com\nhttps://log.example.com\nSG.none\n{weak}\n{sendgrid.api_key}\n\n"
    said = await set_up(shell, "email", typed=typed)
    assert "✗ SENDGRID_API_KEY does not work" in said
    assert "✗ SENDGRID_API_KEY may not send mail" in said
    assert "✓ The key may send mail." in said


# ---------------------------------------------------------------- an ordinary mail account


@dataclass
class Provider:
    """A mail account: what is sent to it arrives in its mailbox."""

    out: MailServer
    mailbox: ImapServer
    header: bytes = b""
    plus: bool = True

    async def carry(self) -> None:
        """Put what is sent from now on into the mailbox."""
        while True:
            taken = await self.out.arrived.get()
            if self.plus or "+" not in taken.recipient:
                await self.mailbox.deliver(self.header + taken.raw)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with mail_server(users={"me@mail.example.com": PASSWORD}) as out, imap_server() as mailbox:
        mailbox.password = PASSWORD
        made = Provider(out, mailbox)
        carrying = asyncio.create_task(made.carry())
        yield made
        carrying.cancel()
        await asyncio.gather(carrying, return_exceptions=True)


def account(provider: Provider, password: str = PASSWORD) -> str:
    servers = f"127.0.0.1:{provider.out.port}\n127.0.0.1:{provider.mailbox.port}\n"
    return f"{servers}me@mail.example.com\n{password}\n"


async def test_an_ordinary_account_is_set_up_by_a_mail_to_itself(shell: Shell, provider: Provider) -> None:
    provider.header = b"Authentication-Results: mx.mail.example.com; dkim=pass header.d=mail.example.com\r\n"
    typed = f"gmail\n2\nme@mail.example.com\n{account(provider, 'wrong')}{account(provider)}"
    said = await set_up(shell, "email", typed=typed)
    assert "Type 1 or 2." in said
    assert "does not take user and password" in said
    assert "([AUTHENTICATIONFAILED] wrong)" in said
    assert "✓ Mail goes out and comes in." in said
    assert "tells of new mail at once (IDLE)" in said
    settings = shell.surroundings.settings()
    assert settings.mail_from == "me@mail.example.com"
    assert settings.smtp_url is not None
    assert settings.smtp_url.password == PASSWORD
    assert settings.imap_url is not None
    assert (settings.imap_url.plus, settings.imap_url.authserv) == (True, "mx.mail.example.com")
    checked = await asyncio.to_thread(shell.run, "doctor")
    assert "127.0.0.1 takes our mail." in checked.stdout
    assert "tells of new mail at once" in checked.stdout


async def test_an_account_that_proves_nothing_is_said_to_make_more_work(
    shell: Shell, provider: Provider
) -> None:
    provider.plus = False
    said = await set_up(shell, "email", typed=f"2\nme@mail.example.com\n{account(provider)}")
    assert "each answer will wait for your yes" in said
    settings = shell.surroundings.settings()
    assert settings.imap_url is not None
    assert not settings.imap_url.plus


async def test_mail_goes_from_sendgrid_to_an_account_and_back(
    shell: Shell, provider: Provider, sendgrid: SendGridSimulator
) -> None:
    shell.set(SENDGRID_API_URL=sendgrid.url, SENDGRID_API_KEY=sendgrid.api_key)
    shell.set(DONELOG_MAIL_DOMAIN="done.example.com")
    await set_up(shell, "email", typed=f"2\nme@mail.example.com\n{account(provider)}")
    assert shell.surroundings.settings().sendgrid_api_key is None
    again = ["1", "done.example.com", "https://log.example.com", sendgrid.api_key, "", ""]
    await set_up(shell, "email", typed="\n".join(again))
    assert shell.surroundings.settings().smtp_url is None
