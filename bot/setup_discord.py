"""`donelog setup discord`."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from adapters.discord.api import DiscordApi
from adapters.discord.checks import invite_url
from adapters.discord.outcomes import TROUBLE, in_words
from bot.console import ask, opened, say
from bot.setup import SetUp, report, steps
from domain.people import Channel

T = TypeVar("T")
PORTAL = "https://discord.com/developers/applications"
BOT = [
    "1. Open this link, press New Application, give it the name donelog.",
]
TOKEN = [
    "2. Under Bot press Reset Token and copy the token. No privileged intent is needed.",
]


def run(setup: SetUp) -> None:
    """Lead through Discord, from the application to a server that is connected."""
    steps(BOT)
    setup.show(PORTAL)
    steps(TOKEN)
    application_id = _working_token(setup)
    setup.keep()
    guilds = _call(setup, _guilds)
    if not guilds:
        say("3. Invite the bot into your server with this link:")
        setup.show(invite_url(application_id))
        say("Waiting until it is there (Ctrl-C stops waiting; start this again later)...")
        guilds = _call(setup, lambda api: _arrival(api, setup.surroundings.patience))
    _connect(setup, guilds)
    setup.say_what_is_next()


def _working_token(setup: SetUp) -> str:
    """Ask until the token works; the id of its application."""
    while True:
        setup.ask("DISCORD_BOT_TOKEN", "Bot token")
        try:
            application = _call(setup, DiscordApi.application)
        except TROUBLE as trouble:
            report([(False, f"DISCORD_BOT_TOKEN does not work ({in_words(trouble)}).")])
            continue
        report([(True, f"The token is that of the application {application['name']}.")])
        return str(application["id"])


def _connect(setup: SetUp, guilds: Sequence[tuple[str, str]]) -> None:
    """Link the server that the bot is in; where it is in several, ask which."""
    with opened(setup.surroundings.settings()) as core:
        linked = core.done_log.linked(Channel.DISCORD)
        here = [found for found in guilds if found[0] in linked]
        external_id, name = here[0] if here else _chosen(guilds)
        core.done_log.workspace_found(Channel.DISCORD, external_id, name, core.database.time())
    say(f"✓ Connected to the server {name}.")


def _chosen(guilds: Sequence[tuple[str, str]]) -> tuple[str, str]:
    if len(guilds) == 1:
        return guilds[0]
    say("The bot is in several servers:")
    for number, (_, name) in enumerate(guilds, 1):
        say(f"  {number}  {name}")
    while True:
        typed = ask("Which one is yours")
        if typed.isdecimal() and 1 <= int(typed) <= len(guilds):
            return guilds[int(typed) - 1]
        say(f"Type a number from 1 to {len(guilds)}.")


async def _guilds(api: DiscordApi) -> list[tuple[str, str]]:
    return [(str(each["id"]), str(each["name"])) for each in await api.guilds()]


async def _arrival(api: DiscordApi, patience: float) -> list[tuple[str, str]]:
    """Wait until the bot is in a server; returns all it is in.  A failed look is taken again."""
    while True:
        try:
            if found := await _guilds(api):
                return found
        except TROUBLE as trouble:
            say(f"Discord: {in_words(trouble)}; trying again.")
        await asyncio.sleep(patience)


def _call(setup: SetUp, work: Callable[[DiscordApi], Awaitable[T]]) -> T:
    async def called() -> T:
        api = DiscordApi(setup.value("DISCORD_BOT_TOKEN"), setup.value("DISCORD_API_URL"))
        try:
            return await work(api)
        finally:
            await api.close()

    return asyncio.run(called())
