"""`donelog simulate`: the services on fixed ports, and three people who do what is typed."""

import asyncio
import secrets
import sys
from collections.abc import Iterator

import typer
from rich.console import Console

from simulators.base import real_now
from simulators.discord import DiscordSimulator, NotOfferedError
from simulators.meilisearch import MeilisearchSimulator
from simulators.plain import discord_content, slack_content
from simulators.sendgrid import SendGridSimulator
from simulators.shown import show
from simulators.slack import SlackSimulator
from simulators.town import MAIL_DOMAIN, slack_manifest
from simulators.transcript import Transcript
from simulators.watching import Watcher

CLEO = "cleo@example.com"
LOOKS = 0.3
"""Seconds between two looks at what donelog has sent."""
HELP = """\
ana TEXT         Ana writes to donelog on Slack
ana /done TEXT   ... or types the command in #platform
ben TEXT         Ben the same on Discord: ben /done team here, ben /done vacation when=until_monday
cleo TEXT        Cleo answers the last mail she got
Ctrl-D ends everything."""


class Services:
    """The services with three people in them."""

    def __init__(self, slack: int, discord: int, sendgrid: int, meilisearch: int) -> None:
        """The ports, one for each."""
        self.now = real_now
        self.slack = SlackSimulator(port=slack, manifest=slack_manifest())
        self.discord = DiscordSimulator(port=discord)
        self.sendgrid = SendGridSimulator(port=sendgrid)
        self.meilisearch = MeilisearchSimulator(port=meilisearch)
        self.workspace = self.slack.add_workspace("Initech", "initech")
        self.application = self.discord.add_application("donelog")
        self.ana = self.slack.add_user(
            self.workspace, "Ana", "Ana", "Europe/Madrid", "ana@example.com", is_admin=True
        )
        self.slack_channel = self.slack.add_channel(self.workspace, "platform", [self.ana])
        self.ben = self.discord.add_user("Ben", "Ben")
        self.guild = self.discord.add_guild("Initech", self.ben)
        self.inbound_token = secrets.token_hex(16)
        self.all = (self.slack, self.discord, self.sendgrid, self.meilisearch)

    async def open(self, donelog: str) -> None:
        """Start; mail and events go to `donelog`, the address of its web server."""
        for service in self.all:
            await service.start()
        self.discord_channel = await self.discord.add_channel(self.guild, "platform")
        await self.discord.invite_bot(self.guild)
        self.sendgrid.inbound_url = f"{donelog}/sendgrid/inbound?token={self.inbound_token}"
        self.sendgrid.event_webhook(f"{donelog}/sendgrid/events")

    async def close(self) -> None:
        for service in self.all:
            await service.stop()

    def settings(self, donelog: str) -> list[str]:
        """The lines of `.env` that lead here, and by which mails lead to `donelog`."""
        return [
            f"DONELOG_PUBLIC_URL={donelog}",
            f"SLACK_BOT_TOKEN={self.workspace.bot_token}",
            f"SLACK_APP_TOKEN={self.slack.app_token}",
            f"SLACK_API_URL={self.slack.api_url.rstrip('/')}",
            f"DISCORD_BOT_TOKEN={self.application.token}",
            f"DISCORD_API_URL={self.discord.api_url}",
            f"DISCORD_GATEWAY_URL={self.discord.gateway_url}",
            f"SENDGRID_API_KEY={self.sendgrid.api_key}",
            f"SENDGRID_API_URL={self.sendgrid.url}",
            f"SENDGRID_INBOUND_PUBLIC_KEY={self.sendgrid.inbound_public_key}",
            f"SENDGRID_EVENT_PUBLIC_KEY={self.sendgrid.event_public_key}",
            f"DONELOG_INBOUND_TOKEN={self.inbound_token}",
            f"DONELOG_MAIL_DOMAIN={MAIL_DOMAIN}",
            f"MEILISEARCH_URL={self.meilisearch.url}",
            f"MEILISEARCH_KEY={self.meilisearch.master_key}",
        ]


async def run(ports: tuple[int, int, int, int], donelog: str) -> None:
    """Serve, do what is typed and show what donelog says, until the input ends."""
    services = Services(*ports)
    await services.open(donelog)
    console = Console(highlight=False)
    watcher = Watcher(services, Transcript(lambda entry: show(console, entry)), {})
    typer.echo("# These lines into .env, then ./donelog run in another terminal.")
    typer.echo("\n".join(services.settings(donelog)) + f"\n\n{HELP}")
    looking = asyncio.create_task(_look(watcher))
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            await _act(services, line.strip(), console)
    finally:
        looking.cancel()
        await services.close()


async def _look(watcher: Watcher) -> None:
    while True:
        watcher.look()
        await asyncio.sleep(LOOKS)


async def _act(services: Services, line: str, console: Console) -> None:
    name, _, text = line.partition(" ")
    acts = {"ana": _ana, "ben": _ben, "cleo": _cleo}
    if not line:
        return
    try:
        console.print(await acts[name.casefold()](services, text.strip()) or "", markup=False)
    except KeyError:
        console.print(HELP, markup=False)
    except (ValueError, NotOfferedError) as impossible:
        console.print(f"That cannot be done: {impossible}", markup=False)


async def _ana(services: Services, text: str) -> str:
    if not text.startswith("/done"):
        await services.slack.dm(services.ana, text)
        return ""
    typed = text.removeprefix("/done").strip()
    answer = await services.slack.slash(services.ana, services.slack_channel, "/done", typed)
    return "\n".join(slack_content(each) for each in (answer.body or {}, *answer.posts)) or answer.error


async def _ben(services: Services, text: str) -> str:
    if not text.startswith("/done"):
        await services.discord.dm(services.ben, text)
        return ""
    words = text.removeprefix("/done").split()
    options = {name: int(value) if name == "line" else value for name, value in _filled_in(words)}
    subcommand = " ".join(word for word in words if "=" not in word)
    answer = await services.discord.command(
        services.ben, services.discord_channel, "done", subcommand, options
    )
    if answer.is_thinking:
        await answer.settled()
    return discord_content(answer.content, answer.components) or "No answer came within three seconds."


def _filled_in(words: list[str]) -> Iterator[tuple[str, str]]:
    """`query=two_words` as a person fills in an option."""
    for word in words:
        name, is_option, value = word.partition("=")
        if is_option:
            yield name, value.replace("_", " ")


async def _cleo(services: Services, text: str) -> str:
    mails = [mail for mail in services.sendgrid.outbox if mail.to == CLEO]
    if not mails:
        return f"Cleo has no mail to answer yet: ana /done invite {CLEO}"
    status = await services.sendgrid.reply(mails[-1], text, from_address=f"Cleo <{CLEO}>")
    return "" if status else "Nobody takes mail in: is donelog running?"
