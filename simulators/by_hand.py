"""`donelog simulate`: the services on fixed ports, with the settings that lead to them."""

import asyncio

import typer

from simulators.discord import DiscordSimulator
from simulators.meilisearch import MeilisearchSimulator
from simulators.sendgrid import SendGridSimulator
from simulators.slack import SlackSimulator


async def run(slack_port: int, discord_port: int, sendgrid_port: int, meilisearch_port: int) -> None:
    """Serve until interrupted."""
    slack, discord = SlackSimulator(port=slack_port), DiscordSimulator(port=discord_port)
    sendgrid, meilisearch = SendGridSimulator(port=sendgrid_port), MeilisearchSimulator(port=meilisearch_port)
    services = (slack, discord, sendgrid, meilisearch)
    for service in services:
        await service.start()
    try:
        typer.echo("\n".join(_settings(slack, discord, sendgrid, meilisearch)))
        await asyncio.Event().wait()
    finally:
        for service in services:
            await service.stop()


def _settings(
    slack: SlackSimulator,
    discord: DiscordSimulator,
    sendgrid: SendGridSimulator,
    meilisearch: MeilisearchSimulator,
) -> list[str]:
    workspace = slack.add_workspace("Initech", "initech")
    application = discord.add_application("donelog")
    return [
        "# Put these lines into .env and run donelog in another terminal. Ctrl-C ends the services.",
        f"SLACK_BOT_TOKEN={workspace.bot_token}",
        f"SLACK_APP_TOKEN={slack.app_token}",
        f"SLACK_API_URL={slack.api_url.rstrip('/')}",
        f"DISCORD_BOT_TOKEN={application.token}",
        f"DISCORD_API_URL={discord.api_url}",
        f"DISCORD_GATEWAY_URL={discord.gateway_url}",
        f"SENDGRID_API_KEY={sendgrid.api_key}",
        f"SENDGRID_API_URL={sendgrid.url}",
        "DONELOG_MAIL_DOMAIN=done.example.com",
        f"MEILISEARCH_URL={meilisearch.url}",
        f"MEILISEARCH_KEY={meilisearch.master_key}",
    ]
