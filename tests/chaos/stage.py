"""What the processes of a run are told: where everything is, and a proxy before each of it."""

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url

from domain.people import Channel
from tests.chaos.crowd import Crowd
from tests.chaos.proxy import Proxy, to_port, to_socket
from tests.chaos.server import Server
from tests.chaos.weather import DATABASE

INBOUND_TOKEN = "let-me-in"


async def new_proxies(crowd: Crowd, server: Server) -> dict[str, Proxy]:
    """Between one process at a time and what it talks to first; sockets for events go direct."""
    urls = {
        Channel.SLACK.word: crowd.slack.api_url,
        Channel.DISCORD.word: crowd.discord.api_url,
        Channel.EMAIL.word: crowd.sendgrid.url,
    }
    proxies = {word: Proxy(to_port(urlsplit(url).port or 0)) for word, url in urls.items()}
    proxies[DATABASE] = Proxy(to_socket(server.socket))
    for proxy in proxies.values():
        await proxy.start()
    return proxies


def environment(crowd: Crowd, server: Server, proxies: Mapping[str, Proxy], secret: str) -> Mapping[str, str]:
    """The settings of a process behind these proxies."""
    here = {word: f"http://127.0.0.1:{proxy.port}" for word, proxy in proxies.items()}
    database = make_url(server.url).database
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "DATABASE_URL": f"postgresql://donelog@127.0.0.1:{proxies[DATABASE].port}/{database}",
        "DONELOG_SECRET": secret,
        "DONELOG_HTTP_PORT": "0",
        "DONELOG_PACE": "1000",
        "SLACK_BOT_TOKEN": crowd.workspace.bot_token,
        "SLACK_APP_TOKEN": crowd.slack.app_token,
        "SLACK_API_URL": f"{here[Channel.SLACK.word]}/api",
        "DISCORD_BOT_TOKEN": crowd.discord.world.applications[0].token,
        "DISCORD_API_URL": here[Channel.DISCORD.word] + urlsplit(crowd.discord.api_url).path,
        "DISCORD_GATEWAY_URL": crowd.discord.gateway_url,
        "SENDGRID_API_KEY": crowd.sendgrid.api_key,
        "SENDGRID_API_URL": here[Channel.EMAIL.word],
        "SENDGRID_INBOUND_PUBLIC_KEY": crowd.sendgrid.inbound_public_key,
        "SENDGRID_EVENT_PUBLIC_KEY": crowd.sendgrid.event_public_key,
        "DONELOG_INBOUND_TOKEN": INBOUND_TOKEN,
        "DONELOG_MAIL_DOMAIN": "done.example.com",
        "DONELOG_PUBLIC_URL": "https://done.example.com",
    }
